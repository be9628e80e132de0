"""What becomes live decides at once which commits the next release would bring."""

from dataclasses import replace

from bot.core.build import Author
from bot.core.effects import StartDeployment
from bot.core.events import DeploymentEnded
from bot.core.lane import Around, Change
from bot.core.policy import NewerBuild
from tests.factories import a_build
from tests.unit.core.values import PRIYA, PRIYA_AUTHOR, flying, go, lane, lane_policy, live, policy, release

QUEUE = policy(newer_build=NewerBuild.EACH_MUST_SHIP)


def test_a_commit_that_has_just_become_live_needs_nobody_elses_approval_any_more() -> None:
    first = a_build(2, authors=(PRIYA_AUTHOR,))
    second = a_build(3, authors=(Author("Ann"),))
    changes = tuple(Change(one.sha, one.position, one.authors) for one in (first, second))
    ahead = replace(flying(2), build=first, policy=lane_policy(QUEUE))
    behind = replace(release(3, PRIYA, under=QUEUE), build=second)
    there = lane(ahead, behind, live=live(1), around=Around(changes=changes))
    decided = go(there, DeploymentEnded(2, succeeded=True, detail="", url=None), QUEUE)
    assert StartDeployment(3, 1) in decided.effects
