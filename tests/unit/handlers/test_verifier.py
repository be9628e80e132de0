"""What was deployed is looked at until it is live or has failed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.core.policy import Mode
from bot.core.release import Lifecycle
from bot.core.verification import CommandProbe, HttpProbe, Verification
from bot.ports.ci import ProgressStatus
from handlers.probe import Health
from handlers.verifier import Verifier
from tests.factories import LANE, a_lane_policy, a_policy, a_report, a_sha
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
    asked: list[tuple[HttpProbe | CommandProbe, Mapping[str, str]]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    slow: asyncio.Event | None = None
    """Set: the next look waits for it."""

    async def look(self, probe: HttpProbe | CommandProbe, values: Mapping[str, str]) -> Health:
        self.asked.append((probe, values))
        self.begun.set()
        slow, self.slow = self.slow, None
        if slow is not None:
            await slow.wait()
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


async def test_a_slow_probe_is_not_asked_twice_and_keeps_no_other_waiting(opening: Opening) -> None:
    other = replace(LANE, environment="staging")
    lanes = [a_lane_policy(lane, mode=Mode.DEPLOYMENT, verify=VERIFIED) for lane in (other, LANE)]
    world = await opening(a_policy(*lanes))
    await world.looks()
    await world.looks(a_report(1))
    for nth in (1, 2):
        world.executor.says(ProgressStatus.SUCCEEDED, nth=nth)
    await world.follows()
    slow = asyncio.Event()
    prober = FakeProber(slow=slow)
    verifier = Verifier(world.desk, prober, timedelta(milliseconds=1))
    asked: list[str] = []
    while len(asked) < 3 or sorted(await well(world)) != [False, True]:
        assert await verifier.once() == 2
        asked = [values["environment"] for _, values in prober.asked]
    assert asked.count(asked[0]) == 1
    slow.set()
    while await well(world) != [True, True]:
        await verifier.once()


async def test_a_probe_under_way_ends_with_the_verifier(opening: Opening) -> None:
    world, prober, _ = await deployed(opening)
    prober.slow = asyncio.Event()
    verifier = Verifier(world.desk, prober, timedelta(milliseconds=1))
    running = asyncio.create_task(verifier.run())
    await prober.begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def well(world: World) -> list[bool]:
    """Return of each release whether it was seen well."""
    releases = await world.store.read(lambda tx: tx.lanes.in_flight())
    return [release.health is not None and release.health.well_since is not None for release in releases]
