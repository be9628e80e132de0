"""The signed request to deploy: what is sent, and what its receiver's answer means. Pure."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from yarl import URL

from bot.core.release import Release
from bot.core.target import DeployWebhook
from bot.ports.ci import HttpReply, HttpRequest, Placed
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci.standard_signature import sealed
from handlers.placeholders import values_of

CONFLICT, TIMED_OUT, TOO_MANY = 409, 408, 429
LATER = 60.0
"""Seconds that a receiver is left alone that asks for quiet and does not say for how long."""
_LONGEST = 3600.0
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


def origin_of(target: DeployWebhook) -> str:
    """Return scheme, host and port of a target: the only host that its requests go to."""
    return str(URL(target.url).origin())


def request_of(target: DeployWebhook, release: Release, secret: str, now: datetime) -> HttpRequest:
    """Return the request, signed; its id is the release's key, whenever it is sent."""
    url = URL(target.url)
    content = json.dumps(_said(release, now), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    headers = tuple(sealed(secret, release.key, now, content).items())
    return HttpRequest("POST", url.raw_path, tuple(url.query.items()), content=content, headers=headers)


def _said(release: Release, now: datetime) -> dict[str, object]:
    values = values_of(release)
    return {
        "type": "deploy.requested",
        "timestamp": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": {
            "key": release.key,
            "release": release.name,
            "service": release.lane.service,
            "environment": release.lane.environment,
            "sha": release.build.sha,
            "version": release.build.version,
            "digest": values["digest"] or None,
            "kind": release.kind.value,
            "approved_by": [word.person for word in release.standing()],
            "url": release.build.url or None,
        },
    }


def read_answer(reply: HttpReply, release: Release, now: datetime) -> Placed | Trouble:
    """Return what became of the request.

    Taken, or known already: the receiver has it. Refused: it certainly has not, and never will. Asked to wait: it has
    not. Anything else may mean either.
    """
    status = reply.status
    if 200 <= status < 300 or status == CONFLICT:  # noqa: PLR2004 - the class of successes
        return Placed(release.key, None)
    if (wait := limited(reply, now)) is not None:
        return wait
    told = f"the receiver answers {status}"
    if 400 <= status < 500 and status != TIMED_OUT:  # noqa: PLR2004 - the class of refusals
        return GiveUp(told)
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects, which are not followed
        return Unsure(f"{told}, which leads elsewhere; name in the policy where it is")
    return Unsure(told)


def limited(reply: HttpReply, now: datetime) -> TryLater | None:
    """Return how long to wait if the receiver asked for quiet: then certainly nothing happened."""
    if reply.status != TOO_MANY:
        return None
    asked = _seconds(reply.headers.get("retry-after", "").strip(), now)
    return TryLater(min(_LONGEST, max(1.0, LATER if asked is None else asked)), "the receiver answers 429")


def _seconds(asked: str, now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, as a number or as a date."""
    if _SECONDS.fullmatch(asked):
        return float(asked)
    try:
        at = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp()
