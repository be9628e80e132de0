"""The route that Slack sends to, over a real socket: every answer that it can give, and what reaches the desk."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from handlers.acts import Click, Command, Form
from handlers.slack.ingress import LARGEST_BODY, Ingress
from tests.integration.slack_door import NOON, Answer, Door, refused, slack_door
from tests.unit.handlers.slack.bodies import a_click, a_command, a_submission
from tests.unit.handlers.slack.signing import FORM, JSON, SECRET, command, event, interaction, signature, signed

AT = NOON.timestamp()
CLICK = interaction(a_click())
TAKEN: Answer = (200, "text/plain", "")
MALFORMED = refused(400, "malformed")
NOT_AUTHENTIC = refused(401, "not authentic")


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with slack_door(tmp_path) as opened:
        yield opened


# -- what Slack sends ----------------------------------------------------------------------------------------------


async def test_a_click_a_form_and_a_command_reach_the_desk(door: Door) -> None:
    assert await door.send(CLICK) == TAKEN
    assert await door.send(interaction(a_submission())) == TAKEN
    assert await door.send(command(a_command("approve R-1"))) == TAKEN
    assert door.box.received == [
        Click(
            slack="U0PRIYA",
            team="T0ACME",
            handle="h4ndle",
            channel="C0PAY",
            ts="1605853634.000400",
            response_url="https://hooks.slack.com/actions/T0ACME/1/xxx",
        ),
        Form(slack="U0PRIYA", team="T0ACME", handle="h4ndle", reason="It breaks refunds"),
        Command(
            slack="U0PRIYA",
            team="T0ACME",
            words="approve R-1",
            channel="C0PAY",
            response_url="https://hooks.slack.com/commands/T0ACME/1/xxx",
        ),
    ]
    assert door.outcomes() == {"taken": 3}


async def test_what_a_listener_says_is_the_answer(door: Door) -> None:
    status, kind, said = await door.send(command(a_command("status")))
    assert (status, kind, json.loads(said)) == (
        200,
        "application/json",
        {"text": "You said status.", "response_type": "ephemeral"},
    )
    status, kind, said = await door.send(interaction(a_submission(reason=" ")))
    assert (status, kind, json.loads(said)) == (
        200,
        "application/json",
        {"response_action": "errors", "errors": {"reason": "Please say why, so that others can go on from there."}},
    )


@pytest.mark.parametrize(
    "fields",
    [
        a_command("approve payload-service"),
        a_command("deploy x", channel_name="payload-team"),
        a_command('{"payload": 1}'),
        a_command("payload=1&ssl_check=1"),
        a_command("approve", payload='{"type": "block_actions"}', ssl_check="1"),
    ],
)
async def test_a_command_is_one_whatever_words_are_in_it(door: Door, fields: dict[str, str]) -> None:
    assert await door.send(command(fields)) == TAKEN
    assert [(act.kind, getattr(act, "words", "")) for act in door.box.received] == [("command", fields["text"])]


async def test_the_signature_is_over_the_raw_bytes(door: Door) -> None:
    body = b"payload=" + json.dumps(a_click(), indent=3).replace("\n", "%0D%0A").encode() + b"&x=%C3%A9&y=\xc3\xa9"
    assert await door.send(body) == TAKEN
    assert len(door.box.received) == 1


@pytest.mark.parametrize("kind", [f"{FORM}; charset=utf-16", f"{FORM}; charset=nosuch", FORM.upper()])
async def test_a_signed_request_is_utf8_whatever_its_header_says(door: Door, kind: str) -> None:
    assert await door.send(CLICK, kind) == TAKEN


async def test_events_are_taken_once_and_those_that_nobody_follows_are_acknowledged(door: Door) -> None:
    body = json.dumps(event()).encode()
    with capture_logs() as logs:
        assert await door.send(body, JSON) == TAKEN
        door.now[0] += timedelta(seconds=61)
        retry = signed(body, door.now[0].timestamp(), JSON)
        again = {**retry, "x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout"}
        assert await door.post(body, again) == TAKEN
        other = event(event_id="Ev0002", event={"type": "team_join", "user": {"id": "U0NEW"}})
        assert await door.send(json.dumps(other).encode(), JSON) == TAKEN
    assert door.box.homes == [("U0PRIYA", "T0ACME", True)]
    assert [line["event"] for line in logs].count("slack_request_not_followed") == 1
    assert door.outcomes() == {"taken": 2, "seen": 1}


async def test_the_address_is_proved_only_to_slack(door: Door) -> None:
    body = json.dumps({"token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification"}).encode()
    assert await door.send(body, JSON) == (200, JSON, '{"challenge": "3eZbrw1aBm2rZgRNFdxV"}')
    assert await door.send(body, JSON, secret="guessed") == NOT_AUTHENTIC
    assert await door.post(body, {"Content-Type": JSON}) == NOT_AUTHENTIC


@pytest.mark.parametrize("challenge", ["<script>", "", "a" * 256, "a\n", 7, None])
async def test_a_challenge_that_is_none_is_not_echoed(door: Door, challenge: Any) -> None:
    body = json.dumps({"challenge": challenge, "type": "url_verification"}).encode()
    assert await door.send(body, JSON) == MALFORMED


async def test_the_certificate_check_is_answered_only_to_slack(door: Door) -> None:
    body = b"ssl_check=1&token=x"
    assert await door.send(body) == TAKEN
    assert await door.post(body, {"Content-Type": FORM}) == NOT_AUTHENTIC
    assert door.outcomes() == {"nothing": 1, "not_signed": 1}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"type": "app_rate_limited", "team_id": "T0ACME", "minute_rate_limited": 1518467820}).encode(),
        json.dumps({"type": "something_new"}).encode(),
    ],
)
async def test_what_nobody_follows_is_acknowledged(door: Door, body: bytes) -> None:
    assert await door.send(body, JSON) == TAKEN
    assert door.outcomes() == {"nothing": 1}


async def test_a_kind_of_interaction_without_a_listener_is_acknowledged(door: Door) -> None:
    assert await door.send(interaction({"type": "shortcut", "callback_id": "x", "user": {"id": "U"}})) == TAKEN
    assert await door.send(interaction({**a_submission(), "type": "view_closed"})) == TAKEN
    assert door.outcomes() == {"taken": 2}


# -- replays -------------------------------------------------------------------------------------------------------


async def test_t02_the_same_request_again_does_nothing_again(door: Door) -> None:
    body = command(a_command("status"))
    headers = signed(body, AT)
    first = await door.post(body, headers)
    assert first[2] != ""
    assert [await door.post(body, headers) for _ in range(3)] == [TAKEN] * 3
    door.now[0] += timedelta(seconds=300)
    assert await door.post(body, headers) == TAKEN
    assert door.outcomes() == {"taken": 1, "seen": 4}


async def test_t02_of_a_hundred_at_once_one_reaches_the_desk(door: Door) -> None:
    headers = signed(CLICK, AT)
    door.box.free.clear()
    first = asyncio.create_task(door.post(CLICK, headers))
    await door.box.busy.wait()
    for _ in range(3):
        others = await asyncio.gather(*[door.post(CLICK, headers) for _ in range(33)])
        assert others == [refused(503, "still being worked on")] * 33
    door.box.free.set()
    assert await first == TAKEN
    assert len(door.box.received) == 1
    assert door.outcomes() == {"taken": 1, "under_way": 99}


async def test_what_failed_may_come_again(door: Door) -> None:
    door.box.failing = OSError("disk full")
    assert await door.post(CLICK, signed(CLICK, AT)) == refused(503, "not done")
    door.box.failing = None
    assert await door.post(CLICK, signed(CLICK, AT)) == TAKEN
    assert len(door.box.received) == 1


async def test_an_event_that_failed_may_come_again(door: Door) -> None:
    body = json.dumps(event()).encode()

    async def failing(_payload: dict[str, Any]) -> Any:
        raise LookupError("no")

    good, door.ingress._dispatch = door.ingress._dispatch, failing
    assert await door.send(body, JSON) == refused(503, "not done")
    door.ingress._dispatch = good
    assert await door.send(body, JSON) == TAKEN
    assert door.outcomes() == {"not_done": 1, "taken": 1}


async def test_without_the_database_nothing_is_acknowledged(door: Door) -> None:
    door.store.broken = OSError("disk full")
    with capture_logs() as logs:
        assert await door.send(CLICK) == refused(503, "cannot store now")
    assert [line["event"] for line in logs] == ["slack_request_not_stored", "slack_request"]
    door.store.broken = None
    assert await door.send(CLICK) == TAKEN


async def test_what_was_stored_stays_acknowledged_when_the_database_goes_then(door: Door) -> None:
    door.box.free.clear()
    answer = asyncio.create_task(door.send(CLICK))
    await door.box.busy.wait()
    door.store.broken = OSError("gone")
    door.box.free.set()
    assert await answer == TAKEN
    door.store.broken = None
    assert await door.send(CLICK) == refused(503, "still being worked on")


# -- what nobody but Slack may do -----------------------------------------------------------------------------------


def changed(**headers: str | None) -> dict[str, str]:
    """Return a click's good headers, some of them replaced or, with None, left out."""
    names = {"kind": "Content-Type", "at": "X-Slack-Request-Timestamp", "by": "X-Slack-Signature"}
    replaced = signed(CLICK, AT) | {names[key]: value or "" for key, value in headers.items()}
    return {name: value for name, value in replaced.items() if value}


