"""Follows the deployments in flight to their end, by asking; webhooks only make it look sooner."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.core.events import DeploymentEnded, DeploymentRunning, JobsCameLater
from bot.core.policy import ServicePolicy
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.ports.ci import Executor, Progress, ProgressStatus
from bot.ports.outage import StoreUnavailable
from handlers.bell import Bell
from handlers.desk import Desk
from handlers.hosts import host_of
from handlers.watch import why

log = structlog.get_logger()

REST = 5.0
"""Seconds for which a host is not asked on whose answer our own code has failed."""


@dataclass(slots=True)
class Follower:
    """Asks about every deployment that the CI system knows, until its final word.

    Attributes:
        failed: is told on which host's answer our own code has failed, and with what; the other hosts are followed on.
            None: such a failure is the loop's.
    """

    desk: Desk
    executor: Executor
    every: timedelta
    failed: Callable[[str, Exception], None] | None = None
    news: Bell = field(default_factory=Bell)

    def look_now(self, repository: str) -> None:
        """Look at once: a webhook says that something in the repository, or of the builder, has news."""
        log.debug("news", repository=repository)
        self.news.ring()

    async def run(self) -> None:
        """Follow for ever, each by itself: a host that does not answer delays no other's; sleeps while none flies."""
        asking: dict[int, asyncio.Task[None]] = {}
        rests: dict[str, float] = {}
        now = asyncio.get_running_loop().time
        try:
            while True:
                work, hints = self.desk.bell.rung, self.news.rung
                flying = await self._flying()
                for release in flying:
                    if release.number not in asking and now() >= rests.get(_host(release), 0.0):
                        asking[release.number] = asyncio.create_task(self._ask(release), name=_host(release))
                if flying or asking:
                    await self.news.wait(hints, self.every.total_seconds())
                    rests |= dict.fromkeys(self._reap(asking), now() + REST)
                else:
                    await self.desk.rest(work, None)
        finally:
            for task in asking.values():
                task.cancel()
            await asyncio.gather(*asking.values(), return_exceptions=True)

    async def once(self) -> int:
        """Ask about each deployment in flight once; returns how many there are."""
        flying = await self._flying()
        await asyncio.gather(*(self._ask(release) for release in flying))
        return len(flying)

    def _reap(self, asking: dict[int, asyncio.Task[None]]) -> set[str]:
        """Let go of those that have been answered; returns the hosts on whose answers our own code has failed."""
        hosts = set()
        for number in [number for number, task in asking.items() if task.done()]:
            task = asking.pop(number)
            error = task.exception()
            if error is None:
                continue
            if self.failed is None or isinstance(error, StoreUnavailable) or not isinstance(error, Exception):
                raise error
            self.failed(task.get_name(), error)
            hosts.add(task.get_name())
        return hosts

    async def _flying(self) -> list[Release]:
        releases = await self.desk.store.read(lambda tx: tx.lanes.in_flight())
        return [release for release in releases if _known(release)]

    async def _ask(self, release: Release) -> None:
        service = self.desk.policy.service(release.lane.service)
        if service is None:
            log.warning("deployment_not_followed", release=release.name, why="its service left the policy")
            return
        await self._look(service, release)

    async def _look(self, service: ServicePolicy, release: Release) -> None:
        progress = await self.executor.follow(service, release)
        if not isinstance(progress, Progress):
            log.info("deployment_not_seen", release=release.name, why=why(progress))
            return
        deployment = release.deployment
        match progress.status:
            case ProgressStatus.WAITING:
                if (later := progress.later) is not None:
                    came = JobsCameLater(release.number, later.ref, later.sha, later.records)
                    await self.desk.submit(release.lane, came)
            case ProgressStatus.RUNNING:
                if deployment is not None and deployment.status is DeployStatus.ACCEPTED:
                    await self.desk.submit(release.lane, DeploymentRunning(release.number, progress.url))
            case ProgressStatus.SUCCEEDED | ProgressStatus.FAILED:
                succeeded = progress.status is ProgressStatus.SUCCEEDED
                ended = DeploymentEnded(release.number, succeeded, progress.detail, progress.url)
                await self.desk.submit(release.lane, ended)


def _host(release: Release) -> str:
    return host_of(release.policy.target)


def _known(release: Release) -> bool:
    return (
        release.state is Lifecycle.DEPLOYING and release.deployment is not None and release.deployment.ref is not None
    )
