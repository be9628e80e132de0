"""What an answer that is not the one hoped for means."""

from datetime import timedelta

import pytest

from bot.ports.ci import HttpReply
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci.github_replies import after_read, after_start
from tests.factories import NOON
from tests.unit.handlers.ci.payloads import a_reply

RESET = str(int((NOON + timedelta(minutes=10)).timestamp()))
LIMIT = {"message": "API rate limit exceeded for installation ID 1."}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (a_reply({}, 429), 60.0),
        (a_reply({}, 429, retry_after="7"), 7.0),
        (a_reply({}, 429, retry_after="0"), 1.0),
        (a_reply({}, 429, retry_after="99999"), 3600.0),
        (a_reply({}, 429, retry_after="soon"), 60.0),
        (a_reply({}, 429, retry_after="-5"), 60.0),
        (a_reply({}, 429, retry_after="9" * 400), 60.0),
        (a_reply({}, 403, retry_after="30"), 30.0),
        (a_reply({}, 403, x_ratelimit_remaining="0", x_ratelimit_reset=RESET), 600.0),
        (a_reply({}, 403, x_ratelimit_remaining="0", x_ratelimit_reset="1"), 1.0),
        (a_reply({}, 403, x_ratelimit_remaining="0"), 60.0),
        (a_reply(LIMIT, 403), 60.0),
        (a_reply(SECONDARY, 403, x_ratelimit_remaining="4000", x_ratelimit_reset=RESET), 60.0),
    ],
)
def test_a_rate_limit_means_that_nothing_happened_and_when_to_ask_again(reply: HttpReply, seconds: float) -> None:
    for ended in (after_start(reply, NOON), after_read(reply, NOON)):
        assert isinstance(ended, TryLater)
        assert ended.after == seconds


MOVED = "The repository has moved; name it in the policy as it is called now"


@pytest.mark.parametrize(
    ("reply", "start", "read"),
    [
        (
            a_reply({"message": "Forbidden"}, 403, x_ratelimit_remaining="12"),
            GiveUp("GitHub answers 403: Forbidden"),
            60.0,
        ),
        (a_reply({"message": "Bad credentials"}, 401), TryLater(60.0, "GitHub answers 401: Bad credentials"), 60.0),
        (a_reply({"message": "Moved"}, 301), GiveUp(f"GitHub answers 301: Moved. {MOVED}."), 60.0),
        (HttpReply(307, {}, b""), GiveUp(f"GitHub answers 307. {MOVED}."), 60.0),
        (HttpReply(408, {}, b""), Unsure("GitHub answers 408"), 5.0),
        (HttpReply(418, {}, b"\xff"), GiveUp("GitHub answers 418"), 60.0),
        (HttpReply(502, {}, b"<html>Unicorn!"), Unsure("GitHub answers 502"), 5.0),
        (HttpReply(200, {}, b"{"), Unsure("GitHub's answer (200) cannot be read"), 5.0),
        (HttpReply(101, {}, b""), Unsure("GitHub answers 101"), 5.0),
    ],
)
def test_what_is_certain_after_a_start_and_when_to_read_again(reply: HttpReply, start: object, read: float) -> None:
    assert after_start(reply, NOON) == start
    assert after_read(reply, NOON).after == read


@pytest.mark.parametrize(("status", "moved"), [(301, True), (302, False), (304, False), (307, True), (308, True)])
def test_a_read_that_is_sent_elsewhere_says_what_to_mend(status: int, *, moved: bool) -> None:
    words = f"GitHub answers {status}" + (f". {MOVED}" if moved else "")
    assert after_read(HttpReply(status, {}, b""), NOON) == TryLater(60.0, words)


def test_githubs_words_are_one_bounded_line() -> None:
    told = after_start(a_reply({"message": "No\r\n ref \x1b[2J\u202e" + "x" * 1000}, 422), NOON)
    assert told == GiveUp("GitHub answers 422: " + "No ref [2J".ljust(299, "x") + "…")


def test_a_right_that_is_missing_is_named_where_github_says_which() -> None:
    body = {"message": "Resource not accessible by integration"}

    def told(status: int, needed: str) -> str:
        ended = after_start(a_reply(body, status, x_accepted_github_permissions=needed), NOON)
        assert isinstance(ended, GiveUp)
        return ended.reason

    said = "GitHub answers 403: Resource not accessible by integration"
    assert told(403, "deployments=write") == f"{said} (it needs deployments: write)"
    assert told(403, "contents=read; pull_requests=read") == f"{said} (it needs contents: read; pull_requests: read)"
    for evil in ("", "<!channel>", "deployments=write\n", "a" * 50 + "=read", "deployments=write; " * 20):
        assert told(403, evil) == said
    assert told(422, "deployments=write") == said.replace("403", "422")
