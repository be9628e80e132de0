"""What happens to a release while it is looked up before it is sent: nothing is sent that should not be by then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from bot.core.events import DeploymentAccepted
from bot.core.policy import Permission, Policy, ServicePolicy, WhenUnknown
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.core.target import GithubWorkflow
from bot.ports.cards import CardKind
from bot.ports.ci import CertainlyNot, Placed
from bot.ports.trouble import Trouble, TryLater, Unsure
from tests.factories import LANE, a_lane_policy, a_policy
from tests.fakes.executor import FakeExecutor
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

ROWS = "SELECT state, note FROM effects WHERE kind = 'deploy'"
REFUSED_FIRST = TryLater(5.0, "GitHub cannot be reached")


def dispatched(when_unknown: WhenUnknown = WhenUnknown.ASK) -> Policy:
    lane = a_lane_policy(target=GithubWorkflow("deploy.yml", "main"), when_unknown=when_unknown)
    return a_policy(lane, permissions=((Permission.RESOLVE, ("sre",)),))


@dataclass(slots=True)
class SlowToTell(FakeExecutor):
    """Takes so long for one look-up that something else happens meanwhile."""

    meanwhile: Callable[[], Awaitable[object]] | None = None
    first: int = 0
    """How many look-ups come before that."""

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        if self.meanwhile is not None and self.first == 0:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        elif self.meanwhile is not None:
            self.first -= 1
        return await FakeExecutor.find(self, service, release)


async def begun(opening: Opening, policy: Policy, first: Trouble) -> tuple[World, SlowToTell]:
    """Return a world in which R-1 was approved, and its first request came to this."""
    world = await opening(policy)
    executor = world.executor = SlowToTell()
    await world.crash()
    executor.will("start", first)
    await world.approved()
    return world, executor


def cancels(world: World) -> Callable[[], Awaitable[object]]:
    return lambda: world.types("U0PRIYA", "cancel R-1")


async def goes_on(world: World) -> None:
    for _ in range(3):
        world.passes(60)
        await world.settle()


async def test_what_was_certainly_not_sent_is_cancelled(opening: Opening) -> None:
    world, executor = await begun(opening, dispatched(), REFUSED_FIRST)
    executor.meanwhile = cancels(world)
    await goes_on(world)
    assert (await world.release()).state is Lifecycle.CANCELLED
    assert (executor.started, executor.asked("start")) == ([], 1)
    kept = await world.sql(
        "SELECT a.outcome, a.note FROM attempts a JOIN effects e ON e.id = a.effect WHERE e.kind = 'deploy'"
    )
    assert kept == [("ready", "GitHub cannot be reached"), ("ready", "it was cancelled before it was sent")]
    assert await world.sql(ROWS) == [("cancelled", "no longer due")]
    assert await world.sql("SELECT count(*) FROM effects WHERE kind = 'stop'") == [(0,)]


async def test_what_a_look_up_knows_was_never_begun_is_cancelled(opening: Opening) -> None:
    world, executor = await begun(opening, dispatched(), Unsure("lost"))
    executor.will("find", cast("Any", CertainlyNot()))  # as only a command on this host tells it
    executor.meanwhile = cancels(world)
    await goes_on(world)
    assert (await world.release()).state is Lifecycle.CANCELLED
    assert (executor.started, executor.asked("start")) == ([], 1)


async def test_what_was_found_is_not_cancelled_but_asked_to_end(opening: Opening) -> None:
    world, executor = await begun(opening, dispatched(), REFUSED_FIRST)
    executor.started.append((await world.release()).key)
    executor.meanwhile = cancels(world)
    await goes_on(world)
    release = await world.release()
    assert release.deployment is not None
    assert (release.state, release.deployment.status) == (Lifecycle.DEPLOYING, DeployStatus.ACCEPTED)
    assert await world.sql("SELECT count(*) FROM effects WHERE kind = 'stop'") == [(1,)]
    assert executor.asked("start") == 1


async def test_what_a_person_has_sent_again_is_not_sent_but_asked_about_once_more(opening: Opening) -> None:
    world, executor = await begun(opening, dispatched(), Unsure("lost"))
    await goes_on(world)
    executor.meanwhile = cancels(world)
    await world.clicks("U0SAM", await world.notice(kind=CardKind.QUESTION), "try_again")
    await is_asked_about(world, executor)


async def test_what_the_policy_sends_again_is_not_sent_but_asked_about(opening: Opening) -> None:
    world, executor = await begun(opening, dispatched(WhenUnknown.RESEND), Unsure("lost"))
    executor.meanwhile = cancels(world)
    executor.first = 2  # those of the look-up window: the last of them lets it be sent again
    await goes_on(world)
    await is_asked_about(world, executor)


async def is_asked_about(world: World, executor: SlowToTell) -> None:
    assert executor.meanwhile is None
    release = await world.release()
    assert release.deployment is not None
    assert (release.state, release.deployment.status) == (Lifecycle.DEPLOYING, DeployStatus.UNKNOWN)
    assert (executor.started, executor.asked("start")) == ([], 1)
    assert await world.sql(ROWS) == [("unknown", "nobody can tell")]


async def test_what_has_ended_meanwhile_is_not_sent(opening: Opening) -> None:
    world, executor = await begun(opening, dispatched(), REFUSED_FIRST)

    async def runs_out_of_time() -> None:
        world.passes(timedelta(hours=1).total_seconds())
        await world.ticks()

    executor.meanwhile = runs_out_of_time
    await goes_on(world)
    assert (await world.release()).state is Lifecycle.FAILED
    assert (executor.started, executor.asked("start")) == ([], 1)
    assert await world.sql(ROWS) == [("cancelled", "its release has ended or ships another build")]


async def test_what_is_known_to_have_arrived_meanwhile_is_not_sent(opening: Opening) -> None:
    world, executor = await begun(opening, dispatched(), REFUSED_FIRST)
    executor.meanwhile = lambda: world.desk.submit(LANE, DeploymentAccepted(1, "7", None))
    await goes_on(world)
    release = await world.release()
    assert release.deployment is not None
    assert (release.deployment.status, release.deployment.ref) == (DeployStatus.ACCEPTED, "7")
    assert (executor.started, executor.asked("start")) == ([], 1)
    assert await world.sql(ROWS) == [("done", "its receiver has reported on it")]
