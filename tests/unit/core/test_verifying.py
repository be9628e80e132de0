"""From the end of a job to live: what probes, signals, time and people say."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, StartDeployment, TellFailure, TellLanesAfter, TellOperations
from bot.core.events import HealthSeen, TimePassed
from bot.core.inputs import Account, MarkDone
from bot.core.lane import Lane, Live
from bot.core.policy import Permission
from bot.core.refusals import AccountMayNotAct, MovedOn, NoReason, NotExpected, NotFailed, NotPermitted, Reason
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Release
from bot.core.verification import Verification
from bot.core.verifying import next_moment
from tests.factories import NOON, a_build
from tests.unit.core.values import (
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    SAM,
    flying,
    go,
    lane,
    lane_policy,
    live,
    one,
    policy,
    reasons,
    release,
)

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
URL = "https://ci.example/1"
FINISHED = Deployment(DeployStatus.SUCCEEDED, NOON, url=URL, finished_at=NOON)
DUE = NOON + 5 * MINUTE
VERIFY = Verification(within=5 * MINUTE, hold_for=10 * MINUTE)


def deployed(well_since: datetime | None = None, verify: Verification | None = VERIFY) -> Release:
    """Return a release whose job ended at noon."""
    under = lane_policy(policy(verify=verify))
    return flying(state=Lifecycle.VERIFYING, policy=under, deployment=FINISHED, health=Health(NOON, well_since))


def well(detail: str = "200") -> HealthSeen:
    return HealthSeen(1, healthy=True, detail=detail)


def ill(detail: str = "503") -> HealthSeen:
    return HealthSeen(1, healthy=False, detail=detail)


def became_live(decided: Decision) -> bool:
    return one(decided).state is Lifecycle.LIVE and decided.lane.live == live_since(decided)


def live_since(decided: Decision) -> Live:
    build = a_build(1)
    return Live(build.sha, "1", one(decided).ended_at or NOON, build.position, 1)


def test_the_first_success_is_told_and_must_hold() -> None:
    now = NOON + MINUTE
    decided = go(lane(deployed()), well(), now=now)
    assert decided.lane == lane(deployed(now))
    assert decided.happenings == (Happening(Happened.WELL, 1, detail="200"),)
    assert decided.effects == ()


def test_a_later_success_changes_nothing() -> None:
    there = lane(deployed(NOON + MINUTE))
    assert go(there, well(), now=NOON + 2 * MINUTE) == Decision(there)


def test_what_is_ill_at_first_changes_nothing() -> None:
    assert go(lane(deployed()), ill(), now=NOON + MINUTE) == Decision(lane(deployed()))


def test_it_is_live_once_it_was_well_for_long_enough() -> None:
    decided = go(lane(deployed(NOON)), TimePassed(), now=NOON + 10 * MINUTE)
    ended = replace(deployed(NOON), state=Lifecycle.LIVE, ended_at=NOON + 10 * MINUTE)
    assert decided.lane == lane(ended, live=live_since(decided))
    assert decided.happenings == (Happening(Happened.LIVE, 1, detail="verified", url=URL),)
    assert decided.effects == (TellLanesAfter(a_build(1)),)


def test_where_nothing_must_hold_the_first_success_makes_it_live() -> None:
    decided = go(lane(deployed(verify=Verification())), well(), now=NOON + MINUTE)
    assert one(decided).health == Health(NOON, NOON + MINUTE)
    assert became_live(decided)
    assert [one.kind for one in decided.happenings] == [Happened.WELL, Happened.LIVE]


STATES: list[tuple[str, Release, HealthSeen | TimePassed, datetime, Lifecycle]] = [
    ("waits for its first success", deployed(), TimePassed(), DUE - SECOND, Lifecycle.VERIFYING),
    ("fails when it was never well in time", deployed(), TimePassed(), DUE, Lifecycle.FAILED),
    ("may be ill before its first success", deployed(), ill(), DUE - SECOND, Lifecycle.VERIFYING),
    ("may not be ill when its time is up", deployed(), ill(), DUE, Lifecycle.FAILED),
    ("may be well at the last moment", deployed(), well(), DUE - SECOND, Lifecycle.VERIFYING),
    ("is well too late when its time is up", deployed(), well(), DUE, Lifecycle.FAILED),
    ("waits though it is well", deployed(NOON), TimePassed(), NOON + 10 * MINUTE - SECOND, Lifecycle.VERIFYING),
    ("is live by a probe's word too", deployed(NOON), well(), NOON + 10 * MINUTE, Lifecycle.LIVE),
    ("fails when it is no longer well", deployed(NOON), ill(), NOON + SECOND, Lifecycle.FAILED),
    ("fails when it is ill at the end", deployed(NOON), ill(), NOON + 10 * MINUTE, Lifecycle.FAILED),
    ("has five minutes where nothing is said", deployed(verify=None), TimePassed(), DUE - SECOND, Lifecycle.VERIFYING),
    ("has no more than that", deployed(verify=None), TimePassed(), DUE, Lifecycle.FAILED),
]


@pytest.mark.parametrize(
    ("there", "given", "now", "state"), [row[1:] for row in STATES], ids=[row[0] for row in STATES]
)
def test_a_release(there: Release, given: HealthSeen | TimePassed, now: datetime, state: Lifecycle) -> None:
    assert one(go(lane(there), given, now=now)).state is state


FAILS: list[tuple[str, Release, HealthSeen | TimePassed, datetime, str]] = [
    ("it was well and is not", deployed(NOON), ill("503 for 20 s"), LATER, "verification failed: 503 for 20 s"),
    ("it never was", deployed(), TimePassed(), DUE, "verification failed: not healthy within 5 min"),
]


@pytest.mark.parametrize(("there", "given", "now", "why"), [row[1:] for row in FAILS], ids=[row[0] for row in FAILS])
def test_a_release_fails_since(there: Release, given: HealthSeen | TimePassed, now: datetime, why: str) -> None:
    decided = go(lane(there, release(2, PRIYA)), given, now=now)
    finished = replace(FINISHED, status=DeployStatus.FAILED)
    assert one(decided) == replace(there, state=Lifecycle.FAILED, ended_at=now, reason=why, deployment=finished)
    assert decided.happenings == (Happening(Happened.FAILED, 1, detail=why, url=URL),)
    assert decided.effects == (TellFailure(1), StartDeployment(2, 1))
    assert decided.lane.live is None


def test_health_is_asked_of_nothing_else() -> None:
    assert reasons(lane(flying()), well()) == (NotExpected(Lifecycle.DEPLOYING),)


def test_a_release_whose_health_nobody_noted_begins_to_be_verified_now() -> None:
    unknown = replace(deployed(), health=None)
    assert one(go(lane(unknown), well())).health == Health(LATER, LATER)
    assert go(lane(unknown), TimePassed(), now=NOON + 99 * MINUTE).happenings == ()


MOMENTS: list[tuple[str, Release, datetime, datetime | None]] = [
    ("when it must have been well", deployed(), NOON, DUE),
    ("when it was well for long enough", deployed(NOON + MINUTE), NOON, NOON + 11 * MINUTE),
    ("now, when that is past", deployed(), DUE + SECOND, DUE + SECOND),
    ("never, when it is not verified", flying(), NOON, None),
]


@pytest.mark.parametrize(("there", "now", "at"), [row[1:] for row in MOMENTS], ids=[row[0] for row in MOMENTS])
def test_time_next_says_something(there: Release, now: datetime, at: datetime | None) -> None:
    assert next_moment(there, now) == at


# -- a person's word -------------------------------------------------------------------------------------------------

MASTER = replace(SAM, permissions=SAM.permissions | {Permission.OVERRIDE})
FAILED = replace(
    deployed(NOON),
    state=Lifecycle.FAILED,
    ended_at=NOON,
    reason="verification failed: 503",
    deployment=replace(FINISHED, status=DeployStatus.FAILED),
)
LOOKED = MarkDone(1, MASTER, " the probe asks the wrong host ")


def test_a_person_may_say_that_it_is_live_after_all() -> None:
    decided = go(lane(FAILED, release(2)), LOOKED)
    marked = Happening(Happened.MARKED_DONE, 1, "sam", "the probe asks the wrong host")
    assert one(decided) == replace(deployed(NOON), state=Lifecycle.LIVE, ended_at=LATER)
    assert decided.lane.live == live_since(decided)
    assert decided.happenings == (
        marked,
        Happening(Happened.LIVE, 1, "sam", "somebody looked and says that it is", url=URL),
    )
    assert decided.effects == (TellOperations(marked), TellLanesAfter(a_build(1)))


def test_it_is_not_said_twice() -> None:
    assert reasons(go(lane(FAILED), LOOKED).lane, LOOKED) == (NotFailed(Lifecycle.LIVE),)


def test_what_was_opened_before_is_overtaken_by_it() -> None:
    there = lane(release(1), replace(FAILED, number=2, build=a_build(2)))
    assert one(go(there, replace(LOOKED, release=2))).state is Lifecycle.SUPERSEDED


UNTOLD = replace(OLGA, account=Account.GUEST)
REFUSED: list[tuple[str, Lane, MarkDone, tuple[Reason, ...]]] = [
    ("without a reason", lane(FAILED), replace(LOOKED, reason=" "), (NoReason(),)),
    (
        "by whoever may not",
        lane(FAILED),
        replace(LOOKED, by=OLGA),
        (NotPermitted(Permission.OVERRIDE, ()),),
    ),
    (
        "once something else became live",
        lane(FAILED, live=replace(live(2, 2), since=NOON + SECOND)),
        LOOKED,
        (MovedOn("2 (0000002)"),),
    ),
    ("once something else became live that instant", lane(FAILED, live=live(2, 2)), LOOKED, (MovedOn("2 (0000002)"),)),
    (
        "for every reason at once",
        lane(FAILED, live=live(2, 2)),
        MarkDone(1, UNTOLD, ""),
        (
            AccountMayNotAct(Account.GUEST),
            NotPermitted(Permission.OVERRIDE, ()),
            NoReason(),
            MovedOn("2 (0000002)"),
        ),
    ),
]


@pytest.mark.parametrize(("there", "given", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_failed_release_is_not_marked_as_done(there: Lane, given: MarkDone, why: tuple[Reason, ...]) -> None:
    assert reasons(there, given) == why


def test_what_was_live_before_it_failed_stands_in_nobodys_way() -> None:
    before = replace(live(2, 2), since=NOON - SECOND)
    assert became_live(go(lane(FAILED, live=before), LOOKED, POLICY))


def test_a_failure_whose_moment_nobody_noted_counts_as_of_now() -> None:
    unknown = replace(FAILED, ended_at=None)
    assert became_live(go(lane(unknown, live=live(2, 2)), LOOKED))
    just = replace(live(2, 2), since=LATER)
    assert reasons(lane(unknown, live=just), LOOKED) == (MovedOn("2 (0000002)"),)
