"""The target `github_deployment`: what is asked, and what the answers mean."""

from typing import Any

import pytest

from bot.core.source import GithubSource
from bot.core.target import GithubDeployment
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci.github_deployments import DeploymentOrder
from handlers.ci.github_pages import Pages
from tests.factories import NOON, a_build, a_release, a_sha
from tests.unit.handlers.ci.payloads import KEY, WEB, a_deployment, a_reply, a_status

SOURCE = GithubSource("acme/payments", "main", (".github/workflows/build.yml",))
ORDER = DeploymentOrder(SOURCE, GithubDeployment("production"), a_release(), Pages(WEB))
PAGE = "https://github.example/acme/payments/deployments/production"


def test_the_deployment_is_of_exactly_the_commit_and_carries_our_key() -> None:
    assert ORDER.start() == HttpRequest(
        "POST",
        "/repos/acme/payments/deployments",
        body={
            "ref": a_sha(1),
            "task": f"signoff:{KEY}",
            "auto_merge": False,
            "required_contexts": [],
            "environment": "production",
            "description": "Signoff R-1: payments 1",
            "payload": {
                "signoff_key": KEY,
                "release": "R-1",
                "service": "payments",
                "environment": "production",
                "version": "1",
                "sha": a_sha(1),
                "artifact": "run 9001.1",
            },
        },
    )


def test_the_description_keeps_githubs_limit() -> None:
    release = a_release(build=a_build(version="1" * 300))
    body = DeploymentOrder(SOURCE, GithubDeployment("production"), release, Pages(WEB)).start().body
    assert body
    assert body["description"] == "Signoff R-1: payments ".ljust(139, "1") + "…"


def test_it_is_looked_up_by_its_key() -> None:
    assert ORDER.find() == HttpRequest(
        "GET",
        "/repos/acme/payments/deployments",
        (("task", f"signoff:{KEY}"), ("sha", a_sha(1)), ("environment", "production")),
    )


def test_no_answer_asks_for_another_request() -> None:
    assert [ORDER.again(a_reply({}, status)) for status in (201, 400, 422, 500)] == [None] * 4  # type: ignore[func-returns-value]


def test_created_is_placed() -> None:
    assert ORDER.started(a_reply(a_deployment(), 201), NOON) == Placed("301", PAGE)


ELSE = "is not about the commit that was asked for"


@pytest.mark.parametrize(
    ("reply", "ended"),
    [
        (a_reply(a_deployment(sha=a_sha(2)), 201), Unsure(f"GitHub's answer (201) {ELSE}")),
        (a_reply(a_deployment(task="deploy"), 201), Unsure(f"GitHub's answer (201) {ELSE}")),
        (a_reply(a_deployment(id="301"), 201), Unsure(f"GitHub's answer (201) {ELSE}")),
        (HttpReply(201, {}, b'{"id": 30'), Unsure(f"GitHub's answer (201) {ELSE}")),
        (a_reply({"message": "Auto-merged main into x"}, 202), Unsure(f"GitHub's answer (202) {ELSE}")),
        (a_reply({"message": "No ref found."}, 422), GiveUp("GitHub answers 422: No ref found")),
        (a_reply({"message": "Conflict: checks"}, 409), GiveUp("GitHub answers 409: Conflict: checks")),
        (a_reply({"message": "Not Found"}, 404), GiveUp("GitHub answers 404: Not Found")),
        (a_reply({"message": "Bad credentials"}, 401), TryLater(60.0, "GitHub answers 401: Bad credentials")),
        (a_reply({}, 502), Unsure("GitHub answers 502")),
        (a_reply({}, 429, retry_after="7"), TryLater(7.0, "GitHub answers 429")),
    ],
)
def test_what_became_of_a_start(reply: HttpReply, ended: object) -> None:
    assert ORDER.started(reply, NOON) == ended


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ([], None),
        ([a_deployment()], Placed("301", PAGE)),
        ([a_deployment(303), a_deployment(302)], Placed("302", PAGE)),
        ([a_deployment(task=f"signoff:{KEY}x"), a_deployment(task="deploy"), a_deployment(sha=a_sha(2))], None),
        ([None, {"id": 1}, a_deployment(305)], Placed("305", PAGE)),
    ],
)
def test_only_our_key_at_our_commit_is_ours(listed: list[Any], found: Placed | None) -> None:
    assert ORDER.found(a_reply(listed), NOON) == found