def at(timestamp: str) -> dict[str, str]:
    """Return headers that are right but for their time, over which the signature is."""
    return changed(at=timestamp, by=signature(CLICK, timestamp))


GOOD = signed(CLICK, AT)["X-Slack-Signature"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(CLICK, {}, id="no headers"),
        pytest.param(CLICK, changed(by=None), id="no signature"),
        pytest.param(CLICK, changed(at=None), id="no timestamp"),
        pytest.param(CLICK + b" ", changed(), id="another body"),
        pytest.param(CLICK, changed(at=str(int(AT) + 1)), id="another timestamp"),
        pytest.param(CLICK, changed(by=signature(CLICK, str(int(AT)), "guessed")), id="another secret"),
        pytest.param(CLICK, changed(by=signature(CLICK, str(int(AT)), "")), id="an empty secret"),
        pytest.param(CLICK, changed(by="v0=" + "0" * 64), id="zeroes"),
        pytest.param(CLICK, changed(by=GOOD.upper()), id="upper case"),
        pytest.param(CLICK, changed(by=GOOD[3:]), id="no version"),
        pytest.param(CLICK, changed(by="v1" + GOOD[2:]), id="another version"),
        pytest.param(CLICK, changed(by=GOOD + "0"), id="too long"),
        pytest.param(CLICK, changed(by=GOOD[:-1]), id="too short"),
        pytest.param(CLICK, changed(by="v0=" + "é" * 64), id="no ASCII"),
        pytest.param(CLICK, at("soon"), id="a word for a time"),
        pytest.param(CLICK, at("-5"), id="a negative time"),
        pytest.param(CLICK, at(f"{int(AT)}.0"), id="a fraction"),
        pytest.param(CLICK, at(f"+{int(AT)}"), id="a sign"),
        pytest.param(CLICK, at("1_000"), id="an underscore"),
        pytest.param(CLICK, at("9" * 13), id="too many digits"),
        pytest.param(CLICK, at("9" * 12), id="a far future"),
        pytest.param(CLICK, at("0"), id="long ago"),
        pytest.param(CLICK, at(str(int(AT) - 301)), id="301 s old"),
        pytest.param(CLICK, at(str(int(AT) + 301)), id="301 s ahead"),
        pytest.param(b"\xff\xfe", changed(), id="no UTF-8"),
        pytest.param(CLICK, changed(kind=f"{FORM}; charset=utf-16", by="v0=" + "0" * 64), id="UTF-16"),
        pytest.param(CLICK, changed(kind=f"{FORM}; charset=nosuch", by="v0=" + "0" * 64), id="no such charset"),
        pytest.param(b"[" * 100_000, changed(kind=JSON), id="deep JSON"),
        pytest.param(interaction([1]), changed(), id="a list for a payload"),
        pytest.param(b"ssl_check=1", changed(), id="a certificate check"),
        pytest.param(gzip.compress(CLICK), changed() | {"Content-Encoding": "gzip"}, id="gzip over another body"),
    ],
)
async def test_t01_what_slack_did_not_sign_reaches_nobody(door: Door, body: bytes, headers: dict[str, str]) -> None:
    headers = {"Content-Type": FORM, **headers}
    if headers.get("Content-Encoding") == "gzip":
        headers["X-Slack-Signature"] = "v0=" + "1" * 64
    assert await door.post(body, headers) == NOT_AUTHENTIC
    assert (door.box.received, sum(door.ingress.counts.values())) == ([], 1)


