"""Buildbot's status pushes: is it our Buildbot's word, and what does it hint at? Pure.

HttpStatusPush signs nothing; it sends headers of one's choice, or a user with a password. So the secret itself comes
with each push, and what a push says is believed only as far as that there is something to look at.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping

from pydantic import ValidationError

from bot.core.policy import Policy
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from bot.ports.ci import BuildHint, Delivery, DeploymentHint, Verdict
from handlers.ci.buildbot_payloads import Push
from handlers.ci.dialect import Known

SECRET = "BUILDBOT_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable
HEADER = "x-secret"
_BEARER = re.compile(r"bearer +([!-~]{1,1024})", re.ASCII | re.IGNORECASE)
_BASIC = re.compile(r"basic +([A-Za-z0-9+/=]{1,2048})", re.ASCII | re.IGNORECASE)


def secret_names(policy: Policy) -> frozenset[str]:
    """Return the one variable, whatever the policy says."""
    del policy
    return frozenset({SECRET})


def admit(headers: Mapping[str, str], body: bytes, known: Known) -> Delivery | Verdict:
    """Return what an authentic push hints at; nothing of it is read before its secret is verified."""
    if not verify(known.secret(SECRET) or "", headers):
        return Verdict.NOT_AUTHENTIC
    try:
        push = Push.model_validate_json(body)
    except ValidationError:
        return Verdict.MALFORMED
    hint = _hint(push, known.policy)
    if hint is None:
        return Verdict.NOT_FOLLOWED
    moment = push.complete_at if push.complete else push.started_at
    return Delivery(f"buildbot:{push.builder.name}:{push.number}:{push.complete}:{moment}", hint)


def verify(secret: str, headers: Mapping[str, str]) -> bool:
    """Whether the push brought the secret: as `X-Secret`, as bearer token, or as password. Constant time."""
    wanted = secret.encode("utf-8", "surrogateescape")
    found = False
    for offered in (_only(headers, HEADER).encode("utf-8", "surrogateescape"), *_authorized(headers)):
        found |= hmac.compare_digest(offered, wanted)
    return found and bool(wanted)


def names_of(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return nothing: a push has neither an id nor an event in its headers."""
    del headers
    return None, None


def _hint(push: Push, policy: Policy) -> BuildHint | DeploymentHint | None:
    """Return what a push is about: a build of a service, else perhaps a deploy, else nothing that the policy names."""
    name = push.builder.name
    if any(isinstance(one.source, BuildbotSource) and one.source.builder == name for one in policy.services):
        return BuildHint(name, push.number)
    if any(isinstance(lane.target, BuildbotForce) and lane.target.builder == name for lane in policy.lanes()):
        return DeploymentHint(name, str(push.buildrequestid))
    return None


def _authorized(headers: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return what `Authorization` offers: a token, or the password behind a user's name."""
    said = _only(headers, "authorization")
    if bearer := _BEARER.fullmatch(said):
        return (bearer[1].encode("ascii"),)
    basic = _BASIC.fullmatch(said)
    if basic is None:
        return ()
    try:
        return (base64.b64decode(basic[1], validate=True).partition(b":")[2],)
    except (binascii.Error, ValueError):
        return ()


def _only(headers: Mapping[str, str], name: str) -> str:
    """Return the one value of a header, or nothing when it is absent or said twice."""
    values = [value for key, value in headers.items() if key.lower() == name]
    return values[0] if len(values) == 1 else ""
