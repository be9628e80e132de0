"""The generic signed webhook: whose word it is, by the secret of what it claims. Pure.

A body is the word of whoever holds the secret of what it claims: of its `source`, or for a deploy that names none, of
the lane's own `webhook` target, and for a signal of whoever the lane's `verify` names. What is read
of it is kept, as there is nobody to ask.
"""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from bot.core.policy import LaneId, Policy
from bot.core.source import StandardSource
from bot.core.target import DeployWebhook
from bot.core.verification import Signal
from bot.ports.ci import Delivery, SignedReport, Verdict
from handlers.ci.dialect import Known
from handlers.ci.standard_payloads import SAID, SIGNALS, TYPES, BuildSaid, Claim, Said, SignalSaid
from handlers.ci.standard_signature import Seal, authentic, id_of, seal_of

LARGEST_UNSIGNED = 64 * 1024
"""Bytes of a body that is read before it is verified: of a larger one a stranger could make us build too much."""
_SOURCE = re.compile(rb'"source"[ \t\r\n]{0,16}:[ \t\r\n]{0,16}"([ !#-\[\]-~]{1,200})"', re.ASCII)


def secret_names(policy: Policy) -> frozenset[str]:
    """Return the variable of every source, target and signal that the policy names."""
    sources = {one.source.secret_env for one in policy.services if isinstance(one.source, StandardSource)}
    targets = {lane.target.secret_env for lane in policy.lanes() if isinstance(lane.target, DeployWebhook)}
    signals = {lane.verify.signal.secret_env for lane in policy.lanes() if lane.verify and lane.verify.signal}
    return frozenset(sources | targets | signals)


def admit(headers: Mapping[str, str], body: bytes, known: Known) -> Delivery | Verdict:
    """Return an authentic report as it was signed, or how it is answered when nothing follows from it."""
    seal = seal_of(headers, known.now)
    if seal is None:
        return Verdict.NOT_AUTHENTIC
    if len(body) > LARGEST_UNSIGNED and not _signed(seal, _glimpsed(body, known), body, known):
        return Verdict.NOT_AUTHENTIC
    claim = _claim(body)
    signer = _signer(claim, known.policy)
    names = frozenset({signer}) if signer is not None else secret_names(known.policy)
    if not _signed(seal, names, body, known):
        return Verdict.NOT_AUTHENTIC
    if claim is None:
        return Verdict.MALFORMED
    if claim.type not in TYPES:
        return Verdict.NOT_FOLLOWED
    try:
        said = SAID.validate_json(body)
    except ValidationError:
        return Verdict.MALFORMED
    if signer is None or not follows(said, signer, known.policy):
        return Verdict.NOT_FOLLOWED
    claimed = said.data.source or f"{said.data.service}/{claim.data.environment}"
    kind = "signal" if isinstance(said, SignalSaid) else "standard"
    return Delivery(f"{kind}:{claimed}:{seal.id}", SignedReport(signer, said.model_dump_json(exclude_unset=True)))


def names_of(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the delivery's id; its type stands in the body alone."""
    return id_of(headers), None


def _signed(seal: Seal, names: frozenset[str], body: bytes, known: Known) -> bool:
    return authentic(seal, filter(None, map(known.secret, sorted(names))), body)


def _glimpsed(body: bytes, known: Known) -> frozenset[str]:
    """Return the variable of the source that a large body seems to name near its beginning, without reading it."""
    found = _SOURCE.search(body[:LARGEST_UNSIGNED])
    return _of_source(found[1].decode("ascii"), known.policy) if found else frozenset()


def _of_source(name: str, policy: Policy) -> frozenset[str]:
    sources = (one.source for one in policy.services if isinstance(one.source, StandardSource))
    return frozenset(one.secret_env for one in sources if one.name == name)


def _signer(claim: Claim | None, policy: Policy) -> str | None:
    """Return the variable whose secret signs for what is claimed, None where the policy knows nothing of it."""
    if claim is None:
        return None
    said = claim.data
    if claim.type in SIGNALS:
        signal = _signal(policy, said.service or "", said.environment or "")
        return signal.secret_env if signal is not None else None
    if said.source is not None:
        return next(iter(_of_source(said.source, policy)), None)
    service = policy.service(said.service or "")
    lane = service.lane(said.environment or "") if service else None
    return lane.target.secret_env if lane and isinstance(lane.target, DeployWebhook) else None


def _signal(policy: Policy, service: str, environment: str) -> Signal | None:
    """Return who tells how the releases of a lane are."""
    lane = policy.lane(LaneId(service, environment))
    return lane.verify.signal if lane is not None and lane.verify is not None else None


def follows(said: Said, signer: str, policy: Policy) -> bool:
    """Whether the policy gives its signer a say in what a report is about."""
    service = policy.service(said.data.service)
    if service is None:
        return False
    if isinstance(said, SignalSaid):
        told = _signal(policy, said.data.service, said.data.environment) == Signal(said.data.source, signer)
        return told and (said.data.key is not None or said.data.sha is not None)
    source = service.source if isinstance(service.source, StandardSource) else None
    if isinstance(said, BuildSaid) or said.data.source is not None:
        if source is None or source.name != said.data.source or source.secret_env != signer:
            return False
        if isinstance(said, BuildSaid):
            return source.branch is None or source.branch == said.data.branch
    lane = service.lane(said.data.environment)
    if lane is None or (said.data.key is None and said.data.sha is None):
        return False
    return said.data.source is not None or (isinstance(lane.target, DeployWebhook) and lane.target.secret_env == signer)


def _claim(body: bytes) -> Claim | None:
    try:
        return Claim.model_validate_json(body)
    except ValidationError:
        return None
