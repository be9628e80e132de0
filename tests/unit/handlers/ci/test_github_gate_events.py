"""Webhooks about gates: at which run to look, whatever else they say."""

import json
from typing import Any

import pytest

from bot.core.policy import Policy
from bot.core.target import GithubGate
from bot.ports.ci import Delivery, DeploymentHint, RunHint, Verdict
from handlers.ci.github_webhook import parse_delivery
from tests.factories import a_lane_policy, a_policy, a_sha

GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
GATED = a_policy(a_lane_policy(target=GithubGate("Production")))
LOOK = Delivery(f"github:{GUID}", RunHint("acme/payments", 9001))
API = "https://api.github.com/repos/acme/payments/actions/runs"


def delivered(event: str, payload: Any, policy: Policy = GATED) -> Delivery | Verdict:
    return parse_delivery({"X-GitHub-Event": event, "X-GitHub-Delivery": GUID}, json.dumps(payload).encode(), policy)


def a_job(status: str = "waiting", full_name: str = "acme/payments") -> dict[str, Any]:
    job = {"id": 5, "run_id": 9001, "run_attempt": 1, "head_sha": a_sha(1), "status": status, "conclusion": None}
    return {"action": status, "workflow_job": job, "repository": {"full_name": full_name}}


def a_review(action: str = "requested", full_name: str = "acme/payments") -> dict[str, Any]:
    run = {"id": 9001, "head_sha": a_sha(1), "status": "waiting"}
    return {"action": action, "workflow_run": run, "since": "2026-11-21", "repository": {"full_name": full_name}}


def a_rule(
    environment: str = "production",
    address: str = f"{API}/9001/deployment_protection_rule",
    full_name: str = "acme/payments",
) -> dict[str, Any]:
    return {
        "action": "requested",
        "environment": environment,
        "event": "push",
        "sha": a_sha(1),
        "deployment_callback_url": address,
        "repository": {"full_name": full_name},
    }


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("workflow_job", a_job()),
        ("deployment_review", a_review()),
        ("deployment_review", a_review("approved")),
        ("deployment_protection_rule", a_rule()),
        ("deployment_protection_rule", a_rule(full_name="Acme/Payments")),
    ],
)
def test_a_run_that_comes_to_a_gate_is_looked_at(event: str, payload: Any) -> None:
    assert delivered(event, payload) == LOOK


@pytest.mark.parametrize(
    "host", ["https://evil.example", "https://evil.example/api/v3", "http://[::1]:8080", "https://api.github.com@evil"]
)
def test_nothing_but_the_run_is_taken_from_the_address_for_the_answer(host: str) -> None:
    address = f"{host}/repos/mallory/other/actions/runs/9001/deployment_protection_rule"
    assert delivered("deployment_protection_rule", a_rule(address=address)) == LOOK


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("workflow_job", a_job("queued")),
        ("workflow_job", a_job("completed")),
        ("workflow_job", a_job(full_name="acme/other")),
        ("deployment_review", a_review(full_name="mallory/payments")),
        ("deployment_protection_rule", a_rule("staging")),
        ("deployment_protection_rule", a_rule(address="")),
        ("deployment_protection_rule", a_rule(address=f"{API}/9001/deployment_protection_rule\n")),
        ("deployment_protection_rule", a_rule(address=f"{API}/09001/deployment_protection_rule")),
        ("deployment_protection_rule", a_rule(address=f"{API}/../9001/deployment_protection_rule?x=1")),
        (
            "deployment_protection_rule",
            a_rule(address=f"{API}/\N{ARABIC-INDIC DIGIT SEVEN}/deployment_protection_rule"),
        ),
        (
            "deployment_protection_rule",
            a_rule(address="ftp://github.com/actions/runs/9001/deployment_protection_rule"),
        ),
    ],
)
def test_everything_else_that_is_well_formed_is_not_followed(event: str, payload: Any) -> None:
    assert delivered(event, payload) is Verdict.NOT_FOLLOWED


@pytest.mark.parametrize("event", ["workflow_job", "deployment_review", "deployment_protection_rule"])
@pytest.mark.parametrize("payload", [{}, [], None, {"repository": {"full_name": 7}}])
def test_what_github_would_not_send_is_malformed(event: str, payload: Any) -> None:
    assert delivered(event, payload) is Verdict.MALFORMED


@pytest.mark.parametrize(
    ("event", "payload"),
    [("workflow_job", a_job()), ("deployment_review", a_review()), ("deployment_protection_rule", a_rule())],
)
def test_where_no_lane_has_a_gate_nothing_follows(event: str, payload: Any) -> None:
    assert delivered(event, payload, a_policy()) is Verdict.NOT_FOLLOWED


def a_status_said(state: str = "waiting", **changed: Any) -> dict[str, Any]:
    said = {"id": 1, "state": state, "created_at": "2026-11-21T12:00:00Z"}
    told = {"deployment_status": said, "deployment": {"id": 301}, "workflow_run": {"id": 9001}}
    return told | {"repository": {"full_name": "acme/payments"}} | changed


def test_a_deployment_that_waits_names_the_run_to_look_at() -> None:
    assert delivered("deployment_status", a_status_said()) == LOOK


@pytest.mark.parametrize(
    ("payload", "policy"),
    [
        (a_status_said("success"), GATED),
        (a_status_said(workflow_run=None), GATED),
        (a_status_said(workflow_run={"id": "x"}), GATED),
        (a_status_said(deployment_status=7), GATED),
        (a_status_said(), a_policy()),
    ],
)
def test_any_other_status_is_of_its_deployment(payload: dict[str, Any], policy: Policy) -> None:
    hinted = Delivery(f"github:{GUID}", DeploymentHint("acme/payments", "301"))
    assert delivered("deployment_status", payload, policy) == hinted
