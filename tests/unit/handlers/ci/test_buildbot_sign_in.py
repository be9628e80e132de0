"""Signing in to Buildbot: the last cookie is the session, and some need none."""

import pytest

from bot.ports.ci import HttpReply
from bot.ports.trouble import TryLater
from handlers.ci.buildbot_sign_in import basic, session_of


def answer(status: int, cookie: str | None = None) -> HttpReply:
    return HttpReply(status, {} if cookie is None else {"set-cookie": cookie}, b"")


@pytest.mark.parametrize(
    ("cookie", "session"),
    [
        ("TWISTED_SESSION=eyJ.a-b_c; Path=/", "TWISTED_SESSION=eyJ.a-b_c"),
        ("TWISTED_SECURE_SESSION=abc=; Path=/; Secure; HttpOnly", "TWISTED_SECURE_SESSION=abc="),
        ("TWISTED_SESSION_ci=abc", "TWISTED_SESSION_ci=abc"),
        ("TWISTED_SESSION=a b; Path=/", ""),
        ("TWISTED_SESSION=abc\r\nX: y", ""),
        ("SESSION=abc; Path=/", ""),
        (None, ""),
    ],
)
def test_the_cookie_is_the_session(cookie: str | None, session: str) -> None:
    assert session_of(answer(302, cookie)) == session


@pytest.mark.parametrize("status", [403, 404, 501])
def test_where_there_is_no_sign_in_there_is_no_session(status: int) -> None:
    assert session_of(answer(status, "TWISTED_SESSION=nobodys")) == ""


def test_a_wrong_password_is_told() -> None:
    told = "Buildbot takes no BUILDBOT_USER with this BUILDBOT_PASSWORD (401)"
    assert session_of(answer(401)) == TryLater(60.0, told)
    assert session_of(answer(502)) == TryLater(5.0, "Buildbot answers 502")


def test_a_password_may_hold_anything() -> None:
    assert basic("signoff", "p:ü") == ("Authorization", "Basic c2lnbm9mZjpwOsO8")
    assert basic("signoff", "p\udcff") == ("Authorization", "Basic c2lnbm9mZjpw/w==")
