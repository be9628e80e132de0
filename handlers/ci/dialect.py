"""What every CI system's webhooks have in common: what it takes to admit a delivery. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.policy import Policy
from bot.ports.ci import Delivery, Verdict

Secrets = Callable[[str], str | None]
"""Returns the secret that a variable of the environment holds, by the variable's name; None where it is unset."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to know at the door: today's policy, the secrets, and the present in UTC."""

    policy: Policy
    secret: Secrets
    now: datetime


class WebhookDialect(Protocol):
    """How a CI system signs and words its webhooks. A module will do."""

    def secret_names(self, policy: Policy) -> frozenset[str]:
        """Return the variables whose secrets may sign; while none of them is set the route does not exist."""

    def admit(self, headers: Mapping[str, str], body: bytes, known: Known) -> Delivery | Verdict:
        """Return what an authentic delivery says, or how it is answered when nothing follows; never raises.

        Nothing is believed of what no secret has signed.
        """

    def names_of(self, headers: Mapping[str, str]) -> tuple[str | None, str | None]:
        """Return the delivery's id and its event, where they are fit to be logged."""
