"""SlackChat over real HTTP: what is sent, and what every way of failing means."""

import json
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports.slack import Gone, Message
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.slack.chat import Outdated, SlackChat
from handlers.slack.pacing import Pacing
from tests.unit.handlers.slack.server import Reply, SlackServer, no, slack_server

BLOCKS = ({"type": "section", "text": {"type": "mrkdwn", "text": "*R-1*"}},)
CARD = Message("R-1 waits.", BLOCKS)
WORD = Message("Done.")
LOST = "Slack answered {} without saying whether it was done"


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as running:
        yield running


@pytest.fixture
async def chat(server: SlackServer) -> AsyncIterator[SlackChat]:
    async with ClientSession(timeout=ClientTimeout(total=0.5)) as http:
        yield SlackChat(server.client(http), http)


async def test_a_channel_that_has_had_its_message_is_not_asked_yet(server: SlackServer) -> None:
    async with ClientSession(timeout=ClientTimeout(total=0.5)) as http:
        chat = SlackChat(server.client(http), http, Pacing(lambda: 0.0, burst=1, edits=1))
        server.will("chat.postMessage", Reply({"ok": True, "ts": "1.1"}), Reply({"ok": True, "ts": "1.2"}))
        server.will("chat.update", Reply({"ok": True}))
        assert await chat.post("C0PAY", Message("one")) == "1.1"
        assert await chat.post("C0PAY", Message("two")) == TryLater(
            1.0, "a channel gets one message a second", turn=True
        )
        assert await chat.post("C0DOCS", Message("two")) == "1.2"
        assert await chat.update("C0PAY", "1.1", Message("uno")) is None
        late = await chat.update("C0PAY", "1.1", Message("uno"))
        assert late == TryLater(60.0, "Slack takes so many edits a minute", turn=True)


async def test_who_waits_for_a_channel_goes_before_whoever_comes_later(server: SlackServer) -> None:
    moments = [0.0, 0.0, 1.0, 1.0]
    async with ClientSession(timeout=ClientTimeout(total=0.5)) as http:
        chat = SlackChat(server.client(http), http, Pacing(lambda: moments.pop(0), burst=1))
        server.will("chat.postMessage", Reply({"ok": True, "ts": "1.1"}), Reply({"ok": True, "ts": "1.2"}))
        told = [await chat.post("C0PAY", Message(name), place=name) for name in ("one", "two", "three", "two")]
    turn = TryLater(1.0, "a channel gets one message a second", turn=True)
    assert told == ["1.1", turn, turn, "1.2"]


def waits(after: float, why: str = "Slack asks to wait (429)") -> TryLater:
    return TryLater(after, why)


FAILURES: list[tuple[Reply, Trouble]] = [
    (Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}), waits(7)),
    (Reply({"ok": False, "error": "rate_limited"}, 200, {"Retry-After": "7"}), waits(7)),
    (Reply("slow down", 429, {"Retry-After": "0.5"}), waits(0.5)),
    (Reply({"ok": False}, 429), waits(30)),
    (Reply({"ok": False}, 429, {"Retry-After": "soon"}), waits(30)),
    (Reply({"ok": False}, 429, {"Retry-After": "-1"}), waits(30)),
    (Reply({"ok": False}, 429, {"Retry-After": "999999"}), waits(3600)),
    (no("service_unavailable"), waits(30, "Slack is not available (service_unavailable)")),
    (
        no("token_revoked"),
        waits(60, "Slack refuses the app's token (token_revoked); install the app again and restart"),
    ),
    (Reply({"ok": False, "error": "internal_error"}), Unsure(LOST.format(200))),
    (Reply({"ok": False}, 500), Unsure(LOST.format(500))),
    (Reply("<html>gone</html>", 503, {"Content-Type": "text/html"}), Unsure(LOST.format(503))),
    (Reply("<html>captive portal</html>", 200, {"Content-Type": "text/html"}), Unsure(LOST.format(200))),
    (Reply("ok", 200, {"Content-Type": "text/plain"}), Unsure("Slack's answer was lost: AttributeError")),
    (Reply("{half", 200, {"Content-Type": "application/json"}), Unsure(LOST.format(200))),
    (Reply("[1]", 200, {"Content-Type": "application/json"}), Unsure("Slack's answer was lost: AttributeError")),
    (Reply("[" * 10_000, 200, {"Content-Type": "application/json"}), Unsure("Slack's answer was lost: RecursionError")),
    (Reply({"ok": False, "error": ["not_in_channel"]}), Unsure(LOST.format(200))),
    (Reply(how="reset"), Unsure("Slack's answer was lost: ServerDisconnectedError")),
    (Reply(how="hang"), Unsure("Slack's answer was lost: TimeoutError")),
    (
        no("not_in_channel"),
        GiveUp("Slack refused to post in C0PAY (not_in_channel). Invite the bot to the channel with /invite."),
    ),
    (
        no("<!channel>"),
        GiveUp(
            "Slack refused to post in C0PAY (an error without a name). "
            "See https://docs.slack.dev/reference/methods for what it means."
        ),
    ),
]