@pytest.mark.parametrize("seconds", [-300, 300])
async def test_five_minutes_either_way_are_accepted(door: Door, seconds: int) -> None:
    assert await door.post(CLICK, at(str(int(AT) + seconds))) == TAKEN


@pytest.mark.parametrize("twice", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_a_header_that_stands_twice_is_not_authentic(door: Door, twice: str) -> None:
    headers = list(signed(CLICK, AT).items())
    assert await door.post(CLICK, [*headers, (twice, dict(headers)[twice])]) == NOT_AUTHENTIC


async def test_t01_other_digits_and_line_breaks_in_headers_are_not_authentic(door: Door) -> None:
    def head(timestamp: bytes, mark: bytes) -> bytes:
        return (
            b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nX-Slack-Request-Timestamp: "
            + timestamp
            + b"\r\nX-Slack-Signature: "
            + mark
            + b"\r\n\r\n{}"
        )

    zeroes = b"v0=" + b"0" * 64
    assert await door.raw(head("١٢٣".encode(), zeroes)) == NOT_AUTHENTIC
    assert await door.raw(head(b"\xff\xfe", zeroes)) == NOT_AUTHENTIC
    assert await door.raw(head(str(int(AT)).encode(), b"v0=\xff\xfe")) == NOT_AUTHENTIC
    assert await door.raw(head(str(int(AT)).encode(), b"v0=" + b"\xd9\xa1" * 64)) == NOT_AUTHENTIC
    assert await door.raw(head(str(int(AT)).encode(), zeroes + b"\xff")) == NOT_AUTHENTIC
    assert door.outcomes() == {"not_signed": 5}  # by their form, not by what they say


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
async def test_only_post(door: Door, method: str) -> None:
    assert await door.post(CLICK, signed(CLICK, AT), method) == refused(405, "POST only")


# -- what Slack signed and is still wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"", FORM, id="nothing"),
        pytest.param(b"", JSON, id="no JSON at all"),
        pytest.param(CLICK, "text/plain", id="plain text"),
        pytest.param(CLICK, "multipart/form-data; boundary=x", id="multipart"),
        pytest.param(CLICK, JSON, id="a form that is called JSON"),
        pytest.param(b"payload=\xff", FORM, id="no UTF-8"),
        pytest.param(b"payload=%ff", FORM, id="no UTF-8 in the form"),
        pytest.param(b"a=1", FORM, id="neither command nor payload"),
        pytest.param(b"ssl_check=0", FORM, id="no certificate check"),
        pytest.param(b"payload=", FORM, id="an empty payload"),
        pytest.param(CLICK + b"&" + CLICK, FORM, id="two payloads"),
        pytest.param(command(a_command()) + b"&text=%ff", FORM, id="two texts"),
        pytest.param(b"command=/deploy&user_id=U1&text=%ff", FORM, id="no UTF-8 in a command"),
        pytest.param(CLICK + b"".join(b"&x%d=1" % n for n in range(50)), FORM, id="too many fields"),
        pytest.param(b"payload=" + b"[" * 100_000, FORM, id="a deep payload"),
        pytest.param(b"[" * 100_000, JSON, id="deep JSON"),
        pytest.param(b'{"a":' * 100_000, JSON, id="deep objects"),
        pytest.param(b"null", JSON, id="null"),
        pytest.param(b"[]", JSON, id="a list"),
        pytest.param(b"{}", JSON, id="no type"),
        pytest.param(b'{"type": 1}', JSON, id="a number for a type"),
        pytest.param(b'{"type": "\\ud800"}', JSON, id="half a character"),
        pytest.param(json.dumps(event(x=float("nan"))).encode(), JSON, id="no number"),
        pytest.param(json.dumps(event(event={})).encode(), JSON, id="an event without a type"),
        pytest.param(json.dumps(event(event=[])).encode(), JSON, id="an event that is a list"),
        pytest.param(json.dumps(event(event_id="../x")).encode(), JSON, id="an odd event id"),
        pytest.param(json.dumps(event(event_id=None)).encode(), JSON, id="no event id"),
        pytest.param(json.dumps(event(authorizations=[1])).encode(), JSON, id="odd authorizations"),
        pytest.param(json.dumps(event(event={"type": "x", "channel": 1})).encode(), JSON, id="an odd channel"),
        pytest.param(interaction([1]), FORM, id="a list for a payload"),
        pytest.param(interaction("x"), FORM, id="a word for a payload"),
        pytest.param(interaction({"type": "shortcut", "callback_id": 1}), FORM, id="an odd callback id"),
        pytest.param(interaction(a_click(actions=[])), FORM, id="a click on nothing"),
        pytest.param(interaction(a_click(actions=[1])), FORM, id="a click on a number"),
        pytest.param(interaction(a_click(actions={"0": {}})), FORM, id="actions that are no list"),
        pytest.param(interaction(a_click(user="U0PRIYA")), FORM, id="a user who is a word"),
        pytest.param(interaction(a_click(team=7)), FORM, id="a team that is a number"),
        pytest.param(interaction(a_submission(view=None)), FORM, id="no view"),
        pytest.param(interaction(a_submission(view={"callback_id": 1})), FORM, id="an odd view"),
        pytest.param(interaction(a_submission(response_urls=[1])), FORM, id="odd response urls"),
        pytest.param(command(a_command(command="deploy")), FORM, id="a command without a slash"),
        pytest.param(command({"command": "/deploy"}), FORM, id="a command by nobody"),
        pytest.param(command(a_command(event="x", authorizations="y")), FORM, id="a command with odd fields"),
    ],
)
async def test_signed_and_malformed(door: Door, body: bytes, kind: str) -> None:
    assert await door.send(body, kind) == MALFORMED
    assert (door.box.received, door.outcomes()) == ([], {"malformed": 1})


