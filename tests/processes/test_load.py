"""A busy minute with faults all around: nothing is lost or doubled, and nothing grows that should not."""

import asyncio
import os
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handlers.pruning import AT_ONCE, KEPT
from storage.database import open_store
from tests.processes.crowd import Crowd, crowd
from tests.seed import AGAIN, SEED

SECONDS = float(os.environ.get("SIGNOFF_SOAK_SECONDS", "60"))
WARM = 8.0
"""Seconds of the same before anything is counted: caches fill, every connection and loop has been there."""
SLOWEST = 15.5
"""Seconds after which each slow client has hung up."""
MOST_GROWTH = 8 * 2**20
"""Bytes from then on; some 2 MiB are usual."""
USUAL_LAG, MOST_LAG = 0.25, 2.0
"""Seconds by which the event loop is late: half of the times that it is asked, and ever."""
COUNTED = ("process_open_fds", "signoff_tasks")
"""What comes back to what it was."""
REST = """
    SELECT (SELECT count(*) FROM inbox WHERE state <> 'done')
         + (SELECT count(*) FROM effects WHERE state IN ('ready', 'attempting', 'verify'))
         + (SELECT count(*) FROM cards WHERE want > have AND want > gave_up AND unsettled = 0)
"""
SHIPPING = "SELECT count(*) FROM releases WHERE state IN ('open', 'deploying', 'verifying')"
LATEST = 240.0
"""Seconds after the last act within which everything has shipped: what a lost answer did is looked up for two minutes."""


def ask(here: Crowd, query: str) -> list[tuple[object, ...]]:
    """Ask the database behind the process's back."""
    with closing(sqlite3.connect(f"file:{here.folder / 'signoff.db'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


async def until(here: Crowd, seconds: float, query: str, told: object) -> None:
    """Wait until the database says so."""
    assert here.process is not None
    async with asyncio.timeout(seconds):
        while not _so(here, query, told):
            assert here.process.returncode is None, (here.folder / "bot.log").read_text()[-3000:]
            await asyncio.sleep(0.1)


async def all_shipped(here: Crowd) -> None:
    """Wait until no release is left to ship, and meanwhile approve what is.

    Where each must ship, one that nobody has approved keeps all later ones; and whoever acted may have left before they
    saw it, since a card that Slack refused for a while comes after those of later releases.
    """
    async with asyncio.timeout(LATEST):
        while not _so(here, SHIPPING, 0):
            await here.approves_the_rest()
            await asyncio.sleep(0.1)


def _so(here: Crowd, query: str, told: object) -> bool:
    try:
        return ask(here, query) == [(told,)]
    except sqlite3.OperationalError:  # nothing was made yet
        return False


async def at_rest(here: Crowd) -> dict[str, float]:
    """Wait until everything has been worked off and every slow client has gone, and return the figures."""
    await until(here, 120, REST, 0)
    await asyncio.sleep(SLOWEST)
    return await here.figures()


def told_of_errors(here: Crowd) -> list[str]:
    """Return what the process logged of failures of its own."""
    return [line for line in (here.folder / "bot.log").read_text().splitlines() if "Traceback" in line]


async def pruned(here: Crowd, days: int) -> int:
    """Let days pass over the database of the process that has ended, and return how many rows were forgotten."""
    later = datetime.now(UTC) + timedelta(days=days)  # noqa: TID251 - the process lived in real time
    store = await open_store(here.folder / "signoff.db", clock=lambda: later, token=lambda: "")
    rows = 0
    while some := await store.write(lambda tx: tx.inbox.prune(later - KEPT, AT_ONCE)):
        assert some <= AT_ONCE
        rows += some
    await store.write(lambda tx: tx.replays.begin("another", later))
    await store.close()
    return rows


async def test_under_load_nothing_is_lost_or_doubled_and_nothing_grows(tmp_path: Path) -> None:
    async with crowd(tmp_path, SEED) as here:
        await here.start()
        await until(here, 60, "SELECT count(*) FROM lanes WHERE adopted_at IS NOT NULL", 2)
        await here.acts_for(WARM)
        before = await at_rest(here)
        await here.acts_for(SECONDS - WARM)
        await all_shipped(here)
        after = await at_rest(here)
        told = f"{before} {after} {here.done} lag {max(here.lags):.3f} s; {AGAIN}"
        print(told)

        assert here.unheard == [], told
        late = sorted(here.lags)
        assert late[len(late) // 2] < USUAL_LAG, told
        assert late[-1] < MOST_LAG, told
        landed = Counter(one.key for one in here.forge.landed())
        approved = "SELECT key, state FROM releases WHERE number IN (SELECT release FROM approvals)"
        automatic = {str(key) for (key,) in ask(here, "SELECT key FROM releases WHERE service = 'docs'")}
        ended = {str(key): state for key, state in ask(here, approved)}
        keys = {key for key, state in ended.items() if state != "superseded"}
        assert len(keys) >= SECONDS / 10, told
        assert {ended[key] for key in keys} == {"live"}, told
        assert {key: landed[key] for key in keys} == dict.fromkeys(keys, 1), told
        assert landed.keys() <= keys | automatic, told
        assert set(landed.values()) == {1}, told
        assert told_of_errors(here) == [], told

        for _ in range(60):  # connections that are kept for a while come and go with what is polled
            if all(after[name] <= before[name] + 2 for name in COUNTED):
                break
            await asyncio.sleep(1)
            after = await here.figures()
        assert all(after[name] <= before[name] + 2 for name in COUNTED), f"now {after}; {told}"
        assert after["process_resident_memory_bytes"] <= before["process_resident_memory_bytes"] + MOST_GROWTH, told

        assert await here.stop() == 0
        [(received,)] = ask(here, "SELECT count(*) FROM inbox")
        assert [await pruned(here, days) for days in (29, 31, 32)] == [0, received, 0]
        assert ask(here, "SELECT count(*) FROM inbox WHERE body <> ''") == [(0,)]
        assert ask(here, "SELECT count(*) FROM replays") == [(1,)]
