"""The gates of a lane, each by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core import gates
from bot.core.lane import Around, Hold, Judgement, Lane, Lock, Mark, ModeSwitch, Reached
from bot.core.policy import After, Hotfix, Kind, Mode, NewerBuild, Policy, Skip, WhenLifted
from bot.core.release import Lifecycle, Override, Release
from tests.factories import NOON, a_build
from tests.unit.core.values import ELSEWHERE, LATER, POLICY, lane, policy, release

MINUTE = timedelta(minutes=1)
SOON = LATER + timedelta(microseconds=1)


def bad(seq: int, number: int) -> Mark:
    return mark(seq, number, Judgement.BAD)


def cleared(seq: int, number: int) -> Mark:
    return mark(seq, number, Judgement.CLEARED)


def mark(seq: int, number: int, judgement: Judgement) -> Mark:
    build = a_build(number)
    return Mark(seq, judgement, build.position, build.label, "sam", "because", NOON)


FIVE, SEVEN = bad(1, 5), bad(1, 7)
QUARANTINED: list[tuple[str, tuple[Mark, ...], int, Mark | None]] = [
    ("nothing is marked", (), 5, None),
    ("the bad build", (FIVE,), 5, FIVE),
    ("a build that contains it", (FIVE,), 6, FIVE),
    ("not a build from before it", (FIVE,), 4, None),
    ("not the bad build, once it was cleared", (FIVE, cleared(2, 5)), 5, None),
    ("not what contains the cleared one", (FIVE, cleared(2, 6)), 7, None),
    ("not the cleared one", (FIVE, cleared(2, 6)), 6, None),
    ("what is between the bad one and the cleared one", (FIVE, cleared(2, 7)), 6, FIVE),
    ("not by a bad build that was cleared before it, and not again", (cleared(1, 5), bad(2, 5)), 5, bad(2, 5)),
    ("what a word on an earlier build does not speak of", (FIVE, cleared(2, 4)), 6, FIVE),
    ("a later bad one, though an earlier was cleared", (FIVE, cleared(2, 6), bad(3, 7)), 7, bad(3, 7)),
    ("not before the later bad one", (FIVE, cleared(2, 6), bad(3, 7)), 6, None),
    ("not when the later of two words clears it all", (FIVE, bad(2, 6), cleared(3, 7)), 7, None),
    ("an earlier bad one, marked after a later one was cleared", (SEVEN, cleared(2, 8), bad(3, 5)), 9, bad(3, 5)),
    ("the last mark of several", (FIVE, bad(2, 6)), 7, bad(2, 6)),
    ("what only the older mark speaks of", (FIVE, bad(2, 7)), 6, FIVE),
    ("not by a lower word said later than a higher one", (FIVE, cleared(2, 7), cleared(3, 5)), 7, None),
    ("not by a higher word said later than a lower one", (FIVE, bad(2, 6), cleared(3, 5), cleared(4, 7)), 7, None),
    ("of two words the higher counts", (bad(1, 7), cleared(2, 8), cleared(3, 6)), 8, None),
]


@pytest.mark.parametrize(
    ("marks", "number", "found"), [row[1:] for row in QUARANTINED], ids=[row[0] for row in QUARANTINED]
)
def test_in_quarantine_is(marks: tuple[Mark, ...], number: int, found: Mark | None) -> None:
    assert gates.quarantined(marks, a_build(number).position) == found


NO_TARGET = policy(mode=Mode.OBSERVE, target=None)
TO_DELIVERY = ModeSwitch(Mode.DELIVERY, Mode.OBSERVE, "sam", "we take over", NOON)
TO_OBSERVE = ModeSwitch(Mode.OBSERVE, Mode.DELIVERY, "sam", "they take over", NOON)


@pytest.mark.parametrize(
    ("there", "under", "is_closed"),
    [
        (lane(), POLICY, False),
        (lane(), ELSEWHERE, True),
        (lane(), policy(mode=Mode.OBSERVE), True),
        (lane(), policy(target=None), True),
        (lane(mode=TO_OBSERVE), POLICY, True),
        (lane(mode=TO_DELIVERY), NO_TARGET, True),
        (lane(mode=TO_DELIVERY), policy(mode=Mode.OBSERVE), False),
    ],
    ids=[
        "open",
        "not in the policy",
        "observed",
        "no target",
        "switched to observe",
        "nowhere to deploy",
        "taken over",
    ],
)
def test_nothing_can_ship_where(there: Lane, under: Policy, is_closed: bool) -> None:
    assert gates.closed(there, under) is is_closed


@pytest.mark.parametrize(("until", "held"), [(None, True), (SOON, True), (LATER, False)])
def test_a_hold_holds_until_its_time_is_up(until: datetime | None, held: bool) -> None:
    known = Hold("the sale", NOON, "sam", until)
    assert gates.hold_of(lane(hold=known), LATER) == (known if held else None)


def test_a_lane_that_nobody_holds_is_not_held() -> None:
    assert gates.hold_of(lane(), LATER) is None


@pytest.mark.parametrize(("until", "locked"), [(SOON, True), (LATER, False)])
def test_a_lock_locks_until_its_time_is_up(until: datetime, locked: bool) -> None:
    known = Lock("sam", "U0SAM", "a test", NOON, until)
    assert gates.lock_of(lane(lock=known), LATER) == (known if locked else None)


def test_a_lane_that_nobody_locked_is_not_locked() -> None:
    assert gates.lock_of(lane(), LATER) is None


@pytest.mark.parametrize(
    ("by", "there", "keeps"),
    [
        ("sam", release(), True),
        ("sam", release(requested_by="olga"), True),
        ("sam", release(retry_of=7), True),
        (None, release(), True),
        (None, release(requested_by="olga"), False),
        (None, release(retry_of=7), False),
    ],
)
def test_a_hold_that_came_by_itself_keeps_only_what_nobody_asked_for(
    by: str | None, there: Release, keeps: bool
) -> None:
    assert gates.holds(Hold("rolled back", NOON, by), there) is keeps


STAGING, LONG, CANARY = After("staging", 30 * MINUTE), After("staging", 60 * MINUTE), After("canary")
FAST = Hotfix((), frozenset({Skip.SOAK, Skip.FREEZE}))
SLOW = Hotfix((), frozenset())


def under(**changed: object) -> Policy:
    return policy(**changed)


@pytest.mark.parametrize(
    ("kind", "then", "now", "found"),
    [
        (Kind.RELEASE, POLICY, POLICY, ()),
        (Kind.RELEASE, under(after=STAGING), under(after=STAGING), (STAGING,)),
        (Kind.RELEASE, under(after=STAGING), POLICY, (STAGING,)),
        (Kind.RELEASE, POLICY, under(after=STAGING), (STAGING,)),
        (Kind.RELEASE, under(after=STAGING), ELSEWHERE, (STAGING,)),
        (Kind.RELEASE, under(after=STAGING), under(after=LONG), (LONG,)),
        (Kind.RELEASE, under(after=LONG), under(after=STAGING), (LONG,)),
        (Kind.RELEASE, under(after=STAGING), under(after=CANARY), (STAGING, CANARY)),
        (Kind.ROLLBACK, under(after=STAGING), under(after=STAGING), ()),
        (Kind.HOTFIX, under(after=STAGING, hotfix=FAST), under(after=STAGING, hotfix=FAST), ()),
        (Kind.HOTFIX, under(after=STAGING, hotfix=FAST), under(after=STAGING, hotfix=SLOW), (STAGING,)),
        (Kind.HOTFIX, under(after=LONG, hotfix=SLOW), under(after=STAGING, hotfix=FAST), (LONG,)),
        (Kind.RELEASE, under(after=STAGING, hotfix=FAST), under(after=STAGING, hotfix=FAST), (STAGING,)),
    ],
)
def test_a_release_goes_through_the_environments_of_then_and_now(
    kind: Kind, then: Policy, now: Policy, found: tuple[After, ...]
) -> None:
    assert gates.predecessors(release(kind=kind, under=then), lane(), now) == found


def test_the_soak_counts_from_when_the_build_was_first_live_there() -> None:
    around = Around(
        reached=(
            Reached("staging", 1, NOON + 9 * MINUTE),
            Reached("staging", 1, NOON + MINUTE),
            Reached("staging", 2, NOON - MINUTE),
            Reached("canary", 1, NOON - MINUTE),
        )
    )
    assert gates.soaked_at(a_build(1), STAGING, around) == NOON + 31 * MINUTE


def test_what_was_never_live_there_has_not_soaked() -> None:
    around = Around(reached=(Reached("staging", 2, NOON), Reached("canary", 1, NOON)))
    assert gates.soaked_at(a_build(1), STAGING, around) is None


@pytest.mark.parametrize(
    ("approved_at", "then", "now", "until"),
    [
        (None, under(undo_window=MINUTE), POLICY, None),
        (NOON, POLICY, POLICY, None),
        (NOON, under(undo_window=MINUTE), POLICY, NOON + MINUTE),
        (NOON, under(undo_window=MINUTE), under(undo_window=2 * MINUTE), NOON + 2 * MINUTE),
        (NOON, under(undo_window=2 * MINUTE), under(undo_window=MINUTE), NOON + 2 * MINUTE),
    ],
)
def test_the_longer_undo_window_counts(
    approved_at: datetime | None, then: Policy, now: Policy, until: datetime | None
) -> None:
    assert gates.undo_until(release(approved_at=approved_at, under=then), lane(), now) == until


OVERRIDDEN = Override("sam", "the shop is down", NOON, ())
EASY = under(hotfix=FAST)


@pytest.mark.parametrize(
    ("there", "now", "bind"),
    [
        (release(), POLICY, True),
        (release(override=OVERRIDDEN), POLICY, False),
        (release(kind=Kind.HOTFIX, under=EASY), EASY, False),
        (release(kind=Kind.HOTFIX, under=EASY), ELSEWHERE, False),
        (release(kind=Kind.HOTFIX, under=EASY), under(hotfix=SLOW), True),
        (release(kind=Kind.HOTFIX, under=under(hotfix=SLOW)), EASY, True),
        (release(kind=Kind.RELEASE, under=EASY), EASY, True),
        (release(kind=Kind.ROLLBACK, under=EASY), EASY, True),
    ],
)
def test_freezes_bind_save_where_they_are_overridden_or_skipped_then_and_now(
    there: Release, now: Policy, bind: bool
) -> None:
    assert gates.freezes_bind(there, lane(), now) is bind


EACH = under(newer_build=NewerBuild.EACH_MUST_SHIP)
ASK = under(newer_build=NewerBuild.EACH_MUST_SHIP, when_lifted=WhenLifted.ASK)


@pytest.mark.parametrize(
    ("then", "now", "each"), [(POLICY, POLICY, False), (EACH, POLICY, True), (POLICY, EACH, True), (EACH, EACH, True)]
)
def test_each_must_ship_where_it_had_to_then_or_has_to_now(then: Policy, now: Policy, each: bool) -> None:
    assert gates.each_must_ship(release(under=then), lane(), now) is each


def waiting(number: int, then: Policy = ASK, **changed: object) -> Release:
    return replace(release(number, under=then, waited_for="weekend"), **changed)  # type: ignore[arg-type]


CHOOSE: list[tuple[str, tuple[Release, ...], Policy, bool]] = [
    ("two waited", (waiting(1), waiting(2)), ASK, True),
    ("one waited", (waiting(1), waiting(2, waited_for=None)), ASK, False),
    ("one is chosen", (waiting(1), waiting(2, chosen=True)), ASK, False),
    ("one is chosen that shall ship later", (waiting(1), waiting(2), waiting(3, waited_for=None, chosen=True)), ASK, False),
    ("the oldest goes", (waiting(1, EACH), waiting(2, EACH)), EACH, False),
    ("people were to choose then", (waiting(1), waiting(2)), EACH, True),
    ("people choose now", (waiting(1, EACH), waiting(2, EACH)), ASK, True),
    ("the latest wins", (waiting(1, POLICY), waiting(2, POLICY)), under(when_lifted=WhenLifted.ASK), False),
]  # fmt: skip


@pytest.mark.parametrize(("releases", "now", "choose"), [row[1:] for row in CHOOSE], ids=[row[0] for row in CHOOSE])
def test_people_choose_when(releases: tuple[Release, ...], now: Policy, choose: bool) -> None:
    assert gates.wants_choice(releases[0], lane(*releases), now) is choose


def test_only_open_releases_have_waited() -> None:
    gone = waiting(3, state=Lifecycle.REJECTED)
    assert gates.waited(lane(waiting(1), waiting(2, waited_for=None), gone)) == (waiting(1),)


def test_the_fast_ways_go_first_then_what_was_chosen_then_by_number() -> None:
    hotfix, rollback = release(5, kind=Kind.HOTFIX), release(4, kind=Kind.ROLLBACK)
    chosen, first, second = release(3, chosen=True), release(1), release(2)
    assert sorted((second, first, chosen, hotfix, rollback), key=gates.place) == [
        rollback,
        hotfix,
        chosen,
        first,
        second,
    ]
    assert gates.goes_before(first, second)
    assert not gates.goes_before(second, first)
    assert not gates.goes_before(first, first)
