"""From the last look before the first byte to the end, line by line."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.build import BuildState
from bot.core.calendar import Dated, Freeze
from bot.core.effects import (
    Announce,
    AskWhetherItRan,
    Happened,
    Happening,
    ResendDeployment,
    StartDeployment,
    TellFailure,
    TellLanesAfter,
)
from bot.core.events import (
    BuildChanged,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    TimePassed,
)
from bot.core.inputs import Account, Answer, BeginDeployment, Cancel, OfRelease, Resolve, Withdraw
from bot.core.lane import Lane, Live
from bot.core.policy import Permission, Policy
from bot.core.refusals import AccountMayNotAct, NotExpected, NotPermitted, Reason, StillBlocked, TooLate
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Override, Verdict
from bot.core.verification import Verification
from tests.factories import NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    SAM,
    SRE,
    flying,
    go,
    lane,
    lane_policy,
    one,
    policy,
    reasons,
    release,
)

URL = "https://ci.example/1"
DAY = NOON + timedelta(hours=24)
ALL = set(DeployStatus)


def test_the_attempt_is_recorded_before_the_first_byte() -> None:
    decided = go(lane(release(1, PRIYA)), BeginDeployment(1))
    attempt = Deployment(DeployStatus.ATTEMPTED, attempted_at=LATER)
    assert decided.lane.releases == (release(1, PRIYA, state=Lifecycle.DEPLOYING, deployment=attempt),)
    assert decided.happenings == (Happening(Happened.DEPLOY_ATTEMPTED, 1),)
    assert decided.effects == ()


BROKEN = a_build(1, state=BuildState.BROKEN)
BLOCKED: list[tuple[str, Lane, Policy]] = [
    ("while approvals are missing", lane(release()), POLICY),
    ("while today's policy asks for more", lane(release(1, PRIYA)), policy(SRE)),
    ("while the build is broken", lane(release(1, PRIYA, build=BROKEN)), POLICY),
    ("while another is in flight", lane(release(1, PRIYA), flying(2)), POLICY),
    ("in a lane that left the policy", lane(release(1, PRIYA)), ELSEWHERE),
    ("automatically, while the build is broken", lane(release(build=BROKEN, under=AUTOMATIC)), AUTOMATIC),
]


@pytest.mark.parametrize(("there", "under"), [row[1:] for row in BLOCKED], ids=[row[0] for row in BLOCKED])
def test_nothing_begins(there: Lane, under: Policy) -> None:
    assert reasons(there, BeginDeployment(1), under) == (StillBlocked(),)


def test_nothing_begins_out_of_turn() -> None:
    assert reasons(lane(release(1, PRIYA), release(2, PRIYA)), BeginDeployment(2)) == (StillBlocked(),)
    assert one(go(lane(release(1), release(2, PRIYA)), BeginDeployment(2)), 2).state is Lifecycle.DEPLOYING


LEFT = replace(PRIYA, groups=frozenset())


def test_approvers_are_counted_again_and_nothing_is_sent_without_them() -> None:
    decided = go(lane(release(1, PRIYA)), BeginDeployment(1, (LEFT,)))
    assert one(decided).state is Lifecycle.OPEN
    assert one(decided).deployment is None
    assert [one.verdict for one in one(decided).approvals] == [Verdict.APPROVE, Verdict.LAPSE]
    assert [one.kind for one in decided.happenings] == [Happened.LAPSED]
    assert decided.effects == ()


def test_what_one_approver_takes_away_another_may_have_given() -> None:
    decided = go(lane(release(1, PRIYA, ALEX)), BeginDeployment(1, (LEFT, ALEX)))
    assert one(decided).state is Lifecycle.DEPLOYING
    assert [one.kind for one in decided.happenings] == [Happened.LAPSED, Happened.DEPLOY_ATTEMPTED]
    assert [one.person for one in one(decided).standing()] == ["alex"]


def test_approvers_who_are_still_there_count() -> None:
    assert one(go(lane(release(1, PRIYA)), BeginDeployment(1, (PRIYA,)))).state is Lifecycle.DEPLOYING


def test_what_is_blocked_by_something_else_is_refused_though_all_approvers_count() -> None:
    assert reasons(lane(release(1, PRIYA), flying(2)), BeginDeployment(1, (PRIYA,))) == (StillBlocked(),)


def test_what_an_override_skips_is_on_record_as_of_the_deploy() -> None:
    fair = Freeze("fair", Dated(NOON.replace(tzinfo=None), DAY.replace(tzinfo=None), "UTC"))
    under = replace(policy(SRE), freezes=(fair,))
    burns = Override("sam", "it burns", NOON, ("1 of qa",))
    decided = go(lane(release(1, PRIYA, override=burns)), BeginDeployment(1), under)
    assert one(decided).override == replace(burns, skipped=("1 of sre", "the freeze fair"))
    late = NOON + timedelta(hours=72)
    again = go(lane(release(1, override=burns)), BeginDeployment(1), under, late)
    assert (one(again).state, one(again).override, one(again).generation) == (Lifecycle.OPEN, None, 2)
    assert again.happenings == (Happening(Happened.ASKED_AGAIN, 1, detail="the override is too old"),)


def test_sending_again_counts_the_time_limit_anew() -> None:
    decided = go(lane(flying()), BeginDeployment(1))
    assert decided.lane.releases == (flying(deployment=Deployment(DeployStatus.ATTEMPTED, attempted_at=LATER)),)
    assert decided.happenings == ()


EXPECTED: list[tuple[OfRelease, set[DeployStatus]]] = [
    (BeginDeployment(1), {DeployStatus.ATTEMPTED}),
    (DeploymentAccepted(1, "77", URL), {DeployStatus.ATTEMPTED, DeployStatus.UNKNOWN}),
    (DeploymentPutOff(1, "rate limited"), {DeployStatus.ATTEMPTED}),
    (DeploymentRefused(1, "no such workflow"), {DeployStatus.ATTEMPTED, DeployStatus.UNKNOWN}),
    (DeploymentLost(1), {DeployStatus.ATTEMPTED}),
    (DeploymentRunning(1, URL), {DeployStatus.ACCEPTED}),
    (DeploymentEnded(1, succeeded=True, detail="", url=URL), ALL),
    (DeploymentEnded(1, succeeded=False, detail="", url=URL), ALL),
]


@pytest.mark.parametrize("given", [row[0] for row in EXPECTED], ids=lambda given: type(given).__name__)
@pytest.mark.parametrize("status", list(DeployStatus))
def test_which_report_fits_which_status(given: OfRelease, status: DeployStatus) -> None:
    fits = dict(EXPECTED)[given]
    there = lane(flying(1, status))
    if status in fits:
        assert go(there, given).lane != there
    else:
        assert reasons(there, given) == (NotExpected(Lifecycle.DEPLOYING),)


PUT_OFF = release(1, PRIYA, put_off="rate limited")


def test_what_was_certainly_not_sent_is_open_again_with_its_approvals_and_next() -> None:
    decided = go(lane(flying(), release(2, PRIYA)), DeploymentPutOff(1, "rate limited"))
    assert decided.lane.releases == (replace(PUT_OFF, approved_at=LATER), release(2, PRIYA, approved_at=LATER))
    assert decided.happenings == (Happening(Happened.DEPLOY_PUT_OFF, 1, detail="rate limited"),)
    assert decided.effects == (StartDeployment(1, 1),)


def test_a_series_of_tries_is_told_as_one() -> None:
    begun = go(lane(PUT_OFF), BeginDeployment(1))
    assert begun.happenings == (Happening(Happened.DEPLOY_ATTEMPTED, 1, again=True),)
    again = go(begun.lane, DeploymentPutOff(1, "no route"))
    assert again.happenings == (Happening(Happened.DEPLOY_PUT_OFF, 1, detail="no route", again=True),)
    assert one(again).put_off == "no route"


@pytest.mark.parametrize(
    "given",
    [
        DeploymentAccepted(1, "77", URL),
        DeploymentLost(1),
        DeploymentRefused(1, "no such workflow"),
        DeploymentEnded(1, succeeded=True, detail="", url=None),
    ],
    ids=lambda given: type(given).__name__,
)
def test_an_answer_ends_the_series(given: OfRelease) -> None:
    assert one(go(lane(flying(put_off="rate limited")), given)).put_off is None


def test_people_may_think_again_while_it_is_put_off() -> None:
    withdrawn = go(lane(PUT_OFF), Withdraw(1, PRIYA))
    assert (one(withdrawn).put_off, withdrawn.effects) == (None, ())
    assert one(go(lane(PUT_OFF), Cancel(1, PRIYA))).state is Lifecycle.CANCELLED
    rebuilt = replace(a_build(1), artifact="run 9001.2")
    assert one(go(lane(PUT_OFF), BuildChanged(rebuilt, newest=True))).put_off is None


def test_what_is_put_off_is_still_next_when_a_newer_build_comes() -> None:
    decided = go(lane(PUT_OFF), BuildChanged(a_build(2), newest=True))
    assert [one.state for one in decided.lane.releases] == [Lifecycle.OPEN, Lifecycle.OPEN]
    assert decided.effects == (StartDeployment(1, 1),)


def test_the_ci_systems_id_is_kept() -> None:
    decided = go(lane(flying()), DeploymentAccepted(1, "77", URL))
    assert one(decided).deployment == Deployment(DeployStatus.ACCEPTED, NOON, "77", URL)
    assert decided.happenings == (Happening(Happened.DEPLOY_ACCEPTED, 1, detail="77", url=URL),)


def test_a_lost_request_that_is_found_after_all_has_its_full_time() -> None:
    found = go(lane(flying(1, DeployStatus.UNKNOWN)), DeploymentAccepted(1, "77", URL), now=DAY)
    assert one(found).deployment == Deployment(DeployStatus.ACCEPTED, DAY, "77", URL)
    assert one(go(found.lane, TimePassed(), now=DAY)).state is Lifecycle.DEPLOYING


def test_the_jobs_page_is_kept_when_it_begins() -> None:
    accepted = flying(deployment=Deployment(DeployStatus.ACCEPTED, NOON, "77", URL))
    plain = go(lane(accepted), DeploymentRunning(1, None))
    assert one(plain).deployment == Deployment(DeployStatus.RUNNING, NOON, "77", URL)
    moved = go(lane(accepted), DeploymentRunning(1, URL + "/job"))
    assert moved.happenings == (Happening(Happened.DEPLOY_RUNNING, 1, url=URL + "/job"),)


def test_a_job_that_succeeded_is_what_is_live() -> None:
    build = a_build(1)
    decided = go(lane(flying()), DeploymentEnded(1, succeeded=True, detail="all green", url=URL))
    finished = Deployment(DeployStatus.SUCCEEDED, NOON, url=URL, finished_at=LATER)
    assert decided.lane.releases == (flying(state=Lifecycle.LIVE, ended_at=LATER, deployment=finished),)
    assert decided.lane.live == Live(build.sha, "1", LATER, build.position, 1)
    assert decided.happenings == (Happening(Happened.LIVE, 1, detail="all green", url=URL),)
    assert decided.effects == (TellLanesAfter(build),)


def test_what_is_live_is_announced_where_the_policy_it_was_opened_under_says_so() -> None:
    announced = flying(policy=lane_policy(policy(announce=True)))
    decided = go(lane(announced), DeploymentEnded(1, succeeded=True, detail="", url=None))
    assert decided.effects == (Announce(1), TellLanesAfter(a_build(1)))


VERIFIED = flying(policy=lane_policy(policy(verify=Verification())))


def test_a_job_that_succeeded_is_verified_first_where_the_policy_it_was_opened_under_says_so() -> None:
    decided = go(lane(VERIFIED), DeploymentEnded(1, succeeded=True, detail="all green", url=URL))
    finished = Deployment(DeployStatus.SUCCEEDED, NOON, url=URL, finished_at=LATER)
    deployed = replace(VERIFIED, state=Lifecycle.VERIFYING, deployment=finished, health=Health(LATER))
    assert decided.lane == lane(deployed)
    assert decided.happenings == (Happening(Happened.VERIFYING, 1, detail="all green", url=URL),)
    assert decided.effects == ()


def test_the_jobs_page_stays_while_it_is_verified_and_nothing_is_put_off_any_more() -> None:
    known = replace(VERIFIED, deployment=Deployment(DeployStatus.RUNNING, NOON, "77", URL), put_off="no route")
    decided = go(lane(known), DeploymentEnded(1, succeeded=True, detail="", url=None))
    assert decided.happenings == (Happening(Happened.VERIFYING, 1, url=URL),)
    assert one(decided).put_off is None


def test_what_was_opened_without_verification_is_live_at_once() -> None:
    decided = go(lane(flying()), DeploymentEnded(1, succeeded=True, detail="", url=None), policy(verify=Verification()))
    assert one(decided).state is Lifecycle.LIVE


def test_what_is_verified_has_the_lane_for_itself() -> None:
    there = lane(replace(VERIFIED, state=Lifecycle.VERIFYING, health=Health(NOON)), release(2, PRIYA))
    assert reasons(there, BeginDeployment(2)) == (StillBlocked(),)


def test_what_somebody_saw_running_is_verified_too() -> None:
    lost = replace(VERIFIED, deployment=Deployment(DeployStatus.UNKNOWN, NOON))
    decided = go(lane(lost), Resolve(1, SAM, Answer.DID_RUN))
    assert one(decided).state is Lifecycle.VERIFYING
    assert decided.happenings[1] == Happening(Happened.VERIFYING, 1, "sam", "somebody looked and says that it ran")


FAILS: list[tuple[str, OfRelease, DeployStatus, str, str | None]] = [
    (
        "the job failed",
        DeploymentEnded(1, succeeded=False, detail="step 3 failed", url=URL),
        DeployStatus.RUNNING,
        "step 3 failed",
        URL,
    ),
    ("it was refused", DeploymentRefused(1, "no workflow"), DeployStatus.ATTEMPTED, "no workflow", None),
    (
        "it never arrived",
        Resolve(1, SAM, Answer.DID_NOT_RUN),
        DeployStatus.UNKNOWN,
        "the request never reached the CI system",
        None,
    ),
    (
        "somebody gave up",
        Resolve(1, SAM, Answer.ABANDON),
        DeployStatus.UNKNOWN,
        "given up; nobody knows whether it ran",
        None,
    ),
]


@pytest.mark.parametrize(("given", "status", "why", "url"), [row[1:] for row in FAILS], ids=[row[0] for row in FAILS])
def test_a_release_fails_because(given: OfRelease, status: DeployStatus, why: str, url: str | None) -> None:
    decided = go(lane(flying(1, status)), given)
    finished = Deployment(DeployStatus.FAILED, NOON, url=url, finished_at=LATER)
    assert one(decided) == flying(state=Lifecycle.FAILED, ended_at=LATER, reason=why, deployment=finished)
    assert decided.happenings[-1] == Happening(Happened.FAILED, 1, detail=why, url=url)
    assert decided.effects == (TellFailure(1),)
    assert decided.lane.live is None


def test_the_end_of_a_deploy_starts_the_next_in_line() -> None:
    there = lane(flying(1), release(2, PRIYA), release(3, PRIYA))
    assert go(there, DeploymentEnded(1, succeeded=False, detail="", url=None)).effects == (
        TellFailure(1),
        StartDeployment(2, 1),
    )
    assert go(there, DeploymentEnded(1, succeeded=True, detail="", url=None)).effects == (
        TellLanesAfter(a_build(1)),
        StartDeployment(2, 1),
    )


def test_an_end_is_believed_even_of_a_deploy_that_nobody_recorded() -> None:
    decided = go(lane(flying(deployment=None)), DeploymentEnded(1, succeeded=True, detail="", url=None))
    assert one(decided).deployment == Deployment(DeployStatus.SUCCEEDED, LATER, finished_at=LATER)


# -- lost requests ---------------------------------------------------------------------------------------------------


def test_a_person_is_asked_when_nobody_can_tell() -> None:
    decided = go(lane(flying()), DeploymentLost(1))
    assert decided.lane.releases == (flying(1, DeployStatus.UNKNOWN),)
    assert decided.effects == (AskWhetherItRan(1),)
    assert decided.happenings == (Happening(Happened.DEPLOY_LOST, 1),)


def test_somebody_saw_that_it_ran() -> None:
    decided = go(lane(flying(1, DeployStatus.UNKNOWN)), Resolve(1, SAM, Answer.DID_RUN))
    assert one(decided).state is Lifecycle.LIVE
    assert decided.happenings == (
        Happening(Happened.RESOLVED, 1, "sam", "it did run"),
        Happening(Happened.LIVE, 1, "sam", "somebody looked and says that it ran"),
    )


def test_somebody_says_that_it_may_be_sent_again() -> None:
    decided = go(lane(flying(1, DeployStatus.UNKNOWN)), Resolve(1, SAM, Answer.TRY_AGAIN))
    assert decided.lane.releases == (flying(deployment=Deployment(DeployStatus.ATTEMPTED, attempted_at=LATER)),)
    assert decided.effects == (ResendDeployment(1, 1),)
    assert decided.happenings == (Happening(Happened.RESOLVED, 1, "sam", "try again"),)


NOBODY = replace(OLGA, account=Account.STRANGER)
RESOLVES: list[tuple[str, Lane, Resolve, tuple[Reason, ...]]] = [
    (
        "without the permission",
        lane(flying(1, DeployStatus.UNKNOWN)),
        Resolve(1, OLGA, Answer.DID_RUN),
        (NotPermitted(Permission.RESOLVE, ("sre",)),),
    ),
    ("when it was found", lane(flying()), Resolve(1, SAM, Answer.DID_RUN), (TooLate(Lifecycle.DEPLOYING),)),
    (
        "when somebody else has answered",
        lane(flying(state=Lifecycle.LIVE)),
        Resolve(1, SAM, Answer.ABANDON),
        (TooLate(Lifecycle.LIVE),),
    ),
    ("when nothing was sent yet", lane(release()), Resolve(1, SAM, Answer.ABANDON), (NotExpected(Lifecycle.OPEN),)),
    (
        "for every reason at once",
        lane(flying()),
        Resolve(1, NOBODY, Answer.ABANDON),
        (
            AccountMayNotAct(Account.STRANGER),
            NotPermitted(Permission.RESOLVE, ("sre",)),
            TooLate(Lifecycle.DEPLOYING),
        ),
    ),
]


@pytest.mark.parametrize(("there", "given", "why"), [row[1:] for row in RESOLVES], ids=[row[0] for row in RESOLVES])
def test_an_answer_about_a_lost_request_is_refused(there: Lane, given: Resolve, why: tuple[Reason, ...]) -> None:
    assert reasons(there, given) == why


# -- time ------------------------------------------------------------------------------------------------------------

SECOND = timedelta(seconds=1)
HALF_HOUR = NOON + timedelta(minutes=30)
TIMES: list[tuple[str, Lane, datetime, Lifecycle]] = [
    ("waits a second before it expires", lane(release()), DAY - SECOND, Lifecycle.OPEN),
    ("expires at the very instant", lane(release()), DAY, Lifecycle.EXPIRED),
    ("does not expire once it is approved", lane(release(1, PRIYA)), DAY, Lifecycle.OPEN),
    ("goes on a second before its limit", lane(flying()), HALF_HOUR - SECOND, Lifecycle.DEPLOYING),
    ("runs out of time at the very instant", lane(flying()), HALF_HOUR, Lifecycle.FAILED),
    ("runs out of time when accepted", lane(flying(1, DeployStatus.ACCEPTED)), HALF_HOUR, Lifecycle.FAILED),
    ("runs out of time when running", lane(flying(1, DeployStatus.RUNNING)), HALF_HOUR, Lifecycle.FAILED),
    ("is not timed while people are asked", lane(flying(1, DeployStatus.UNKNOWN)), DAY, Lifecycle.DEPLOYING),
]


@pytest.mark.parametrize(("there", "now", "state"), [row[1:] for row in TIMES], ids=[row[0] for row in TIMES])
def test_a_release(there: Lane, now: datetime, state: Lifecycle) -> None:
    assert one(go(there, TimePassed(), now=now)).state is state


def test_an_expiry_is_told_and_is_not_a_rejection() -> None:
    decided = go(lane(release(), release(2)), TimePassed(), now=DAY)
    assert decided.lane.releases == (
        release(state=Lifecycle.EXPIRED, ended_at=DAY),
        release(2, state=Lifecycle.EXPIRED, ended_at=DAY),
    )
    assert decided.happenings == (Happening(Happened.EXPIRED, 1), Happening(Happened.EXPIRED, 2))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (timedelta(minutes=30), "30 min"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=90), "1 min 30 s"),
    ],
)
def test_running_out_of_time_says_how_long_was_waited(limit: timedelta, words: str) -> None:
    short = flying(policy=lane_policy(policy(deploy_timeout=limit)))
    decided = go(lane(short, release(2, PRIYA)), TimePassed(), now=NOON + limit)
    assert one(decided).reason == f"no result within {words}; the job may still be running"
    assert decided.effects == (TellFailure(1), StartDeployment(2, 1))
