"""The card of an open release, whatever it waits for: whoever reads only the snapshots knows the product."""

from dataclasses import replace
from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.build import BuildState, RunStatus
from bot.core.lane import Lane
from bot.core.policy import Mode, Policy, SelfApproval
from bot.core.release import DeployStatus, Release
from bot.ports.slack import Message
from bot.views.card import content_hash, notice
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.values import (
    ANN,
    BUTTONS,
    IN_PRODUCTION,
    IN_STAGING,
    LIVE,
    POLICY,
    QA,
    SAM,
    SRE,
    STAGING,
    TEN,
    a_build,
    a_check,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
    deploying,
)


def shown(release: Release, lane: Lane | None = None, policy: Policy = POLICY, revision: int = 1) -> Message:
    message = notice(release, lane or a_lane(release), a_scene(policy), BUTTONS, revision)
    check(message)
    return message


def test_waiting_for_approval() -> None:
    assert seen(shown(a_release())) == snapshot("""\
# Waiting for approval: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 1 of qa:* 0 of 1 given; may approve: kim, <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_waiting_for_approval_read_aloud() -> None:
    assert shortened(shown(a_release()).text) == snapshot("""\
R-42, payments 118 (9f3c2ab) to production, waits for approval.
Commit: <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint.
By: Ann, pushed by <@U0SAM>.
Checks: build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>).
Asked for by: the pipeline, by a deployable build.
Changes: being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>).
Approved by: nobody yet.
Needs 1 of qa: 0 of 1 given; may approve: kim, <@U0PRIYA>.
R-42: opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
Expires: <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.
Actions: Approve, Reject.\
""")


def test_waiting_for_approval_as_slack_gets_it() -> None:
    assert list(shown(a_release(), revision=7).blocks) == snapshot(
        [
            {
                "type": "header",
                "text": {
                    "type": "plain_text",
                    "text": "Waiting for approval: payments 118 to production",
                    "emoji": False,
                },
                "block_id": "R-42:header:r7",
            },
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": """\
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab000000000000000000000000000000000|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build\
""",
                    "verbatim": True,
                },
                "block_id": "R-42:contents:r7",
            },
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4000000000000000000000000000000000...9f3c2ab000000000000000000000000000000000|compare>)",
                    "verbatim": True,
                },
                "block_id": "R-42:changes:r7",
            },
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": """\
*Approved by:* nobody yet
*Needs 1 of qa:* 0 of 1 given; may approve: kim, <@U0PRIYA>\
""",
                    "verbatim": True,
                },
                "block_id": "R-42:approvals:r7",
            },
            {
                "type": "context",
                "elements": [
                    {
                        "type": "mrkdwn",
                        "text": """\
*R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing\
""",
                        "verbatim": True,
                    }
                ],
                "block_id": "R-42:times:r7",
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "signoff:approve",
                        "text": {"type": "plain_text", "text": "Approve", "emoji": False},
                        "value": "h-approve",
                        "accessibility_label": "Approve payments 118 to production",
                        "style": "primary",
                        "confirm": {
                            "title": {"type": "plain_text", "text": "Approve R-42?", "emoji": False},
                            "text": {
                                "type": "plain_text",
                                "text": "payments 118 to production, commit 9f3c2ab, may ship.",
                                "emoji": False,
                            },
                            "confirm": {"type": "plain_text", "text": "Approve", "emoji": False},
                            "deny": {"type": "plain_text", "text": "Not yet", "emoji": False},
                        },
                    },
                    {
                        "type": "button",
                        "action_id": "signoff:reject",
                        "text": {"type": "plain_text", "text": "Reject", "emoji": False},
                        "value": "h-reject",
                        "accessibility_label": "Reject payments 118 to production",
                        "style": "danger",
                    },
                ],
                "block_id": "R-42:actions:r7",
            },
        ]
    )


def test_who_asked_under_a_name_they_had_is_not_named_among_those_who_may_approve() -> None:
    production = replace(IN_PRODUCTION, approvals=(replace(SRE, sources=("alex", "priya")),))
    release = a_release(requested_by="al", requested_slack="U0ALEX", policy=production)
    assert "may approve: <@U0PRIYA>\n" in seen(shown(release, policy=a_policy(production)))


def test_asked_for_by_a_person_who_then_may_not_approve() -> None:
    policy = a_policy(replace(IN_PRODUCTION, approvals=(SRE,)))
    release = a_release(requested_by="alex", policy=replace(IN_PRODUCTION, approvals=(SRE,)))
    assert seen(shown(release, policy=policy)) == snapshot("""\
