"""Which runs say something about a build, and what they say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.build import Author, PipelineReport, RunStatus
from bot.core.source import GithubSource
from bot.ports.ci import HttpRequest
from handlers.ci.github_pages import Pages
from handlers.ci.github_reach import BEGINNING, Stretch
from handlers.ci.github_runs import RunPage, read_recent, read_run, recent_request, report_of, run_request
from handlers.ci.github_source import github_source
from tests.factories import a_policy, a_report, a_sha
from tests.unit.handlers.ci.payloads import FORK, WEB, a_reply, a_run

SERVICE = a_policy().services[0]
PAGES = Pages(WEB)


def told(**changed: Any) -> PipelineReport | None:
    run = read_run(a_reply(a_run(**changed)))
    assert run
    return report_of(run, SERVICE, PAGES)


def test_a_run_becomes_a_report() -> None:
    ann = Author("Ann", "ann@acme.example")
    assert told() == a_report(1, authors=(ann,), pusher=Author("ann", github="2001"))


def test_the_webhooks_bare_path_means_the_same_workflow() -> None:
    assert told(path=".github/workflows/build.yml") == told()


def test_the_repository_is_compared_as_github_does() -> None:
    assert told(repository={"full_name": "Acme/Payments"}, head_repository={"full_name": "ACME/payments"}) == told()


@pytest.mark.parametrize(
    "changed",
    [
        {"repository": FORK},
        {"head_repository": FORK},
        {"head_repository": None},
        {"repository": "acme/payments"},
        {"head_branch": "feature"},
        {"head_branch": "Main"},
        {"head_branch": None},
        {"event": "pull_request"},
        {"event": "pull_request_target"},
        {"event": "schedule"},
        {"event": "workflow_dispatch"},
        {"path": ".github/workflows/lint.yml"},
        {"path": "workflows/build.yml"},
        {"path": ".github/workflows/build.yml.evil@refs/heads/main"},
        {"path": "dynamic/x/.github/workflows/build.yml"},
    ],
)
def test_a_run_that_the_policy_does_not_name_never_counts(changed: dict[str, Any]) -> None:
    assert told(**changed) is None


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "pull_request_review"])
def test_a_pull_requests_run_never_counts_even_if_the_policy_names_its_event(event: str) -> None:
    service = replace(SERVICE, source=replace(github_source(SERVICE), events=("push", event)))
    run = read_run(a_reply(a_run(event=event)))
    assert run
    assert report_of(run, service, PAGES) is None


def test_a_push_to_the_branch_counts_although_a_pull_request_has_the_same_commit() -> None:
    assert told(pull_requests=[{"number": 7}]) == told()


@pytest.mark.parametrize(
    ("status", "conclusion", "means"),
    [
        ("queued", None, RunStatus.QUEUED),
        ("requested", None, RunStatus.QUEUED),
        ("pending", None, RunStatus.QUEUED),
        ("waiting", None, RunStatus.QUEUED),
        ("something new", "success", RunStatus.QUEUED),
        (None, "success", RunStatus.QUEUED),
        ("in_progress", None, RunStatus.RUNNING),
        ("in_progress", "success", RunStatus.RUNNING),
        ("completed", "success", RunStatus.SUCCEEDED),
        ("completed", "failure", RunStatus.FAILED),
        ("completed", "timed_out", RunStatus.FAILED),
        ("completed", "startup_failure", RunStatus.FAILED),
        ("completed", "action_required", RunStatus.FAILED),
        ("completed", "stale", RunStatus.FAILED),
        ("completed", "cancelled", RunStatus.CANCELLED),
        ("completed", "skipped", RunStatus.CANCELLED),
        ("completed", "neutral", RunStatus.CANCELLED),
        ("completed", "Success", RunStatus.CANCELLED),
        ("completed", None, RunStatus.CANCELLED),
    ],
)
def test_only_success_is_a_success(status: str | None, conclusion: str | None, means: RunStatus) -> None:
    report = told(status=status, conclusion=conclusion)
    assert report
    assert report.status is means


def test_times_are_told_in_utc() -> None:
    report = told(created_at="2026-11-21T13:00:00+01:00", run_attempt=2)
    assert report
    assert (report.created_at, report.attempt) == (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), 2)


def test_the_link_is_on_the_configured_host_whatever_the_payload_says() -> None:
    report = told(html_url="https://evil.example/")
    assert report
    assert report.url == "https://github.example/acme/payments/actions/runs/9001"


@pytest.mark.parametrize(
    "changed",
    [
        {"head_sha": "abc"},
        {"head_sha": a_sha(1).upper().replace("0", "A")},
        {"head_sha": a_sha(1) + "\n"},
        {"head_sha": "\N{ARABIC-INDIC DIGIT ZERO}" * 40},
        {"id": 0},
        {"id": "9001"},
        {"run_number": -1},
        {"run_number": 1e300},
        {"created_at": "yesterday"},
        {"created_at": "2026-11-21T12:00:00"},
        {"updated_at": "0001-01-01T00:00:00+23:00"},
        {"event": ["push"]},
    ],
)
def test_a_run_with_a_part_out_of_shape_is_not_read(changed: dict[str, Any]) -> None:
    assert read_run(a_reply(a_run(**changed))) is None


def test_parts_that_only_adorn_may_be_missing_or_wrong() -> None:
    report = told(actor="ann", triggering_actor=None, head_commit=[], display_title=None)
    assert report == a_report(1, authors=(), pusher=None, title=a_sha(1)[:7])


def test_a_page_of_runs_is_told_oldest_first_and_without_what_does_not_count() -> None:
    page = {
        "total_count": 5,
        "workflow_runs": [
            a_run(3, created_at="2026-11-21T12:02:00Z"),
            a_run(4, event="pull_request"),
            {"id": "what"},
            None,
            a_run(2, created_at="2026-11-21T12:01:00Z", conclusion="failure"),
        ],
    }
    told = read_recent(a_reply(page), SERVICE, PAGES)
    reports = told and told.reports
    assert reports
    assert [(report.sha, report.status) for report in reports] == [
        (a_sha(2), RunStatus.FAILED),
        (a_sha(3), RunStatus.SUCCEEDED),
    ]


@pytest.mark.parametrize("body", [None, [], {}, {"workflow_runs": None}, {"workflow_runs": {"0": a_run()}}, "runs"])
def test_a_page_that_is_none_is_told_apart_from_an_empty_one(body: Any) -> None:
    assert read_recent(a_reply(body), SERVICE, PAGES) is None
    nothing = read_recent(a_reply({"workflow_runs": []}), SERVICE, PAGES)
    assert nothing == RunPage((), Stretch(BEGINNING, BEGINNING, full=False))


def test_the_requests() -> None:
    assert run_request("acme/payments", 9001) == HttpRequest(
        "GET", "/repos/acme/payments/actions/runs/9001", (("exclude_pull_requests", "true"),)
    )
    source = GithubSource("acme/payments", "release/1&2", (".github/workflows/build.yml",))
    assert recent_request(source) == HttpRequest(
        "GET",
        "/repos/acme/payments/actions/runs",
        (("branch", "release/1&2"), ("per_page", "50"), ("exclude_pull_requests", "true")),
    )
