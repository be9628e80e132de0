"""What nobody may read in a log: secrets by their value and by their shape, and characters that forge or hide lines.

Every pattern here takes time linear in the text, whatever the text is: each match, once begun, either consumes what it
has looked at or gives up within a fixed number of characters.
"""

import json
import re
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from math import isfinite
from typing import Any
from urllib.parse import quote, quote_plus

REDACTED = "[redacted]"
SHORTEST = 6
"""Characters. A shorter secret is a word, and replacing it would shred what people read."""
SHORTEST_CODED = 8
"""Characters in base64 of a secret, without those at either end that depend on what stands beside it."""
SHORTEST_LINE = 16
"""Characters of a line of a secret, such as a private key, that is hidden by itself."""
DEEPEST = 12
"""How deep a value may be nested before what is below is left out."""

_SHAPES = re.compile(
    r"""
      -----BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY-----   # a PEM key, to its end or, cut off, to the end of the text
        (?:(?!-----END[ ]).)*+ (?:-----END[ ][A-Z0-9 ]{0,60}-----)?
    | xox[a-z](?:\.xox[a-z])?- [A-Za-z0-9-]++       # Slack: bot, user, refresh tokens ...
    | xapp- [A-Za-z0-9-]++                          # ... and the app-level one
    | gh[opsur]_ [A-Za-z0-9_.-]++                   # GitHub; installation tokens may be JWTs behind ghs_
    | github_pat_ [A-Za-z0-9_]++
    | (?i:bearer) (?:[ \t+]|%20){1,4} [^\s"'<>,;]++
    | https?:// hooks\.slack(?:-gov)?\.com [^\s"'<>\\]*+  # a response_url, or an incoming webhook
    | https?:// [^\s"'<>\\/]{1,255} /response/ [^\s"'<>\\]*+  # a response_url where SLACK_API_URL is not Slack's
    | wss?:// [^\s"'<>\\]*+                            # a Socket Mode address is a ticket
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_DOTTED = re.compile(r"eyJ[A-Za-z0-9_.=-]*+", re.ASCII)
"""What begins like a JWT; it is one when it has its dots."""
_USER = re.compile(
    r"(://)[^\s/?#@:\"']*+:[^\s/?#@\"']*+@(?!sha256:[0-9a-f]{6,64}+(?![\w@])|\{(?:digest|sha)\}(?![\w@.:/-]))",
    re.ASCII,
)
"""A password in an address. What stands before a digest is the version of an image: no host has such a port."""
_WRITTEN = re.compile(
    r"""
      -----BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY-----
        (?:(?!-----END[ ]).)*+ (?:-----END[ ][A-Z0-9 ]{0,60}-----)?
    | (?<![A-Za-z0-9]) (?: xox[a-z](?:\.xox[a-z])?- | xapp- | gh[opsur]_ | github_pat_ | whsec_ )
        [A-Za-z0-9_.+/=-]{16,}+
    | (?<![A-Za-z0-9]) eyJ [A-Za-z0-9_=-]{8,200}+ \. eyJ [A-Za-z0-9_=.-]*+
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
"""What nobody writes by chance: narrower than what logs hide, so that no word of people is taken for it."""
_QUERY = re.compile(
    r"([?&](?:access_token|client_secret|code|key|password|secret|sig|signature|ticket|token)=)[^\s&\"'<>#]++",
    re.ASCII | re.IGNORECASE,
)
_NAMES = frozenset(
    {
        "authorization", "cookie", "set-cookie", "password", "secret", "token", "access_token", "refresh_token",
        "bot_token", "app_token", "client_secret", "signing_secret", "response_url", "private_key", "ticket",
        "x-slack-signature", "x-hub-signature", "x-hub-signature-256", "webhook-signature",
    }
)  # fmt: skip
"""Keys whose values are hidden whatever they are."""
_SIGNING = "whsec_"
"""Before a secret that is written in base64; libraries show it without."""
_PERCENT = re.compile(r"%[0-9A-F]{2}", re.ASCII)
_PUNCTUATION = re.compile(r"[._~-]")
_LINE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff"
_CONTROL = re.compile(f"[\\t\\n{_LINE}]")
_CONTROL_IN_LINES = re.compile(f"[{_LINE}]")


class Redactor:
    """Hides what looks like a secret, and `secrets` wherever they stand, plain or escaped."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these from now on as well; what was known before stays hidden."""
        found = {form for secret in secrets for form in _forms(secret)} | set(self._secrets)
        # A secret may be a part of another. Replaced as a whole: other threads may be reading.
        self._secrets = tuple(sorted(found, key=_shortness))

    def text(self, text: str, *, lines: bool = False) -> str:
        """Return the text without secrets, on one line unless `lines`; other control characters are spelt out."""
        text = _SHAPES.sub(REDACTED, self.known(text))
        text = _DOTTED.sub(_jwt, text)
        text = _USER.sub(rf"\1{REDACTED}@", text)
        text = _QUERY.sub(rf"\1{REDACTED}", text)
        return (_CONTROL_IN_LINES if lines else _CONTROL).sub(_spelt, text)

    def known(self, text: str) -> str:
        """Return the text without the secrets that are known; everything else stays as it is."""
        for secret in self._secrets[bisect_left(self._secrets, -len(text), key=_shortness) :]:  # those that fit into it
            text = text.replace(secret, REDACTED)
        return text

    def value(self, value: Any, depth: int = 0) -> Any:
        """Return the value as plain JSON data without secrets: what is neither text, number, list nor dict is text."""
        if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
            return value
        if isinstance(value, str):
            return self.text(value)
        if depth >= DEEPEST:
            return "[too deep]"
        if isinstance(value, Mapping):
            return {self._key(key): self._of(key, one, depth) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(one, depth + 1) for one in value]
        return self.text(_shown(value))

    def _of(self, key: Any, value: Any, depth: int) -> Any:
        hidden = isinstance(key, str) and key.lower() in _NAMES and value is not None
        return REDACTED if hidden else self.value(value, depth + 1)

    def _key(self, key: Any) -> str:
        return self.text(key if isinstance(key, str) else _shown(key))


def holds_secret(text: str) -> bool:
    """Whether a text that somebody wrote holds what can only be a secret: a key, a token, a password in an address."""
    return without_secrets(text) != text


def without_secrets(text: str) -> str:
    """Return what somebody wrote without what can only be a secret; everything else stays as it is."""
    return _USER.sub(rf"\1{REDACTED}@", _WRITTEN.sub(REDACTED, text))


def _shortness(text: str) -> int:
    return -len(text)


def _forms(secret: str) -> Iterator[str]:
    """Yield how a secret may be written: plain, by line, escaped for JSON, Python, HTML or a URL, in base64."""
    lines = [line.strip() for line in secret.splitlines()]
    long_lines = [line for line in lines if len(line) >= SHORTEST_LINE and not line.startswith("-----")]
    for plain in dict.fromkeys((secret, secret.strip(), secret.strip().removeprefix(_SIGNING))):
        yield from _escaped(plain)
        yield from _coded(plain)
    for line in long_lines if len(lines) > 1 else ():
        yield from _escaped(line)


def _escaped(plain: str) -> Iterator[str]:
    in_json = json.dumps(plain)[1:-1]
    forms = (
        plain,
        in_json,
        in_json.replace("/", "\\/"),  # as PHP writes it
        json.dumps(plain, ensure_ascii=False)[1:-1],
        json.dumps(in_json)[1:-1],  # JSON as a text within JSON
        repr(plain)[1:-1],
        *_in_a_page(plain),
        *_in_an_address(plain),
    )
    yield from (form for form in forms if len(form) >= SHORTEST)


def _in_a_page(plain: str) -> Iterator[str]:
    """Yield it escaped for HTML; whether quotes are, and by name or number, differs from one library to the next."""
    yield escape(plain, quote=False)
    yield (usual := escape(plain))
    yield (by_number := usual.replace("&#x27;", "&#39;"))
    yield by_number.replace("&quot;", "&#34;")


def _in_an_address(plain: str) -> Iterator[str]:
    """Yield it percent-encoded; which punctuation is, and in which letters, differs from one library to the next."""
    usual = quote(plain, safe="", errors="replace")
    for form in (usual, quote_plus(plain, errors="replace"), _PUNCTUATION.sub(_percent, usual)):
        yield form
        yield _PERCENT.sub(lambda found: found[0].lower(), form)


def _percent(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


def _coded(plain: str) -> Iterator[str]:
    """Yield it in base64, wherever it begins within what was encoded: a password stands behind a name and a colon."""
    raw = plain.encode("utf-8", "surrogatepass")
    for before in range(3):
        whole = b64encode(b"\0" * before + raw).decode("ascii")
        form = whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        if len(form) >= SHORTEST_CODED:
            yield form
            yield form.replace("+", "-").replace("/", "_")


def _jwt(found: re.Match[str]) -> str:
    return REDACTED if found[0].count(".") >= 2 else found[0]  # noqa: PLR2004 - header.payload.signature


def _spelt(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _shown(value: Any) -> str:
    """Return a value's own text; one whose code fails must not take the line with it."""
    show: Callable[[Any], str] = str if isinstance(value, BaseException) else repr
    try:
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else show(value)
    except Exception:  # noqa: BLE001 - whatever it is
        return f"[{type(value).__name__} that cannot be shown]"
