"""Requests that two servers could read in two ways, or that are no HTTP at all: refused before anything is made of them."""

from pathlib import Path

from tests.integration.slack_door import NOON, slack_door
from tests.unit.handlers.slack.bodies import a_click
from tests.unit.handlers.slack.signing import interaction, signed

CLICK = interaction(a_click())
LENGTH = f"Content-Length: {len(CLICK)}\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n"
ONE_CHUNK = f"{len(CLICK):x}\r\n".encode() + CLICK + b"\r\n0\r\n\r\n"


def request(headers: bytes, body: bytes, line: bytes = b"POST /slack/events HTTP/1.1") -> bytes:
    """Return a click that Slack has signed, in an envelope of one's own."""
    stamp = "".join(f"{name}: {value}\r\n" for name, value in signed(CLICK, NOON.timestamp()).items()).encode()
    return line + b"\r\nHost: x\r\n" + stamp + headers + b"\r\n" + body


REFUSED = {
    "two ways to end": request(LENGTH + CHUNKED, ONE_CHUNK),
    "two lengths": request(LENGTH + b"Content-Length: 3\r\n", CLICK),
    "a length with a sign": request(LENGTH.replace(b": ", b": +"), CLICK),
    "a negative length": request(b"Content-Length: -1\r\n", CLICK),
    "a length of other digits": request("Content-Length: \u0661\r\n".encode(), CLICK),
    "a length beyond all": request(b"Content-Length: " + b"9" * 30 + b"\r\n", CLICK),
    "a chunk that is no number": request(CHUNKED, b"ZZ\r\n" + CLICK),
    "a chunk below nothing": request(CHUNKED, b"-5\r\n" + CLICK),
    "chunked twice": request(CHUNKED + CHUNKED, ONE_CHUNK),
    "chunked in disguise": request(b"Transfer-Encoding: xchunked\r\n" + LENGTH, CLICK),
    "a folded header": request(b"X-A: a\r\n b\r\n" + LENGTH, CLICK),
    "a space before the colon": request(LENGTH.replace(b":", b" :"), CLICK),
    "a header with nothing in its name": request(b": x\r\n" + LENGTH, CLICK),
    "a header that ends in a null": request(b"X-A: a\x00b\r\n" + LENGTH, CLICK),
    "a packing that nobody knows": request(b"Content-Encoding: br\r\n" + LENGTH, CLICK),
    "lines that end early": request(LENGTH, CLICK).replace(b"\r\n", b"\n"),
    "a version that there is not": request(LENGTH, CLICK, b"POST /slack/events HTTP/9.9"),
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "another path": request(LENGTH, CLICK, b"POST /slack/events/ HTTP/1.1"),
    "a path with two slashes": request(LENGTH, CLICK, b"POST //slack/events HTTP/1.1"),
    "a path that ends in a null": request(LENGTH, CLICK, b"POST /slack/events%00 HTTP/1.1"),
    "a path in capitals": request(LENGTH, CLICK, b"POST /SLACK/EVENTS HTTP/1.1"),
    "headers without an end": request(b"X-A: a\r\n" * 5_000 + LENGTH, CLICK),
}


async def test_t01_what_could_be_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    async with slack_door(tmp_path) as door:
        answers = {why: (await door.raw(sent))[0] for why, sent in REFUSED.items()}
        assert {why: status for why, status in answers.items() if not 400 <= status < 500} == {}
        assert door.box.received == []
        assert (await door.raw(request(LENGTH, CLICK)))[0] == 200
        assert len(door.box.received) == 1
