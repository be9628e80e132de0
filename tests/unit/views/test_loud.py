"""Messages that call for attention: operations, reminders, rollbacks, the line, freezes; and the rest of the thread."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.build import BuildState, RunStatus
from bot.core.calendar import Change, Dated, Freeze, Weekday, Weekly, Window
from bot.core.changelog import Comparison, Relation, Span
from bot.core.effects import Happened, Happening
from bot.core.lane import Around, Hold, Judgement, Mark
from bot.core.policy import ApprovalRule, Kind, LaneId, Mode, Permission
from bot.core.release import Health, Lifecycle, Override, Release
from bot.core.silence import Unreported
from bot.core.source import GithubSource
from bot.core.verification import Verification
from bot.ports.slack import Message
from bot.views import freezes, mainline, thread
from bot.views.announcement import announce
from bot.views.failure import failure
from bot.views.operations import SENTENCES, loud
from bot.views.policy_change import KINDS
from bot.views.reminder import remind
from bot.views.rolled_back import tell_rolled_back
from bot.views.thread import LINES, SILENT, line
from tests.unit.views.compared import PRIYA, a_change
from tests.unit.views.reading import check, seen
from tests.unit.views.values import (
    ANN,
    IN_PRODUCTION,
    JOB,
    LINKS,
    NINE,
    PERMALINKS,
    POLICY,
    PRODUCTION,
    SAM,
    TEN,
    a_build,
    a_check,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
    ended,
)

ELEVEN = TEN + timedelta(hours=1)
OVERRIDE = Override("sam", "customers <cannot> pay", TEN, ("1 of qa",))
OPS = ((Permission.OVERRIDE, ("sre",)),)


def read(message: Message) -> str:
    check(message)
    return seen(message)


def shouted(
    happening: Happening,
    release: Release | None = None,
    lane: LaneId | None = PRODUCTION,
    service: str | None = None,
) -> str:
    message = loud(happening, lane, release, POLICY, PERMALINKS, service=service)
    return read(message)


def test_all_that_operations_hear() -> None:
    overridden = a_release(override=OVERRIDE)
    said = [
        shouted(Happening(Happened.OVERRIDDEN, 42, "sam", "now"), overridden),
        shouted(Happening(Happened.OVERRIDDEN, 42, "sam", "now"), a_release()),
        shouted(Happening(Happened.MARKED_DONE, 42, "sam", "it is there"), ended(Lifecycle.LIVE)),
        shouted(Happening(Happened.MODE_SWITCHED, None, "sam", "from delivery to observe: we <try> it")),
        shouted(Happening(Happened.UNLOCKED, None, "alex", "sam")),
        shouted(Happening(Happened.HOLD_TAKEN, None, "alex", "sam")),
        shouted(Happening(Happened.LOCK_ENDED, None, None, "sam")),
        shouted(Happening(Happened.LOCK_ENDS_SOON, None, None, "sam")),
        shouted(Happening(Happened.DECLARED_LIVE, None, "sam", "118: by hand")),
        shouted(Happening(Happened.STOPPED_ALL, None, "sam", "the data centre burns"), lane=None),
        shouted(Happening(Happened.LET_GO, None, "sam"), lane=None),
        shouted(Happening(Happened.QUARANTINED, None, "sam", "118: it loses money"), lane=None, service="payments"),
        shouted(Happening(Happened.CLEARED, None, "sam", "119: mended"), lane=None, service="payments"),
        shouted(Happening(Happened.DEPLOYED_ELSEWHERE, None, None, "119")),
        shouted(Happening(Happened.UNLOCKED, None, "alex", "sam"), lane=None),
    ]
    assert "\n".join(said) == snapshot("""\
