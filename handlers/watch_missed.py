"""What the newest runs of a source did not show: runs pushed off its page unseen, checks of older commits."""

from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.core.build import Build, PipelineReport, RunStatus
from bot.core.lane import Lane
from bot.core.policy import ServicePolicy
from bot.core.release import Lifecycle
from bot.core.source import GithubSource
from bot.ports.ci import Source
from bot.ports.missed import Missed, Reach, Wanted
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.desk import Desk

log = structlog.get_logger()

BUILDS = 50
"""Newest builds of a service that are looked through for those whose checks are wanted."""
NAME = "reach:"
"""Under this, with the service's name, is remembered how far its source has been told."""
_REACH = TypeAdapter(Reach)


@dataclass(slots=True)
class Missing:
    """Asks the source of one service for what its newest runs did not show."""

    desk: Desk
    source: Source
    service: ServicePolicy
    answered: bool = True
    """Whether the source answered the last time; that it never will is an answer."""

    async def look(self) -> Missed:
        """Return what was missed; where it cannot be told, nothing, and the next look asks again."""
        wanted = await self.desk.store.read(lambda tx: _wanted(tx, self.service))
        missed = await self.source.missed(self.service, wanted)
        self.answered = isinstance(missed, Missed | GiveUp)
        if isinstance(missed, TryLater | Unsure | GiveUp):
            why = missed.reason if isinstance(missed, GiveUp) else missed.why
            log.warning("missed_not_fetched", service=self.service.name, why=why)
            return Missed((), wanted.reach)
        if found := sum(one.is_run for one in missed.reports):
            log.info("missed_found", service=self.service.name, runs=found)
        return missed

    async def keep(self, reach: Reach | None) -> None:
        """Remember how far the source has been told, now that what it told is kept."""
        if reach is None:
            return
        name, value = f"{NAME}{self.service.name}", _REACH.dump_json(reach).decode()
        if await self.desk.store.read(lambda tx: tx.remembered.get(name)) != value:
            await self.desk.store.write(lambda tx: tx.remembered.set(name, value))


def _wanted(tx: Transaction, service: ServicePolicy) -> Wanted:
    return Wanted(_reach(tx, service), _unchecked(tx, service))


def _reach(tx: Transaction, service: ServicePolicy) -> Reach | None:
    """Return how far the source was told; what cannot be read, such as what a newer version wrote, was never known."""
    try:
        return _REACH.validate_json(tx.remembered.get(f"{NAME}{service.name}") or "")
    except ValidationError:
        return None


def _unchecked(tx: Transaction, service: ServicePolicy) -> tuple[PipelineReport, ...]:
    """Return a report of each commit whose checks may still decide something, newest first.

    Those are the builds of open releases, and those that lack nothing but a check and are newer than what is live.
    """
    source = service.source
    if not isinstance(source, GithubSource) or not source.checks:
        return ()
    lanes = [tx.lanes.load(lane.lane) for lane in service.lanes]
    opened = {one.build.sha: one.build for lane in lanes for one in lane.releases if one.state is Lifecycle.OPEN}
    newest = tx.builds.newest(service.name, None, BUILDS)
    lacking = {one.sha: one for one in newest if _lacks(one, source) and _is_ahead(one, lanes)}
    builds = sorted((opened | lacking).values(), key=lambda build: build.position, reverse=True)
    return tuple(build.checks[0] for build in builds if build.checks and build.checks[0].is_run)


def _lacks(build: Build, source: GithubSource) -> bool:
    """Whether every workflow has succeeded, and a check has not."""
    passed = {one.pipeline for one in build.checks if one.status is RunStatus.SUCCEEDED}
    return passed.issuperset(source.workflows) and not passed.issuperset(source.checks)


def _is_ahead(build: Build, lanes: list[Lane]) -> bool:
    """Whether a build is newer than what is live somewhere, or nobody knows."""
    live = [lane.live.position if lane.live else None for lane in lanes]
    return any(position is None or build.position > position for position in live)
