"""SIGTERM while people click and deploys run: the process ends by itself, soon and with 0, and nothing is lost."""

import asyncio
import os
import random
import signal
import sqlite3
from pathlib import Path
from time import monotonic

from tests.processes.test_kills import approve, free_port
from tests.processes.world import World, world
from tests.seed import SEED

STOPS = int(os.environ.get("SIGNOFF_STOPS", "8"))
STOPPED_WITHIN = 20.0


async def stop(here: World) -> float:
    """Ask the process to end; returns the seconds that it took. It must end with 0."""
    assert here.process is not None
    begun = monotonic()
    here.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(2 * STOPPED_WITHIN):
        assert await here.process.wait() == 0, (here.folder / "bot.log").read_text()[-2000:]
    return monotonic() - begun


async def keep_stopping(here: World, chance: random.Random) -> list[float]:
    """Stop the bot at random moments, once it listens, and start it again; returns how long each stop took."""
    took = []
    for _ in range(STOPS):
        await here.until("the bot listens", lambda: here.slack.lines)
        await asyncio.sleep(chance.uniform(0.0, 1.0))  # the moment is what is tried out
        took.append(await stop(here))
        await here.start()
    return took


def said(here: World, statement: str) -> list[tuple[object, ...]]:
    """Read the database beside the bot."""
    connection = sqlite3.connect(f"file:{here.folder / 'signoff.db'}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def live(here: World, title: str) -> bool:
    """Whether the notice of a commit says that it is live."""
    notice = next((one for one in here.slack.posts if one.thread is None and title in str(one.versions[0])), None)
    return notice is not None and "is live" in notice.text.splitlines()[0]


async def test_a_stop_loses_nothing_and_ends_soon(tmp_path: Path) -> None:
    print(f"seed {SEED}, {STOPS} stops")
    async with world(tmp_path, free_port()) as here:
        await here.start()
        await here.until("the bot listens", lambda: here.slack.lines)
        await here.until("the lane is adopted", lambda: said(here, "SELECT 1 FROM lanes WHERE adopted_at IS NOT NULL"))
        stopper = asyncio.create_task(keep_stopping(here, random.Random(SEED)))
        shipped: list[str] = []
        while not stopper.done() or len(shipped) < 3:
            title = f"Change number {len(shipped) + 1:04d}"
            sha = await here.forge.push("acme/payments", title)
            await here.until("the notice is there", lambda title=title: here.notice(title))  # type: ignore[misc]
            await approve(here, title, sha)
            await here.until("its card says that it is live", lambda title=title: live(here, title))  # type: ignore[misc]
            shipped.append(sha)
        took = await stopper
        assert max(took) < STOPPED_WITHIN
        assert {sha: times for (_, _, sha), times in here.forge.deploys().items()} == dict.fromkeys(shipped, 1)
        await here.until("the bot listens again", lambda: here.slack.lines)
        took.append(await stop(here))
        assert said(here, "PRAGMA integrity_check") == [("ok",)]
        assert said(here, "SELECT count(*) FROM inbox WHERE state = 'poison'") == [(0,)]
        assert said(here, "SELECT state, count(*) FROM releases GROUP BY state") == [("live", len(shipped))]
        acknowledged = here.slack.acknowledged_of("U0PRIYA")
        assert said(here, "SELECT count(*) FROM inbox WHERE source = 'slack'") >= [(acknowledged,)]
        log = (tmp_path / "bot.log").read_text()
        assert log.count("stopped") >= STOPS + 1
        assert "Traceback" not in log
        print(f"the longest stop took {max(took):.2f} s; {len(shipped)} shipped")
