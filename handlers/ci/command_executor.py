"""Deploys by a command on this host: begun once for each release, whatever crashes; its own record tells how far it is.

The attempt is committed, then the record is made, then a supervisor of its own runs the command: that outlives the bot,
and is found again by the release's key. What has no record of a start never ran, and once looked at it never will.
"""

import asyncio
import os
import pwd
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.core.events import FoundLive
from bot.core.policy import Policy, ServicePolicy
from bot.core.release import Release
from bot.core.target import Command, Target
from bot.ports.ci import CertainlyNot, Placed, Progress, ProgressStatus
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci.command_job import Host, job_of
from handlers.ci.command_record import Known, Records, Stage, directory_of
from handlers.ci.command_runner import launch
from handlers.ci.command_words import ended, unseen
from handlers.placeholders import values_of

log = structlog.get_logger()

BEGUN_WITHIN = 10.0
"""Seconds that a supervisor may take to say that the command is started."""
AGAIN = 60.0
"""Seconds until a host is tried again that has no room for a record or a process."""
UNHEARD = "nobody watches over the command any more, who could end it; end it on its host"
_STATUS: Mapping[bool, ProgressStatus] = {True: ProgressStatus.SUCCEEDED, False: ProgressStatus.FAILED}


@dataclass(frozen=True, slots=True)
class Commands:
    """Implements Executor and Stopper for every target of the kind."""

    records: Records
    host: Host
    within: float = BEGUN_WITHIN

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Run the release's command; called only where no command of that release is begun, as far as can be known."""
        del service
        target = release.policy.target
        if not isinstance(target, Command):
            raise TypeError(f"{release.name} is not deployed by a command but by {target}")
        job = job_of(target, values_of(release), self.host)
        if isinstance(job, GiveUp):
            return job
        try:
            known = await asyncio.to_thread(self.records.look, release.key)
            if known is not None and known.stage in {Stage.RUNNING, Stage.ENDED}:
                return Placed(release.key, None)
            attempt = await asyncio.to_thread(self.records.prepare, release.key, job)
        except OSError as error:
            return TryLater(AGAIN, f"this host cannot keep a record of it: {error.strerror}")
        return await self._begin(release, attempt)

    async def _begin(self, release: Release, attempt: Path) -> Placed | Trouble:
        try:
            if await launch(attempt, self.within):
                return Placed(release.key, None)
            why = "its supervisor said nothing"
        except TimeoutError:
            return Unsure(f"its supervisor did not say within {self.within:g} s that it has started")
        except OSError as error:
            why = f"no process could be started: {error.strerror}"
        known = await asyncio.to_thread(self.records.look, release.key)
        never = known is None or known.stage is Stage.NEVER
        return TryLater(AGAIN, why) if never else Placed(release.key, None)

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | CertainlyNot | None:
        """Return what the host's own record tells; None where it cannot tell, so that a person has to."""
        del service
        known = await self._ask(lambda: self._look(release))
        if not isinstance(known, Known):
            return known
        log.info("command_looked_up", release=release.name, stage=known.stage.value)
        match known.stage:
            case Stage.NEVER:
                return CertainlyNot()
            case Stage.RUNNING | Stage.ENDED:
                return Placed(release.key, None)
            case Stage.LOST:
                return None

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far it is; how it ended, with the last that it printed."""
        del service
        known = await self._ask(lambda: self.records.look(release.key))
        if known is None:
            return Unsure("this host has no record of it")
        if not isinstance(known, Known):
            return known
        if known.ending is not None:
            return Progress(_STATUS[known.ending.well], ended(known.ending, known.printed), None)
        if known.stage is Stage.RUNNING:
            return Progress(ProgressStatus.RUNNING, "", None)
        return Progress(ProgressStatus.FAILED, unseen(begun=known.stage is Stage.LOST), None)

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Have the command's supervisor end it as at its limit, whole group and all; wanted twice is wanted once."""
        del service
        try:
            heard = await asyncio.to_thread(self.records.stop, release.key)
        except (OSError, ValueError) as error:
            return TryLater(AGAIN, f"this host's record of it cannot be changed ({type(error).__name__})")
        if heard is None:
            return Stopped("no command runs")
        return Stopped("its supervisor ends it") if heard else GiveUp(UNHEARD)

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return None: what a host ran says nothing of what runs there now."""
        del service, target
        return None

    def _look(self, release: Release) -> Known | None:
        """Return what is known; where nothing is, whether that proves anything."""
        since = self.records.open()
        known = self.records.look(release.key)
        if known is not None:
            return known
        attempted = release.deployment.attempted_at if release.deployment else None
        whole = attempted is not None and since <= attempted  # else the records are younger than what is looked for
        return Known(Stage.NEVER) if whole else None

    @staticmethod
    async def _ask(look: Callable[[], Known | None]) -> Known | TryLater | None:
        try:
            return await asyncio.to_thread(look)
        except (OSError, ValueError) as error:
            return TryLater(AGAIN, f"this host's record of it cannot be read ({type(error).__name__})")


def on_this_host(database: Path, policy: Policy, clock: Callable[[], datetime], hide: Callable[[str], str]) -> Commands:
    """Return the executor of this host, having made room for its records beside the database where there is need."""
    records = Records(directory_of(database), clock, hide)
    if any(isinstance(lane.target, Command) for lane in policy.lanes()):
        records.open()
    records.prune()
    return Commands(records, Host(str(Path.cwd()), _home()))


def _home() -> str:
    """Return the directory of the user whom the process belongs to, which no variable can change."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:  # nobody whom the host knows, as in some containers
        return "/"
