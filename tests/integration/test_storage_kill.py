"""A process killed while it commits: what it was told is durable is there, and nothing is there by halves."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.ports.audit import AuditEntry
from bot.ports.inbox import Received
from bot.ports.store import Transaction
from storage.database import open_store

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KILLS = 5
HEARD = 25
"""So many commits are heard of before each kill."""


def commit(tx: Transaction) -> int:
    """Receive one thing and audit it: two tables, one transaction."""
    number = tx.audit.verify() + 1
    tx.inbox.put(Received("slack", f"key {number}", "{}", NOON))
    tx.audit.append(AuditEntry(NOON, "received", None, None, None, number, "policy-1", {}))
    return number


async def commit_for_ever(path: Path) -> None:
    """Run in the process that is killed: print each number once its commit was acknowledged."""
    store = await open_store(path, clock=lambda: NOON, token=lambda: "")
    while True:
        number = await store.write(commit)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


async def stored(path: Path) -> tuple[int, int]:
    """Return how many things were received and how many of them are in the audit."""
    store = await open_store(path, clock=lambda: NOON, token=lambda: "")

    def count(tx: Transaction) -> tuple[int, int]:
        audited = tx.audit.verify()
        received = 0
        while (row := tx.inbox.claim(NOON, ("slack",))) is not None:
            assert row.received.dedupe_key == f"key {received + 1}"
            tx.inbox.poison(row.id, "counted")
            received += 1
        raise Counted(received, audited)

    try:
        await store.write(count)
    except Counted as counted:
        return counted.received, counted.audited
    finally:
        await store.close()
    raise AssertionError("not counted")


class Counted(Exception):  # noqa: N818 - the way out of a transaction that is to be rolled back
    """How much there was."""

    def __init__(self, received: int, audited: int) -> None:
        super().__init__(received, audited)
        self.received = received
        self.audited = audited


def test_no_acknowledged_commit_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    command = [sys.executable, "-m", __name__, str(path)]
    last = 0
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None, "it has a pipe"
            heard = [int(process.stdout.readline()) for _ in range(HEARD)]
            process.kill()
            heard += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        assert heard[0] == last + 1
        received, audited = asyncio.run(stored(path))
        assert received == audited
        assert received in {heard[-1], heard[-1] + 1}, "one commit may be durable that nobody heard of, none is lost"
        last = received
    assert last >= KILLS * HEARD


if __name__ == "__main__":
    asyncio.run(commit_for_ever(Path(sys.argv[1])))
