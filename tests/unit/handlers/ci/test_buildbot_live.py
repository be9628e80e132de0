"""What is live by Buildbot's record: only what is certainly of this lane, and of one commit."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.events import FoundLive
from bot.core.policy import LaneId
from bot.core.target import BuildbotForce, GithubDeployment
from bot.ports.ci import HttpRequest
from handlers.ci.buildbot_live import live_of, newest_request, told_apart
from tests.factories import a_lane_policy
from tests.unit.handlers.ci.buildbot import ENDED, OTHER, PAGES, SHA, TARGET, a_build, a_service

KNOWN = {"environment": "production"}
PLAIN = BuildbotForce("force", "deploy")
FILLED = BuildbotForce("force", "deploy", (("environment", "{environment}"), ("app", "{service}")))


def told(**properties: Any) -> dict[str, Any]:
    given = {"revision": SHA, "environment": "production", "version": "2.0", "signoff_key": "R-7-abcd2345"}
    return {name: [value, "Build"] for name, value in {**given, **properties}.items()}


def found(**changed: Any) -> FoundLive | None:
    return live_of(a_build(**{"properties": told(), **changed}), TARGET, KNOWN, PAGES)


def test_what_was_deployed_last_is_live() -> None:
    page = "https://buildbot.acme.example/#/builders/1/builds/4"
    since = datetime.fromtimestamp(ENDED, UTC)
    assert found() == FoundLive(SHA, "2.0", since, position=None, key="R-7-abcd2345", url=page)
    assert found(properties=told(version="-rf", signoff_key="R-7")) == FoundLive(
        SHA, SHA[:12], since, position=None, key=None, url=page
    )
    assert live_of(a_build(properties=told()), PLAIN, {}, PAGES) == FoundLive(
        SHA, SHA[:12], since, position=None, key="R-7-abcd2345", url=page
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"results": 2},
        {"results": 3},
        {"results": None},
        {"complete": False},
        {"complete_at": None},
        {"properties": None},
        {"properties": told(environment="staging")},
        {"properties": told(environment=None)},
        {"properties": told(revision="")},
        {"properties": told(revision=SHA[:12])},
        {"properties": told(got_revision=OTHER)},
    ],
    ids=str,
)
def test_what_failed_was_for_another_or_is_no_commit_is_not(changed: dict[str, Any]) -> None:
    assert found(**changed) is None


def test_only_what_is_needed_is_asked_for() -> None:
    names = ("signoff_key", "revision", "got_revision", "environment", "version")
    query = (("complete", "true"), ("order", "-buildid"), ("limit", "30"), *(("property", name) for name in names))
    assert newest_request(TARGET) == HttpRequest("GET", "/api/v2/builders/deploy/builds", query)


def staging(target: BuildbotForce | GithubDeployment) -> Any:
    return a_lane_policy(LaneId("payments", "staging"), target=target)


@pytest.mark.parametrize(
    ("target", "other", "known"),
    [
        (PLAIN, None, {}),
        (PLAIN, BuildbotForce("force", "deploy-staging"), {}),
        (PLAIN, GithubDeployment("staging"), {}),
        (TARGET, replace(TARGET, properties=(("environment", "staging"),)), KNOWN),
        (FILLED, None, {"environment": "production", "app": "payments"}),
        (FILLED, FILLED, None),
        (PLAIN, replace(PLAIN, scheduler="other"), None),
        (TARGET, replace(TARGET, scheduler="other"), None),
        (TARGET, replace(TARGET, properties=(("environment", "{environment}"),)), KNOWN),
        (TARGET, replace(TARGET, properties=(("environment", "{version}"),)), None),
        (FILLED, replace(FILLED, scheduler="other"), {"environment": "production", "app": "payments"}),
        (TARGET, PLAIN, KNOWN),
    ],
    ids=str,
)
def test_lanes_are_known_by_what_is_always_so(
    target: BuildbotForce, other: BuildbotForce | GithubDeployment | None, known: dict[str, str] | None
) -> None:
    service = a_service(target)
    lanes = service.lanes if other is None else (staging(other), *service.lanes)
    assert told_apart(replace(service, lanes=lanes), target) == known
