"""The workers around a database in memory, to which webhooks come through their real doors in any order."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.core.policy import LaneId, Policy
from bot.ports.ci import Delivery, Verdict
from bot.ports.inbox import Received
from handlers.ci.dialect import Known
from handlers.hints import stored
from simulation.disk import Disk, DiskStore
from simulation.loop import Process
from storage.database import SqliteStore
from tests.fakes.world import World

Admit = Callable[[Mapping[str, str], bytes, Known], Delivery | Verdict]
BUILDS = (
    "SELECT service, sha, artifact, version, state, position_at, position_run, position_attempt FROM builds "
    "ORDER BY service, sha"
)
_HANDLE = re.compile(r"x{20,}[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """A webhook on its way: its headers and its body."""

    headers: Mapping[str, str]
    body: bytes


class MemoryStore(DiskStore):
    """The database of a world, in memory: a hundred of them are opened in a second."""

    def __init__(self, world: World, disk: Disk) -> None:
        super().__init__(disk, Process(1), cast("Any", None), lambda: world.now, lambda: world.token(32))
        self._database = disk.database

    async def close(self) -> None:
        """Forget everything."""
        self._disk.connection.close()


@dataclass(slots=True)
class Quick(World):
    """A world in memory."""

    begun: bytes | None = None
    """The database file that it begins with; None: an empty one."""

    async def opened(self) -> SqliteStore:
        """Return the database."""
        disk = Disk()
        if self.begun is not None:
            disk.connection.deserialize(self.begun)
        return cast("SqliteStore", MemoryStore(self, disk))

    @property
    def file(self) -> bytes:
        """The database file as it is now."""
        return cast("MemoryStore", self.store)._disk.connection.serialize()

    async def meets(self, sent: Sent, provider: str, admit: Admit, secrets: Mapping[str, str]) -> str:
        """Let a webhook come in, as `handlers.webhooks` does behind its HTTP; returns what became of it."""
        found = admit(sent.headers, sent.body, Known(self.policy, secrets.get, self.now))
        if isinstance(found, Verdict):
            return found.name
        received = Received(provider, found.dedupe_key, stored(found.hint), self.now)
        row = await self.store.write(lambda tx: tx.inbox.put(received))
        return "known" if row is None else "stored"

    async def come_to(self, lanes: Iterable[LaneId]) -> list[list[Any]]:
        """Return what it has come to: builds, open releases, what is live, and what the channels show of those."""
        builds = await self.sql(BUILDS)
        shown: list[Any] = []
        for lane in lanes:
            there = await self.store.read(lambda tx, lane=lane: tx.lanes.load(lane))  # type: ignore[misc]
            shown.append(there.live and (there.live.sha, there.live.version))
            shown += [(one.build.sha, one.artifact, one.state.value, one.origin.value) for one in there.releases]
        return [list(builds), shown]

    def reads(self, channel: str) -> list[object]:
        """Return what stands in a channel outside of threads, but for the names of buttons."""
        return [_HANDLE.sub("HANDLE", f"{one.message}") for one in self.chat.in_channel(channel)]


async def a_quick_world(policy: Policy, begun: bytes | None = None) -> Quick:
    """Return a world that goes on from a file, or begins with nothing."""
    world = Quick(Path(), policy, begun=begun)
    await world.open()
    return world
