"""What becomes of the draft of an announcement: by what people do with it, and by the passing of time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.draft import Changed, Draft, DraftState, Press, Pressed, TooLate, is_live, press, reads_first, seen_to
from bot.core.inputs import Account
from bot.core.lane import Lane, Live
from bot.core.policy import Policy
from bot.core.refusals import AccountMayNotAct, MayNotCancel, Refusal
from bot.core.release import Lifecycle, Release
from bot.core.speaking import Announcement
from tests.factories import NOON
from tests.unit.core.values import ELSEWHERE, GUEST, LATER, OLGA, POLICY, PRIYA, lane, live, policy, release

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
SHIPPED = release(1, PRIYA, state=Lifecycle.LIVE)
HERE = lane(SHIPPED, live=live(1, 1))
GONE = lane(SHIPPED, live=live(2, 2))
WAITS = Draft(1, NOON)
READ, UNREAD = (policy(announcement=Announcement("{version}", edit=edit)) for edit in (True, False))


def pressed(draft: Draft, given: Pressed, there: Lane = HERE) -> Draft | Refusal | TooLate | Changed:
    return press(draft, SHIPPED, there, given, POLICY, LATER)


@pytest.mark.parametrize(
    ("what", "after"),
    [
        (Press.POST, replace(WAITS, state=DraftState.POSTED, ended_at=LATER, ended_by="priya")),
        (Press.DISCARD, replace(WAITS, state=DraftState.DISCARDED, ended_at=LATER, ended_by="priya")),
        (Press.EDIT, replace(WAITS, text="better", edited_by="priya")),
    ],
)
def test_whoever_may_announce_it_posts_discards_or_edits_a_draft(what: Press, after: Draft) -> None:
    assert pressed(WAITS, Pressed(what, PRIYA, "better")) == after


@pytest.mark.parametrize("what", Press)
def test_every_reason_is_told_to_whoever_may_not(what: Press) -> None:
    assert pressed(WAITS, Pressed(what, OLGA)) == Refusal((MayNotCancel(),))
    assert pressed(WAITS, Pressed(what, GUEST)) == Refusal((AccountMayNotAct(Account.GUEST),))


@pytest.mark.parametrize("what", Press)
@pytest.mark.parametrize("state", [one for one in DraftState if one is not DraftState.OPEN])
def test_an_end_is_final(what: Press, state: DraftState) -> None:
    ended = replace(WAITS, state=state)
    assert pressed(ended, Pressed(what, PRIYA, seen=False)) == TooLate(ended)


def test_what_is_no_longer_live_is_not_announced() -> None:
    assert pressed(WAITS, Pressed(Press.POST, PRIYA), GONE) == TooLate(WAITS)


@pytest.mark.parametrize("what", Press)
def test_nothing_is_done_with_a_text_that_nobody_saw(what: Press) -> None:
    assert pressed(WAITS, Pressed(what, PRIYA, "better", seen=False)) == Changed()


@pytest.mark.parametrize(
    ("one", "runs", "is_it"),
    [
        (SHIPPED, live(1, 1), True),
        (SHIPPED, live(1, 2), False),
        (SHIPPED, None, False),
        (replace(SHIPPED, state=Lifecycle.ROLLED_BACK), live(1, 1), False),
    ],
)
def test_a_release_is_live_while_nothing_has_come_since(one: Release, runs: Live | None, is_it: bool) -> None:
    assert is_live(one, lane(one, live=runs)) is is_it


REMINDED = replace(WAITS, reminded=True)
DROPPED = replace(WAITS, state=DraftState.DROPPED)


@pytest.mark.parametrize(
    ("draft", "there", "at", "after"),
    [
        (WAITS, HERE, NOON + 4 * HOUR - TICK, WAITS),
        (WAITS, HERE, NOON + 4 * HOUR, REMINDED),
        (WAITS, GONE, NOON + 4 * HOUR - TICK, WAITS),
        (WAITS, GONE, NOON + 4 * HOUR, DROPPED),
        (WAITS, HERE, NOON + 24 * HOUR, DROPPED),  # after an outage nobody is reminded of what is dropped
        (REMINDED, HERE, NOON + 24 * HOUR - TICK, REMINDED),
        (REMINDED, GONE, NOON + 24 * HOUR - TICK, REMINDED),
        (REMINDED, HERE, NOON + 24 * HOUR, replace(DROPPED, reminded=True)),
    ],
)
def test_a_draft_that_waits_is_reminded_of_once_and_then_dropped(
    draft: Draft, there: Lane, at: datetime, after: Draft
) -> None:
    ended = after.state is DraftState.DROPPED
    assert seen_to(draft, SHIPPED, there, at) == (replace(after, ended_at=at) if ended else after)


@pytest.mark.parametrize(
    ("then", "today", "read"),
    [(READ, READ, True), (READ, UNREAD, False), (READ, POLICY, False), (UNREAD, READ, True), (READ, ELSEWHERE, True)],
    ids=["both", "no longer", "own words today", "since", "then, and the lane left the policy"],
)
def test_people_read_it_first_by_todays_policy(then: Policy, today: Policy, read: bool) -> None:
    assert reads_first(release(under=then), today) is read
