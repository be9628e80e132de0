"""What is asked for and what is sent is the build as it is today, whoever remembers it otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.decide import Decision
from bot.core.inputs import BeginDeployment, Request
from bot.core.policy import Kind
from bot.core.refusals import NeverLiveThere, Refusal
from bot.core.release import Lifecycle
from tests.factories import a_lane_policy, a_report
from tests.unit.submitting import PRIYA, SAM, Room, two_lanes


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A lane in which 1 was live and 2 is."""
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy())).adopted()
    for number in (1, 2):
        room.builds(number)
        room.approves(number)
        room.ships(number)
    return room


def test_a_rollback_to_a_build_that_was_rebuilt_since_is_refused(room: Room) -> None:
    remembered = room.release(1).build
    room.reports(a_report(1, attempt=2))
    given = Request(remembered, PRIYA, named=True, kind=Kind.ROLLBACK, reason="errors")
    assert room.submit(given) == Refusal((NeverLiveThere(remembered.label),))


def test_what_turns_out_to_be_another_build_when_it_is_sent_is_told_so(room: Room) -> None:
    asked = room.submit(Request(room.release(1).build, SAM, named=True, kind=Kind.ROLLBACK, reason="errors"))
    assert isinstance(asked, Decision)
    room.approves(3)
    other = replace(room.release(1).build, artifact="sha256:another")
    room.run(lambda tx, _: tx.builds.save(other))  # nobody has told the lane
    assert isinstance(room.submit(BeginDeployment(3)), Refusal)
    assert room.release(3).state is Lifecycle.CANCELLED