# Waiting for approval: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* <@U0ALEX>
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 2 of sre:* 0 of 2 given; may approve: <!subteam^S0SRE>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_one_of_two_rules_met() -> None:
    rules = replace(IN_PRODUCTION, approvals=(QA, SRE), self_approval=SelfApproval.ALLOW)
    release = a_release(policy=rules, approvals=(a_yes(), a_yes("alex", ("sre",))))
    assert seen(shown(release, policy=a_policy(rules))) == snapshot("""\
# Waiting for approval: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>, <@U0ALEX>
*Needs 1 of qa:* given
*Needs 2 of sre:* 1 of 2 given; may approve: <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_nobody_can_approve() -> None:
    rules = replace(IN_PRODUCTION, approvals=(replace(QA, sources=("empty", "sam")),))
    assert seen(shown(a_release(policy=rules), policy=a_policy(rules))) == snapshot("""\
# Waiting for approval: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 1 of empty or sam:* 0 of 1 given; nobody may approve: the policy names no one who did not ask for it or push it
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_only_authors_approved() -> None:
    release = a_release(build=a_build(authors=(SAM,), pusher=None), approvals=(a_yes("sam", ("qa",)),))
    assert seen(shown(release)) == snapshot("""\
# Waiting for approval: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0SAM>
*Needs 1 of qa:* given
*In the way:* A commit of it is approved by nobody but its own authors: somebody else must approve too (kim, <@U0PRIYA>).
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_approved_and_the_lane_is_busy() -> None:
    busy = deploying(DeployStatus.RUNNING, number=41)
    release = a_release(approvals=(a_yes(),))
    assert seen(shown(release, a_lane(busy, release))) == snapshot("""\
# Queued: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
*Needs 1 of qa:* given
*In the way:* <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> is being deployed to production or verified there: this one follows by itself after that.
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_behind_an_older_release() -> None:
    ahead = a_release(number=41, approvals=(a_yes(),))
    release = a_release(approvals=(a_yes(),))
    assert seen(shown(release, a_lane(ahead, release))) == snapshot("""\
# Queued: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
*Needs 1 of qa:* given
*In the way:* <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first: this one follows by itself. Its requester or an approver can take the other one away with `/deploy cancel R-41`.
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_the_build_broke() -> None:
    checks = (a_check(status=RunStatus.FAILED, attempt=2, run_number=119), a_check(pipeline="lint.yml"))
    release = a_release(build=a_build(state=BuildState.BROKEN, checks=checks), approvals=(a_yes(),))
    assert seen(shown(release)) == snapshot("""\
# Waiting: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml failed (<https://github.example/acme/payments/actions/runs/7001|run 119>, attempt 2, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>), lint.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
*Needs 1 of qa:* given
*In the way:* Its build broke (build.yml): its authors (Ann) can run it again or push a fix. No build before it opens by itself: `/deploy payments VERSION to production` asks for one.
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_the_pipelines_run_again() -> None:
    checks = (a_check(status=RunStatus.RUNNING),)
    release = a_release(build=a_build(state=BuildState.PENDING, checks=checks), approvals=(a_yes(),))
    assert seen(shown(release)) == snapshot("""\
# Waiting: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml running (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
*Needs 1 of qa:* given
*In the way:* Its pipelines have not all succeeded yet: it goes on by itself when they have.
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_the_policy_no_longer_names_the_lane() -> None:
    release = a_release(approvals=(a_yes(),))
    assert seen(shown(release, policy=a_policy(services=()))) == snapshot("""\
# Waiting: payments 118 to production
*Commit:* 9f3c2ab Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (compare)
*Approved by:* <@U0PRIYA>
*Needs 1 of qa:* given
*In the way:* The policy no longer names payments in production: whoever keeps the policy file can put it back, or somebody drops the release with `/deploy cancel R-42`.
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_nothing_in_the_way() -> None:
    assert seen(shown(a_release(approvals=(a_yes(),)))) == snapshot("""\
# About to deploy: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
*Needs 1 of qa:* given
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_a_deploy_that_could_not_be_handed_over() -> None:
    release = a_release(approvals=(a_yes(),), put_off="GitHub answers 429: slow <!down>")
    lines = seen(shown(release)).splitlines()
    assert lines[:2] == [
        "# Deploy put off: payments 118 to production",
        "*Put off:* GitHub answers 429: slow &lt;!down&gt;. Nothing was sent; it is tried again by itself",
    ]
    assert shown(release).text.splitlines()[:2] == [
        "R-42, payments 118 (9f3c2ab) to production, could not be handed to the CI system yet, which is tried again.",
        "Put off: GitHub answers 429: slow &lt;!down&gt;. Nothing was sent; it is tried again by itself.",
    ]
    waits = seen(shown(a_release(put_off="GitHub answers 429"))).splitlines()
    assert waits[0] == "# Waiting for approval: payments 118 to production"
    assert not [line for line in waits if "Put off" in line]


def test_a_lane_where_builds_ship_by_themselves() -> None:
    release = a_release(lane=STAGING, policy=IN_STAGING)
    assert seen(shown(release, Lane(STAGING, releases=(release,)))) == snapshot("""\
# About to deploy: payments 118 to staging
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* nobody has told yet what is live in staging
*Approvals:* none needed, builds ship there by themselves
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_older_than_what_is_live() -> None:
    release = a_release(requested_by="priya", older_than_live=True)
    lane = a_lane(release, live=replace(LIVE, sha="7" * 40, version="7" * 12))
    assert seen(shown(release, lane)) == snapshot("""\
# Waiting for approval (OLDER THAN LIVE): payments 118 to production
*OLDER THAN WHAT IS LIVE:* this takes production back to before what runs there now (777777777777)
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* <@U0PRIYA>
*Changes:* being compared with 777777777777, live in production (<https://github.example/acme/payments/compare/7777777.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 1 of qa:* 0 of 1 given; may approve: kim
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. It is OLDER than what is live there. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_older_than_what_was_live_when_it_was_opened() -> None:
    release = a_release(older_than_live=True)
    assert "*OLDER THAN WHAT IS LIVE:* this takes production back to before what runs there now\n" in seen(
        shown(release, a_lane(release, live=None))
    )


def test_rebuilt() -> None:
    release = a_release(generation=2, approvals=(a_yes(generation=1),))
    assert seen(shown(release)) == snapshot("""\
# Waiting for approval: payments 118 to production
*Asked again:* former approvals do not count; the thread says why
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 1 of qa:* 0 of 1 given; may approve: kim, <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production\
""")


def test_the_same_commit_is_live() -> None:
    release = a_release()
    same = replace(LIVE, sha=release.build.sha)
    assert "*Changes:* none, the same commit is live in production" in seen(shown(release, a_lane(release, live=same)))


def test_a_policy_without_expiry() -> None:
    release = a_release(policy=replace(IN_PRODUCTION, expires_after=None))
    assert seen(shown(release)).count("Expires") == 0


def test_an_act_without_a_handle_has_no_button() -> None:
    release = a_release()
    message = notice(release, a_lane(release), a_scene(), {}, 1)
    assert [block["type"] for block in message.blocks] == ["header", "section", "section", "section", "context"]


def test_a_pusher_who_is_the_author_is_named_once() -> None:
    assert "*By:* Ann\n" in seen(shown(a_release(build=a_build(pusher=ANN))))


def test_a_mode_changed_to_delivery_asks_although_it_did_not_before() -> None:
    release = a_release(policy=replace(IN_PRODUCTION, mode=Mode.DEPLOYMENT))
    assert seen(shown(release)).splitlines()[0] == "# Waiting for approval: payments 118 to production"


def test_the_hash_is_that_of_the_content_whatever_the_revision() -> None:
    first, second = shown(a_release(), revision=1), shown(a_release(), revision=2)
    later = shown(a_release(opened_at=TEN + timedelta(minutes=1)))
    assert first != second
    assert content_hash(first) == content_hash(second)
    assert content_hash(first) != content_hash(later)
