"""What follows by itself: freezes lifted, trials, the next start; and what time does to a lane."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core import progress
from bot.core.calendar import Dated, Freeze
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.events import TimePassed
from bot.core.lane import Hold, Lane, Lock, ModeSwitch
from bot.core.policy import Hotfix, Kind, Mode, NewerBuild, Policy, Skip, WhenLifted
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Override, Release
from bot.core.verification import Verification
from tests.factories import NOON, a_build
from tests.unit.core.values import (
    ELSEWHERE,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    flying,
    go,
    lane,
    one,
    policy,
    release,
)

MINUTE, TICK, DAY = timedelta(minutes=1), timedelta(microseconds=1), timedelta(hours=24)
TONIGHT = NOON + timedelta(hours=8)
OVERRIDE = Override("sam", "the shop is down", NOON, ())


def frozen(under: Policy, *names: str) -> Policy:
    """Return a policy with freezes from noon to tonight."""
    when = Dated(NOON.replace(tzinfo=None), TONIGHT.replace(tzinfo=None), "UTC")
    return replace(under, freezes=tuple(Freeze(name, when) for name in names or ("sale",)))


def ready(number: int, under: Policy = POLICY, **changed: Any) -> Release:
    """Return a release that was approved at noon."""
    return release(number, PRIYA, under=under, **{"approved_at": NOON} | changed)


def settled(there: Lane, under: Policy = POLICY, now: datetime = LATER) -> Decision:
    """Settle; settling again changes nothing."""
    decided = progress.settle(Decision(there), under, now)
    assert progress.settle(decided, under, now) == decided
    assert progress.settle(Decision(decided.lane), under, now).happenings == ()
    return decided


def started(decided: Decision) -> list[int]:
    return [effect.release for effect in decided.effects if isinstance(effect, StartDeployment)]


def marks(decided: Decision) -> dict[int, str | None]:
    return {each.number: each.waited_for for each in decided.lane.releases}


def test_the_moment_is_kept_at_which_approvals_are_complete() -> None:
    decided = settled(lane(release(1, PRIYA)))
    assert decided == Decision(lane(ready(1, approved_at=LATER)), (StartDeployment(1, 1),))


def test_the_first_that_nothing_blocks_is_sent_on_its_way_alone() -> None:
    assert settled(lane(release(1), ready(2), ready(3))).effects == (StartDeployment(2, 1),)


def test_the_fast_path_starts_before_what_was_opened_earlier() -> None:
    assert started(settled(lane(ready(1), ready(2, kind=Kind.HOTFIX)))) == [2]


def test_nothing_starts_beside_what_is_under_way() -> None:
    there = lane(flying(1), ready(2))
    assert settled(there) == Decision(there)


def test_a_start_is_not_wanted_twice() -> None:
    wanted = Decision(lane(ready(1)), (StartDeployment(1, 1),))
    assert progress.settle(wanted, POLICY, LATER) == wanted


def test_what_is_ready_in_a_freeze_waits_for_it() -> None:
    decided = settled(lane(ready(1), release(2), ready(3)), frozen(POLICY))
    assert marks(decided) == {1: "sale", 2: None, 3: "sale"}
    assert decided.effects == ()


KEPT: list[tuple[str, Release, Policy, str | None]] = [
    ("the first of two freezes", ready(1), frozen(POLICY, "sale", "fair"), "sale"),
    ("the one that it has waited for already", ready(1, waited_for="fair"), frozen(POLICY, "sale", "fair"), "fair"),
    ("not one whose people are missing again", release(1, OLGA, waited_for="sale"), frozen(POLICY), None),
    ("not one that shall ship later anyway", ready(1, scheduled_for=TONIGHT, waited_for="sale"), frozen(POLICY), None),
    ("not a rollback", ready(1, kind=Kind.ROLLBACK), frozen(POLICY), None),
    ("not one that nobody asks for", ready(1, waited_for="sale"), frozen(ELSEWHERE), None),
    ("none once it is overridden", ready(1, waited_for="sale", override=OVERRIDE), frozen(POLICY), None),
    ("none without a freeze", ready(1), POLICY, None),
]


@pytest.mark.parametrize(("there", "under", "kept"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_a_release_waits_for(there: Release, under: Policy, kept: str | None) -> None:
    assert marks(settled(lane(there), under)) == {1: kept}


def test_a_hotfix_that_leaves_freezes_out_starts_in_one() -> None:
    fast = frozen(policy(hotfix=Hotfix((), frozenset({Skip.FREEZE}))))
    decided = settled(lane(ready(1), release(2, kind=Kind.HOTFIX, under=fast)), fast)
    assert (started(decided), marks(decided)) == ([2], {1: "sale", 2: None})


def each(when_lifted: WhenLifted = WhenLifted.OLDEST, **changed: Any) -> Policy:
    return policy(newer_build=NewerBuild.EACH_MUST_SHIP, when_lifted=when_lifted, **changed)


def waited(number: int, under: Policy, **changed: Any) -> Release:
    return ready(number, under, **{"waited_for": "sale"} | changed)


OLDEST, NEWEST, ASK = each(), each(WhenLifted.NEWEST), each(WhenLifted.ASK)


def test_when_a_freeze_lifts_the_oldest_goes_first() -> None:
    decided = settled(lane(waited(1, OLDEST), waited(2, OLDEST)), frozen(OLDEST), TONIGHT)
    assert (started(decided), marks(decided), decided.happenings) == ([1], {1: None, 2: None}, ())


def test_until_a_freeze_lifts_nothing_goes() -> None:
    there = lane(waited(1, NEWEST), waited(2, NEWEST))
    assert settled(there, frozen(NEWEST), TONIGHT - TICK) == Decision(there)


def test_when_a_freeze_lifts_the_newest_goes_and_those_that_waited_give_way() -> None:
    there = lane(waited(1, NEWEST), waited(2, NEWEST), release(3, under=NEWEST), waited(4, NEWEST, build=a_build(2)))
    decided = settled(there, NEWEST, TONIGHT)
    gone = {"state": Lifecycle.SUPERSEDED, "ended_at": TONIGHT, "superseded_by": 4}
    assert decided.lane.releases == (
        waited(1, NEWEST, **gone),
        waited(2, NEWEST, **gone),
        release(3, under=NEWEST),
        ready(4, NEWEST, build=a_build(2)),
    )
    assert decided.happenings == (
        Happening(Happened.SUPERSEDED, 1, other=4),
        Happening(Happened.SUPERSEDED, 2, other=4),
    )
    assert started(decided) == []  # each must ship: what waits for its people was opened before


def test_the_newest_that_waited_starts_when_nothing_else_is_before_it() -> None:
    assert started(settled(lane(waited(1, NEWEST), waited(2, NEWEST)), NEWEST, TONIGHT)) == [2]


def test_the_newest_is_that_of_the_newest_build_whenever_it_was_opened() -> None:
    there = lane(waited(1, NEWEST, build=a_build(9)), waited(2, NEWEST))
    decided = settled(there, NEWEST, TONIGHT)
    assert started(decided) == [1]
    assert one(decided, 2).superseded_by == 1


def test_what_did_not_wait_does_not_give_way() -> None:
    decided = settled(lane(ready(1, NEWEST), waited(2, NEWEST)), NEWEST, TONIGHT)
    assert (started(decided), decided.happenings) == ([1], ())


def test_today_says_how_a_freeze_lifts() -> None:
    assert started(settled(lane(waited(1, OLDEST), waited(2, OLDEST)), NEWEST, TONIGHT)) == [2]
    assert started(settled(lane(waited(1, NEWEST), waited(2, NEWEST)), OLDEST, TONIGHT)) == [1]


def test_where_the_latest_wins_nothing_that_waited_gives_way() -> None:
    newest = policy(when_lifted=WhenLifted.NEWEST)
    decided = settled(lane(waited(1, newest), waited(2, newest)), newest, TONIGHT)
    assert (started(decided), decided.happenings) == ([1], ())


def test_when_people_are_to_choose_nothing_goes_until_they_have() -> None:
    there = lane(waited(1, ASK), waited(2, ASK), waited(3, ASK))
    assert settled(there, ASK, TONIGHT) == Decision(there)


def test_where_one_of_them_was_opened_to_be_chosen_all_wait_for_the_choice() -> None:
    there = lane(waited(1, ASK), waited(2, OLDEST))
    assert settled(there, OLDEST, TONIGHT) == Decision(there)


def test_what_people_chose_goes_first_and_then_the_oldest() -> None:
    there = lane(waited(1, ASK), waited(2, ASK, chosen=True), waited(3, ASK))
    decided = settled(there, ASK, TONIGHT)
    assert (started(decided), marks(decided)) == ([2], {1: None, 2: None, 3: None})
    without = replace(decided.lane, releases=(one(decided, 1), one(decided, 3)))
    assert started(settled(without, ASK, TONIGHT)) == [1]


def test_what_people_chose_does_not_give_way_to_the_newest() -> None:
    there = lane(waited(1, ASK, chosen=True), waited(2, ASK))
    decided = settled(there, NEWEST, TONIGHT)
    assert (started(decided), decided.happenings) == ([1], ())


def test_nobody_needs_to_choose_the_only_one_that_waited() -> None:
    decided = settled(lane(waited(1, ASK), release(2, under=ASK, waited_for="sale")), ASK, TONIGHT)
    assert (started(decided), marks(decided)) == ([1], {1: None, 2: None})


def test_where_a_lane_left_the_policy_nothing_has_waited() -> None:
    decided = settled(lane(waited(1, NEWEST), waited(2, NEWEST)), ELSEWHERE, TONIGHT)
    assert (marks(decided), decided.happenings) == ({1: None, 2: None}, ())


TRIAL = policy(trial=True)
WOULD = "on trial: it would have been deployed now"
TRIED = {"state": Lifecycle.CANCELLED, "ended_at": LATER, "reason": WOULD}


@pytest.mark.parametrize(("then", "now"), [(TRIAL, POLICY), (POLICY, TRIAL), (TRIAL, TRIAL)])
def test_on_trial_then_or_now_a_release_ends_instead_of_starting(then: Policy, now: Policy) -> None:
    assert settled(lane(ready(1, then)), now) == Decision(
        lane(ready(1, then, **TRIED)), happenings=(Happening(Happened.TRIAL_ENDED, 1, detail=WOULD),)
    )


def test_after_one_on_trial_the_next_is_looked_at() -> None:
    decided = settled(lane(ready(1, TRIAL), release(2), ready(3), ready(4)), POLICY)
    assert started(decided) == [3]
    assert [happening.release for happening in decided.happenings] == [1]


def test_on_trial_all_end_that_nothing_blocks() -> None:
    decided = settled(lane(ready(1, TRIAL), release(2, under=TRIAL), ready(3, TRIAL)), TRIAL)
    assert [each.state for each in decided.lane.releases] == [
        Lifecycle.CANCELLED,
        Lifecycle.OPEN,
        Lifecycle.CANCELLED,
    ]
    assert decided.effects == ()


def test_what_a_hold_keeps_is_no_trial_yet() -> None:
    held = lane(ready(1, TRIAL), hold=Hold("the sale", NOON, "sam"))
    assert settled(held, TRIAL) == Decision(held)


def test_after_a_switch_to_deployment_an_open_release_still_waits_for_its_people() -> None:
    switched = ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "we trust it", NOON)
    assert started(settled(lane(release(1), mode=switched))) == []


def passed(there: Lane, now: datetime, under: Policy = POLICY) -> Decision:
    """Let time pass, and nothing else."""
    return progress.time_passed(Decision(there), under, now)


def test_a_release_expires_when_its_approvals_are_missing_for_too_long() -> None:
    assert passed(lane(release(1)), NOON + DAY) == Decision(
        lane(release(1, state=Lifecycle.EXPIRED, ended_at=NOON + DAY)),
        happenings=(Happening(Happened.EXPIRED, 1),),
    )


@pytest.mark.parametrize(("there", "now"), [(release(1), NOON + DAY - TICK), (ready(1), NOON + DAY)])
def test_a_release_does_not_expire_before_its_time_or_once_approved(there: Release, now: datetime) -> None:
    assert passed(lane(there), now) == Decision(lane(there))


def test_approvals_that_have_grown_old_are_asked_for_again() -> None:
    decided = go(lane(ready(1), hold=Hold("the sale", NOON, "sam")), TimePassed(), now=NOON + 3 * DAY)
    assert [(each.kind, each.release) for each in decided.happenings] == [(Happened.ASKED_AGAIN, 1)]
    assert one(decided).approved_at is None
    assert one(decided).standing() == ()


def test_locks_and_holds_end_before_releases_are_looked_at() -> None:
    lock = Lock("sam", "U0SAM", "a load test", NOON, LATER)
    decided = go(lane(ready(1), hold=Hold("the sale", NOON, "sam", LATER), lock=lock), TimePassed())
    assert [each.kind for each in decided.happenings] == [Happened.HOLD_ENDED, Happened.LOCK_ENDED]
    assert started(decided) == [1]


LIMIT = NOON + timedelta(minutes=30)


def test_a_deploy_that_ran_out_of_time_has_failed() -> None:
    decided = passed(lane(flying(1)), LIMIT)
    assert one(decided).state is Lifecycle.FAILED
    assert [each.kind for each in decided.happenings] == [Happened.FAILED]


def test_a_deploy_in_time_goes_on() -> None:
    assert passed(lane(flying(1)), LIMIT - TICK) == Decision(lane(flying(1)))


def test_a_release_that_stayed_well_is_live() -> None:
    rules = policy(verify=Verification(hold_for=5 * MINUTE))
    verified = ready(
        1,
        rules,
        state=Lifecycle.VERIFYING,
        deployment=Deployment(DeployStatus.SUCCEEDED, NOON, finished_at=NOON),
        health=Health(NOON, NOON),
    )
    assert passed(lane(verified), LATER - TICK, rules) == Decision(lane(verified))
    assert one(passed(lane(verified), LATER, rules)).state is Lifecycle.LIVE
