"""What was told of who wrote the commits counts for whatever opens or ships later, in the same transaction."""

from pathlib import Path

from bot.core.build import Author
from bot.core.changelog import Change, Comparison, Relation, Span
from bot.core.decide import Decision
from bot.core.effects import StartDeployment
from bot.core.events import DeploymentEnded
from bot.core.inputs import BeginDeployment, Retry
from tests.factories import NOON, a_lane_policy, a_sha
from tests.unit.submitting import PRIYA, Room, two_lanes

BOB = Author("Bob")


def told(room: Room, base: int, head: int) -> None:
    """Have a span compared, as the worker would."""
    span = Span("payments", a_sha(base), a_sha(head))
    by_bob = Change(a_sha(head), "Add refunds", (BOB,), NOON, "")
    room.run(lambda tx, _: tx.changes.put(Comparison(span, Relation.AHEAD, (by_bob,), added_total=1), "", NOON))


def test_a_second_try_of_what_was_compared_starts_at_once(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy())).adopted()
    room.builds(1)
    room.approves(1)
    room.ships(1)
    room.run(lambda tx, _: tx.changes.begin(NOON))
    room.builds(2)
    told(room, 1, 2)
    room.approves(2)
    assert isinstance(room.submit(BeginDeployment(2)), Decision)
    assert isinstance(room.submit(DeploymentEnded(2, succeeded=False, detail="out of disk", url=None)), Decision)
    again = room.submit(Retry(2, PRIYA))
    assert isinstance(again, Decision)
    assert [one for one in again.effects if isinstance(one, StartDeployment)] == [StartDeployment(3, 1)]


def test_what_waits_behind_a_deploy_goes_on_where_its_commits_were_compared_with_that(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy())).adopted()
    room.builds(1)
    room.approves(1)
    room.ships(1)
    room.run(lambda tx, _: tx.changes.begin(NOON))
    room.builds(2)
    told(room, 1, 2)
    room.approves(2)
    assert isinstance(room.submit(BeginDeployment(2)), Decision)
    room.builds(3)
    told(room, 2, 3)
    room.approves(3)
    landed = room.submit(DeploymentEnded(2, succeeded=True, detail="", url=None))
    assert isinstance(landed, Decision)
    assert [one for one in landed.effects if isinstance(one, StartDeployment)] == [StartDeployment(3, 1)]
