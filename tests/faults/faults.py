"""The faults: what a network, a proxy or a host does in place of answering, and what may be concluded from it.

A new one is a line in `FAULTS`; every call of the bot meets it then.
"""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tests.faults.wire import END, Act, Answer, Line


class Says(Enum):
    """What may be concluded from a fault about the request."""

    NEVER_SENT = "it was certainly not delivered"
    WAIT = "it was certainly not taken, and the host asks for quiet"
    ELSEWHERE = "it was not taken here; nobody asks there"
    REFUSED = "it was not taken; where a host can say so for certain"
    NOTHING = "nothing: it may have been taken, or not"
    YES = "it was taken, said in an odd way"


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them. `act` serves the request; it is None where the connection fails before that."""

    says: Says
    act: Act | None = None
    seconds: float | None = None
    """For how long the host asks for quiet, in its own words; None: it does not say, or nothing that can be read."""
    slow: bool = False
    """Whether it shows only by the client's own limit of time."""
    unread: bool = False
    closed: bool = False
    kept: bool = False
    nameless: bool = False
    """Whether the host's name leads nowhere."""
    ciphered: str = ""
    """What it does when it is asked by TLS, which it does not speak."""
    slack: bool = False
    """Whether it is an answer in Slack's own form."""


JSON = "application/json; charset=utf-8"
PAGE = b"<html><body><h1>Sorry</h1>The proxy could not do it.</body></html>"
HUGE = b"[" + b"0," * (3 * 1024 * 1024) + b"0]"
BOMB = gzip.compress(b"[" + b"0," * (8 * 1024 * 1024) + b"0]", 1)


