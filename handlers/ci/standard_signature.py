"""Standard Webhooks: how a message is signed, and whether one was. Pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

PREFIX = "whsec_"
TOLERANCE = 300
"""Seconds between the sender's clock and ours."""
_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]{43}=", re.ASCII)
_MOST_SIGNATURES = 16
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Seal:
    """The three headers, each in its own form: that says nothing yet of who sent them."""

    id: str
    timestamp: str
    signatures: tuple[str, ...]


def key_of(secret: str) -> bytes | None:
    """Return the bytes that a secret stands for: base64 behind `whsec_`, else its own; None where that is no base64."""
    if not secret.startswith(PREFIX):
        return secret.encode("utf-8", "surrogateescape") or None
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def signature(key: bytes, message: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body under an id and a moment."""
    signed = b".".join((message.encode("ascii"), timestamp.encode("ascii"), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def sealed(secret: str, message: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message of ours.

    Raises:
        ValueError: the secret is none; it was looked at before the start.
    """
    key, timestamp = key_of(secret), str(int(now.timestamp()))
    if key is None:
        raise ValueError("a secret that is no secret")
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(key, message, timestamp, body),
    }


def seal_of(headers: Mapping[str, str], now: datetime) -> Seal | None:
    """Return the headers of a message that may be authentic now; None where one is missing, doubled, odd or old."""
    message, timestamp, signatures = (_only(headers, f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not _ID.fullmatch(message) or not _TIMESTAMP.fullmatch(timestamp) or len(signatures) > _LONGEST:
        return None
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        return None
    known = tuple(one for one in signatures.split(" ") if _SIGNATURE.fullmatch(one))[:_MOST_SIGNATURES]
    return Seal(message, timestamp, known) if known else None


def authentic(seal: Seal, secrets: Iterable[str], body: bytes) -> bool:
    """Whether any of the secrets made any of the signatures; every pair is compared, each in constant time."""
    found = False
    for secret in secrets:
        key = key_of(secret)
        if key is None:
            continue
        made = signature(key, seal.id, seal.timestamp, body).encode("ascii")
        for one in seal.signatures:
            found |= hmac.compare_digest(one.encode("ascii"), made)
    return found


def id_of(headers: Mapping[str, str]) -> str | None:
    """Return the message's id where it is fit to be logged."""
    message = _only(headers, "webhook-id")
    return message if _ID.fullmatch(message) else None


def _only(headers: Mapping[str, str], name: str) -> str:
    """Return the one header of a name, else nothing: of two nobody can say which was signed."""
    found = [value for key, value in headers.items() if key.lower() == name]
    return found[0] if len(found) == 1 else ""
