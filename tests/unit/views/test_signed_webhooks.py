"""What people read of builds and deploys that are told by signed webhooks alone."""

from dataclasses import replace

from bot.core.build import RunStatus
from bot.core.release import Deployment, DeployStatus, Lifecycle
from bot.core.target import DeployWebhook
from bot.views.contents import _check
from bot.views.links import Links
from bot.views.question import question
from tests.factories import NOON, a_lane_policy, a_policy, a_release, a_report

LINKS = Links("https://github.example")
TARGET = DeployWebhook("https://deployer.acme.example/hooks", "PAY_DEPLOY_SECRET")


def test_a_run_without_a_number_is_called_by_its_id_and_leads_nowhere() -> None:
    report = a_report(
        pipeline="docs-pipeline", run_number=0, run_id="nightly/<!channel>", url="https://evil.example/", attempt=2
    )
    at = "<!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>"
    assert _check(report, LINKS) == f"docs-pipeline succeeded (run nightly/&lt;!channel&gt;, attempt 2, {at})"
    assert _check(replace(report, run_number=7, status=RunStatus.FAILED), LINKS) == (
        f"docs-pipeline failed (run 7, attempt 2, {at})"
    )


def test_the_question_about_a_signed_request_says_why_it_is_asked() -> None:
    lost = a_release(
        state=Lifecycle.DEPLOYING,
        deployment=Deployment(DeployStatus.UNKNOWN, attempted_at=NOON),
        policy=a_lane_policy(target=TARGET),
    )
    text = question(lost, a_policy(), LINKS, {}, {}, 1).text
    assert "a signed request to deploy commit 0000001 to production" in text
    assert "the answer was lost and it may not be sent again by itself" in text
