"""The only sleeper: tells lanes that time has passed when something in them is due."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.blockers import expires_at
from bot.core.inputs import TimePassed
from bot.core.policy import LaneId, Policy
from bot.core.release import DeployStatus, Lifecycle, Release
from handlers.desk import Desk


@dataclass(frozen=True, slots=True)
class Clock:
    """Submits TimePassed to the lanes in which a release expires or a deploy runs out of time."""

    desk: Desk

    async def run(self) -> None:
        """Wait for the next due time, for ever."""
        while True:
            seen = self.desk.bell.rung
            due = await self.once()
            await self.desk.rest(seen, due)

    async def once(self) -> datetime | None:
        """Tell every lane that is due; returns when the next one is."""
        policy = self.desk.policy
        releases = await self.desk.store.read(lambda tx: tx.lanes.unfinished())
        times = [(due, release.lane) for release in releases if (due := due_at(release, policy)) is not None]
        now = self.desk.clock()
        for lane in _each({lane for due, lane in times if due <= now}):
            await self.desk.submit(lane, TimePassed())
        return min((due for due, _ in times if due > now), default=None)


def due_at(release: Release, policy: Policy) -> datetime | None:
    """Return when time alone changes a release, or None."""
    if release.state is Lifecycle.OPEN:
        return expires_at(release, policy)
    deployment = release.deployment
    if deployment is None or deployment.status is DeployStatus.UNKNOWN:  # a person has been asked; time is no answer
        return None
    return deployment.attempted_at + release.policy.deploy_timeout


def _each(lanes: set[LaneId]) -> list[LaneId]:
    return sorted(lanes, key=str)