OVERRIDE (break-glass) of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, by <@U0SAM>, <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “customers &lt;cannot&gt; pay”. Skipped: 1 of qa.
OVERRIDE (break-glass) of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, by <@U0SAM>: “now”.
<@U0SAM> marked <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, which had failed, as done: it counts as live now: “it is there”.
<@U0SAM> switched the mode of payments in production from delivery to observe: “we &lt;try&gt; it”. To switch it again: `/deploy mode payments production delivery|deployment|observe REASON`.
<@U0SAM>: <@U0ALEX> ended your lock of payments in production. To take it again: `/deploy lock payments production REASON`.
<@U0SAM>: <@U0ALEX> holds payments in production now, for longer than you did. `/deploy resume payments production` lets it go on.
<@U0SAM>: your lock of payments in production has ended, since its time was up.
<@U0SAM>: your lock of payments in production ends soon. To keep it for longer: `/deploy lock payments production for DURATION REASON`.
<@U0SAM> said what is live: payments in production: “118: by hand”. What ships there is compared with that from now on.
STOPPED: <@U0SAM> stopped everything: “the data centre burns”. Nothing starts anywhere until somebody types `/deploy go-all`; what is being deployed already goes on.
<@U0SAM> let everything go on: what has been waiting starts as soon as nothing else is in its way.
<@U0SAM> put a build of payments in quarantine, with every build that contains it: “118: it loses money”. None of them ships until somebody confirms one that is well: `/deploy release-quarantine payments VERSION REASON`.
<@U0SAM> confirmed a build of payments, with every build that contains it: “119: mended”. They may ship again.
Somebody else deployed to payments in production: “119”. It counts as live there now, and people are asked again for what is open.
<@U0SAM>: <@U0ALEX> ended your lock of everything. To take it again: `/deploy lock SERVICE ENV REASON`.\
""")


def test_what_has_no_sentence_of_its_own_is_told_by_its_name() -> None:
    assert [
        shouted(Happening(Happened.HELD, None, "sam", "the database moves")),
        shouted(Happening(Happened.UNDONE, 42, None), a_release()),
    ] == snapshot(
        [
            "payments in production: held, by <@U0SAM>: the database moves.",
            "<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production: undone, by Signoff.",
        ]
    )


@pytest.mark.parametrize("kind", list(Happened))
def test_hostile_details_do_no_harm(kind: Happened) -> None:
    text = "<!channel> `x` *b* </x|y>" + "<" * 5000
    check(loud(Happening(kind, 42, text, text), PRODUCTION, a_release(), POLICY, PERMALINKS))
    if kind not in {*SENTENCES, *KINDS}:
        assert f": {kind.value}, by <@U0SAM>" in shouted(Happening(kind, None, "sam"))


def test_a_reminder_mentions_who_is_missing() -> None:
    release = a_release()
    message = remind(release, a_lane(release), a_scene())
    assert read(message) == snapshot("""\
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
Still missing: 1 approval by qa: kim, <@U0PRIYA>.
It expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing; that is no rejection.
Please decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.\
""")


def test_a_reminder_of_what_never_expires_and_nobody_may_approve() -> None:
    endless = replace(IN_PRODUCTION, expires_after=None, approvals=(ApprovalRule(("empty",), 1),))
    release = a_release(policy=endless, kind=Kind.HOTFIX)
    message = remind(release, a_lane(release), a_scene(a_policy(endless)))
    assert read(message) == snapshot("""\
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production (HOTFIX), has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
Still missing: 1 approval by empty: nobody is left who may.
Please decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.\
""")


OTHER = ended(Lifecycle.ROLLED_BACK, number=41, build=a_build(version="119", authors=(ANN, SAM)))


def test_a_rollback_mentions_whose_work_was_taken_out() -> None:
    rollback = ended(Lifecycle.LIVE, kind=Kind.ROLLBACK, requested_by="alex", why="it <loses> money")
    mark = Mark(1, Judgement.BAD, OTHER.build.position, "119", "alex", "it loses money", TEN)
    held = replace(a_lane(rollback), hold=Hold("R-42 rolled it back", NINE), around=Around(marks=(mark,)))
    automatic = a_policy(replace(IN_PRODUCTION, mode=Mode.DEPLOYMENT))
    assert read(tell_rolled_back(rollback, OTHER, held, a_scene(automatic))) == snapshot("""\
