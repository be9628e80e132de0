"""Asks CI systems what webhooks may not have told: new builds, what is live at first sight, deploys by others."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.core.build import Build
from bot.core.elsewhere import has_its_word, no_news
from bot.core.events import DeployedElsewhere, FoundLive
from bot.core.policy import LaneId, LanePolicy, ServicePolicy
from bot.ports.ci import Executor, Source
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.submit import adopt, take_reports
from handlers.bell import Bell
from handlers.concern import concerning
from handlers.desk import Desk
from handlers.tags import with_tags
from handlers.watch_missed import Missing
from handlers.watch_silence import Silence
from handlers.watch_unfinished import Unfinished

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=10)
RECENT = 50
"""Releases of a lane that are looked through for the one whose run is found."""


@dataclass(slots=True)
class Watch:
    """Watches the source of one service. A poll and a webhook end in the same function."""

    desk: Desk
    source: Source
    executor: Executor
    service: ServicePolicy
    well: bool = False
    """Whether the last look went well; for readiness."""
    news: Bell = field(default_factory=Bell)
    """Rings when a webhook says that a look is worth it before the next poll."""
    unfinished: Unfinished = field(init=False)
    missing: Missing = field(init=False)
    silence: Silence = field(init=False)
    learnt: bool = False
    """Whether the last look kept all that the source could tell; what is live is no matter of the source."""

    def __post_init__(self) -> None:
        self.missing = Missing(self.desk, self.source, self.service)
        self.unfinished = Unfinished(self.desk, self.source, self.service)
        self.silence = Silence(self.desk, self.service)

    async def run(self) -> None:
        """Watch for ever: at once at the start, then every `poll`; after trouble sooner, later and later."""
        pause = FIRST_PAUSE
        while True:
            rung = self.news.rung
            trouble = await self.once()
            self.well = trouble is None
            if trouble is None:
                pause = FIRST_PAUSE
                await self.news.wait(rung, self.service.source.poll.total_seconds())
                continue
            log.warning("source_not_reached", service=self.service.name, why=trouble)
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)

    async def once(self) -> str | None:
        """Look once; returns what stood in the way, if anything."""
        unbroken, self.silence.unbroken = self.silence.unbroken, None  # until this look has learnt all, whatever fails
        self.learnt = False
        trouble = await self._look()
        if self.learnt:
            await self.silence.look(unbroken)
        return trouble

    async def _look(self) -> str | None:
        unadopted = await self._unadopted()
        reports = await self.source.recent(self.service)
        if isinstance(reports, TryLater | Unsure | GiveUp):
            return why(reports)
        missed = await self.missing.look()
        also = [*missed.reports, *await self.unfinished.reports((*reports, *missed.reports))]
        every = sorted((*reports, *also), key=lambda report: report.order) if also else reports
        of_ours = await concerning(self.desk, self.source, self.service, every)
        told = await with_tags(self.desk, self.source, self.service, of_ours)
        if isinstance(told, TryLater | Unsure | GiveUp):
            return why(told)
        live: dict[LaneId, FoundLive | None] = {}
        for lane in unadopted:
            policy = self.desk.policy.lane(lane)
            if policy is None:
                continue
            found = await self._newest_live(policy)
            if isinstance(found, TryLater | Unsure | GiveUp):
                return why(found)
            live[lane] = found
        if live:
            await self.desk.change(lambda tx, setting: adopt(tx, self.service, told, live, setting))
            log.info("adopted", service=self.service.name, lanes=[str(lane) for lane in live])
        elif told:
            await self.desk.change(lambda tx, setting: take_reports(tx, self.service, told, setting))
        await self.missing.keep(missed.reach)
        self.learnt = self.missing.answered and self.unfinished.answered
        return await self._elsewhere([lane for lane in self.service.lanes if lane.lane not in live])

    async def _newest_live(self, policy: LanePolicy) -> FoundLive | Trouble | None:
        if policy.target is None:
            return None
        return await self.executor.newest_live(self.service, policy.target)

    async def _elsewhere(self, policies: Iterable[LanePolicy]) -> str | None:
        """Notice what somebody else deployed; returns what stood in the way of looking, if anything."""
        for policy in policies:
            found = await self._newest_live(policy)
            if isinstance(found, TryLater | Unsure | GiveUp):
                return why(found)
            if found is not None:
                await self._notice(policy.lane, found)
        return None

    async def _notice(self, lane: LaneId, found: FoundLive) -> None:
        def known(tx: Transaction) -> tuple[bool, Build | None]:
            there = tx.lanes.load(lane)
            told = no_news(there, found.sha, found.since) or _is_told(tx, found) or _went_on(tx, lane, found)
            return told, tx.builds.of_commit(lane.service, found.sha)

        is_known, build = await self.desk.store.read(known)
        if not is_known:
            version = build.version if build else found.version
            await self.desk.submit(lane, DeployedElsewhere(found.sha, version, found.since, found.url, build))

    async def _unadopted(self) -> tuple[LaneId, ...]:
        lanes = await self.desk.store.read(lambda tx: [tx.lanes.load(lane.lane) for lane in self.service.lanes])
        return tuple(lane.id for lane in lanes if lane.adopted_at is None)


def _is_told(tx: Transaction, found: FoundLive) -> bool:
    """Whether it is the deploy of a release of ours that has its word already."""
    number = re.fullmatch(r"R-([1-9][0-9]{0,17})-[a-z0-9]{8}", found.key or "", re.ASCII)
    release = tx.lanes.release(int(number[1])) if number else None
    if release is None or release.key != found.key:
        return False
    return has_its_word(release, found)


def _went_on(tx: Transaction, lane: LaneId, found: FoundLive) -> bool:
    """Whether it is the run of a release of ours that went on at its gate: what came of that it was told itself."""
    releases = tx.lanes.history(lane, RECENT) if found.run is not None else ()
    refs = [(one, one.deployment.ref) for one in releases if one.deployment is not None and one.deployment.ref]
    ours = [one for one, ref in refs if ref.partition("/")[0] == found.run and one.build.sha == found.sha]
    return any(has_its_word(one, found) for one in ours)


def why(trouble: TryLater | Unsure | GiveUp) -> str:
    """Return the words of a trouble."""
    return trouble.reason if isinstance(trouble, GiveUp) else trouble.why
