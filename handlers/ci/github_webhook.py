"""GitHub's webhooks: is it GitHub's word, and what does it hint at? Pure."""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping

from pydantic import ValidationError

from bot.core.policy import Policy, ServicePolicy
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow
from bot.ports.ci import CommitHint, Delivery, DeploymentHint, Hint, RunHint, Verdict
from handlers.ci.dialect import Known
from handlers.ci.github_gate import environments
from handlers.ci.github_gate_events import EVENTS, GateNews, read_news
from handlers.ci.github_payloads import (
    CheckRunEvent,
    CheckSuiteEvent,
    DeploymentEvent,
    RunEvent,
    StatusEvent,
    same_repository,
    workflow_path,
)
from handlers.hint_queues import queue_of

SECRET = "GITHUB_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable
OURS: frozenset[str | None] = frozenset({None})
"""The environment's own GitHub, which has no name."""
_Found = tuple[Hint, str | None]
"""A hint and the connection over which it is looked up."""
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_DELIVERY = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)  # a GUID; some emulators count instead
_EVENT = re.compile(r"[a-z_]{1,64}", re.ASCII)


def secret_names(policy: Policy) -> frozenset[str]:
    """Return the variable of the environment's own GitHub, and those of the connections that the policy names."""
    return frozenset(_secrets(policy).values())


def admit(headers: Mapping[str, str], body: bytes, known: Known) -> Delivery | Verdict:
    """Return what an authentic delivery hints at; nothing of it is read before its signature is verified.

    Whose secret has signed it says which connection sent it: it concerns what the policy has there, and nothing else.
    """
    secrets = _secrets(known.policy)
    proven = {name for name, variable in secrets.items() if verify(known.secret(variable) or "", headers, body)}
    return parse_delivery(headers, body, known.policy, proven) if proven else Verdict.NOT_AUTHENTIC


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the body was signed with the secret. Constant time; False, never an error, for anything else.

    https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    """
    signature = _header(headers, "x-hub-signature-256")
    if not secret or not _SIGNATURE.fullmatch(signature):
        return False
    digest = hmac.new(secret.encode("utf-8", "surrogateescape"), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode("ascii"), f"sha256={digest}".encode("ascii"))


def parse_delivery(
    headers: Mapping[str, str], body: bytes, policy: Policy, proven: Collection[str | None] = OURS
) -> Delivery | Verdict:
    """Return what an authentic delivery hints at, or how it is answered when nothing follows from it.

    The headers are not signed: whoever replays a body under another delivery id makes us look once more, no more.

    Args:
        headers: as they came.
        body: as it came.
        policy: today's policy.
        proven: the connections whose secret has signed it; None: the environment's own.
    """
    delivery, event = names_of(headers)
    if delivery is None or event is None:
        return Verdict.MALFORMED
    found: _Found | None
    try:
        match event:
            case "workflow_run":
                found = _run(RunEvent.model_validate_json(body), policy, proven)
            case "deployment_status":
                found = _deployment(DeploymentEvent.model_validate_json(body), policy, proven)
            case "status" | "check_run" | "check_suite":
                found = _commit(_check(event, body), policy, proven)
            case _ if event in EVENTS:
                found = _gate(read_news(event, body), policy, proven)
            case _:
                return Verdict.NOT_FOLLOWED
    except ValidationError:
        return Verdict.MALFORMED
    if found is None:
        return Verdict.NOT_FOLLOWED
    hint, connection = found
    queue = queue_of(connection)
    return Delivery(f"{queue}:{delivery}", hint, None if connection is None else queue)


def names_of(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the delivery's id and its event, each None where it is not what GitHub would send."""
    delivery, event = _header(headers, "x-github-delivery"), _header(headers, "x-github-event")
    return (
        delivery if _DELIVERY.fullmatch(delivery) else None,
        event if _EVENT.fullmatch(event) else None,
    )


def _run(sent: RunEvent, policy: Policy, proven: Collection[str | None]) -> _Found | None:
    path = workflow_path(sent.workflow_run.path)
    for service, source in _services(sent.repository.full_name, policy, proven):
        if path in _workflows(service, source):
            return RunHint(source.repository, sent.workflow_run.id, source.connection), source.connection
    return None


def _deployment(sent: DeploymentEvent, policy: Policy, proven: Collection[str | None]) -> _Found | None:
    if sent.waiting_run is not None:
        waits = _gate(GateNews(sent.repository.full_name, sent.waiting_run), policy, proven)
        if waits is not None:
            return waits
    made, said = sent.deployment, sent.deployment_status
    by_others = said is not None and said.state == "success" and not made.task.startswith("signoff:")
    for _, source in _services(sent.repository.full_name, policy, proven):
        if by_others and made.sha is not None:
            return CommitHint(source.repository, made.sha, source.connection), source.connection
        return DeploymentHint(source.repository, str(sent.deployment.id)), source.connection
    return None


def _check(event: str, body: bytes) -> tuple[str, str, str | None]:
    """Return of which repository and commit an event tells, and which check; None: any of its checks."""
    match event:
        case "status":
            status = StatusEvent.model_validate_json(body)
            return status.repository.full_name, status.sha, status.context
        case "check_run":
            check = CheckRunEvent.model_validate_json(body)
            return check.repository.full_name, check.check_run.head_sha, check.check_run.name
        case _:
            suite = CheckSuiteEvent.model_validate_json(body)
            return suite.repository.full_name, suite.check_suite.head_sha, None


def _commit(told: tuple[str, str, str | None], policy: Policy, proven: Collection[str | None]) -> _Found | None:
    repository, sha, name = told
    for _, source in _services(repository, policy, proven):
        if source.checks and (name is None or name in source.checks):
            return CommitHint(source.repository, sha, source.connection), source.connection
    return None


def _gate(news: GateNews | None, policy: Policy, proven: Collection[str | None]) -> _Found | None:
    if news is None:
        return None
    for service, source in _services(news.repository, policy, proven):
        gates = environments(service)
        if gates and (news.environment is None or news.environment.lower() in gates):
            return RunHint(source.repository, news.run_id, source.connection), source.connection
    return None


def _services(
    repository: str, policy: Policy, proven: Collection[str | None]
) -> Iterable[tuple[ServicePolicy, GithubSource]]:
    for service in policy.services:
        source = service.source
        if isinstance(source, GithubSource) and same_repository(repository, source.repository):
            targets = [
                lane.target
                for lane in service.lanes
                if isinstance(lane.target, GithubDeployment | GithubWorkflow | GithubGate)
            ]
            if any(one.connection in proven for one in (source, *targets)):
                yield service, source


def _secrets(policy: Policy) -> Mapping[str | None, str]:
    """Return the variable that holds the secret of each connection's webhooks."""
    found: dict[str | None, str] = {None: SECRET}
    found.update((one.name, one.secret_env) for one in policy.connections if one.secret_env is not None)
    return found


def _workflows(service: ServicePolicy, source: GithubSource) -> set[str]:
    """Return the workflows whose runs concern a service: those that build it and those that deploy it."""
    targets = [lane.target.workflow for lane in service.lanes if isinstance(lane.target, GithubWorkflow)]
    return {workflow_path(name) for name in (*source.workflows, *targets)}


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return the one value of a header, or nothing when it is absent or said twice."""
    values = [value for key, value in headers.items() if key.lower() == name]
    return values[0] if len(values) == 1 else ""
