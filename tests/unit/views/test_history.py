"""What `history` answers: each ending in words, with when, how long, who, and which release is live now."""

from dataclasses import replace
from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.lane import Lane
from bot.core.policy import Kind
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Origin, Override, Release
from bot.views.history import history
from tests.unit.views.reading import check, seen
from tests.unit.views.values import (
    IN_PRODUCTION,
    LIVE,
    POLICY,
    PRODUCTION,
    STAGING,
    TEN,
    a_build,
    a_lane,
    a_release,
    a_scene,
    a_yes,
    deploying,
    ended,
)

THIRTY = timedelta(minutes=30)
RAN = Deployment(DeployStatus.SUCCEEDED, TEN + THIRTY, ref="9", finished_at=TEN + THIRTY + timedelta(minutes=4))


def read(releases: list[Release], lanes: tuple[Lane, ...], count: int = 50) -> str:
    message = history(lanes, releases, a_scene(), count)
    check(message)
    return seen(message)


def test_every_ending_in_words_newest_first() -> None:
    lane = a_lane(a_release(number=60), live=replace(LIVE, release=58))
    releases = [
        a_release(number=60),
        deploying(DeployStatus.RUNNING, number=59),
        ended(Lifecycle.LIVE, number=58, deployment=RAN, approvals=(a_yes(), a_yes("sam", ("sre",)))),
        ended(Lifecycle.REJECTED, number=57, reason="the totals <are> rounded up"),
        ended(Lifecycle.EXPIRED, number=56),
        ended(Lifecycle.SUPERSEDED, number=55, superseded_by=43),
        ended(Lifecycle.SUPERSEDED, number=54),
        ended(Lifecycle.CANCELLED, number=53, requested_by="alex", origin=Origin.REQUEST),
        ended(Lifecycle.FAILED, number=52, deployment=replace(RAN, finished_at=None), reason="exit code 1"),
        ended(Lifecycle.ROLLED_BACK, number=51, deployment=RAN),
        ended(Lifecycle.LIVE, number=50, deployment=RAN),
    ]
    assert read(releases[::-1], (lane,)) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-58
R-60, payments 118 (9f3c2ab) to production: waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>; opened by itself when its build passed
R-59, payments 118 (9f3c2ab) to production: is being deployed; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>; opened by itself when its build passed; approved by <@U0PRIYA>
R-58, payments 118 (9f3c2ab) to production (LIVE NOW): live since <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>; its deploy took 4 minutes; opened by itself when its build passed; approved by <@U0PRIYA>, <@U0SAM>
R-57, payments 118 (9f3c2ab) to production: was rejected <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “the totals &lt;are&gt; rounded up”; was open for 1 hour; opened by itself when its build passed
R-56, payments 118 (9f3c2ab) to production: expired <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, for want of approvals; was open for 1 hour; opened by itself when its build passed
R-55, payments 118 (9f3c2ab) to production: superseded <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> by <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>; was open for 1 hour; opened by itself when its build passed
R-54, payments 118 (9f3c2ab) to production: superseded <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> by a newer build; was open for 1 hour; opened by itself when its build passed
R-53, payments 118 (9f3c2ab) to production: was cancelled <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>; was open for 1 hour; asked for by <@U0ALEX>
R-52, payments 118 (9f3c2ab) to production: could not be deployed <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “exit code 1”; its deploy took 30 minutes; opened by itself when its build passed
R-51, payments 118 (9f3c2ab) to production: went live <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, rolled back since; its deploy took 4 minutes; opened by itself when its build passed
R-50, payments 118 (9f3c2ab) to production: went live <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, no longer live; its deploy took 4 minutes; opened by itself when its build passed\
""")


def test_what_went_another_way_is_marked() -> None:
    trial = replace(IN_PRODUCTION, trial=True)
    verified = Health(TEN + THIRTY + timedelta(minutes=5), TEN + THIRTY + timedelta(minutes=6))
    still = Health(TEN + timedelta(hours=1))
    releases = [
        ended(Lifecycle.LIVE, number=49, origin=Origin.EXTERNAL, deployment=RAN),
        ended(
            Lifecycle.LIVE,
            number=48,
            kind=Kind.ROLLBACK,
            origin=Origin.REQUEST,
            requested_by="sam",
            why="refunds *fail*",
            deployment=RAN,
            health=verified,
        ),
        ended(
            Lifecycle.FAILED,
            number=47,
            kind=Kind.HOTFIX,
            origin=Origin.REQUEST,
            requested_by="sam",
            why="refunds fail",
            deployment=replace(RAN, finished_at=None),
            health=still,
            reason="no answer",
            retry_of=46,
        ),
        ended(
            Lifecycle.LIVE,
            number=45,
            older_than_live=True,
            override=Override("sam", "qa is away", TEN, ("WaitsForApproval",)),
        ),
        ended(Lifecycle.LIVE, number=44, policy=trial),
        replace(ended(Lifecycle.LIVE, number=43), ended_at=None),
    ]
    assert read(releases, (a_lane(live=None),)) == snapshot("""\