async def test_a_post_sends_text_and_blocks_without_unfurling(server: SlackServer, chat: SlackChat) -> None:
    assert await chat.post("C0PAY", CARD) == "1700000000.000100"
    assert await chat.post("C0PAY", WORD, thread="1.2") == "1700000000.000100"
    no_unfurling = {"unfurl_links": False, "unfurl_media": False}
    assert server.asked == [
        ("chat.postMessage", {"channel": "C0PAY", "text": "R-1 waits.", "blocks": list(BLOCKS), **no_unfurling}),
        ("chat.postMessage", {"channel": "C0PAY", "text": "Done.", "thread_ts": "1.2", **no_unfurling}),
    ]


@pytest.mark.parametrize(("reply", "trouble"), FAILURES)
async def test_a_post_that_fails_is_sent_once_and_says_how(
    server: SlackServer, chat: SlackChat, reply: Reply, trouble: Trouble
) -> None:
    server.will("chat.postMessage", reply)
    assert await chat.post("C0PAY", CARD) == trouble
    assert len(server.asked) == 1


async def test_an_ok_without_a_version_is_unsure(server: SlackServer, chat: SlackChat) -> None:
    home = {"type": "home", "blocks": []}
    for answer in ({"ok": True}, {"ok": True, "view": {"hash": 7}}):
        server.will("views.publish", Reply(answer))
        assert await chat.publish_home("U0PRIYA", home, None) == Unsure("Slack said ok without naming the version")
    assert [call["user_id"] for call in server.asked_of("views.publish")] == ["U0PRIYA", "U0PRIYA"]


async def test_an_ok_without_a_message_is_unsure(server: SlackServer, chat: SlackChat) -> None:
    server.will("chat.postMessage", Reply({"ok": True}))
    assert await chat.post("C0PAY", CARD) == Unsure("Slack said ok without naming the message")


async def test_what_never_left_is_tried_later() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        async with ClientSession() as http:
            chat = SlackChat(AsyncWebClient(token="xoxb", base_url=url, session=http, retry_handlers=[]), http)
            later = TryLater(1.0, "Slack cannot be reached: ClientConnectorError")
            assert await chat.post("C0PAY", CARD) == later
            assert await chat.update("C0PAY", "1.2", CARD) == later
            assert await chat.respond(f"{url}hook", CARD) == later


async def test_an_update_always_says_which_blocks(server: SlackServer, chat: SlackChat) -> None:
    assert await chat.update("C0PAY", "1.2", CARD) is None
    assert await chat.update("C0PAY", "1.2", WORD) is None
    assert server.asked == [
        ("chat.update", {"channel": "C0PAY", "ts": "1.2", "text": "R-1 waits.", "blocks": list(BLOCKS)}),
        ("chat.update", {"channel": "C0PAY", "ts": "1.2", "text": "Done.", "blocks": []}),
    ]


@pytest.mark.parametrize(("reply", "trouble"), FAILURES)
async def test_an_update_in_trouble_says_whether_it_may_arrive_yet(
    server: SlackServer, chat: SlackChat, reply: Reply, trouble: Trouble
) -> None:
    server.will("chat.update", reply)
    expected = trouble
    if isinstance(trouble, GiveUp):
        expected = GiveUp(trouble.reason.replace("post in", "edit a message in"))
    assert await chat.update("C0PAY", "1.2", CARD) == expected


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_message_that_is_out_of_reach_is_gone_and_says_why(
    server: SlackServer, chat: SlackChat, error: str
) -> None:
    server.will("chat.update", no(error))
    ended = await chat.update("C0PAY", "1.2", CARD)
    assert isinstance(ended, Gone)
    assert ended.why.startswith(f"Slack refused to edit a message in C0PAY ({error}). The ")


async def test_a_whisper_is_ephemeral(server: SlackServer, chat: SlackChat) -> None:
    assert await chat.whisper("C0PAY", "U0PRIYA", WORD) is None
    assert server.asked == [("chat.postEphemeral", {"channel": "C0PAY", "user": "U0PRIYA", "text": "Done."})]


@pytest.mark.parametrize("error", ["user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived"])
async def test_a_whisper_falls_back_to_a_direct_message(server: SlackServer, chat: SlackChat, error: str) -> None:
    server.will("chat.postEphemeral", no(error))
    assert await chat.whisper("C0PAY", "U0PRIYA", WORD) is None
    assert [call["channel"] for call in server.asked_of("chat.postMessage")] == ["U0PRIYA"]


