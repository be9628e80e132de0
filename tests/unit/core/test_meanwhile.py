"""Words that waited count for what they were about: nothing is opened, approved or ended that came after them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core import meanwhile
from bot.core.lane import Hold, Judgement, Lock, Mark, ModeSwitch, Stop
from bot.core.meanwhile import Spoken
from bot.core.policy import Mode
from bot.core.release import Lifecycle, Release
from tests.factories import NOON, a_build
from tests.unit.core.values import ELSEWHERE, LATER, POLICY, PRIYA, flying, lane, live, policy, release, word

BEFORE, AFTER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
BAD = Mark(1, Judgement.BAD, a_build(2).position, "2", "priya", "it burns", NOON)
CLEARED = Mark(2, Judgement.CLEARED, a_build(2).position, "2", "sam", "it does not", LATER)
LOCK = Lock("priya", "U0PRIYA", "a drill", NOON, LATER)

at_noon = pytest.mark.parametrize(("said_at", "since"), [(BEFORE, True), (NOON, False), (AFTER, False)])
"""Something happened at noon: it is later than words only where they were said before it."""


def said(at: datetime) -> Spoken:
    """Return that somebody spoke then, and that it is decided later."""
    return Spoken(at, LATER)


def failed(at: datetime | None) -> Release:
    """Return a release that failed then."""
    return release(state=Lifecycle.FAILED, ended_at=at)


@at_noon
def test_what_is_done_at_noon_is_later_than_what_was_said_before(said_at: datetime, since: bool) -> None:
    assert meanwhile.held(lane(hold=Hold("a drill", NOON)), said(said_at)) is since
    assert meanwhile.locked(lane(lock=LOCK), said(said_at)) is since
    assert meanwhile.stopped(Stop("priya", "a fire", NOON), said(said_at)) is since
    assert meanwhile.condemned((BAD,), a_build(2).position, said(said_at)) is since
    assert meanwhile.landed(lane(live=live(1)), said(said_at)) is since
    assert meanwhile.began(flying(), said(said_at)) is since


@pytest.mark.parametrize("said_at", [BEFORE, AFTER])
def test_where_nothing_is_shut_live_or_under_way_nothing_came_between(said_at: datetime) -> None:
    nothing = lane()
    assert not meanwhile.held(nothing, said(said_at))
    assert not meanwhile.locked(nothing, said(said_at))
    assert not meanwhile.stopped(None, said(said_at))
    assert not meanwhile.landed(nothing, said(said_at))
    assert not meanwhile.condemned((), a_build(1).position, said(said_at))
    assert not meanwhile.began(release(), said(said_at))
    assert not meanwhile.began(release(state=Lifecycle.DEPLOYING), said(said_at))


def test_a_lock_that_was_renewed_is_of_that_moment() -> None:
    renewed = lane(lock=replace(LOCK, renewed=LATER))
    assert meanwhile.locked(renewed, said(AFTER))
    assert not meanwhile.locked(renewed, said(LATER))


@pytest.mark.parametrize(("number", "condemned"), [(1, False), (2, True), (3, True)])
def test_a_verdict_is_of_its_build_and_of_those_that_contain_it(number: int, condemned: bool) -> None:
    assert meanwhile.condemned((BAD,), a_build(number).position, said(BEFORE)) is condemned
    assert not meanwhile.condemned((BAD, CLEARED), a_build(number).position, said(BEFORE))


@pytest.mark.parametrize("state", set(Lifecycle) - {Lifecycle.DEPLOYING})
def test_only_a_deploy_that_is_under_way_has_begun(state: Lifecycle) -> None:
    assert not meanwhile.began(flying(state=state), said(BEFORE))


@at_noon
def test_back_is_elsewhere_once_something_is_live_or_has_failed(said_at: datetime, since: bool) -> None:
    before = replace(live(1), since=BEFORE - timedelta(days=1))
    assert meanwhile.turned(lane(live=live(1)), (), said(said_at)) is since
    assert meanwhile.turned(lane(live=before), (failed(None), failed(NOON)), said(said_at)) is since
    assert not meanwhile.turned(lane(live=before), (release(state=Lifecycle.REJECTED, ended_at=NOON),), said(said_at))
    assert not meanwhile.turned(lane(), (failed(NOON),), said(said_at))


@pytest.mark.parametrize(
    ("here", "wanted", "more"),
    [
        (Mode.OBSERVE, Mode.OBSERVE, False),
        (Mode.OBSERVE, Mode.DELIVERY, True),
        (Mode.OBSERVE, Mode.DEPLOYMENT, True),
        (Mode.DELIVERY, Mode.OBSERVE, False),
        (Mode.DELIVERY, Mode.DELIVERY, False),
        (Mode.DELIVERY, Mode.DEPLOYMENT, True),
        (Mode.DEPLOYMENT, Mode.OBSERVE, False),
        (Mode.DEPLOYMENT, Mode.DELIVERY, False),
        (Mode.DEPLOYMENT, Mode.DEPLOYMENT, False),
    ],
)
def test_a_mode_lets_more_ship_than_another(here: Mode, wanted: Mode, more: bool) -> None:
    assert meanwhile.ships_more(lane(), wanted, policy(mode=here)) is more
    switched = ModeSwitch(here, Mode.DELIVERY, "priya", "a drill", NOON)
    assert meanwhile.ships_more(lane(mode=switched), wanted, POLICY) is more


def test_in_a_lane_that_the_policy_does_not_name_no_mode_lets_more_ship() -> None:
    assert not meanwhile.ships_more(lane(), Mode.DEPLOYMENT, ELSEWHERE)


@pytest.mark.parametrize(("said_at", "had"), [(BEFORE, False), (NOON, True), (AFTER, True)])
def test_what_failed_at_noon_had_failed_for_who_spoke_from_then_on(said_at: datetime, had: bool) -> None:
    assert meanwhile.had_failed(failed(NOON), said(said_at)) is had
    assert not meanwhile.had_failed(failed(None), said(said_at))
    assert not meanwhile.had_failed(release(state=Lifecycle.LIVE, ended_at=NOON), said(said_at))
    assert meanwhile.failed_since(failed(NOON), said(said_at)) is not had


@pytest.mark.parametrize("state", set(Lifecycle) - {Lifecycle.FAILED})
@pytest.mark.parametrize("said_at", [BEFORE, AFTER])
def test_what_has_not_failed_has_not_failed_since_either(state: Lifecycle, said_at: datetime) -> None:
    assert not meanwhile.failed_since(release(state=state, ended_at=NOON), said(said_at))


@pytest.mark.parametrize(("said_at", "meant"), [(BEFORE, 0), (NOON, 1), (AFTER, 1)])
def test_who_spoke_before_a_release_was_opened_did_not_mean_it(said_at: datetime, meant: int) -> None:
    assert meanwhile.generation(release(), said(said_at)) == meant
    assert meanwhile.generation(release(asked_at=LATER), said(said_at)) == meant


@pytest.mark.parametrize(("said_at", "meant"), [(NOON, 1), (AFTER, 1), (LATER, 2)])
def test_who_spoke_before_people_were_asked_again_meant_the_former_generation(said_at: datetime, meant: int) -> None:
    assert meanwhile.generation(release(generation=2, asked_at=LATER), said(said_at)) == meant


def test_people_were_asked_by_the_first_word_of_the_generation_at_the_latest() -> None:
    withdrawn = (replace(word(PRIYA, generation=2), at=AFTER), replace(word(PRIYA), at=BEFORE))
    asked_anew = release(generation=2, asked_at=LATER, approvals=withdrawn)
    assert meanwhile.generation(asked_anew, said(AFTER)) == 2
    assert meanwhile.generation(asked_anew, said(NOON)) == 1


@pytest.mark.parametrize(
    ("waited", "since"),
    [
        (timedelta(0), False),
        (timedelta(seconds=10), False),
        (timedelta(seconds=11), True),
        (timedelta(seconds=-1), True),  # the clock was set back while they waited
    ],
)
def test_who_is_heard_at_once_spoke_after_all_that_a_clock_which_was_set_back_calls_the_future(
    waited: timedelta, since: bool
) -> None:
    an_hour_back = NOON - timedelta(hours=1)
    spoken = Spoken(an_hour_back, an_hour_back + waited)
    assert spoken.before(NOON) is since
    assert meanwhile.failed_since(failed(NOON), spoken) is since
    assert meanwhile.had_failed(failed(NOON), spoken) is not since


@pytest.mark.parametrize(("moment", "since"), [(BEFORE, False), (NOON, False), (AFTER, True), (LATER, False)])
def test_what_came_while_words_were_heard_at_once_came_after_them_all_the_same(moment: datetime, since: bool) -> None:
    assert Spoken(NOON, AFTER).before(moment) is since