*payments in production (delivery):* nobody has told yet what is live
R-49, payments 118 (9f3c2ab) to production (NOT DEPLOYED BY SIGNOFF): went live <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, no longer live
R-48, payments 118 (9f3c2ab) to production (ROLLBACK): went live <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, no longer live; its deploy took 4 minutes and was verified for 26 minutes; asked for by <@U0SAM>; why: “refunds *fail*”
R-47, payments 118 (9f3c2ab) to production (HOTFIX) (another try of R-46): was deployed, but its verification failed <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “no answer”; its deploy took 30 minutes; asked for by <@U0SAM>; why: “refunds fail”
R-45, payments 118 (9f3c2ab) to production (OVERRIDDEN): went live <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, no longer live; was open for 1 hour; opened by itself when its build passed; overridden by <@U0SAM>: “qa is away”
R-44, payments 118 (9f3c2ab) to production (TRIAL): went live <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, no longer live; was open for 1 hour; opened by itself when its build passed
<https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to production: went live at a time nobody knows, no longer live; opened by itself when its build passed\
""")


def test_of_every_environment_the_newest_together() -> None:
    staging = Lane(STAGING, live=replace(LIVE, release=42))
    there = [a_release(number=number, lane=STAGING, state=Lifecycle.LIVE, ended_at=TEN) for number in (40, 42)]
    here = [ended(Lifecycle.REJECTED, number=number) for number in (39, 41)]
    assert read([*there, *here], (staging, a_lane()), count=3) == snapshot("""\
*payments in staging (deployment):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-42
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to staging (LIVE NOW): live since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>; was open for 0 seconds; opened by itself when its build passed
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, payments 118 (9f3c2ab) to production: was rejected <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>; was open for 1 hour; opened by itself when its build passed
R-40, payments 118 (9f3c2ab) to staging: went live <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, no longer live; was open for 0 seconds; opened by itself when its build passed\
""")


def test_where_nothing_was_released() -> None:
    assert read([], (Lane(PRODUCTION),)) == snapshot("""\
*payments in production (delivery):* nobody has told yet what is live
No release has been opened for payments in production yet. `/deploy help request` tells how.\
""")
    assert read([], (Lane(PRODUCTION), Lane(STAGING))) == snapshot("""\
*payments in production (delivery):* nobody has told yet what is live
*payments in staging (deployment):* nobody has told yet what is live
No release has been opened for any of them yet. `/deploy help request` tells how.\
""")


def test_fifty_hostile_releases_stay_within_the_limits() -> None:
    build = a_build(version="<!channel>*_`" * 20, service="payments")
    releases = [
        ended(Lifecycle.REJECTED, number=number, build=build, reason="<@U0X> & `code` " * 200, why="<!here>" * 500)
        for number in range(1, 51)
    ]
    message = history((a_lane(),), releases, a_scene(), 50)
    check(message)
    assert len(message.text) <= 12_000
    assert message.text.endswith("more")
    assert POLICY.command in message.text or "R-50" in message.text