async def test_a_whisper_to_oneself_is_a_direct_message(server: SlackServer, chat: SlackChat) -> None:
    assert await chat.whisper("U0PRIYA", "U0PRIYA", WORD) is None
    assert [method for method, _ in server.asked] == ["chat.postMessage"]


async def test_a_whisper_in_trouble_is_not_doubled(server: SlackServer, chat: SlackChat) -> None:
    server.will("chat.postEphemeral", Reply(how="reset"), no("invalid_blocks"))
    assert await chat.whisper("C0PAY", "U0P", WORD) == Unsure("Slack's answer was lost: ServerDisconnectedError")
    assert await chat.whisper("C0PAY", "U0P", WORD) == GiveUp(
        "Slack refused to tell somebody privately in C0PAY (invalid_blocks). "
        "Please report it; Slack does not take this message."
    )
    assert server.asked_of("chat.postMessage") == []


async def test_a_response_is_ephemeral_and_replaces_nothing(server: SlackServer, chat: SlackChat) -> None:
    assert await chat.respond(f"{server.base}/hook", CARD) is None
    body = {"response_type": "ephemeral", "replace_original": False, "text": "R-1 waits.", "blocks": list(BLOCKS)}
    assert server.asked == [("hook", body)]


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (Reply("slow down", 429, {"Retry-After": "3"}), waits(3)),
        (Reply("oops", 500), Unsure(LOST.format(500))),
        (Reply(how="reset"), Unsure("Slack's answer was lost: ServerDisconnectedError")),
        (Reply(how="hang"), Unsure("Slack's answer was lost: TimeoutError")),
        (Reply("gone", 404), 404),
        (Reply("", 302, {"Location": "https://evil.example/"}), 302),
        (Reply(json.dumps({"ok": False, "error": "used_url"})), 200),
    ],
)
async def test_a_response_that_fails_says_how(
    server: SlackServer, chat: SlackChat, reply: Reply, trouble: Trouble | int
) -> None:
    server.will("hook", reply)
    over = f"The response_url no longer works ({trouble}): it lives 30 minutes, for 5 answers."
    assert await chat.respond(f"{server.base}/hook", CARD) == (GiveUp(over) if isinstance(trouble, int) else trouble)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "https://user@hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "https://evil.example/hooks.slack.com",
        "https://evil.example\\@hooks.slack.com/x",
        "http://127.0.0.1:1/hook",
        "http://localhost/hook",
        "file:///etc/passwd",
        "//hooks.slack.com/x",
        "/hook",
        "https://[",
        "",
    ],
)
async def test_t16_a_response_goes_to_slacks_hosts_only(server: SlackServer, chat: SlackChat, url: str) -> None:
    ended = await chat.respond(url, CARD)
    assert ended == GiveUp("The response_url is not on Slack's host, so nothing was sent there.")
    assert server.asked == []


async def test_slacks_own_host_is_trusted() -> None:
    async with ClientSession() as http:
        chat = SlackChat(AsyncWebClient(token="xoxb", session=http, retry_handlers=[]), http)
        assert str(chat._trusted("https://hooks.slack.com/actions/T/1/x")) == "https://hooks.slack.com/actions/T/1/x"
        assert chat._trusted("http://127.0.0.1:80/hook") is None


async def test_a_form_is_opened_or_the_remedy_told(server: SlackServer, chat: SlackChat) -> None:
    assert await chat.open_form("1.2.3", {"type": "modal"}) is None
    server.will("views.open", no("expired_trigger_id"))
    assert await chat.open_form("1.2.3", {"type": "modal"}) == GiveUp(
        "Slack refused to open the form (expired_trigger_id). It took too long; please click again."
    )
    server.will("views.open", no("exchanged_trigger_id"))  # the same click came twice
    assert await chat.open_form("1.2.3", {"type": "modal"}) is None
    assert server.asked_of("views.open") == [{"trigger_id": "1.2.3", "view": {"type": "modal"}}] * 3


async def test_a_form_is_drawn_anew_where_it_is_still_the_one_that_was_meant(
    server: SlackServer, chat: SlackChat
) -> None:
    assert await chat.update_form("V1", {"type": "modal"}, "hash") is None
    server.will("views.update", no("hash_conflict"), no("not_found"), Reply({"ok": False}, 500))
    assert await chat.update_form("V1", {"type": "modal"}, "hash") == Outdated()
    assert await chat.update_form("V1", {"type": "modal"}, None) == GiveUp(
        "Slack refused to show the form anew (not_found). "
        "See https://docs.slack.dev/reference/methods for what it means."
    )
    assert await chat.update_form("V1", {"type": "modal"}, None) == Unsure(LOST.format(500))
    with_hash = {"view_id": "V1", "view": {"type": "modal"}, "hash": "hash"}
    without = {"view_id": "V1", "view": {"type": "modal"}}
    assert server.asked_of("views.update") == [with_hash, with_hash, without, without]