async def test_a_click_that_cannot_be_understood_is_acknowledged_and_stored_nowhere(door: Door) -> None:
    assert await door.send(interaction(a_click(channel=None, message=None, container={}))) == TAKEN
    assert door.box.received == []


# -- limits --------------------------------------------------------------------------------------------------------


def head(length: int, at_time: float = AT, mark: str = "v0=" + "0" * 64) -> bytes:
    """Return the headers of a request whose body is still to come."""
    return (
        f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n"
        f"X-Slack-Request-Timestamp: {int(at_time)}\r\nX-Slack-Signature: {mark}\r\n\r\n"
    ).encode()


async def test_too_large_by_its_own_word_is_not_even_read(door: Door) -> None:
    assert await door.raw(head(LARGEST_BODY + 1)) == refused(413, "too large")


async def test_too_large_without_a_word(door: Door) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b" " * 2**16

    assert await door.post(chunks(), signed(b"", AT)) == refused(413, "too large")


async def test_t23_a_bomb_is_too_large(door: Door) -> None:
    bomb = gzip.compress(b" " * (LARGEST_BODY + 1))
    assert await door.post(bomb, signed(bomb, AT) | {"Content-Encoding": "gzip"}) == refused(413, "too large")


async def test_the_largest_body_is_still_read(door: Door) -> None:
    body = (CLICK + b"&x=").ljust(LARGEST_BODY, b"y")
    assert await door.send(body) == TAKEN


