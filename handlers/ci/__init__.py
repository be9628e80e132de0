"""CI systems: pure files that build requests and read answers, and the one sender that does the HTTP.

Adding a system is a few pure files, its connection, and one line in the list below.
"""

from collections.abc import Mapping
from typing import Protocol

from bot.core.policy import Policy
from bot.ports.ci import Delivery, Verdict
from handlers.ci import github_webhook


class WebhookDialect(Protocol):
    """How a CI system signs and words its webhooks. A module will do."""

    def verify(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the body was signed with the secret; never raises."""

    def parse_delivery(self, headers: Mapping[str, str], body: bytes, policy: Policy) -> Delivery | Verdict:
        """Return what an authentic delivery hints at, or how it is answered when nothing follows from it."""

    def names_of(self, headers: Mapping[str, str]) -> tuple[str | None, str | None]:
        """Return the delivery's id and its event, where they are fit to be logged."""


SOURCES: Mapping[str, WebhookDialect] = {
    "github": github_webhook,
}
"""Whose webhooks are understood, by the last word of their route."""
