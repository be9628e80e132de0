"""Looks whether what was deployed is well, as its policy says, until time has made it live or has failed it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.core.events import HealthSeen
from bot.core.release import Lifecycle, Release
from bot.core.verification import CommandProbe, HttpProbe
from handlers.desk import Desk
from handlers.placeholders import values_of
from handlers.probe import Health

BAD_LOOKS = 2
"""Looks in a row that must say so before a release that was well counts as ill: one answer may be lost on the way."""


class Prober(Protocol):
    """Where probes go."""

    async def look(self, probe: HttpProbe | CommandProbe, values: Mapping[str, str]) -> Health:
        """Ask once; never raises for what the address answers."""


@dataclass(slots=True)
class Verifier:
    """Probes every release that is being verified, each by itself: a slow probe keeps no other release waiting.

    A restart forgets only how many bad looks there were in a row.
    """

    desk: Desk
    prober: Prober
    every: timedelta = timedelta(seconds=5)
    _ill: Counter[int] = field(default_factory=Counter)
    _looking: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Verify for ever; sleeps while nothing is to be verified."""
        clock = asyncio.get_running_loop().time
        try:
            while True:
                work = self.desk.bell.rung
                begun = clock()
                if await self.once():
                    await asyncio.sleep(max(0.0, self.every.total_seconds() - (clock() - begun)))
                else:
                    await self.desk.rest(work, None)
        finally:
            await self._leave()

    async def once(self) -> int:
        """Look at each release once that nobody looks at still; returns how many there are."""
        flying = await self.desk.store.read(lambda tx: tx.lanes.in_flight())
        verified = [release for release in flying if release.state is Lifecycle.VERIFYING and _probe(release)]
        for gone in set(self._ill) - {release.number for release in verified}:
            del self._ill[gone]
        for release in verified:
            if release.number not in self._looking:
                self._looking[release.number] = asyncio.create_task(self._look(release))
        if self._looking:
            await asyncio.wait(self._looking.values(), timeout=self.every.total_seconds())
        for number in [number for number, look in self._looking.items() if look.done()]:
            self._looking.pop(number).result()
        return len(verified)

    async def _leave(self) -> None:
        for look in self._looking.values():
            look.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)
        self._looking.clear()

    async def _look(self, release: Release) -> None:
        probe = _probe(release)
        if probe is None or release.health is None:
            return
        seen = await self.prober.look(probe, values_of(release))
        self._ill[release.number] = 0 if seen.well else self._ill[release.number] + 1
        was_well = release.health.well_since is not None
        fell_ill = was_well and self._ill[release.number] >= BAD_LOOKS
        if fell_ill or (seen.well and not was_well):
            await self.desk.submit(release.lane, HealthSeen(release.number, seen.well, seen.detail))


def _probe(release: Release) -> HttpProbe | CommandProbe | None:
    return release.policy.verify.probe if release.policy.verify else None
