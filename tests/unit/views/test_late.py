"""An answer that comes long after the question says so first, and stays within what Slack takes."""

from inline_snapshot import snapshot

from bot.views.blocks import listing
from bot.views.late import answered_late
from bot.views.limits import LISTING
from tests.unit.views.reading import check, seen
from tests.unit.views.values import TEN


def test_it_begins_with_the_time_at_which_it_was_asked() -> None:
    message = answered_late(listing(["R-42 is open."]), TEN)
    check(message)
    assert seen(message) == snapshot("""\
This was asked <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC> and could not be answered before. This is how it stands now:
R-42 is open.\
""")
    assert message.text.splitlines()[1:] == ["R-42 is open."]


def test_a_long_answer_leaves_room_for_it() -> None:
    message = answered_late(listing(["x" * 100] * 500), TEN)
    assert len(message.text) <= LISTING
    assert message.text.startswith("This was asked")
