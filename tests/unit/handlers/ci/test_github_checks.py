"""Statuses and check runs of a commit: which page to ask for, what it says, and what a required check comes to."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.build import RunStatus
from bot.core.source import GithubSource
from bot.ports.ci import HttpReply
from handlers.ci.github_checks import (
    Page,
    Said,
    checks_request,
    green_commits,
    read_checks,
    read_statuses,
    reports_of,
    statuses_request,
)
from handlers.ci.github_pages import Pages
from tests.factories import NOON, WORKFLOW, a_report, a_sha
from tests.unit.handlers.ci.payloads import WEB

SCAN = ".github/workflows/scan.yml"
SOURCE = GithubSource("acme/payments", "main", (WORKFLOW,), checks=("ci/jenkins", "Sonar"))
LATER = NOON + timedelta(minutes=9)


def a_check(**changed: Any) -> dict[str, Any]:
    return {
        "id": 71,
        "name": "Sonar",
        "status": "completed",
        "conclusion": "success",
        "started_at": "2026-11-21T12:00:00Z",
        "completed_at": "2026-11-21T12:09:00Z",
        "html_url": f"{WEB}/acme/payments/runs/71",
        "app": {"slug": "sonar"},
    } | changed


def checks(*told: object, total: int = 1, page: int = 1) -> Page | None:
    return read_checks(HttpReply(200, {}, json.dumps({"total_count": total, "check_runs": told}).encode()), page)


def status_of(**changed: Any) -> RunStatus:
    page = checks(a_check(**changed))
    assert page is not None
    return page.said[0].status


def test_each_page_is_asked_for_by_the_commit() -> None:
    asked = checks_request(SOURCE, a_sha(1), 2)
    assert (asked.method, asked.path) == ("GET", f"/repos/acme/payments/commits/{a_sha(1)}/check-runs")
    assert asked.query == (("filter", "latest"), ("per_page", "100"), ("page", "2"))
    asked = statuses_request(SOURCE, a_sha(1), 1)
    assert (asked.method, asked.path) == ("GET", f"/repos/acme/payments/commits/{a_sha(1)}/status")
    assert asked.query == (("per_page", "100"), ("page", "1"))


@pytest.mark.parametrize(
    ("status", "conclusion", "wanted"),
    [
        ("completed", "success", RunStatus.SUCCEEDED),
        ("completed", "failure", RunStatus.FAILED),
        ("completed", "timed_out", RunStatus.FAILED),
        ("completed", "neutral", RunStatus.CANCELLED),
        ("completed", "skipped", RunStatus.CANCELLED),
        ("completed", None, RunStatus.CANCELLED),
        ("completed", "of tomorrow", RunStatus.CANCELLED),
        ("in_progress", None, RunStatus.RUNNING),
        ("queued", None, RunStatus.QUEUED),
        ("of tomorrow", "success", RunStatus.QUEUED),
    ],
)
def test_only_success_is_success(status: str, conclusion: str | None, wanted: RunStatus) -> None:
    assert status_of(status=status, conclusion=conclusion) is wanted


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("success", RunStatus.SUCCEEDED),
        ("failure", RunStatus.FAILED),
        ("error", RunStatus.FAILED),
        ("pending", RunStatus.RUNNING),
        ("of tomorrow", RunStatus.RUNNING),
    ],
)
def test_a_status_says_as_much(state: str, wanted: RunStatus) -> None:
    told = {"id": 5, "context": "ci/jenkins", "state": state, "updated_at": "2026-11-21T12:09:00Z"}
    body = json.dumps({"total_count": 1, "statuses": [told]}).encode()
    assert read_statuses(HttpReply(200, {}, body), 1) == Page((Said("ci/jenkins", 5, wanted, LATER),), more=False)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"total_count": "1"}', b"[" * 9999])
def test_what_cannot_be_read_says_nothing(body: bytes) -> None:
    assert read_checks(HttpReply(200, {}, body), 1) is None
    assert read_statuses(HttpReply(200, {}, body), 1) is None


def test_what_is_no_check_is_left_out() -> None:
    page = checks(a_check(), a_check(id="71"), 7, a_check(name=None), total=3)
    assert page == Page((Said("Sonar", 71, RunStatus.SUCCEEDED, LATER, f"{WEB}/acme/payments/runs/71"),), more=False)


@pytest.mark.parametrize(
    ("total", "page", "more"), [(100, 1, False), (101, 1, True), (101, 2, False), (9999, 5, False)]
)
def test_further_pages_are_asked_for_up_to_a_limit(total: int, page: int, more: bool) -> None:
    told = checks(total=total, page=page)
    assert told is not None
    assert told.more is more


def test_commits_count_whose_every_workflow_has_succeeded_in_the_end() -> None:
    source = replace(SOURCE, workflows=(WORKFLOW, SCAN))
    both = [(one, replace(one, pipeline=SCAN)) for one in map(a_report, range(1, 6))]
    reports = [report for pair in both for report in pair]
    reports.append(replace(both[1][1], attempt=2, status=RunStatus.FAILED))
    del reports[6]  # of the fourth only the scan is told
    assert [one.sha for one in green_commits(reports, source, 2)] == [a_sha(5), a_sha(3)]
    assert green_commits(reports, source, 9)[-1] == both[0][0]


def test_a_check_is_a_report_of_the_build_as_old_as_it() -> None:
    build = a_report(1)
    said = (
        Said("Sonar", 71, RunStatus.SUCCEEDED, LATER, f"{WEB}/acme/payments/runs/71"),
        Said("other", 99, RunStatus.FAILED, LATER),
    )
    assert reports_of(build, SOURCE, said, Pages(WEB)) == (
        replace(
            build,
            pipeline="Sonar",
            run_id="Sonar",
            run_number=71,
            updated_at=LATER,
            url=f"{WEB}/acme/payments/runs/71",
        ),
    )


def test_where_several_have_one_name_all_have_to_pass() -> None:
    passed, failed = (
        Said("Sonar", 72, RunStatus.SUCCEEDED, LATER),
        Said("Sonar", 71, RunStatus.FAILED, None, "http://x/"),
    )
    (report,) = reports_of(a_report(1), SOURCE, (passed, failed), Pages(WEB))
    assert (report.status, report.run_number, report.updated_at) == (RunStatus.FAILED, 72, LATER)
    assert report.url == f"{WEB}/acme/payments/commit/{a_sha(1)}"
    waits = replace(failed, status=RunStatus.QUEUED)
    (report,) = reports_of(a_report(1), SOURCE, (waits,), Pages(WEB))
    assert (report.status, report.updated_at) == (RunStatus.QUEUED, a_report(1).created_at)
    (report,) = reports_of(a_report(1), SOURCE, (passed, waits), Pages(WEB))
    assert report.status is RunStatus.QUEUED
