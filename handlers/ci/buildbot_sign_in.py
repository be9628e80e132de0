"""Signing in to Buildbot: its API takes no password with a call, it gives a session's cookie for one. Pure.

https://docs.buildbot.net/latest/manual/configuration/www.html#authentication-plugins
"""

import base64
import re

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater
from handlers.ci.buildbot_replies import FORBIDDEN, LATER, NOT_FOUND, SOON, UNAUTHORIZED, told_by

_COOKIE = re.compile(r"(TWISTED_(?:SECURE_)?SESSION[A-Za-z0-9_]{0,64}=[A-Za-z0-9._~+/=-]{1,4096})(?:;.*)?", re.ASCII)
_WITHOUT_SIGN_IN = frozenset({FORBIDDEN, NOT_FOUND, 501})
"""Where whoever stands before Buildbot says who asks, or where nobody need say it, there is nothing to sign in to."""


def basic(user: str, password: str) -> tuple[str, str]:
    """Return the header by which a user names themselves."""
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode("utf-8", "surrogateescape")).decode(
        "ascii"
    )


def sign_in_request() -> HttpRequest:
    """Return the request for a session; the header comes with every call."""
    return HttpRequest("GET", "/auth/login")


def session_of(reply: HttpReply) -> str | TryLater:
    """Return the cookie of the session, empty where there are none, or why there is none yet.

    Buildbot sets the cookie twice, for nobody at first; the last one counts.
    """
    found = _COOKIE.fullmatch(reply.headers.get("set-cookie", ""))
    if reply.status < 400 and found is not None:  # noqa: PLR2004 - it leads on to its own page
        return found[1]
    if reply.status < 400 or reply.status in _WITHOUT_SIGN_IN:  # noqa: PLR2004 - the same
        return ""
    if reply.status == UNAUTHORIZED:
        return TryLater(LATER, "Buildbot takes no BUILDBOT_USER with this BUILDBOT_PASSWORD (401)")
    return TryLater(SOON, told_by(reply))
