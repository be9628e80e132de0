"""Settling any lane: twice is once, one start at most, and only of what nothing blocks."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from bot.core import progress
from bot.core.blockers import blockers, free
from bot.core.calendar import Dated, Freeze
from bot.core.decision import Decision
from bot.core.effects import Happened, StartDeployment
from bot.core.events import TimePassed
from bot.core.lane import Hold, Lane
from bot.core.policy import Hotfix, Kind, LanePolicy, Mode, NewerBuild, Policy, Skip, WhenLifted
from bot.core.release import Lifecycle, Override, Release
from tests.factories import NOON, a_build, a_lane_policy, a_policy
from tests.unit.core.values import LATER, PRIYA, flying, go, lane, release

HOUR = timedelta(hours=1)
SALE = Dated(NOON.replace(tzinfo=None), (NOON + HOUR).replace(tzinfo=None), "UTC")
MOMENTS = st.sampled_from((LATER, NOON + HOUR, NOON + 80 * HOUR))
RULES: st.SearchStrategy[LanePolicy] = st.builds(
    a_lane_policy,
    mode=st.sampled_from((Mode.DELIVERY, Mode.DELIVERY, Mode.DEPLOYMENT)),
    newer_build=st.sampled_from(NewerBuild),
    when_lifted=st.sampled_from(WhenLifted),
    undo_window=st.sampled_from((timedelta(0), 2 * HOUR)),
    trial=st.sampled_from((False, False, True)),
    hotfix=st.just(Hotfix((), frozenset({Skip.FREEZE}))),
)
OPEN: st.SearchStrategy[Release] = st.builds(
    release,
    st.just(1),
    st.just(PRIYA),
    policy=RULES,
    build=st.integers(1, 6).map(a_build),
    approvals=st.sampled_from(((), release(1, PRIYA).approvals, release(1, PRIYA).approvals)),
    approved_at=st.sampled_from((None, NOON)),
    kind=st.sampled_from((Kind.RELEASE, Kind.RELEASE, Kind.HOTFIX, Kind.ROLLBACK)),
    waited_for=st.sampled_from((None, "sale")),
    chosen=st.sampled_from((False, False, True)),
    scheduled_for=st.sampled_from((None, None, NOON + 2 * HOUR)),
    override=st.sampled_from((None, None, Override("sam", "the shop is down", NOON, ()))),
)


@st.composite
def lanes(draw: st.DrawFn) -> Lane:
    """Return a lane of up to five open releases, perhaps with one under way, perhaps held."""
    numbers = count(1)
    releases = [replace(one, number=next(numbers)) for one in draw(st.lists(OPEN, max_size=5))]
    if draw(st.integers(0, 4)) == 4:
        releases.append(flying(next(numbers)))
    held = draw(st.sampled_from((None, None, Hold("the sale", NOON), Hold("the sale", NOON, "sam", NOON + HOUR))))
    return lane(*releases, hold=held)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Return a policy that is frozen for an hour, or not at all."""
    freezes = draw(st.sampled_from(((), (Freeze("sale", SALE),))))
    return a_policy(draw(RULES), freezes=freezes)


@given(lanes(), policies(), MOMENTS)
def test_settling_twice_is_settling_once(there: Lane, under: Policy, now: datetime) -> None:
    settled = progress.settle(Decision(there), under, now)
    assert progress.settle(settled, under, now) == settled
    again = progress.settle(Decision(settled.lane), under, now)
    assert (again.lane, again.effects, again.happenings) == (settled.lane, settled.effects, ())


def test_a_choice_that_ends_with_a_trial_is_waited_for_no_more() -> None:
    """Two waited for a freeze, and people were to choose; the one on trial ends, and one needs no choice."""
    trial = a_lane_policy(trial=True)
    today, asks = a_lane_policy(), a_lane_policy(newer_build=NewerBuild.EACH_MUST_SHIP, when_lifted=WhenLifted.ASK)
    waiting = [replace(release(one, PRIYA, policy=rules), waited_for="sale") for one, rules in ((1, trial), (2, asks))]
    settled = progress.settle(Decision(lane(*waiting)), a_policy(today), NOON)
    states = [(one.number, one.state, one.waited_for) for one in settled.lane.releases]
    assert states == [(1, Lifecycle.CANCELLED, "sale"), (2, Lifecycle.OPEN, None)]
    assert settled.effects == (StartDeployment(2, 1),)
    assert progress.settle(Decision(settled.lane), a_policy(today), NOON).lane == settled.lane


@given(lanes(), policies(), MOMENTS)
def test_one_release_starts_at_most_and_nothing_blocks_it(there: Lane, under: Policy, now: datetime) -> None:
    settled = go(there, TimePassed(), under, now)
    unblocked = [one for one in settled.lane.open if not blockers(one, settled.lane, under, now)]
    starts = [effect for effect in settled.effects if isinstance(effect, StartDeployment)]
    assert starts == [StartDeployment(one.number, one.generation) for one in unblocked]
    assert len(starts) <= 1
    assert [one for one in settled.lane.open if free(one, settled.lane, under, now)] == unblocked


@given(lanes(), policies(), MOMENTS)
def test_settling_ends_releases_for_a_freeze_or_on_trial_only(there: Lane, under: Policy, now: datetime) -> None:
    settled = progress.settle(Decision(there), under, now)
    ended = {one.number: one.state for one in settled.lane.releases if one.state.ended}
    told = {Happened.SUPERSEDED: Lifecycle.SUPERSEDED, Happened.TRIAL_ENDED: Lifecycle.CANCELLED}
    assert ended == {one.release: told[one.kind] for one in settled.happenings}
