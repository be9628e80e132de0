"""GitHub's webhooks: is it GitHub's word, and what does it hint at? Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from bot.core.policy import GithubSource, GithubWorkflow, Policy, ServicePolicy
from bot.ports.ci import Delivery, DeploymentHint, Hint, RunHint, Verdict
from handlers.ci.dialect import Known
from handlers.ci.github_payloads import DeploymentEvent, RunEvent, same_repository, workflow_path

SECRET = "GITHUB_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_DELIVERY = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)  # a GUID; some emulators count instead
_EVENT = re.compile(r"[a-z_]{1,64}", re.ASCII)


def secret_names(policy: Policy) -> frozenset[str]:
    """Return the one variable, whatever the policy says."""
    del policy
    return frozenset({SECRET})


def admit(headers: Mapping[str, str], body: bytes, known: Known) -> Delivery | Verdict:
    """Return what an authentic delivery hints at; nothing of it is read before its signature is verified."""
    if not verify(known.secret(SECRET) or "", headers, body):
        return Verdict.NOT_AUTHENTIC
    return parse_delivery(headers, body, known.policy)


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the body was signed with the secret. Constant time; False, never an error, for anything else.

    https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    """
    signature = _header(headers, "x-hub-signature-256")
    if not secret or not _SIGNATURE.fullmatch(signature):
        return False
    digest = hmac.new(secret.encode("utf-8", "surrogateescape"), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode("ascii"), f"sha256={digest}".encode("ascii"))


def parse_delivery(headers: Mapping[str, str], body: bytes, policy: Policy) -> Delivery | Verdict:
    """Return what an authentic delivery hints at, or how it is answered when nothing follows from it.

    The headers are not signed: whoever replays a body under another delivery id makes us look once more, no more.
    """
    delivery, event = names_of(headers)
    if delivery is None or event is None:
        return Verdict.MALFORMED
    hint: Hint | None
    try:
        match event:
            case "workflow_run":
                hint = _run(RunEvent.model_validate_json(body), policy)
            case "deployment_status":
                hint = _deployment(DeploymentEvent.model_validate_json(body), policy)
            case _:
                return Verdict.NOT_FOLLOWED
    except ValidationError:
        return Verdict.MALFORMED
    return Delivery(f"github:{delivery}", hint) if hint else Verdict.NOT_FOLLOWED


def names_of(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the delivery's id and its event, each None where it is not what GitHub would send."""
    delivery, event = _header(headers, "x-github-delivery"), _header(headers, "x-github-event")
    return (
        delivery if _DELIVERY.fullmatch(delivery) else None,
        event if _EVENT.fullmatch(event) else None,
    )


def _run(sent: RunEvent, policy: Policy) -> RunHint | None:
    path = workflow_path(sent.workflow_run.path)
    for service, source in _services(sent.repository.full_name, policy):
        if path in _workflows(service, source):
            return RunHint(source.repository, sent.workflow_run.id)
    return None


def _deployment(sent: DeploymentEvent, policy: Policy) -> DeploymentHint | None:
    for _, source in _services(sent.repository.full_name, policy):
        return DeploymentHint(source.repository, str(sent.deployment.id))
    return None


def _services(repository: str, policy: Policy) -> Iterable[tuple[ServicePolicy, GithubSource]]:
    for service in policy.services:
        if isinstance(service.source, GithubSource) and same_repository(repository, service.source.repository):
            yield service, service.source


def _workflows(service: ServicePolicy, source: GithubSource) -> set[str]:
    """Return the workflows whose runs concern a service: those that build it and those that deploy it."""
    targets = [lane.target.workflow for lane in service.lanes if isinstance(lane.target, GithubWorkflow)]
    return {workflow_path(name) for name in (*source.workflows, *targets)}


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return the one value of a header, or nothing when it is absent or said twice."""
    values = [value for key, value in headers.items() if key.lower() == name]
    return values[0] if len(values) == 1 else ""
