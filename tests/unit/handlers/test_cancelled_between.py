"""A deploy that somebody cancels while it waits for its next sending: it is looked up once more and not sent."""

from datetime import timedelta
from typing import Any, cast

import pytest

from bot.core.policy import WhenUnknown
from bot.core.release import DeployStatus, Lifecycle
from bot.core.target import Command, GithubWorkflow
from bot.ports.ci import CertainlyNot
from bot.ports.trouble import TryLater, Unsure
from tests.factories import a_lane_policy, a_policy
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

COMMAND = a_policy(a_lane_policy(target=Command(("deploy.sh",)), deploy_timeout=timedelta(days=3)))
SENT_AGAIN = a_policy(
    a_lane_policy(
        target=GithubWorkflow("deploy.yml", "main"), when_unknown=WhenUnknown.RESEND, deploy_timeout=timedelta(days=3)
    )
)
ROWS = "SELECT state, note FROM effects WHERE kind = 'deploy'"
NEVER = cast("Any", CertainlyNot())
AWAY = TryLater(60.0, "no process could be started")


async def passes(world: World) -> None:
    for _ in range(5):
        world.passes(120)
        await world.settle()


async def waits_for_its_turn(opening: Opening) -> World:
    """Return a world in which the command of R-1 was lost, certainly not begun, and could not be begun again so far."""
    world = await opening(COMMAND)
    world.executor.will("start", Unsure("the supervisor said nothing"), AWAY)
    world.executor.will("find", NEVER, NEVER, NEVER, NEVER)
    await world.approved()
    for _ in range(3):
        world.passes(6)
        await world.settle()
    assert await world.sql(ROWS) == [("ready", "")]
    assert world.executor.asked("start") == 2
    return world


@pytest.mark.parametrize("directory", [None, TryLater(30.0, "Slack is away")], ids=["asked", "away"])
async def test_what_certainly_never_began_is_cancelled_whether_or_not_slack_can_be_asked_about_approvers(
    opening: Opening, directory: TryLater | None
) -> None:
    world = await waits_for_its_turn(opening)
    await world.types("U0PRIYA", "cancel R-1")
    world.passes(timedelta(days=1).total_seconds())  # what was last known of people counts no more
    world.directory.down = directory
    await passes(world)
    assert (await world.release()).state is Lifecycle.CANCELLED
    assert (world.executor.asked("start"), world.executor.started) == (2, [])
    ((state, _),) = await world.sql(ROWS)
    assert state == "cancelled"


async def test_while_it_cannot_be_looked_up_it_is_looked_for_on_and_not_sent(opening: Opening) -> None:
    world = await waits_for_its_turn(opening)
    await world.types("U0PRIYA", "cancel R-1")
    world.executor.script["find"].appendleft(TryLater(5.0, "the disk is away"))
    await passes(world)
    assert (await world.release()).state is Lifecycle.CANCELLED
    assert world.executor.asked("start") == 2


@pytest.mark.parametrize("found", [True, False])
async def test_what_the_policy_sends_again_is_looked_up_instead(opening: Opening, *, found: bool) -> None:
    world = await opening(SENT_AGAIN)
    world.executor.will("start", Unsure("lost"), TryLater(60.0, "GitHub cannot be reached"))
    await world.approved()
    while world.executor.asked("start") < 2:
        world.passes(6)
        await world.settle()
    assert await world.sql(ROWS) == [("ready", "")]
    await world.types("U0PRIYA", "cancel R-1")
    if found:  # by now
        world.executor.started.append((await world.release()).key)
    await passes(world)
    release = await world.release()
    assert release.deployment is not None
    told = DeployStatus.ACCEPTED if found else DeployStatus.UNKNOWN
    assert (release.state, release.deployment.status) == (Lifecycle.DEPLOYING, told)
    assert world.executor.asked("start") == 2
    assert await world.sql("SELECT count(*) FROM effects WHERE kind = 'stop'") == [(int(found),)]
