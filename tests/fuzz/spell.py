"""Breaks what is written down: JSON that no encoder would write, forms, bytes cut and flipped, words about them. By seed."""

import json
import random
from typing import Any
from urllib.parse import quote_plus, urlencode

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
DEEPEST = 10_000
CONTENT_TYPES = (
    *("", "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=x", "*/*", "json"),
    *(f"{JSON}; charset=utf-16", f"{JSON}; charset=nosuch", f"{FORM}; charset=utf-7", JSON.upper(), f"{JSON}, {FORM}"),
    *(";", f"{JSON};", "application/" + "j" * 3000, f"{JSON}; charset=\xff", FORM, JSON),
)
SPELT = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "0x1F", "01", "+1", ".5", "1.", "-", "1e", "1E+400"),
    *(
        "9" * 400,
        "9" * 5000,
        "-" + "9" * 5000,
        "0." + "1" * 2000,
        "True",
        "None",
        "undefined",
        "'x'",
        "",
        "//x",
        "/*x*/1",
    ),
    *('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\x00"', '"\\u12"', '"\t"', '"\x01"', '"', "[", "{", "[" * 199),
    *("[" * DEEPEST, '{"a":' * 300, "[" * 250 + "]" * 250, '{"":' * 199 + "1" + "}" * 199, "[1,]", '{"a":1,}', '{"a"}'),
)
"""Values as no encoder would write them."""


def in_json(rng: random.Random, value: Any) -> bytes:
    """Return a value as JSON; one time in four with something in it that is none, or is JSON seldom seen."""
    text = json.dumps(value)
    if rng.random() < 3 / 4:
        return text.encode()
    place = text.find(":", rng.randrange(max(len(text), 1)))
    if place < 0:
        return rng.choice(SPELT).encode("utf-8", "surrogatepass")
    match rng.randrange(4):
        case 0:  # another value before the one that is there: the parser sees `"key":SPELT,"key":value` or rubbish
            key = text[:place].rpartition('"')[0].rpartition('"')[2]
            text = f'{text[: place + 1]}{rng.choice(SPELT)},"{key}":{text[place + 1 :]}'
        case 1:
            end = min((at for mark in ",}]" if (at := text.find(mark, place)) > 0), default=len(text))
            text = f"{text[: place + 1]}{rng.choice(SPELT)}{text[end:]}"
        case 2:
            inner = text[1:-1] if text[:1] == "{" else ""
            text = f"{{{inner},{inner}}}"  # every key twice
        case _:
            text = (
                rng.choice(("\ufeff", " \n\t" * 50, ""))
                + text
                + rng.choice(("", "\x00", "}", "{}", "\n\n", ",", "null"))
            )
    return text.encode("utf-8", "surrogatepass")


def in_form(rng: random.Random, fields: dict[str, Any]) -> bytes:
    """Return fields as a form; one time in four as no browser would write it."""
    pairs = [(str(name), value if isinstance(value, str) else json.dumps(value)) for name, value in fields.items()]
    said = [
        f"{quote_plus(name, errors='surrogatepass')}={quote_plus(value, errors='surrogatepass')}"
        for name, value in pairs
    ]
    if said and rng.random() < 1 / 4:
        place = rng.randrange(len(said))
        match rng.randrange(6):
            case 0:
                said.append(said[place])
            case 1:
                said[place] = said[place].replace(
                    "=", rng.choice(("", "==", "%3D", ";", "&", "=%zz", "=%ff%fe", "=%00")), 1
                )
            case 2:
                said += [f"more{number}=" for number in range(rng.choice((3, 60, 2000)))]
            case 3:
                said.append(
                    rng.choice(("payload=%7B%7D", "command=%2Fdeploy", "ssl_check=1", "payload=", "=", "command"))
                )
            case 4:
                said[place] = said[place].upper()
            case _:
                return rng.choice((";", "&&", "+", "\n")).join(said).encode("utf-8", "surrogatepass")
    return "&".join(said).encode("utf-8", "surrogatepass")


def an_interaction(rng: random.Random, payload: Any) -> bytes:
    """Return an interaction in the one field of its form."""
    text = in_json(rng, payload).decode("utf-8", "surrogatepass")
    if rng.random() < 7 / 8:
        return urlencode({"payload": text}, errors="surrogatepass").encode()
    return in_form(rng, {"payload": text})


def in_bytes(rng: random.Random, body: bytes) -> bytes:
    """Return a body, one time in six with its bytes cut, flipped, repeated or in another encoding."""
    if rng.random() < 5 / 6:
        return body
    place = rng.randrange(len(body) + 1)
    match rng.randrange(8):
        case 0:
            return body[:place]
        case 1:
            return body[:place] + bytes([rng.randrange(256)]) + body[place + 1 :]
        case 2:
            return body[:place] + rng.randbytes(rng.choice((1, 4, 200))) + body[place:]
        case 3:
            return rng.choice(
                (b"", b"null", b"[]", b"{}", b'""', b"0", b"\x00", b"\xff\xfe", b"payload", b"=", b" " * 5000)
            )
        case 4:
            return body.decode("utf-8", "replace").encode(
                rng.choice(("utf-16", "utf-32", "utf-16-be", "utf-7")), "replace"
            )
        case 5:
            return rng.choice((b"\xef\xbb\xbf", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80")) + body
        case 6:
            return body + body[:place]
        case _:
            return rng.randbytes(rng.choice((1, 60, 3000)))


def content_type(rng: random.Random, usual: str) -> str:
    """Return what a body is said to be; one time in eight something else than it is."""
    return rng.choice(CONTENT_TYPES) if rng.random() < 1 / 8 else usual
