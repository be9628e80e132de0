"""Gates of CI systems: a run waits there for a release, and is turned away when that has ended for good."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.ports.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Turned:
    """Nothing waits any more for a release that has ended; `note` says why."""

    note: str


class Gatekeeper(Protocol):
    """Where runs wait for releases."""

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned | Trouble:
        """Reject what waits for a release, if it still does; to be asked again after an answer that was lost."""
