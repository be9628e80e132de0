"""The source whose builds are reported by signed webhook: there is nothing to ask."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.ports.ci import BuildHint, RunHint
from bot.ports.missed import NONE_MISSED, Missed, Wanted
from bot.ports.trouble import Trouble


@dataclass(frozen=True, slots=True)
class StandardReports:
    """Implements Source by knowing nothing: what is reported is in the inbox already."""

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Return None: no hint is about such a source."""
        del service, hint
        return None

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Return nothing."""
        del service
        return ()

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Return nothing: there is nobody to ask."""
        del service, wanted
        return NONE_MISSED

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Return None: the files are not told."""
        del service, base, commit
        return None

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Return no tags."""
        del service, commits
        return {}
