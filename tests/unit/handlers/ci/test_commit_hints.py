"""Webhooks that tell of a commit and of no run: checks that the policy asks for, and deploys by others."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.policy import Policy
from bot.core.source import GithubSource
from bot.ports.ci import CommitHint, Delivery, DeploymentHint, RunHint, Verdict
from handlers.ci.github_webhook import parse_delivery
from handlers.hints import HINT, hint_of, stored
from tests.factories import WORKFLOW, a_policy, a_report, a_sha
from tests.fakes.world import World
from tests.unit.handlers.ci.payloads import REPOSITORY, a_deployment, a_status
from tests.unit.handlers.test_intake import put

GUID = "11111111-2222-3333-4444-555555555555"
SOURCE = GithubSource("acme/payments", "main", (WORKFLOW,), checks=("ci/jenkins",))
CHECKED = replace(a_policy(), services=(replace(a_policy().services[0], source=SOURCE),))
HINT_OF_IT = Delivery(f"github:{GUID}", CommitHint("acme/payments", a_sha(1)))


def delivered(event: str, payload: Any, policy: Policy = CHECKED) -> Delivery | Verdict:
    headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": GUID}
    return parse_delivery(headers, json.dumps(payload | {"repository": REPOSITORY}).encode(), policy)


def a_deploy(state: str, **changed: Any) -> dict[str, Any]:
    return {"deployment": a_deployment() | changed, "deployment_status": a_status(1, state)}


STATUS = {"sha": a_sha(1), "context": "ci/jenkins", "state": "success"}
CHECK_RUN = {"check_run": {"head_sha": a_sha(1), "name": "ci/jenkins", "conclusion": "success"}}
CHECK_SUITE = {"check_suite": {"head_sha": a_sha(1), "conclusion": "success"}}


@pytest.mark.parametrize(
    ("event", "payload"), [("status", STATUS), ("check_run", CHECK_RUN), ("check_suite", CHECK_SUITE)]
)
def test_a_check_is_a_hint_where_the_policy_asks_for_it(event: str, payload: dict[str, Any]) -> None:
    assert delivered(event, payload) == HINT_OF_IT
    assert delivered(event, payload, a_policy()) is Verdict.NOT_FOLLOWED
    assert delivered(event, {}) is Verdict.MALFORMED


@pytest.mark.parametrize(
    ("event", "payload"),
    [("status", STATUS | {"context": "lint"}), ("check_run", {"check_run": {"head_sha": a_sha(1), "name": "lint"}})],
)
def test_a_check_that_nobody_asks_for_is_not_followed(event: str, payload: dict[str, Any]) -> None:
    assert delivered(event, payload) is Verdict.NOT_FOLLOWED


def test_a_deploy_that_somebody_else_made_is_a_hint_once_it_succeeded() -> None:
    hint = CommitHint("acme/payments", a_sha(1))
    assert delivered("deployment_status", a_deploy("success", task="deploy", sha=a_sha(1))) == replace(
        HINT_OF_IT, hint=hint
    )
    ours = DeploymentHint("acme/payments", "301")
    for other in (a_deploy("failure", task="deploy"), a_deploy("success"), a_deploy("success", task="x", sha=None)):
        assert delivered("deployment_status", other) == replace(HINT_OF_IT, hint=ours)


@pytest.mark.parametrize("connection", [None, "enterprise"])
def test_a_hint_is_kept_as_it_is(connection: str | None) -> None:
    hint = CommitHint("acme/payments", a_sha(1), connection)
    assert hint_of(HINT.validate_json(stored(hint))) == hint


async def test_its_services_are_looked_at_and_no_others(world: World) -> None:
    await world.looks()
    looked: list[str] = []
    world.hints.clerk = replace(world.hints.clerk, look=looked.append)  # type: ignore[type-var]
    await put(world, "github", stored(CommitHint("acme/payments", a_sha(1))), "k1")
    await put(world, "github", stored(CommitHint("acme/other", a_sha(1))), "k2")
    await put(world, "github", stored(CommitHint("acme/payments", a_sha(1), "enterprise")), "k3")
    await put(world, "github", stored(DeploymentHint("acme/payments", "1")), "k4")
    await world.settle()
    assert looked == ["payments"]


async def test_a_run_of_a_service_with_checks_has_them_looked_at(world: World) -> None:
    await world.looks()
    looked: list[str] = []
    world.hints.clerk = replace(world.hints.clerk, look=looked.append)  # type: ignore[type-var]
    world.source.add([a_report(1)])
    hint = stored(RunHint("acme/payments", int(a_report(1).run_id)))
    await put(world, "github", hint, "k1")
    await world.settle()
    assert looked == []
    world.desk.policy = CHECKED
    await put(world, "github", hint, "k2")
    await world.settle()
    assert looked == ["payments"]
