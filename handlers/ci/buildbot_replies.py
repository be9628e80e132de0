"""What an answer of Buildbot that is not the one hoped for means: did it happen, may it have, when to ask again. Pure.

Buildbot refuses with 400 (a field), 403 (who asks) and 404; 500 says that its own code failed, who knows where.
"""

import re
from datetime import datetime

from pydantic import ValidationError

from bot.ports.ci import HttpReply
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.views.escape import plain
from handlers.ci.buildbot_payloads import Failure, RpcError

OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TIMED_OUT, TOO_MANY = 200, 401, 403, 404, 408, 429
SOON, LATER = 5.0, 60.0
"""Seconds."""
_LONGEST = 3600.0
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)


def after_start(reply: HttpReply, now: datetime) -> Trouble:
    """Return what became of a request to force a build that was not answered as hoped."""
    told = told_by(reply)
    if (wait := limited(reply, now)) is not None:
        return wait
    if reply.status == UNAUTHORIZED:  # somebody before Buildbot wants to know who asks: nothing has reached it
        return TryLater(LATER, told)
    if 300 <= reply.status < 500 and reply.status != TIMED_OUT:  # noqa: PLR2004 - refusals, and redirects we do not follow
        return GiveUp(told)
    return Unsure(told)


def after_read(reply: HttpReply, now: datetime) -> TryLater:
    """Return when to read again what was not answered as hoped."""
    if (wait := limited(reply, now)) is not None:
        return wait
    refused = 300 <= reply.status < 500 and reply.status != TIMED_OUT  # noqa: PLR2004 - somebody has to mend it
    return TryLater(LATER if refused else SOON, told_by(reply))


def limited(reply: HttpReply, now: datetime) -> TryLater | None:
    """Return how long to wait if whoever stands before Buildbot asks for quiet: then certainly nothing happened."""
    del now
    if reply.status != TOO_MANY:
        return None
    asked = reply.headers.get("retry-after", "")
    after = float(asked) if _DIGITS.fullmatch(asked) else LATER
    return TryLater(min(_LONGEST, max(1.0, after)), told_by(reply))


def told_by(reply: HttpReply) -> str:
    """Return what an answer says, in one line."""
    if 200 <= reply.status < 300:  # noqa: PLR2004 - the class of successes
        return f"Buildbot's answer ({reply.status}) cannot be read"
    message = _message(reply)
    return f"Buildbot answers {reply.status}: {message}" if message else f"Buildbot answers {reply.status}"


def _message(reply: HttpReply) -> str:
    try:
        said = RpcError.model_validate_json(reply.body).error.message
    except ValidationError:
        said = _failure(reply)
    words = said if isinstance(said, str) else "; ".join(f"{field}: {what}" for field, what in said.items())
    return plain(words, 300).rstrip(".")


def _failure(reply: HttpReply) -> str:
    try:
        return Failure.model_validate_json(reply.body).error.partition(" with arguments ")[0]
    except ValidationError:
        return ""
