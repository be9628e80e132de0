"""Asks a program on this host whether a release is well: run like a command that deploys, and as often as one likes."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.verification import CommandProbe
from bot.ports.trouble import GiveUp
from handlers.ci.command_job import Host, job_of
from handlers.ci.command_record import look, written
from handlers.ci.command_runner import launch
from handlers.ci.command_supervisor import GRACE
from handlers.ci.command_words import ended
from handlers.probe import Health

SLACK = 5.0
"""Seconds beside the limit and the grace, until a supervisor that says nothing is given up."""


@dataclass(frozen=True, slots=True)
class CommandHealth:
    """Runs probes. `hide` takes secrets out of what they print."""

    host: Host
    hide: Callable[[str], str]

    async def look(self, probe: CommandProbe, values: Mapping[str, str]) -> Health:
        """Run it once to its end, or to its limit: well is who ends with 0. Never raises for what it does."""
        job = job_of(probe, values, self.host)
        if isinstance(job, GiveUp):
            return Health(well=False, detail=job.reason)
        try:
            attempt = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="signoff-probe-"))
        except OSError as error:
            return Health(well=False, detail=f"the probe could not be run ({type(error).__name__})")
        try:
            await asyncio.to_thread(written, attempt, job)
            await launch(attempt, job.seconds + GRACE + SLACK, wait=True)
            known = await asyncio.to_thread(look, attempt, self.hide)
        except (OSError, TimeoutError) as error:
            return Health(well=False, detail=f"the probe could not be run ({type(error).__name__})")
        finally:
            await asyncio.shield(asyncio.to_thread(_forget, attempt))
        if known.ending is None:
            return Health(well=False, detail="nobody saw how the probe ended")
        said = ended(known.ending, known.printed).removeprefix("the command")
        return Health(well=known.ending.well, detail=f"the probe{said}")


def _forget(attempt: Path) -> None:
    """Remove what a probe left; one that is still under way, as we stop, finds nowhere to write when it has ended."""
    gone = attempt.with_name(f"{attempt.name}.gone")
    with contextlib.suppress(OSError):  # somebody was quicker, or the disk is gone: it is none of the probe's answer
        attempt.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
