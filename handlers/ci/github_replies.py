"""What an answer that is not the one hoped for means: did it happen, may it have, when to ask again. Pure.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api tells the signs of a rate limit.
"""

import re
from datetime import datetime

from pydantic import ValidationError

from bot.ports.ci import HttpReply
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.views.escape import plain
from handlers.ci.github_payloads import Refused

SOON = 5.0
LATER = 60.0
_LONGEST = 3600.0
_RIGHTS = re.compile(r"[a-z_]{1,40}=[a-z]{1,10}(?:[;,] ?[a-z_]{1,40}=[a-z]{1,10}){0,9}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,12}", re.ASCII)

MOVED = "The repository has moved; name it in the policy as it is called now"
TIMED_OUT = 408
UNAUTHORIZED = 401
FORBIDDEN = 403
TOO_MANY = 429


def after_start(reply: HttpReply, now: datetime) -> Trouble:
    """Return what became of a request to start something that was not answered as hoped."""
    told = _told(reply)
    if (wait := limited(reply, now)) is not None:
        return wait
    if reply.status == UNAUTHORIZED:  # certainly nothing happened, and a new token heals it
        return TryLater(LATER, told)
    if 300 <= reply.status < 400:  # noqa: PLR2004 - the class of redirects, which a POST must not follow blindly
        return GiveUp(f"{told}. {MOVED}.")
    if 400 <= reply.status < 500 and reply.status != TIMED_OUT:  # noqa: PLR2004 - the class of refusals
        return GiveUp(told)
    return Unsure(told)


def after_read(reply: HttpReply, now: datetime) -> TryLater:
    """Return when to read again what was not answered as hoped."""
    if (wait := limited(reply, now)) is not None:
        return wait
    refused = 300 <= reply.status < 500 and reply.status != TIMED_OUT  # noqa: PLR2004 - somebody has to mend it
    moved = f". {MOVED}" if reply.status in {301, 307, 308} else ""
    return TryLater(LATER if refused else SOON, f"{_told(reply)}{moved}")


def message_of(reply: HttpReply) -> str:
    """Return GitHub's own words in an error, one line, or nothing."""
    try:
        return plain(Refused.model_validate_json(reply.body).message, 300).rstrip(".")
    except ValidationError:
        return ""


def _told(reply: HttpReply) -> str:
    if 200 <= reply.status < 300:  # noqa: PLR2004 - the class of successes
        return f"GitHub's answer ({reply.status}) cannot be read"
    message = message_of(reply)
    needed = reply.headers.get("x-accepted-github-permissions", "") if reply.status == FORBIDDEN else ""
    rights = f" (it needs {needed.replace('=', ': ')})" if _RIGHTS.fullmatch(needed) else ""
    return f"GitHub answers {reply.status}: {message}{rights}" if message else f"GitHub answers {reply.status}{rights}"


def limited(reply: HttpReply, now: datetime) -> TryLater | None:
    """Return how long to wait if GitHub refused because of a rate limit: then certainly nothing happened."""
    if reply.status not in {FORBIDDEN, TOO_MANY}:
        return None
    spent = reply.headers.get("x-ratelimit-remaining") == "0"
    named = "rate limit" in message_of(reply).lower()
    after = _seconds(reply.headers.get("retry-after"))
    if reply.status == FORBIDDEN and not (spent or named or after is not None):
        return None
    if after is None and spent and (reset := _seconds(reply.headers.get("x-ratelimit-reset"))) is not None:
        after = reset - now.timestamp()
    return TryLater(min(_LONGEST, max(1.0, LATER if after is None else after)), _told(reply))


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and _DIGITS.fullmatch(value) else None
