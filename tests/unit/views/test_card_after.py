"""The card of a release from the start of its deploy on, and in every ending."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release, StopAsked
from bot.ports.slack import Message
from bot.views.card import notice
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.values import (
    BUTTONS,
    JOB,
    POLICY,
    TEN,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
    deploying,
    ended,
)


def shown(release: Release, lane: Lane | None = None, policy: Policy = POLICY, revision: int = 1) -> Message:
    message = notice(release, lane or a_lane(release), a_scene(policy), BUTTONS, revision)
    check(message)
    return message


def test_handing_the_deploy_over() -> None:
    assert seen(shown(deploying(DeployStatus.ATTEMPTED))) == snapshot("""\
# Starting the deploy: payments 118 to production
*Deploy:* asked for <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (DeployStatus.ACCEPTED, "# Deploy accepted: payments 118 to production"),
        (DeployStatus.RUNNING, "# Deploying: payments 118 to production"),
        (DeployStatus.UNKNOWN, "# Deploy in doubt: payments 118 to production"),
    ],
)
def test_every_step_of_a_deploy_has_a_heading(status: DeployStatus, heading: str) -> None:
    assert seen(shown(deploying(status))).splitlines()[0] == heading


def test_deploying() -> None:
    assert seen(shown(deploying(DeployStatus.RUNNING))) == snapshot("""\
# Deploying: payments 118 to production
*Deploy:* asked for <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_nobody_knows_whether_it_deploys() -> None:
    assert seen(shown(deploying(DeployStatus.UNKNOWN))) == snapshot("""\
# Deploy in doubt: payments 118 to production
*Deploy:* asked for <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*In doubt:* the answer to the request was lost, and the CI system does not know it. Nothing is sent again by itself: somebody is asked in <#C0OPS>
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_nobody_knows_and_there_is_no_operations_channel() -> None:
    message = shown(deploying(DeployStatus.UNKNOWN), policy=a_policy(operations=None))
    assert "somebody is asked in the operations channel" in message.text


def test_deploying_without_a_record_of_the_attempt() -> None:
    release = a_release(state=Lifecycle.DEPLOYING)
    assert seen(shown(release)).splitlines()[0] == "# Starting the deploy: payments 118 to production"


STOP = StopAsked("priya", TEN)


def stopping(status: DeployStatus) -> Deployment:
    return Deployment(status, TEN, "9", JOB, stop=STOP)


def test_a_deploy_whose_end_somebody_wants() -> None:
    running = shown(a_release(state=Lifecycle.DEPLOYING, deployment=stopping(DeployStatus.RUNNING)))
    assert seen(running).splitlines()[:4] == snapshot(
        [
            "# Cancelling the deploy: payments 118 to production",
            "*Deploy:* asked for <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>",
            "*Cancel:* asked for by <@U0PRIYA> <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>; how the job ends is what counts",
            "*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>",
        ]
    )
    assert running.text.splitlines()[0] == snapshot(
        "R-42, payments 118 (9f3c2ab) to production, is being deployed, which somebody asked to cancel."
    )


@pytest.mark.parametrize(
    ("state", "status", "told"),
    [
        (Lifecycle.VERIFYING, DeployStatus.SUCCEEDED, ", too late: the job ended well"),
        (Lifecycle.LIVE, DeployStatus.SUCCEEDED, ", too late: the job ended well"),
        (Lifecycle.FAILED, DeployStatus.FAILED, ""),
        (Lifecycle.LIVE, DeployStatus.FAILED, ""),  # marked as done
        (Lifecycle.DEPLOYING, DeployStatus.ATTEMPTED, "; the CI system hears of it once it is known which job it is"),
        (
            Lifecycle.DEPLOYING,
            DeployStatus.UNKNOWN,
            "; the CI system was not asked, as it is not known which job it is: please end it there should it run",
        ),
    ],
)
def test_what_became_of_the_wish_to_end_it(state: Lifecycle, status: DeployStatus, told: str) -> None:
    lines = seen(shown(ended(state, deployment=stopping(status)))).splitlines()
    asked = "*Cancel:* asked for by <@U0PRIYA> <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>"
    assert [line for line in lines if line.startswith("*Cancel:*")] == [f"{asked}{told}"]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            Lifecycle.FAILED,
            "; the CI system was not asked, as it is not known which job it is: please end it there should it still run",
        ),
        (Lifecycle.LIVE, ""),  # marked as done
    ],
)
def test_a_wish_to_end_what_failed_before_its_job_was_known(state: Lifecycle, told: str) -> None:
    unasked = replace(stopping(DeployStatus.FAILED), ref=None)
    (line,) = [
        line for line in seen(shown(ended(state, deployment=unasked))).splitlines() if line.startswith("*Cancel:*")
    ]
    asked = "*Cancel:* asked for by <@U0PRIYA> <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>"
    assert line == f"{asked}{told}"