def status(code: int, body: bytes = PAGE, kind: str = "text/html", **headers: str) -> Act:
    """Answer with a status."""
    told = (("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items()))
    return raw(Answer(code, told, body).sent(ends=True))


def raw(data: bytes) -> Act:
    """Send these bytes, and end the connection."""

    async def act(line: Line) -> None:
        await line.says(data)

    return act


def said(body: bytes, kind: str = JSON, **headers: str) -> Act:
    """Answer 200 with another body."""
    return status(200, body, kind, **headers)


def slack(error: str, **more: object) -> Act:
    """Answer as Slack refuses."""
    return said(json.dumps({"ok": False, "error": error, **more}).encode())


async def reset(line: Line) -> None:
    """Take the request and reset the connection."""
    line.reset()


async def hang_up(line: Line) -> None:
    """Take the request and close the connection, in good order."""
    line.writer.close()


async def silence(line: Line) -> None:
    """Take the request and say nothing, ever."""
    await line.over.wait()


async def drip(line: Line) -> None:
    """Begin well, and go on a byte at a time, for longer than anybody waits."""
    whole = line.answer.sent()
    head, _, body = whole.partition(END)
    await line.says(head.replace(b"Content-Length: ", b"Content-Length: 9") + END)
    for number in range(len(body)):
        await line.says(body[number : number + 1])
        await asyncio.sleep(0.02)
    await line.over.wait()


async def stuck_in_the_head(line: Line) -> None:
    """Begin to answer, and stop before the headers are over."""
    await line.says(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Half")
    await line.over.wait()


async def cut_short(line: Line) -> None:
    """Promise more of the answer than comes."""
    head, _, body = line.answer.sent().partition(END)
    await line.says(head.replace(b"Content-Length: ", b"Content-Length: 9") + END + body[: len(body) // 2])


async def half_a_json(line: Line) -> None:
    """Send half of the body as if it were all."""
    await line.says(Answer(line.answer.status, line.answer.headers, line.answer.body[:-1][: 2**20]).sent(ends=True))


async def chunked(line: Line) -> None:
    """Begin a chunk and break off."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
    await line.says(head + END + b"ffff\r\n" + line.answer.body[:10])


async def hints_first(line: Line) -> None:
    """Answer well, after two informal answers that anybody may send first (RFC 9110, 15.2)."""
    await line.says(b"HTTP/1.1 100 Continue" + END + b"HTTP/1.1 103 Early Hints\r\nLink: </x>" + END)
    await line.says(line.answer.sent(ends=True))


async def byte_by_byte(line: Line) -> None:
    """Answer well, in small pieces."""
    whole = line.answer.sent(ends=True)
    for begin in range(0, len(whole), 97):
        await line.says(whole[begin : begin + 97])
        await asyncio.sleep(0)


async def compressed(line: Line) -> None:
    """Answer well, in gzip."""
    body = gzip.compress(line.answer.body, 1)
    answer = Answer(line.answer.status, line.answer.headers, body)
    await line.says(
        answer.sent(ends=True, content_encoding="gzip") if line.answer.body else line.answer.sent(ends=True)
    )


def leads_elsewhere(code: int) -> Act:
    """Send the client to another place."""

    async def act(line: Line) -> None:
        await line.says(Answer(code, (("Location", line.elsewhere),), b"").sent(ends=True))

    return act


def quiet(**headers: str) -> Act:
    """Ask for quiet."""
    return status(429, b'{"ok": false, "error": "ratelimited"}', JSON, **headers)


def _nothing(act: Act, *, slow: bool = False, kept: bool = False) -> Fault:
    return Fault(Says.NOTHING, act, slow=slow, kept=kept)


NETWORK: Mapping[str, Fault] = {
    "the name is not known": Fault(Says.NEVER_SENT, nameless=True),
    "the connection is refused": Fault(Says.NEVER_SENT, closed=True),
    "no TLS is spoken there": Fault(Says.NEVER_SENT, ciphered="plain"),
    "TLS is never agreed on": Fault(Says.NEVER_SENT, ciphered="hangs", slow=True),
    "reset before it was read": Fault(Says.NOTHING, unread=True),
    "reset after it was read": _nothing(reset),
    "reset on a connection that was kept": _nothing(reset, kept=True),
    "closed without an answer": _nothing(hang_up),
    "closed on a connection that was kept": _nothing(hang_up, kept=True),
    "taken and never answered": _nothing(silence, slow=True),
    "stuck in the head of the answer": _nothing(stuck_in_the_head, slow=True),
    "a byte at a time": _nothing(drip, slow=True),
    "the answer breaks off": _nothing(cut_short),
    "a chunk breaks off": _nothing(chunked),
}
HOSTS: Mapping[str, Fault] = {
    "429, in 0 s": Fault(Says.WAIT, quiet(Retry_After="0"), 0),
    "429, in 1 s": Fault(Says.WAIT, quiet(Retry_After="1"), 1),
    "429, in 30 s": Fault(Says.WAIT, quiet(Retry_After="30"), 30),
    "429, in a year": Fault(Says.WAIT, quiet(Retry_After="31536000"), 31_536_000),
    "429, nobody says when": Fault(Says.WAIT, quiet()),
    "429, soon": Fault(Says.WAIT, quiet(Retry_After="soon")),
    "429, before now": Fault(Says.WAIT, quiet(Retry_After="-5")),
    "408": _nothing(status(408)),
    "500": _nothing(status(500)),
    "500 with a page in JSON's name": _nothing(status(500, PAGE, JSON)),
    "502": _nothing(status(502)),
    "503": _nothing(status(503)),
    "503, in 30 s": _nothing(status(503, Retry_After="30")),
    "504": _nothing(status(504, b"")),
    "status 299": _nothing(status(299)),
    "status 599": _nothing(status(599, b"{}", JSON)),
    "301": Fault(Says.ELSEWHERE, leads_elsewhere(301)),
    "302": Fault(Says.ELSEWHERE, leads_elsewhere(302)),
    "307": Fault(Says.ELSEWHERE, leads_elsewhere(307)),
    "308": Fault(Says.ELSEWHERE, leads_elsewhere(308)),
    "403 of a proxy": Fault(Says.REFUSED, status(403)),
    "407 of a proxy": Fault(Says.REFUSED, status(407)),
}
ANSWERS: Mapping[str, Fault] = {
    "a page with 200": _nothing(said(PAGE, "text/html")),
    "a page in JSON's name": _nothing(said(PAGE)),
    "nothing with 200": _nothing(said(b"")),
    "half a JSON": _nothing(half_a_json),
    "null": _nothing(said(b"null")),
    "a list of nothing in it": _nothing(said(b"[null]")),
    "a number": _nothing(said(b"7")),
    "no UTF-8": _nothing(said(b'{"ok": true, "name": "\xff\xfe"}')),
    "a thousand brackets": _nothing(said(b"[" * 20_000)),
    "a huge body": _nothing(said(HUGE)),
    "a gzip bomb": _nothing(said(BOMB, Content_Encoding="gzip")),
    "gzip that is none": _nothing(said(b'{"ok": true}', Content_Encoding="gzip")),
    "no HTTP": _nothing(raw(b"SSH-2.0-OpenSSH_9.2p1\r\n")),
    "no status": _nothing(raw(b"HTTP/1.1 abc OK" + END)),
    "an endless header": _nothing(raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + END)),
    "two lengths": _nothing(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7" + END + b"hello")),
    "hints first": Fault(Says.YES, hints_first),
    "in small pieces": Fault(Says.YES, byte_by_byte),
    "in gzip": Fault(Says.YES, compressed),
}


def _slack(says: Says, error: str, seconds: float | None = None) -> Fault:
    return Fault(says, slack(error), seconds, slack=True)


OF_SLACK: Mapping[str, Fault] = {
    **{
        f"ok: false, {error}": _slack(Says.REFUSED, error)
        for error in (
            "token_revoked",
            "account_inactive",
            "channel_not_found",
            "is_archived",
            "not_in_channel",
            "msg_too_long",
            "invalid_blocks",
            "missing_scope",
            "a_new_one",
        )
    },
    **{f"ok: false, {error}": _slack(Says.WAIT, error) for error in ("ratelimited", "rate_limited")},
    **{f"ok: false, {error}": _slack(Says.WAIT, error) for error in ("service_unavailable", "request_timeout")},
    **{f"ok: false, {error}": _slack(Says.NOTHING, error) for error in ("internal_error", "fatal_error")},
    "ok: false, no error": Fault(Says.NOTHING, said(b'{"ok": false}'), slack=True),
    "ok: false, a list": Fault(Says.NOTHING, said(b'{"ok": false, "error": ["x"]}'), slack=True),
    "no ok": Fault(Says.NOTHING, said(b'{"ts": "1.000001", "view": {"hash": "x"}}'), slack=True),
    "ok, a word": Fault(Says.NOTHING, said(b'{"ok": "no"}'), slack=True),
}
FAULTS: Mapping[str, Fault] = {**NETWORK, **HOSTS, **ANSWERS, **OF_SLACK}
__all__ = ["ANSWERS", "FAULTS", "HOSTS", "NETWORK", "OF_SLACK", "Fault", "Says"]
