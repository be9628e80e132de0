"""What is live by GitHub's own records."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.events import FoundLive
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment
from bot.ports.ci import HttpRequest
from bot.ports.trouble import TryLater
from handlers.ci.github_live import live_of, newest_request, read_newest
from handlers.ci.github_payloads import Deployment
from handlers.ci.github_records import read_statuses
from tests.factories import NOON, a_sha
from tests.unit.handlers.ci.payloads import KEY, a_deployment, a_reply, a_status

SOURCE = GithubSource("acme/payments", "main", (".github/workflows/build.yml",))


def live(statuses: list[Any], **changed: Any) -> FoundLive | None:
    newest = read_newest(a_reply([a_deployment(**changed)]), NOON)
    assert not isinstance(newest, TryLater)
    said = read_statuses(a_reply(statuses))
    assert said is not None
    return live_of(newest[0], said)


def test_the_request() -> None:
    assert newest_request(SOURCE, GithubDeployment("production")) == HttpRequest(
        "GET", "/repos/acme/payments/deployments", (("environment", "production"), ("per_page", "30"))
    )


def test_a_success_is_live_since_it_was_told() -> None:
    since = datetime(2026, 11, 21, 12, 2, tzinfo=UTC)
    statuses = [a_status(3, "inactive"), a_status(2, "success"), a_status(1, "in_progress")]
    assert live(statuses) == FoundLive(a_sha(1), "1", since, None, "R-1-abcd2345")


@pytest.mark.parametrize(
    "statuses", [[], [a_status(1, "in_progress")], [a_status(2, "failure"), a_status(1, "success")]]
)
def test_anything_else_is_not(statuses: list[Any]) -> None:
    assert live(statuses) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"task": "deploy"},
        {"payload": ""},
        {"payload": None},
        {"payload": {"version": "1"}},
        {"payload": {"signoff_key": KEY, "version": 1}},
        {"payload": {"signoff_key": KEY, "version": "<!channel>"}},
        {"payload": {"signoff_key": KEY, "version": "1" * 65}},
        {"payload": {"signoff_key": KEY, "version": "1\n"}},
    ],
)
def test_a_version_that_is_not_ours_or_not_sane_is_the_commit(changed: dict[str, Any]) -> None:
    found = live([a_status(1, "success")], **changed)
    assert found
    assert found.version == a_sha(1)[:12]


def test_the_newest_comes_first_and_what_cannot_be_read_is_left_out() -> None:
    old = a_deployment(1, created_at="2026-11-20T12:00:00Z")
    newest = read_newest(a_reply([old, a_deployment(2), {"id": 9}, a_deployment(3), a_deployment(4, sha="main")]), NOON)
    assert not isinstance(newest, TryLater)
    assert [made.id for made in newest] == [3, 2, 1]


def test_an_environment_that_nobody_knows_has_nothing_live() -> None:
    nothing: tuple[Deployment, ...] = ()
    assert read_newest(a_reply({"message": "Not Found"}, 404), NOON) == nothing
    assert read_newest(a_reply([]), NOON) == nothing


def test_trouble_is_not_taken_for_nothing() -> None:
    assert read_newest(a_reply({}, 503), NOON) == TryLater(5.0, "GitHub answers 503")
    assert read_newest(a_reply({"a": 1}), NOON) == TryLater(5.0, "GitHub's answer (200) cannot be read")