def test_live() -> None:
    release = ended(Lifecycle.LIVE, approvals=(a_yes(),), deployment=deploying(DeployStatus.SUCCEEDED).deployment)
    assert seen(shown(release)) == snapshot("""\
# Live: payments 118 in production
*Live since:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>
*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Approved by:* <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")
    assert shortened(shown(release).text) == snapshot("""\
R-42, payments 118 (9f3c2ab) in production, is live.
Live since: <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>.
Job: <https://github.example/acme/payments/actions/runs/9|open the deploy job>.
Commit: <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint.
By: Ann, pushed by <@U0SAM>.
Checks: build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>).
Asked for by: the pipeline, by a deployable build.
Approved by: <@U0PRIYA>.
R-42: opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.\
""")


def test_rejected() -> None:
    release = ended(Lifecycle.REJECTED, reason="The refund rounds up.\nSee <https://evil.example|the ticket>")
    assert seen(shown(release)) == snapshot("""\
# Rejected: payments 118 to production
*Rejected:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>; the thread says by whom. The reason:
> The refund rounds up.
> See &lt;https://evil.example|the ticket&gt;
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Approved by:* nobody
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_expired() -> None:
    assert seen(shown(ended(Lifecycle.EXPIRED))) == snapshot("""\
# Expired: payments 118 to production
*Expired:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: approvals were missing. That is no rejection; ask again with `/deploy payments 118 to production`
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Approved by:* nobody
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_superseded() -> None:
    assert seen(shown(ended(Lifecycle.SUPERSEDED, superseded_by=43))) == snapshot("""\
# Superseded: payments 118 to production
*Superseded:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> by <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, which carries a newer build. Nothing failed
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Approved by:* nobody
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_superseded_by_one_whose_card_is_not_known() -> None:
    assert "by a newer release, which" in seen(shown(ended(Lifecycle.SUPERSEDED)))


def test_cancelled() -> None:
    assert seen(shown(ended(Lifecycle.CANCELLED))) == snapshot("""\
# Cancelled: payments 118 to production
*Cancelled:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>; the thread says by whom. Nothing was deployed
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Approved by:* nobody
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_failed() -> None:
    release = ended(
        Lifecycle.FAILED,
        reason="exit status 3",
        deployment=deploying(DeployStatus.FAILED).deployment,
        requested_by="sam",
    )
    assert seen(shown(release)) == snapshot("""\
# Deploy failed: payments 118 to production
*Failed:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: exit status 3
*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>
*Next:* look at the job; try again with `/deploy retry R-42`; go back with `/deploy rollback payments in production REASON`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* <@U0SAM>
*Approved by:* nobody
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_an_ending_without_its_time_and_reason() -> None:
    release = a_release(state=Lifecycle.FAILED)
    assert "*Failed:* by now: no reason was told" in seen(shown(release))


@pytest.mark.parametrize("state", [state for state in Lifecycle if state is not Lifecycle.OPEN])
def test_buttons_go_with_the_open_state(state: Lifecycle) -> None:
    blocks = shown(a_release(state=state, ended_at=TEN)).blocks
    assert [block for block in blocks if block["type"] == "actions"] == []
