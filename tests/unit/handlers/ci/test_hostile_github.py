"""Whatever arrives in GitHub's name: nothing raises, and what does not count never counts."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubWorkflow
from bot.ports.ci import Delivery, HttpReply, Verdict
from handlers.ci.github_deployments import DeploymentOrder
from handlers.ci.github_dispatch import DispatchOrder
from handlers.ci.github_live import live_of, read_newest
from handlers.ci.github_pages import Pages
from handlers.ci.github_records import read_statuses
from handlers.ci.github_runs import read_recent, read_run, report_of
from handlers.ci.github_source import github_source
from handlers.ci.github_webhook import parse_delivery, verify
from tests.factories import NOON, a_policy, a_release
from tests.unit.handlers.ci.payloads import FORK, WEB, a_deploy_run, a_deployment, a_run, a_status

POLICY = a_policy()
SERVICE = POLICY.services[0]
PAGES = Pages(WEB)
ORDERS = (
    DeploymentOrder(github_source(SERVICE), GithubDeployment("production"), a_release(), PAGES),
    DispatchOrder(github_source(SERVICE), GithubWorkflow("deploy.yml", "main"), a_release(), PAGES),
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2026-11-21T12:00:00Z", "9999-12-31T23:59:59-23:59", "success", "completed", "\u202e", "9" * 30])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn, whole: Any) -> Any:
    """Return a payload in which up to three parts were replaced by anything or taken away."""
    payload = copy.deepcopy(whole)
    for _ in range(draw(st.integers(0, 3))):
        node = payload
        while isinstance(node, dict | list) and node:
            keys = sorted(node) if isinstance(node, dict) else list(range(len(node)))
            key = draw(st.sampled_from(keys))
            if not isinstance(node[key], dict | list) or not node[key] or draw(st.booleans()):
                if isinstance(node, dict) and draw(st.booleans()):
                    del node[key]
                else:
                    node[key] = draw(anything)
                break
            node = node[key]
    return payload


def encoded(payload: Any) -> bytes:
    return json.dumps(payload).encode()


NAMES = {"X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
RUN_EVENT = {"workflow_run": a_run(), "repository": {"full_name": "acme/payments"}}
DEPLOYMENT_EVENT = {"deployment": a_deployment(), "repository": {"full_name": "acme/payments"}}


@given(st.text(), st.dictionaries(st.text(), st.text()), st.text(), st.binary())
def test_no_header_and_no_body_is_authentic_by_luck(
    secret: str, headers: dict[str, str], signature: str, body: bytes
) -> None:
    assert verify(secret, headers | {"X-Hub-Signature-256": signature}, body) is False


@given(mutated(RUN_EVENT), mutated(DEPLOYMENT_EVENT), anything, st.binary())
def test_t24_a_delivery_is_a_hint_or_a_verdict(run: Any, deployment: Any, other: Any, raw: bytes) -> None:
    for body in (encoded(run), encoded(deployment), encoded(other), raw):
        for event in ("workflow_run", "deployment_status"):
            told = parse_delivery(NAMES | {"X-GitHub-Event": event}, body, POLICY)
            assert isinstance(told, Delivery) or told in {Verdict.MALFORMED, Verdict.NOT_FOLLOWED}


@given(mutated(a_run()))
def test_t24_a_run_is_read_or_not(payload: Any) -> None:
    run = read_run(HttpReply(200, {}, encoded(payload)))
    if run and (report := report_of(run, SERVICE, PAGES)):
        assert report.pipeline == ".github/workflows/build.yml"
        assert report.url == f"https://github.example/acme/payments/actions/runs/{report.run_id}"
        assert len(report.title) <= 300


NEVER = (
    {"repository": FORK},
    {"head_repository": FORK},
    {"head_repository": None},
    {"head_branch": "feature"},
    {"event": "pull_request"},
    {"event": "schedule"},
    {"path": ".github/workflows/lint.yml@main"},
)


@given(mutated(a_run()), st.sampled_from(NEVER))
def test_a_fork_another_branch_event_or_workflow_never_counts_whatever_else_is_said(
    payload: Any, never: dict[str, Any]
) -> None:
    if isinstance(payload, dict):
        page = encoded({"workflow_runs": [payload | never]})
        told = read_recent(HttpReply(200, {}, page), SERVICE, PAGES)
        assert told is None or told.reports == ()


@given(
    st.sampled_from([200, 201, 202, 204, 301, 400, 401, 403, 404, 422, 429, 500]),
    mutated([a_deployment()]) | mutated([a_status(2, "success"), a_status(1, "queued")]),
    mutated({"workflow_runs": [a_deploy_run()]}) | mutated(a_deploy_run()) | mutated(a_deployment()),
    st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text()),
)
def test_t24_no_answer_makes_an_order_raise(status: int, one: Any, other: Any, headers: dict[str, str]) -> None:
    for reply in (HttpReply(status, headers, encoded(one)), HttpReply(status, headers, encoded(other))):
        for order in ORDERS:
            order.again(reply)
            order.started(reply, NOON)
            order.found(reply, NOON)
            order.progress(reply, NOON)


@given(mutated([a_deployment()]), mutated([a_status(2, "success"), a_status(1, "queued")]))
def test_t24_no_record_makes_the_look_at_what_is_live_raise(deployments: Any, statuses: Any) -> None:
    newest = read_newest(HttpReply(200, {}, encoded(deployments)), NOON)
    said = read_statuses(HttpReply(200, {}, encoded(statuses)))
    if isinstance(newest, tuple) and said is not None:
        for made in newest:
            live_of(made, said)


@given(st.text(max_size=60))
def test_no_name_leaves_its_segment(branch: str) -> None:
    order = DispatchOrder(
        GithubSource("acme/payments", branch, ()), GithubWorkflow("deploy.yml", branch), a_release(), PAGES
    )
    assert order.start().path == "/repos/acme/payments/actions/workflows/deploy.yml/dispatches"
