"""Whether a request was signed by Slack: over its raw bytes, by a strict grammar, within five minutes.

https://docs.slack.dev/authentication/verifying-requests-from-slack: v0=HMAC-SHA256(secret, "v0:timestamp:body").
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from multidict import MultiMapping

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"
WINDOW = 300
"""Seconds that a timestamp may lie behind or ahead of our clock."""
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The two headers, well formed. Nothing is known yet of who wrote them."""

    timestamp: str
    signature: str

    @property
    def key(self) -> str:
        """Return what names this one request among all."""
        return hashlib.sha256(f"{self.timestamp}:{self.signature}".encode()).hexdigest()

    def fresh(self, now: datetime) -> bool:
        """Return whether it claims to have been made about now."""
        return abs(now.timestamp() - int(self.timestamp)) <= WINDOW

    def signs(self, secret: bytes, body: bytes) -> bool:
        """Return whether whoever wrote it knows the secret, in a time that tells nothing of how wrong it is."""
        mac = hmac.new(secret, f"v0:{self.timestamp}:".encode(), hashlib.sha256)
        mac.update(body)
        return hmac.compare_digest(f"v0={mac.hexdigest()}".encode(), self.signature.encode())


def stamp_of(headers: MultiMapping[str]) -> Stamp | None:
    """Return the stamp of a request; None unless each header is there once and as Slack writes it."""
    timestamps, signatures = headers.getall(TIMESTAMP, []), headers.getall(SIGNATURE, [])
    if len(timestamps) != 1 or len(signatures) != 1:
        return None
    # fullmatch, and ASCII digits only: "$" would let a line break pass, and "\d" the digits of other scripts
    if not _TIMESTAMP.fullmatch(timestamps[0]) or not _SIGNATURE.fullmatch(signatures[0]):
        return None
    return Stamp(timestamps[0], signatures[0])