Ann, <@U0SAM>: your build payments 119 (9f3c2ab), <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, was rolled back in production.
<@U0ALEX> took it out with <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) in production: “it &lt;loses&gt; money”.
payments 119 (9f3c2ab) is in quarantine, with every build that contains it: when one is well again, somebody confirms it with `/deploy release-quarantine payments VERSION REASON`.
Builds do not ship there by themselves now: `/deploy resume payments production` ends that.\
""")
    assert read(tell_rolled_back(rollback, OTHER, held, a_scene())).splitlines()[-1] == snapshot(
        "payments in production is held: `/deploy resume payments production` ends that."
    )
    assert len(read(tell_rolled_back(rollback, OTHER, a_lane(), a_scene())).splitlines()) == 2


def test_a_rollback_mentions_everybody_whose_work_it_took_out() -> None:
    back = ended(Lifecycle.LIVE, kind=Kind.ROLLBACK, requested_by="alex", build=a_build(sha="1" * 40))
    span = Span("payments", OTHER.build.sha, back.build.sha)
    out = (a_change(1, "Refunds", PRIYA), a_change(2, "Typo", SAM, sha=OTHER.build.sha))
    told = Comparison(span, Relation.BEHIND, (), out)
    scene = replace(a_scene(), compared={span: told})
    assert read(tell_rolled_back(back, OTHER, a_lane(back), scene)).startswith(
        "<@U0PRIYA>, <@U0SAM>: your build payments 119 (9f3c2ab), "
    )


def test_the_newest_build_waits_for_its_pipelines() -> None:
    alone = replace(POLICY.services[0], source=GithubSource("acme/payments", "main", ("build.yml",)))
    three = replace(alone, source=GithubSource("acme/payments", "main", ("build.yml", "e2e.yml"), checks=("ci/<x>",)))
    runs = a_build(state=BuildState.PENDING, checks=(a_check(status=RunStatus.RUNNING),))
    unbegun = replace(runs, checks=(a_check(),), title="")
    assert "\n---\n".join(
        [
            read(mainline.silent(Unreported(runs, NINE), alone, a_scene())),
            read(mainline.silent(Unreported(unbegun, NINE - timedelta(days=2)), three, a_scene())),
            mainline.waits(Unreported(runs, NINE), three, LINKS),
            mainline.waits(Unreported(a_build(checks=(a_check(),)), NINE), alone, LINKS),
            read(mainline.silent(Unreported(runs, NINE, unbegun), alone, a_scene())),
            mainline.waits(Unreported(runs, NINE, unbegun), alone, LINKS),
        ]
    ) == snapshot("""\
The pipelines of payments are silent: the newest build, 118 (9f3c2ab), commit <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> “Add the refund endpoint”, has waited for them for 1 hour.
*Not ended:* <https://github.example/acme/payments/actions/runs/7001|build.yml>
*Next:* please look at the pipeline and run it again if it hangs: nothing ships of this build until it has ended. You do not hear of later ones that wait like it
---
The pipelines of payments are silent: the newest build, 118 (9f3c2ab), commit <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab>, has waited for them for 2 days 1 hour.
*Not reported:* e2e.yml, ci/&lt;x&gt;
*Next:* please look at the pipeline and run it again if it hangs: nothing ships of this build until it has ended. You do not hear of later ones that wait like it
---
Its pipelines are silent: the newest build, 118 (9f3c2ab), has waited for them since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, and nothing ships of it until they have ended. Not ended: <https://github.example/acme/payments/actions/runs/7001|build.yml>. Not reported: e2e.yml, ci/&lt;x&gt;.
---
Its pipelines are silent: the newest build, 118 (9f3c2ab), has waited for them since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, and nothing ships of it until they have ended.
---
The pipelines of payments are silent: for 1 hour no new build has been reported to its end. The newest is 118 (9f3c2ab), commit <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> “Add the refund endpoint”.
*Not ended:* <https://github.example/acme/payments/actions/runs/7001|build.yml>
*Next:* please look at the pipeline and run it again if it hangs: nothing ships of this build until it has ended. You do not hear of later ones that wait like it
---
Its pipelines are silent: since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC> no new build has been reported to its end, and nothing ships of the newest, 118 (9f3c2ab), until it has. Not ended: <https://github.example/acme/payments/actions/runs/7001|build.yml>.\
""")


def test_a_rollback_of_what_is_not_known() -> None:
    rollback = ended(Lifecycle.LIVE, kind=Kind.ROLLBACK)
    assert read(tell_rolled_back(rollback, None, a_lane(rollback), a_scene())) == snapshot(
        "Somebody rolled payments in production back to 118 (9f3c2ab) (<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>)."
    )


def test_the_line_stops_and_is_mended() -> None:
    bad = a_build(state=BuildState.BROKEN, authors=(SAM,), checks=(a_check(status=RunStatus.FAILED), a_check()))
    good = a_build(sha="1111111" + "0" * 33, version="119")
    nameless = replace(bad, title="", checks=(), service="docs")
    assert "\n---\n".join(
        [
            read(mainline.broken(bad, POLICY, LINKS)),
            read(mainline.broken(nameless, POLICY, LINKS)),
            read(mainline.mended(good, bad, POLICY, LINKS)),
            read(mainline.mended(good, None, POLICY, LINKS)),
        ]
    ) == snapshot("""\
