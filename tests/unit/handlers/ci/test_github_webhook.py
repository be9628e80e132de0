"""GitHub's webhooks: whose word it is, and what it hints at."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.connections import Connection
from bot.core.policy import Policy, ServicePolicy
from bot.core.target import GithubDeployment, GithubWorkflow
from bot.ports.ci import Delivery, DeploymentHint, RunHint, Verdict
from handlers.ci.dialect import Known
from handlers.ci.github_source import github_source
from handlers.ci.github_webhook import admit, names_of, parse_delivery, secret_names, verify
from tests.factories import NOON, a_lane_policy, a_policy
from tests.unit.handlers.ci.payloads import a_deployment, a_run, a_status

# Published by GitHub: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def test_the_published_vector_is_authentic() -> None:
    assert verify(SECRET, {"X-Hub-Signature-256": SIGNATURE}, BODY)
    assert verify(SECRET, {"x-hub-signature-256": SIGNATURE}, BODY)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        SIGNATURE[:-1],
        SIGNATURE + "\n",
        SIGNATURE + "0",
        SIGNATURE.upper(),
        "sha256=" + SIGNATURE[7:].upper(),
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE.replace("sha256", "sha1"),
        " " + SIGNATURE,
        SIGNATURE[:-1] + "\N{ARABIC-INDIC DIGIT SEVEN}",  # a digit, but not ASCII
        SIGNATURE[:-1] + "\udc37",
        "sha256=" + "0" * 64,
    ],
)
def test_any_other_signature_is_not(signature: str) -> None:
    assert not verify(SECRET, {"X-Hub-Signature-256": signature}, BODY)


def test_another_body_another_secret_or_none_is_not_authentic() -> None:
    headers = {"X-Hub-Signature-256": SIGNATURE}
    assert not verify(SECRET, headers, b"Hello, World?")
    assert not verify("another", headers, BODY)
    assert not verify(SECRET, {}, BODY)


def test_without_a_secret_nothing_is_authentic() -> None:
    made = hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert not verify("", {"X-Hub-Signature-256": f"sha256={made}"}, BODY)


def test_a_signature_said_twice_is_not_authentic() -> None:
    assert not verify(SECRET, {"X-Hub-Signature-256": SIGNATURE, "x-hub-signature-256": SIGNATURE}, BODY)


def delivered(event: str, payload: Any, policy: Policy | None = None, delivery: str = GUID) -> Delivery | Verdict:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return parse_delivery({"X-GitHub-Event": event, "X-GitHub-Delivery": delivery}, body, policy or a_policy())


def run_event(full_name: str = "acme/payments", **changed: Any) -> dict[str, Any]:
    run = a_run(path=".github/workflows/build.yml") | changed
    return {"action": "completed", "workflow_run": run, "repository": {"full_name": full_name}}


def deployment_event(full_name: str = "acme/payments") -> dict[str, Any]:
    return {
        "action": "created",
        "deployment_status": a_status(1, "success"),
        "deployment": a_deployment(),
        "repository": {"full_name": full_name},
    }


def test_a_run_of_a_named_workflow_is_a_hint() -> None:
    assert delivered("workflow_run", run_event()) == Delivery(f"github:{GUID}", RunHint("acme/payments", 9001))


def test_the_repository_is_told_as_the_policy_spells_it() -> None:
    hinted = delivered("workflow_run", run_event("Acme/Payments"))
    assert hinted == Delivery(f"github:{GUID}", RunHint("acme/payments", 9001))


def test_a_run_of_the_deploy_workflow_is_a_hint_too() -> None:
    lane = a_lane_policy(target=GithubWorkflow("deploy.yml", "main"))
    event = run_event(path=".github/workflows/deploy.yml")
    hinted = delivered("workflow_run", event, a_policy(lane))
    assert hinted == Delivery(f"github:{GUID}", RunHint("acme/payments", 9001))
    assert delivered("workflow_run", event) is Verdict.NOT_FOLLOWED


def test_a_status_of_a_deployment_is_a_hint() -> None:
    hinted = delivered("deployment_status", deployment_event())
    assert hinted == Delivery(f"github:{GUID}", DeploymentHint("acme/payments", "301"))


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("ping", {"zen": "Keep it logically awesome."}),
        ("push", {"ref": "refs/heads/main"}),
        ("a_new_event_of_theirs", {}),
        ("workflow_run", run_event("acme/other")),
        ("workflow_run", run_event("acme/payments/..")),
        ("workflow_run", run_event("acme/payment\N{LATIN SMALL LETTER LONG S}")),
        ("workflow_run", run_event(path=".github/workflows/lint.yml")),
        ("deployment_status", deployment_event("mallory/payments")),
    ],
)
def test_t31_everything_else_that_is_well_formed_is_not_followed(event: str, payload: Any) -> None:
    assert delivered(event, payload) is Verdict.NOT_FOLLOWED


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"payload=%7B%7D",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"workflow_run": ' + b'{"a":' * 100_000,
        b"9" * 10_000,
        b"null",
        [],
        {},
        {"workflow_run": None, "repository": None},
        run_event() | {"repository": "acme/payments"},
        run_event(id="9001"),
        run_event(id=True),
        run_event(id=-1),
        run_event(id=2**64),
        run_event(path=None),
    ],
)
def test_what_github_would_not_send_is_malformed(payload: Any) -> None:
    assert delivered("workflow_run", payload) is Verdict.MALFORMED


@pytest.mark.parametrize("delivery", ["", "a b", "a" * 65, GUID + "\n", "ä" * 8, "../../etc"])
def test_a_delivery_needs_an_id_of_the_usual_form(delivery: str) -> None:
    assert delivered("ping", {}, delivery=delivery) is Verdict.MALFORMED


def test_a_delivery_needs_its_event() -> None:
    assert parse_delivery({"X-GitHub-Delivery": GUID}, b"{}", a_policy()) is Verdict.MALFORMED
    assert delivered("Workflow Run", {}) is Verdict.MALFORMED


def test_only_names_of_the_usual_form_are_fit_to_be_logged() -> None:
    assert names_of({"X-GitHub-Delivery": GUID, "X-GitHub-Event": "ping"}) == (GUID, "ping")
    assert names_of({"X-GitHub-Delivery": "a\x1b[2J", "X-GitHub-Event": "<script>"}) == (None, None)


def test_of_two_services_in_one_repository_either_may_name_the_workflow() -> None:
    one = a_policy().services[0]
    other = replace(one, name="docs", source=replace(github_source(one), workflows=(".github/workflows/docs.yml",)))
    policy = replace(a_policy(), services=(one, other))
    hinted = delivered("workflow_run", run_event(path=".github/workflows/docs.yml"), policy)
    assert hinted == Delivery(f"github:{GUID}", RunHint("acme/payments", 9001))


# -- several hosts -------------------------------------------------------------------------------------------------------

GHE = Connection(
    "enterprise", "https://ghe.example/api/v3", "https://ghe.example", "GHE_TOKEN", secret_env="GHE_SECRET"
)
POLLED = Connection("polled", "https://polled.example", "https://polled.example", "POLLED_TOKEN")
SECRETS = {"GITHUB_WEBHOOK_SECRET": "ours", "GHE_SECRET": "theirs"}


def built_on(connection: str | None, name: str = "payments", target: str | None = None) -> ServicePolicy:
    service = a_policy().services[0]
    lanes = (a_lane_policy(target=GithubDeployment("production", target or connection)),)
    source = replace(github_source(service), connection=connection)
    return replace(service, name=name, source=source, lanes=lanes)


def admitted(
    secret: str, *services: ServicePolicy, event: str = "workflow_run", secrets: dict[str, str] | None = None
) -> Delivery | Verdict:
    sent = run_event() if event == "workflow_run" else deployment_event()
    body = json.dumps(sent).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": GUID, "X-Hub-Signature-256": f"sha256={signature}"}
    policy = Policy(services, connections=(GHE, POLLED))
    return admit(headers, body, Known(policy, (secrets or SECRETS).get, NOON))


def test_each_connection_has_its_own_secret() -> None:
    assert secret_names(Policy((), connections=(GHE, POLLED))) == {"GITHUB_WEBHOOK_SECRET", "GHE_SECRET"}
    assert secret_names(a_policy()) == {"GITHUB_WEBHOOK_SECRET"}


def test_t31_whose_secret_has_signed_says_where_a_run_is_looked_up() -> None:
    here, there = built_on(None), built_on("enterprise", "web")
    ours = Delivery(f"github:{GUID}", RunHint("acme/payments", 9001))
    theirs = Delivery(f"github/enterprise:{GUID}", RunHint("acme/payments", 9001, "enterprise"), "github/enterprise")
    assert admitted("ours", here, there) == admitted("ours", there, here) == ours
    assert admitted("theirs", here, there) == admitted("theirs", there, here) == theirs


def test_t31_a_host_says_nothing_about_what_is_built_on_another() -> None:
    assert admitted("theirs", built_on(None)) is Verdict.NOT_FOLLOWED
    assert admitted("ours", built_on("enterprise")) is Verdict.NOT_FOLLOWED
    assert admitted("theirs", built_on(None), event="deployment_status") is Verdict.NOT_FOLLOWED
    assert admitted("another", built_on(None), built_on("enterprise")) is Verdict.NOT_AUTHENTIC


def test_a_connection_without_a_secret_is_nobodys_word() -> None:
    assert admitted("", built_on("polled")) is Verdict.NOT_AUTHENTIC
    assert admitted("ours", built_on("polled")) is Verdict.NOT_FOLLOWED
    assert (
        admitted("theirs", built_on("enterprise"), secrets={"GITHUB_WEBHOOK_SECRET": "ours"}) is Verdict.NOT_AUTHENTIC
    )


def test_one_secret_for_two_connections_is_the_word_of_both() -> None:
    same = {"GITHUB_WEBHOOK_SECRET": "ours", "GHE_SECRET": "ours"}
    told = admitted("ours", built_on("enterprise"), secrets=same)
    assert told == Delivery(
        f"github/enterprise:{GUID}", RunHint("acme/payments", 9001, "enterprise"), "github/enterprise"
    )


def test_where_a_target_has_a_connection_of_its_own_its_host_may_speak_of_it() -> None:
    both = built_on(None, target="enterprise")
    told = admitted("theirs", both, event="deployment_status")
    assert told == Delivery(f"github:{GUID}", DeploymentHint("acme/payments", "301"))
