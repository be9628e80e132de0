"""What is reported of a build while it is under way is known once that is put off or has ended, in one transaction."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.blockers import blockers
from bot.core.build import BuildState, RunStatus
from bot.core.decide import Decision
from bot.core.events import DeploymentEnded, DeploymentPutOff
from bot.core.inputs import BeginDeployment
from bot.core.release import Lifecycle
from tests.factories import LANE, NOON, a_lane_policy, a_report
from tests.unit.submitting import Room, two_lanes


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A lane in which R-1 is approved and being handed over."""
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy())).adopted()
    room.builds(1)
    room.approves(1)
    assert isinstance(room.submit(BeginDeployment(1)), Decision)
    return room


def put_off(room: Room) -> list[str]:
    """Put R-1 off; returns what is in its way then."""
    assert isinstance(room.submit(DeploymentPutOff(1, "rate limited")), Decision)
    lane = room.run(lambda tx, _: tx.lanes.load(LANE))
    assert lane.releases[0].state is Lifecycle.OPEN
    return [type(one).__name__ for one in blockers(lane.releases[0], lane, room.policy, room.now)]


def test_a_rebuilt_artifact_asks_for_approvals_again(room: Room) -> None:
    room.reports(a_report(1, attempt=2))
    assert put_off(room) == ["WaitsForApproval"]
    release = room.release(1)
    assert (release.generation, release.artifact, release.standing()) == (2, release.build.artifact, ())
    assert room.sql("SELECT key, state FROM effects WHERE kind = 'deploy'") == [("deploy:R-1:1", "cancelled")]


def test_a_broken_build_is_not_next(room: Room) -> None:
    room.reports(a_report(1, attempt=2, status=RunStatus.FAILED))
    assert put_off(room) == ["BuildNotDeployable"]
    assert room.release(1).build.state is BuildState.BROKEN
    assert room.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]


def test_where_nothing_was_reported_it_is_next_with_its_approvals(room: Room) -> None:
    assert put_off(room) == []
    assert (room.release(1).generation, len(room.release(1).standing())) == (1, 1)
    assert room.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("ready",)]


@pytest.mark.parametrize("succeeded", [True, False])
def test_what_was_rebuilt_while_it_was_deployed_is_offered_afterwards(room: Room, *, succeeded: bool) -> None:
    room.reports(a_report(1, attempt=2))
    assert [one.number for one in room.run(lambda tx, _: tx.lanes.load(LANE)).releases] == [1]
    assert isinstance(room.submit(DeploymentEnded(1, succeeded=succeeded, detail="", url=None)), Decision)
    assert room.release(1).state is (Lifecycle.LIVE if succeeded else Lifecycle.FAILED)
    again = room.release(2)
    assert (again.state, again.build.checks[0].attempt, again.standing()) == (Lifecycle.OPEN, 2, ())


def test_what_was_touched_but_not_rebuilt_while_it_was_deployed_opens_nothing(room: Room) -> None:
    room.reports(a_report(1, updated_at=NOON + timedelta(hours=1)))
    room.submit(DeploymentEnded(1, succeeded=True, detail="", url=None))
    assert room.sql("SELECT COUNT(*) FROM releases") == [(1,)]