async def test_t23_a_body_that_comes_too_slowly_is_cut_off(tmp_path: Path) -> None:
    async with slack_door(tmp_path, body_within=0.05) as door:
        assert await door.raw(head(10) + b"{") == refused(400, "the body did not arrive whole and in time")


async def test_a_body_that_is_not_what_its_headers_say(door: Door) -> None:
    sent = head(8).replace(b"Host: x", b"Host: x\r\nContent-Encoding: gzip") + b"not gzip"
    assert await door.raw(sent) == refused(400, "the body did not arrive whole and in time")


async def test_a_stranger_without_fresh_headers_is_turned_away_before_the_body(door: Door) -> None:
    assert await door.raw(head(10, AT - 301)) == NOT_AUTHENTIC
    assert await door.raw(head(10, mark="v0=")) == NOT_AUTHENTIC
    assert door.outcomes() == {"not_now": 1, "not_signed": 1}


async def connected(door: Door, number: int, sent: bytes) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open connections that send so much and then nothing."""
    opened = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(number)]
    for _, writer in opened:
        writer.write(sent)
    return opened


async def hang_up(opened: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
    for _, writer in opened:
        writer.close()
    for _, writer in opened:
        with suppress(ConnectionError):  # the other side was first
            await writer.wait_closed()


@pytest.mark.parametrize(
    "sent",
    [b"", b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-", head(10) + b"{"],
    ids=["nothing", "half of the headers", "half of the body"],
)
async def test_t23_five_hundred_that_send_no_more_keep_no_click_out(door: Door, sent: bytes) -> None:
    waiting = await connected(door, 500, sent)
    async with asyncio.timeout(5):  # behind five hundred, and in the same process
        assert await door.send(CLICK) == TAKEN
    assert len(door.ingress.arrivals.arriving) <= 64
    await hang_up(waiting)


async def test_t23_who_sends_slowest_gives_way(door: Door) -> None:
    waiting = await connected(door, 64, head(10) + b"{")
    async with asyncio.timeout(5):
        while len(door.ingress.arrivals.arriving) < 64:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
        assert await door.send(CLICK) == TAKEN
        given_way = await asyncio.wait(
            [asyncio.create_task(reader.read()) for reader, _ in waiting], return_when=asyncio.FIRST_COMPLETED
        )
    (answer,) = [task.result() for task in given_way[0]]
    assert answer.startswith(b"HTTP/1.1 429 ")
    await hang_up(waiting)
    await asyncio.gather(*given_way[1], return_exceptions=True)
    assert len(door.box.received) == 1


@pytest.mark.parametrize("sent", [b"", b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-"])
async def test_t23_a_connection_whose_headers_do_not_come_is_cut(tmp_path: Path, sent: bytes) -> None:
    async with slack_door(tmp_path, headers_within=0.05) as door:
        ((reader, writer),) = await connected(door, 1, sent)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        await hang_up([(reader, writer)])


async def test_t23_headers_that_dribble_are_cut_too(tmp_path: Path) -> None:
    async with slack_door(tmp_path, headers_within=0.2) as door:
        ((reader, writer),) = await connected(door, 1, b"POST /slack/events HTTP/1.1\r\n")
        async with asyncio.timeout(5):
            while not reader.at_eof():
                writer.write(b"X-A: 1\r\n")
                try:
                    async with asyncio.timeout(0.02):
                        assert await reader.read() == b""
                except TimeoutError:
                    pass
                except ConnectionError:
                    break
        await hang_up([(reader, writer)])


async def test_a_connection_carries_one_request(door: Door) -> None:
    request = head(2, mark=signature(b"{}", str(int(AT)))) + b"{}"
    assert await door.raw(request * 2) == MALFORMED
    assert door.outcomes() == {"malformed": 1}


async def test_sixty_four_clicks_at_work_are_enough(door: Door) -> None:
    door.box.free.clear()
    bodies = [interaction(a_click(trigger_id=str(number))) for number in range(64)]
    clicks = [asyncio.create_task(door.send(body)) for body in bodies]
    async with asyncio.timeout(10):
        while door.ingress.arrivals.working < 64:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
    assert await door.send(interaction(a_click(trigger_id="one more"))) == refused(429, "too many at once")
    door.box.free.set()
    assert await asyncio.gather(*clicks) == [TAKEN] * 64


# -- start and stop ------------------------------------------------------------------------------------------------


async def test_a_stop_lets_what_is_at_work_end_and_takes_nothing_more(door: Door) -> None:
    door.box.free.clear()
    click = asyncio.create_task(door.send(CLICK))
    await door.box.busy.wait()
    door.serving.cancel()
    async with asyncio.timeout(5):
        while (answer := await door.send(command(a_command()))) != refused(503, "not ready"):
            assert answer == TAKEN
    assert await door.raw(head(10)) == refused(503, "not ready")
    assert not door.serving.done()
    door.box.free.set()
    assert await click == TAKEN
    async with asyncio.timeout(2):  # sooner than by giving up
        await asyncio.wait([door.serving])
    assert door.serving.cancelled()


async def test_t01_an_empty_secret_opens_no_door(door: Door) -> None:
    with pytest.raises(ValueError, match=r"^the signing secret is empty$"):
        Ingress(door.store, b"", lambda: NOON, lambda: "req1")


async def test_every_request_is_one_line_that_holds_nothing_of_the_senders(door: Door) -> None:
    with capture_logs() as logs:
        await door.send(CLICK)
        await door.post(b"evil", {"X-Slack-Signature": SECRET, "User-Agent": "evil"})
        await door.post(b"evil", {"X-Slack-Signature": "evil"})
        await door.send(b"payload=evil")
    line = {"event": "slack_request", "log_level": "info", "request_id": "req1"}
    assert logs == [
        line | {"outcome": "taken", "so_far": 1},
        line | {"outcome": "not_signed", "so_far": 1},
        line | {"outcome": "not_signed", "so_far": 2},
        line | {"outcome": "malformed", "so_far": 1},
    ]
