"""Jobs that come to the gate of an approved run later are answered for until GitHub hears, and as long as it deploys."""

from collections import deque
from datetime import timedelta

from bot.core.policy import ServicePolicy
from bot.core.release import Lifecycle, Release
from bot.core.target import GithubGate
from bot.ports.ci import CameLater, Progress, ProgressStatus
from bot.ports.gatekeeping import Answered
from bot.ports.trouble import Trouble
from handlers.asking_again import AskingAgain
from handlers.letting_on import letting_on
from tests.factories import a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.world import World
from tests.unit.handlers.asked import Asked
from tests.unit.handlers.conftest import Opening

GATED = a_policy(a_lane_policy(target=GithubGate("production"), deploy_timeout=timedelta(days=3)))
STATES = "SELECT key, state, note FROM effects WHERE kind = 'let_on' ORDER BY id"
TOLD = "run 1 is approved once more"


class FakeGatekeeper(Asked[Answered]):
    """Keeps the promise of the port."""

    async def turn_away(self, service: ServicePolicy, release: Release) -> Trouble:
        """Turn nothing away."""
        raise AssertionError(service, release)

    async def let_on(self, service: ServicePolicy, release: Release) -> Answered | Trouble:
        """Take the answer, unless told otherwise."""
        del service
        return self.ask(release, Answered(TOLD))


async def came_later(opening: Opening, *script: Trouble | Exception) -> tuple[World, FakeGatekeeper, AskingAgain]:
    """Return a world in which a job of R-1 has come to the gate later, and nobody has answered for it yet."""
    world = await opening(GATED)
    await world.looks()
    await world.looks(a_report(1))
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    await comes(world, "302")
    gates = FakeGatekeeper(deque(script))
    return world, gates, letting_on(world.desk, gates)


async def comes(world: World, *records: str) -> None:
    """Let jobs of the approved run come to its gate."""
    later = CameLater("1", a_sha(1), records)
    world.executor.progress["1"] = Progress(ProgressStatus.WAITING, "", None, later)
    await world.follows()


async def test_what_came_later_is_answered_for_once_and_the_release_is_still_being_deployed(opening: Opening) -> None:
    world, gates, worker = await came_later(opening)
    assert await worker.once() is True
    await world.follows()
    assert await worker.once() is False
    assert gates.asked == ["R-1"]
    assert await world.sql(STATES) == [("let_on:R-1:302", "done", TOLD)]
    assert (await world.release()).state is Lifecycle.DEPLOYING


async def test_what_comes_later_still_is_answered_for_again(opening: Opening) -> None:
    world, gates, worker = await came_later(opening)
    assert await worker.once() is True
    await comes(world, "302", "303")
    assert await worker.once() is True
    assert gates.asked == ["R-1", "R-1"]
    assert await world.sql(STATES) == [("let_on:R-1:302", "done", TOLD), ("let_on:R-1:303", "done", TOLD)]


async def test_for_a_deploy_that_has_ended_nothing_is_answered(opening: Opening) -> None:
    world, gates, worker = await came_later(opening)
    world.executor.says(ProgressStatus.FAILED, "it was rejected there")
    await world.follows()
    assert await worker.once() is True
    assert gates.asked == []
    assert await world.sql(STATES) == [("let_on:R-1:302", "cancelled", "its deploy has ended")]


async def test_a_service_that_left_the_policy_becomes_a_letter(opening: Opening) -> None:
    world, gates, worker = await came_later(opening)
    worker.desk.policy = a_policy(services=())
    assert await worker.once() is True
    assert gates.asked == []
    assert await world.sql(STATES) == [("let_on:R-1:302", "dead", "its service left the policy")]
    assert await world.sql("SELECT release, why FROM letters") == [(1, "its service left the policy")]