<@U0SAM>: payments can no longer be deployed from main. The first bad commit is <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> “Add the refund endpoint”.
*What failed:* <https://github.example/acme/payments/actions/runs/7001|build.yml>
*Next:* please fix it, revert it or run it again; you hear of it once more, when it is fixed
---
<@U0SAM>: docs can no longer be deployed from main. The first bad commit is 9f3c2ab.
*What failed:* a pipeline
*Next:* please fix it, revert it or run it again; you hear of it once more, when it is fixed
---
payments can be deployed from main again: payments 119 (1111111), commit <https://github.example/acme/payments/commit/1111111..|1111111> “Add the refund endpoint” by Ann, is well. <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> “Add the refund endpoint” had broken it.
---
payments can be deployed from main again: payments 119 (1111111), commit <https://github.example/acme/payments/commit/1111111..|1111111> “Add the refund endpoint” by Ann, is well.\
""")


WEEKEND = Freeze("weekend", Weekly(frozenset({Weekday.SAT, Weekday.SUN}), None, None, "UTC"), ("production",))
YEAR_END = Freeze(
    "year <end>",
    Dated(datetime(2026, 12, 23, 18), datetime(2027, 1, 2, 8), "UTC"),  # noqa: DTZ001 - local, with its zone beside it
    (),
    ("payments", "docs"),
)
LAST_YEAR = Freeze("last year", Dated(datetime(2025, 1, 1, 0), datetime(2025, 1, 2, 0), "UTC"))  # noqa: DTZ001 - the same


def test_the_freezes_now_and_next() -> None:
    policy = a_policy(freezes=(WEEKEND, YEAR_END, LAST_YEAR), permissions=OPS)
    assert read(freezes.freezes(policy, TEN)) == snapshot("""\
*weekend (every service in production):* in force until <!date^1795392000^{date_short_pretty} {time}|2026-11-23 00:00 UTC>; next from <!date^1795824000^{date_short_pretty} {time}|2026-11-28 00:00 UTC> until <!date^1795996800^{date_short_pretty} {time}|2026-11-30 00:00 UTC>.
*year &lt;end&gt; (payments, docs in every environment):* next from <!date^1798048800^{date_short_pretty} {time}|2026-12-23 18:00 UTC> until <!date^1798876800^{date_short_pretty} {time}|2027-01-02 08:00 UTC>.
*last year (every service in every environment):* is over and does not come again within a year.
What cannot wait for the end of a freeze: `/deploy override RELEASE REASON` (<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>), or the fast path where the policy has one.\
""")  # a Saturday


def test_no_freezes() -> None:
    assert read(freezes.freezes(POLICY, TEN)) == "The policy names no freezes: nothing waits for a date."


def test_a_freeze_begins_and_ends() -> None:
    policy = a_policy(permissions=OPS)
    window = Window(TEN, ELEVEN)
    assert read(freezes.changed(Change(WEEKEND, begins=True, at=TEN, window=window), policy)) == snapshot(
        "The freeze “weekend” has begun for every service in production: nothing ships there before <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>. What cannot wait: `/deploy override RELEASE REASON` (<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>)."
    )
    assert read(freezes.changed(Change(WEEKEND, begins=False, at=ELEVEN, window=window), policy)) == snapshot(
        "The freeze “weekend” has ended for every service in production: what waited for that goes on by itself."
    )


def said(happening: Happening, release: Release) -> str:
    message = line(happening, release, a_lane(release), a_scene())
    assert message is not None
    return read(message)


def test_the_log_of_what_the_rules_do() -> None:
    quick = replace(IN_PRODUCTION, verify=Verification(within=timedelta(minutes=5)))
    slow = replace(IN_PRODUCTION, verify=Verification(timedelta(seconds=90), timedelta(days=1, hours=2, minutes=3)))
    log = [
        said(Happening(Happened.UNDONE, 42, "priya"), a_release(generation=2)),
        said(Happening(Happened.SCHEDULED, 42, "priya"), a_release(scheduled_for=ELEVEN)),
        said(Happening(Happened.SCHEDULED, 42, "priya"), a_release()),
        said(Happening(Happened.OVERRIDDEN, 42, "sam", "now"), a_release(override=OVERRIDE)),
        said(Happening(Happened.OVERRIDDEN, 42, "sam", "now"), a_release()),
        said(Happening(Happened.RETRIED, 42, "priya", other=43), ended(Lifecycle.FAILED)),
        said(Happening(Happened.MARKED_DONE, 42, "sam", "it is there"), ended(Lifecycle.LIVE)),
        said(Happening(Happened.ROLLED_BACK, 42, "sam", "it is slow", 43), ended(Lifecycle.ROLLED_BACK)),
        said(Happening(Happened.ROLLED_BACK, 42), ended(Lifecycle.ROLLED_BACK)),
        said(Happening(Happened.LAPSED, 42, "priya", "their account is gone"), a_release(approvals=(a_yes(),))),
        said(Happening(Happened.LAPSED, 42, "priya"), a_release()),
        said(Happening(Happened.ASKED_AGAIN, 42, detail="the approvals are too old"), a_release()),
        said(Happening(Happened.ASKED_AGAIN, 42), a_release()),
        said(Happening(Happened.HELD, 42, detail="R-42 rolled it back"), a_release()),
        said(Happening(Happened.DEPLOYED_ELSEWHERE, 42, url=JOB), ended(Lifecycle.LIVE)),
        said(Happening(Happened.TRIAL_ENDED, 42), ended(Lifecycle.CANCELLED)),
        said(Happening(Happened.VERIFYING, 42, url=JOB), a_release()),
        said(Happening(Happened.VERIFYING, 42), a_release(policy=quick)),
        said(Happening(Happened.VERIFYING, 42), a_release(policy=slow)),
        said(Happening(Happened.WELL, 42, detail="200"), a_release()),
        said(Happening(Happened.WELL, 42), a_release()),
        said(Happening(Happened.FAILED, 42, detail="not healthy"), ended(Lifecycle.FAILED, health=Health(TEN))),
    ]
    assert "\n".join(log) == snapshot("""\
