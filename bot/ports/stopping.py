"""Ending what the CI system does for a release. Its word on how it ended comes by the port Executor, as always."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.ports.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Stopped:
    """The CI system has been asked to end the job, or it has ended already; `note` says which."""

    note: str


class Stopper(Protocol):
    """Where jobs can be ended."""

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Ask for the end of a release's job; to be asked again after an answer that was lost."""