@pytest.mark.parametrize(
    ("reply", "later"),
    [
        (a_reply({"message": "Not Found"}, 404), TryLater(60.0, "GitHub answers 404: Not Found")),
        (a_reply({}, 500), TryLater(5.0, "GitHub answers 500")),
        (a_reply({"not": "a list"}), TryLater(5.0, "GitHub's answer (200) cannot be read")),
    ],
)
def test_an_answer_that_cannot_be_used_never_means_that_there_is_none(reply: HttpReply, later: TryLater) -> None:
    assert ORDER.found(reply, NOON) == later
    assert ORDER.progress(reply, NOON) == later


def test_it_is_followed_by_its_statuses() -> None:
    assert ORDER.follow("301") == HttpRequest(
        "GET", "/repos/acme/payments/deployments/301/statuses", (("per_page", "100"),)
    )


INACTIVE = "GitHub marked the deployment inactive before it succeeded"


@pytest.mark.parametrize(
    ("statuses", "status", "detail"),
    [
        ([], ProgressStatus.WAITING, ""),
        ([a_status(1, "queued")], ProgressStatus.WAITING, ""),
        ([a_status(1, "pending")], ProgressStatus.WAITING, ""),
        ([a_status(1, "waiting")], ProgressStatus.WAITING, ""),
        ([a_status(1, "in_progress", description="Copying")], ProgressStatus.RUNNING, "Copying"),
        ([a_status(2, "success"), a_status(1, "in_progress")], ProgressStatus.SUCCEEDED, ""),
        ([a_status(1, "in_progress"), a_status(2, "success")], ProgressStatus.SUCCEEDED, ""),
        ([a_status(2, "failure", description="no\ndisk\u202e")], ProgressStatus.FAILED, "no disk"),
        ([a_status(2, "error")], ProgressStatus.FAILED, ""),
        ([a_status(3, "failure"), a_status(2, "success")], ProgressStatus.FAILED, ""),
        ([a_status(3, "inactive"), a_status(2, "success")], ProgressStatus.SUCCEEDED, ""),
        ([a_status(3, "inactive"), a_status(2, "in_progress")], ProgressStatus.FAILED, INACTIVE),
        (
            [a_status(3, "inactive")],
            ProgressStatus.FAILED,
            INACTIVE,
        ),
        ([a_status(4, "in_progress"), a_status(3, "inactive")], ProgressStatus.RUNNING, ""),
        ([a_status(4, "brand_new"), a_status(3, "in_progress")], ProgressStatus.RUNNING, ""),
        ([a_status(2, "SUCCESS"), a_status(1, "queued"), "what"], ProgressStatus.WAITING, ""),
    ],
)
def test_the_newest_status_that_says_something_decides(
    statuses: list[Any], status: ProgressStatus, detail: str
) -> None:
    assert ORDER.progress(a_reply(statuses), NOON) == Progress(status, detail, PAGE)


def test_of_statuses_of_one_moment_the_greater_id_is_the_newer() -> None:
    moment = "2026-11-21T12:00:00Z"
    statuses = [a_status(1, "in_progress", created_at=moment), a_status(2, "success", created_at=moment)]
    assert ORDER.progress(a_reply(statuses), NOON) == Progress(ProgressStatus.SUCCEEDED, "", PAGE)


OURS = "https://github.example/acme/payments/actions/runs/12"


@pytest.mark.parametrize(
    ("log_url", "target_url", "url"),
    [
        (OURS, "", OURS),
        ("https://evil.example/", OURS, OURS),
        (None, None, PAGE),
        ("http://github.example/acme", "https://github.example.evil/x", PAGE),
        ("https://github.example@evil.example/", "javascript:alert(1)", PAGE),
        ("https://github.example/a|b>", "https://github.example/ x", PAGE),
    ],
)
def test_a_link_leads_to_the_configured_host_or_to_the_environments_page(
    log_url: str | None, target_url: str | None, url: str
) -> None:
    status = a_status(1, "success", log_url=log_url, target_url=target_url)
    assert ORDER.progress(a_reply([status]), NOON) == Progress(ProgressStatus.SUCCEEDED, "", url)
