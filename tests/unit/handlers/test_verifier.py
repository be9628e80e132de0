"""What was deployed is looked at until it is live or has failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.core.policy import HttpProbe, Mode, Verification
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from handlers.probe import Health
from handlers.verifier import Verifier
from tests.factories import a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

PROBE = HttpProbe("https://payments.acme.example/version", path="version", equals="{version}")
VERIFIED = Verification(timedelta(minutes=5), timedelta(minutes=10), probe=PROBE)
WELL = Health(well=True, detail="version is 1")
ILL = Health(well=False, detail="the probe was answered 500, not 200")


@dataclass
class FakeProber:
    """Answers as it is told."""

    answer: Health = WELL
    asked: list[tuple[HttpProbe, Mapping[str, str]]] = field(default_factory=list)

    async def look(self, probe: HttpProbe, values: Mapping[str, str]) -> Health:
        self.asked.append((probe, values))
        return self.answer


async def deployed(opening: Opening, verify: Verification | None = VERIFIED) -> tuple[World, FakeProber, Verifier]:
    """Ship a build whose job has ended, so that it is verified."""
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, verify=verify)))
    await world.looks()
    await world.looks(a_report(1))
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    prober = FakeProber()
    return world, prober, Verifier(world.desk, prober)


async def test_well_for_long_enough_is_live(opening: Opening) -> None:
    world, prober, verifier = await deployed(opening)
    assert await world.states() == [Lifecycle.VERIFYING]
    assert await verifier.once() == 1
    [(probe, values)] = prober.asked
    assert probe == PROBE
    assert (values["version"], values["sha"], values["digest"], values["release"]) == ("1", a_sha(1), "", "R-1")
    assert await world.states() == [Lifecycle.VERIFYING]
    world.passes(599)
    await verifier.once()
    await world.ticks()
    assert await world.states() == [Lifecycle.VERIFYING]
    world.passes(1)
    await world.ticks()
    assert await world.states() == [Lifecycle.LIVE]
    assert await verifier.once() == 0


async def test_never_well_fails_when_its_time_is_over(opening: Opening) -> None:
    world, prober, verifier = await deployed(opening)
    prober.answer = ILL
    for _ in range(3):
        await verifier.once()
    assert await world.states() == [Lifecycle.VERIFYING]
    world.passes(300)
    await world.ticks()
    assert await world.states() == [Lifecycle.FAILED]
    assert (await world.release()).reason == "verification failed: not healthy within 5 min"


async def test_one_lost_answer_is_no_illness_and_two_in_a_row_are(opening: Opening) -> None:
    world, prober, verifier = await deployed(opening)
    for answer in (WELL, ILL, WELL, ILL):
        prober.answer = answer
        await verifier.once()
    assert await world.states() == [Lifecycle.VERIFYING]
    await verifier.once()
    assert await world.states() == [Lifecycle.FAILED]
    assert (await world.release()).reason == "verification failed: the probe was answered 500, not 200"
    assert await verifier.once() == 0


async def test_without_a_probe_nobody_is_asked(opening: Opening) -> None:
    world, prober, verifier = await deployed(opening, Verification(timedelta(minutes=5)))
    assert (await world.states(), await verifier.once(), prober.asked) == ([Lifecycle.VERIFYING], 0, [])