<@U0PRIYA> stopped it before it started. Nothing was deployed, and people are asked again.
<@U0PRIYA> scheduled it for <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: it goes on by itself then.
<@U0PRIYA> lets it ship as soon as nothing is in its way.
OVERRIDDEN (break-glass) by <@U0SAM>, <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “customers &lt;cannot&gt; pay”. Skipped: 1 of qa.
OVERRIDDEN (break-glass) by <@U0SAM>: “now”.
<@U0PRIYA> tries again with <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>.
<@U0SAM> marked it as done: it counts as live: “it is there”.
Rolled back by <@U0SAM> with <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>: “it is slow”.
Rolled back with another release.
The approval of <@U0PRIYA> no longer counts: their account is gone (1 of 1 of qa).
The approval of <@U0PRIYA> no longer counts: they may not approve this any more (0 of 1 of qa).
People are asked again: the approvals are too old. Former approvals do not count; please look again.
People are asked again. Former approvals do not count; please look again.
payments in production is held now: “R-42 rolled it back”. `/deploy resume payments production` lets it go on.
payments 118 (9f3c2ab) in production was deployed by somebody else; Signoff only took note of it. <https://github.example/acme/payments/actions/runs/9|Open the deploy job>.
On trial: payments 118 (9f3c2ab) to production would have shipped now. Nothing was deployed.
The deploy job has ended well; it is verified before it counts as live. <https://github.example/acme/payments/actions/runs/9|Open the deploy job>.
The deploy job has ended well; it must be healthy within 5 minutes before it counts as live.
The deploy job has ended well; it must be healthy within 1 minute 30 seconds, and stay so for 1 day 2 hours before it counts as live.
Healthy for the first time since its deploy: 200.
Healthy for the first time since its deploy.
The verification failed: not healthy.\
""")


def test_what_has_no_line_in_a_thread() -> None:
    assert sorted(kind.value for kind in SILENT) == snapshot(
        [
            "adopted",
            "declared live",
            "hold ended",
            "hold taken over",
            "let go again",
            "let on later",
            "lock ended",
            "lock ends soon",
            "locked",
            "mode switched",
            "opened",
            "policy changed",
            "policy not followed",
            "policy refused",
            "quarantine lifted",
            "quarantined",
            "reminded",
            "resumed",
            "stopped all",
            "unlocked",
        ]
    )
    assert {*LINES, *SILENT} == set(Happened)
    assert thread.line(Happening(Happened.REMINDED, 42), a_release(), a_lane(), a_scene()) is None


def test_a_verification_that_failed_is_told() -> None:
    release = ended(Lifecycle.FAILED, health=Health(TEN), reason="not healthy within 5 minutes", kind=Kind.HOTFIX)
    assert read(failure(release, a_lane(release), None, a_scene(), {}, 1)).splitlines()[:2] == snapshot(
        [
            "Ann: the verification of the deploy of payments 118 (9f3c2ab) to production (HOTFIX) failed.",
            "*Why:* not healthy within 5 minutes",
        ]
    )


def test_an_announcement_says_that_it_is_a_rollback_nobody_had_to_approve() -> None:
    policy = replace(IN_PRODUCTION, rollback=())
    release = ended(Lifecycle.LIVE, kind=Kind.ROLLBACK, policy=policy)
    assert read(announce(release, a_scene())) == snapshot("""\
*payments 118* is live in *production* (ROLLBACK)
*What changed:* Add the refund endpoint
*By:* Ann
*Approved by:* nobody needed to\
""")
