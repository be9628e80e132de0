"""What the demo GitHub says, and what the bot reads of GitHub, against the fields that GitHub documents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from handlers.ci import github_payloads as reads
from sandbox.github import in_process
from sandbox.github.apps import assertion
from sandbox.github.forge import Forge
from sandbox.github.hooks import EVERY, Delivered, Hook, Listener
from sandbox.github.records import Repository, Run
from sandbox.github.records_gates import Reviewer
from tests.contract import github_fields as fields
from tests.contract.github_events import EVENTS
from tests.contract.github_fields import Shape, disagreements

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
REPO = "acme/payments"
TOKEN = "t0ken"
RIGHTS = {"actions": "write", "deployments": "write", "checks": "write", "contents": "read"}


@dataclass
class World:
    """A forge in which everything has happened once, and what it told of it."""

    forge: Forge
    sent: list[Hook] = field(default_factory=list)
    repository: Repository = field(init=False)
    run: Run = field(init=False)

    def get(self, path: str, token: str = TOKEN) -> Any:
        return self.ask("GET", path, token)

    def ask(self, method: str, path: str, token: str, body: Any = None) -> Any:
        said = b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"}
        status, _, told = in_process.answer(self.forge, method, path, headers=headers, body=said)
        assert status < 300, told
        return json.loads(told)

    def asserted(self) -> str:
        app = self.forge.registered.apps["signoff"]
        return assertion(str(app.id), app.private_key, NOW - timedelta(minutes=1), NOW + timedelta(minutes=9))


@pytest.fixture
async def world() -> World:
    here = World(Forge(lambda: NOW, token=TOKEN))
    forge, repo = here.forge, REPO
    forge.hooks.carry, forge.hooks.events, forge.hooks.url = here.sent.append, EVERY, "https://hooks.example/github"
    here.repository = forge.create(repo)
    forge.apps.register("signoff", RIGHTS, ["deployment_protection_rule"])
    forge.apps.install("signoff", "acme")
    forge.hooks.app = "signoff"
    forge.hooks.others.append(Listener("another", "https://two.example", frozenset(), id=2))
    asked = [Reviewer("ann", 1001), Reviewer("sre", 7, team=True, members=[1002])]
    forge.gates.protect(repo, "production", reviewers=asked, rules=["signoff"], wait_minutes=5)
    base = await forge.push(repo, "Base", files=["a"])
    sha = await forge.push(repo, "Add refunds", files=["b"])
    forge.tag(repo, "v1", base)
    forge.merge(repo, "Refunds", [sha], labels=["bug"])
    forge.checks.status(repo, sha, "success", "jenkins", target_url="https://ci.example/1", description="Fine")
    forge.checks.report(repo, sha, "lint", app="linter")
    here.run = here.repository.runs[-1]
    forge.begin_run(repo, here.run)
    forge.gates.arrive(repo, here.run, "production")
    forge.ping(repo)
    forge.hooks.deliveries.append(Delivered(1, here.sent[0], forge.hooks.listeners()[0], 200, NOW, redelivery=False))
    return here


LISTS: list[tuple[str, Shape]] = [
    ("/environments", fields.ENVIRONMENTS),
    ("/environments/production", fields.ENVIRONMENT),
    ("/environments/production/deployment_protection_rules", fields.CUSTOM_RULES),
    ("", fields.REPOSITORY),
    ("/actions/runs", fields.RUNS),
    ("/actions/runs/{run}", fields.RUN),
    ("/actions/runs/{run}/attempts/1", fields.RUN),
    ("/actions/runs/{run}/jobs", fields.JOBS),
    ("/actions/runs/{run}/attempts/1/jobs", fields.JOBS),
    ("/actions/runs/{run}/pending_deployments", fields.PENDING),
    ("/actions/jobs/{job}", fields.JOB),
    ("/actions/workflows", fields.WORKFLOWS),
    ("/actions/workflows/build.yml", fields.WORKFLOW),
    ("/deployments", fields.DEPLOYMENT),
    ("/deployments/{deployment}", fields.DEPLOYMENT),
    ("/deployments/{deployment}/statuses", fields.DEPLOYMENT_STATUS),
    ("/commits", fields.COMMIT),
    ("/commits/main/status", fields.COMBINED),
    ("/commits/main/statuses", fields.COMMIT_STATUS),
    ("/commits/main/check-runs", fields.CHECK_RUNS),
    ("/commits/main/pulls", fields.PULL),
    ("/compare/v1...main", fields.COMPARISON),
    ("/branches", fields.BRANCH),
    ("/branches/main", fields.BRANCH),
    ("/git/ref/heads/main", fields.REF),
    ("/git/matching-refs/tags", fields.REF),
    ("/tags", fields.TAG),
    ("/hooks", fields.HOOK),
]


@pytest.mark.parametrize(("path", "shape"), LISTS, ids=[path or "/" for path, _ in LISTS])
async def test_every_answer_has_the_documented_fields(world: World, path: str, shape: Shape) -> None:
    numbers = {"run": world.run.id, "job": world.run.jobs[0].id, "deployment": world.repository.deployments[0].id}
    told = world.get(f"/repos/{REPO}{path.format(**numbers)}")
    told = told if isinstance(told, list) else [told]
    assert told
    assert [disagreements(shape, one) for one in told] == [[] for _ in told]


async def test_what_answers_a_change_has_the_documented_fields(world: World) -> None:
    person = world.forge.give_token("anns", "ann", 1001)
    root = f"/repos/{REPO}"
    environment = world.repository.environments["production"].id
    review = {"environment_ids": [environment], "state": "approved", "comment": "Ship it"}
    deployment = {"ref": "main", "required_contexts": [], "environment": "staging"}
    dispatch = {"ref": "main", "return_run_details": True}
    status = {"state": "success"}
    check = {"name": "e2e", "head_sha": world.run.commit.sha}
    app = world.forge.apps.token(next(iter(world.forge.registered.installations.values())), None, RIGHTS).token
    told = [
        (fields.DEPLOYMENT, world.ask("POST", f"{root}/deployments", TOKEN, deployment)),
        (fields.DISPATCHED, world.ask("POST", f"{root}/actions/workflows/d.yml/dispatches", TOKEN, dispatch)),
        (fields.COMMIT_STATUS, world.ask("POST", f"{root}/statuses/{world.run.commit.sha}", TOKEN, status)),
        (fields.CHECK_RUN, world.ask("POST", f"{root}/check-runs", app, check)),
        (
            fields.DEPLOYMENT,
            world.ask("POST", f"{root}/actions/runs/{world.run.id}/pending_deployments", person, review)[0],
        ),
        (fields.APPROVAL, world.get(f"{root}/actions/runs/{world.run.id}/approvals")[0]),
    ]
    made = world.repository.deployments[-1].id
    told.append((fields.DEPLOYMENT_STATUS, world.ask("POST", f"{root}/deployments/{made}/statuses", TOKEN, status)))
    assert [disagreements(shape, one) for shape, one in told] == [[] for _ in told]


async def test_apps_and_their_tokens_have_the_documented_fields(world: World) -> None:
    by_app = world.asserted()
    number = next(iter(world.forge.registered.installations))
    token = world.ask("POST", f"/app/installations/{number}/access_tokens", by_app, {"repositories": ["payments"]})
    told = [
        (fields.APP, world.get("/app", by_app)),
        (fields.INSTALLATION, world.get("/app/installations", by_app)[0]),
        (fields.INSTALLATION, world.get(f"/app/installations/{number}", by_app)),
        (fields.INSTALLATION, world.get(f"/repos/{REPO}/installation", by_app)),
        (fields.INSTALLATION, world.get("/orgs/acme/installation", by_app)),
        (fields.DELIVERY, world.get("/app/hook/deliveries", by_app)[0]),
        (fields.INSTALLATION_TOKEN, token),
        (fields.REPOSITORY, world.get("/installation/repositories", token["token"])["repositories"][0]),
    ]
    assert [disagreements(shape, one) for shape, one in told] == [[] for _ in told]


async def test_every_webhook_has_the_documented_fields(world: World) -> None:
    world.forge.gates.decide(REPO, "production", "approved", "Ship it")
    world.forge.rename(REPO, "acme/billing")
    told = [(hook.event, json.loads(hook.body)) for hook in world.sent]
    assert {event for event, _ in told} == EVERY
    for event, body in told:
        shape = EVENTS.get(f"{event}.{body.get('action')}", EVENTS[event.partition(".")[0]])
        assert (event, disagreements(shape, body)) == (event, [])
        assert body["installation"].keys() == {"id", "node_id"}


async def test_a_webhook_is_named_and_signed_in_its_headers(world: World) -> None:
    hook = world.sent[0]
    told = hook.headers("secret")
    assert told.keys() == {
        "Accept",
        "Content-Type",
        "User-Agent",
        "X-GitHub-Event",
        "X-GitHub-Delivery",
        "X-GitHub-Hook-ID",
        "X-GitHub-Hook-Installation-Target-Type",
        "X-GitHub-Hook-Installation-Target-ID",
        "X-Hub-Signature",
        "X-Hub-Signature-256",
    }
    app = world.forge.registered.apps["signoff"].id
    assert told["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert told["X-GitHub-Hook-Installation-Target-ID"] == str(app)


@pytest.mark.parametrize("status", [404, 422, 401])
def test_a_refusal_has_the_documented_fields(status: int) -> None:
    forge = Forge(lambda: NOW, token=TOKEN)
    forge.create(REPO)
    asked = {404: f"/repos/{REPO}/deployments/7", 422: f"/repos/{REPO}/commits/none", 401: f"/repos/{REPO}"}[status]
    headers = {} if status == 401 else {"Authorization": "Bearer t0ken"}
    said, _, body = in_process.answer(forge, "GET", asked, headers=headers)
    assert (said, disagreements(fields.ERROR, json.loads(body))) == (status, [])


READ: list[tuple[type[BaseModel], Shape]] = [
    (reads.Account, fields.ACCOUNT),
    (reads.Repository, fields.REPOSITORY),
    (reads.Commit, fields.HEAD_COMMIT),
    (reads.Run, fields.RUN),
    (reads.Runs, fields.RUNS),
    (reads.Deployment, fields.DEPLOYMENT),
    (reads.DeploymentStatus, fields.DEPLOYMENT_STATUS),
    (reads.Dispatched, fields.DISPATCHED),
    (reads.Refused, fields.ERROR),
    (reads.RunEvent, EVENTS["workflow_run"]),
    (reads.DeploymentEvent, EVENTS["deployment_status"]),
]


@pytest.mark.parametrize(("model", "shape"), READ, ids=[model.__name__ for model, _ in READ])
def test_what_the_bot_reads_is_documented_and_sent(model: type[BaseModel], shape: Shape) -> None:
    named = {one.alias or name for name, one in model.model_fields.items()}
    assert named - shape.documented == set()
    assert named - shape.sent.keys() == set()


def test_disagreements_are_told_at_any_depth() -> None:
    inner = Shape({"id": int}, frozenset({"more"}))
    shape = Shape({"name": str, "one": dict, "many": list}, inside={"one": inner, "many": inner})
    told: Mapping[str, Any] = {"name": 1, "one": {"more": 1}, "many": [{"id": True}, {"id": 1, "new": 1}]}
    assert disagreements(shape, told) == [
        "name: 1 is not <class 'str'>",
        "one.id: missing",
        "many.id: True is not <class 'int'>",
        "many.new: not documented",
    ]
