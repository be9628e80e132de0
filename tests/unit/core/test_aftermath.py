"""What becomes of a failure, and when its cause may be another than the deploy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.aftermath import MarkedDone, Overtaken, TriedAgain, WentBack, aftermath, began_long_before, is_late
from bot.core.lane import Lane, Live
from bot.core.policy import Kind
from bot.core.release import Deployment, DeployStatus, Lifecycle
from tests.factories import LANE, NOON, a_release

ENDED = NOON + timedelta(minutes=5)
FAILED = replace(
    a_release(1),
    state=Lifecycle.FAILED,
    deployment=Deployment(DeployStatus.FAILED, NOON),
    ended_at=ENDED,
)
LATER = replace(a_release(1), number=2, opened_at=ENDED)


def a_lane(since: timedelta | None = None) -> Lane:
    """Return the lane, where something became live so long after the deploy began."""
    if since is None:
        return Lane(LANE)
    return Lane(LANE, live=Live("9" * 40, "9", NOON + since, None, 9))


def test_a_failure_asks_for_a_person() -> None:
    assert aftermath(FAILED, a_lane(timedelta(minutes=5)), [FAILED, replace(LATER, number=0)]) is None
    assert aftermath(FAILED, a_lane(), [LATER]) is None


@pytest.mark.parametrize("state", [Lifecycle.LIVE, Lifecycle.ROLLED_BACK])
def test_somebody_said_that_it_is_live(state: Lifecycle) -> None:
    assert aftermath(replace(FAILED, state=state), a_lane(), []) == MarkedDone()


@pytest.mark.parametrize("state", Lifecycle)
def test_a_second_try_takes_its_place_unless_it_never_shipped(state: Lifecycle) -> None:
    never = {Lifecycle.REJECTED, Lifecycle.EXPIRED, Lifecycle.SUPERSEDED, Lifecycle.CANCELLED}
    again = replace(LATER, retry_of=1, state=state)
    assert aftermath(FAILED, a_lane(), [again]) == (None if state in never else TriedAgain(2))


def test_a_second_try_of_another_release_is_none_of_this_one() -> None:
    assert aftermath(FAILED, a_lane(), [replace(LATER, retry_of=7)]) is None


def test_somebody_goes_back() -> None:
    back = replace(LATER, kind=Kind.ROLLBACK)
    assert aftermath(FAILED, a_lane(), [back]) == WentBack(2)
    assert aftermath(FAILED, a_lane(), [replace(back, opened_at=ENDED - timedelta(seconds=1))]) is None
    assert aftermath(FAILED, a_lane(), [replace(back, state=Lifecycle.REJECTED)]) is None


def test_a_second_try_is_told_rather_than_a_rollback() -> None:
    both = [replace(LATER, number=3, kind=Kind.ROLLBACK), replace(LATER, retry_of=1)]
    assert aftermath(FAILED, a_lane(), both) == TriedAgain(2)


def test_something_else_has_become_live_since() -> None:
    assert aftermath(FAILED, a_lane(timedelta(minutes=6)), []) == Overtaken("9 (9999999)", 9)


def test_a_deploy_that_began_long_before_is_late() -> None:
    long = replace(FAILED, ended_at=NOON + timedelta(hours=2, seconds=1))
    assert [began_long_before(one) for one in (FAILED, replace(FAILED, ended_at=NOON + timedelta(hours=2)), long)] == [
        False,
        False,
        True,
    ]
    assert is_late(long, a_lane())


def test_a_failure_is_late_where_something_has_become_live_since_the_deploy_began() -> None:
    assert [is_late(FAILED, a_lane(timedelta(seconds=one))) for one in (0, 1)] == [False, True]


def test_what_was_never_sent_is_not_late() -> None:
    unsent = replace(FAILED, deployment=None)
    assert not began_long_before(unsent)
    assert not is_late(unsent, a_lane(timedelta(minutes=1)))


@pytest.mark.parametrize("state", [Lifecycle.LIVE, Lifecycle.ROLLED_BACK])
def test_what_became_live_first_counts_whatever_went_back_later(state: Lifecycle) -> None:
    first = replace(LATER, state=state)
    later = [replace(LATER, number=3, kind=Kind.ROLLBACK), first]
    assert aftermath(FAILED, a_lane(), later) == Overtaken("1 (0000001)", 2)
