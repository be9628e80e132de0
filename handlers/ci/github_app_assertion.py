"""Signs what a GitHub App says of itself: the one place that knows its private key."""

from collections.abc import Callable
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from handlers.ci.github_app import claims

Assert = Callable[[datetime], str]
"""Returns an assertion that holds at a moment."""


def asserting(app_id: str, private_key: str) -> Assert:
    """Return the way in which an App proves itself.

    Args:
        app_id: the App's id, or its client id.
        private_key: the key as PEM, checked when the settings were read.

    Raises:
        ValueError: the key is none.
    """
    key = load_pem_private_key(private_key.encode(), password=None)

    def signed(now: datetime) -> str:
        return jwt.encode(claims(app_id, now), key, algorithm="RS256")  # type: ignore[arg-type]

    return signed
