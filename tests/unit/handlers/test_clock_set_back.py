"""After the host's clock was set back, words count for what is there: it lies in the future, and yet before them."""

import pytest

from bot.core.policy import Permission
from bot.core.release import Lifecycle
from bot.core.target import GithubWorkflow
from bot.ports.ci import ProgressStatus
from tests.factories import LANE, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

WORKFLOW = GithubWorkflow("deploy.yml", "main", ())
POLICY = a_policy(
    a_lane_policy(target=WORKFLOW), permissions=tuple((permission, ("sre",)) for permission in Permission)
)
HOUR = 3600


async def asked(opening: Opening) -> World:
    """Go on until R-1 waits for its approval."""
    world = await opening(POLICY)
    await world.looks()
    await world.looks(a_report(1))
    return world


async def under_way(opening: Opening) -> World:
    """Go on until R-1 is being deployed."""
    world = await asked(opening)
    await world.types("U0PRIYA", "approve R-1")
    assert (await world.release()).state is Lifecycle.DEPLOYING
    return world


async def test_a_yes_to_what_waits_is_one(opening: Opening) -> None:
    world = await asked(opening)
    world.passes(-HOUR)
    await world.types("U0PRIYA", "approve R-1")
    assert (await world.release()).state is Lifecycle.DEPLOYING


async def test_a_deploy_that_is_under_way_is_cancelled(opening: Opening) -> None:
    world = await under_way(opening)
    world.passes(-HOUR)
    await world.types("U0PRIYA", "cancel R-1")
    deployment = (await world.release()).deployment
    assert deployment is not None
    assert deployment.stop is not None


@pytest.mark.parametrize(
    ("who", "words", "then"),
    [
        ("U0PRIYA", "retry R-1", [Lifecycle.FAILED, Lifecycle.DEPLOYING]),
        ("U0SAM", "override R-1 it is live", [Lifecycle.LIVE]),
    ],
)
async def test_what_has_failed_is_tried_again_or_marked_as_done(
    who: str, words: str, then: list[Lifecycle], opening: Opening
) -> None:
    world = await under_way(opening)
    world.executor.says(ProgressStatus.FAILED, "boom")
    await world.follows()
    world.passes(-HOUR)
    await world.types(who, words)
    assert await world.states() == then


async def test_a_hold_ends(opening: Opening) -> None:
    world = await asked(opening)
    await world.types("U0SAM", "hold payments production it burns")
    world.passes(-HOUR)
    await world.types("U0SAM", "resume payments production")
    assert (await world.store.read(lambda tx: tx.lanes.load(LANE))).hold is None
