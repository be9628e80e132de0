"""Gates of CI systems: a run waits there for a release, goes on with it, or is turned away when that has ended."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.ports.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Turned:
    """Nothing waits any more for a release that has ended; `note` says why."""

    note: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Nothing of what was approved waits for an answer of ours any more; `note` says why."""

    note: str


class Gatekeeper(Protocol):
    """Where runs wait for releases."""

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned | Trouble:
        """Reject what waits for a release, if it still does; to be asked again after an answer that was lost."""

    async def let_on(self, service: ServicePolicy, release: Release) -> Answered | Trouble:
        """Answer for what else of the approved attempt waits, and for no other; to be asked again like `turn_away`."""
