"""A restart with a long past: 10,000 open releases and a million audit rows, against the first start of all."""

import asyncio
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import psutil

from bench import apart, history
from bench.figures import Figure, figure, timed
from bot.core.policy import LaneId
from bot.ports.store import Store, Transaction
from handlers.reconsider import MARK
from sandbox import demo
from storage.database import open_store
from tests.factories import NOON

ROUNDS = 5
LOOKS = 200
LANE = LaneId("service-1", "environment-3")
IMPORTS = "import slack_bolt.async_app, aiohttp.web, sqlite_utils, pydantic"
T = TypeVar("T")


async def measure(folder: Path) -> list[Figure]:
    """Return starts with and without a past, and what the loops and a click look at, as ratios within this run."""
    old, new = folder / "past", folder / "empty"
    for one in (old, new):
        one.mkdir(parents=True)
    begun = perf_counter()
    await history.make(old / "signoff.db")
    made = perf_counter() - begun
    await history.make(new / "signoff.db", services=2, audit=100)
    figures = [figure("making 10,000 open releases and 1,000,000 audit rows", [made], "s")]
    figures += await _looks(old / "signoff.db", new / "signoff.db")
    figures += await _starts(old, folder)
    shutil.rmtree(old)
    return figures


async def _looks(old: Path, new: Path) -> list[Figure]:
    """Compare what is asked at every ring of the bell, and when a person acts."""
    asked: dict[str, Callable[[Transaction], object]] = {
        "the clock's look": lambda tx: (tx.agenda.due(NOON), tx.agenda.next_due(NOON)),
        "the follower's look": lambda tx: tx.lanes.in_flight(),
        "the next number and the newest 20 of a lane": lambda tx: (tx.lanes.next_number(), tx.lanes.history(LANE, 20)),
    }
    stores = [await open_store(path, clock=lambda: NOON, token=lambda: "") for path in (old, new)]
    figures = []
    for name, look in asked.items():
        taken = [[await _look(store, look) for store in stores] for _ in range(ROUNDS)]
        ratios = [before / after for before, after in taken]
        spent = median(before for before, _ in taken) * 1000
        figures.append(figure(f"{name} against 100 releases and rows ({spent:.2f} ms)", ratios, "x time"))
    for store in stores:
        await store.close()
    return figures


async def _look(store: Store, look: Callable[[Transaction], object]) -> float:
    begun = perf_counter()
    for _ in range(LOOKS):
        await store.read(look)
    return (perf_counter() - begun) / LOOKS


async def _starts(old: Path, folder: Path) -> list[Figure]:
    """Compare opening the database, and the whole process until it is ready."""

    async def opens() -> None:
        await (await open_store(old / "signoff.db", clock=lambda: NOON, token=lambda: "")).close()

    async def runs(where: Path) -> float:
        running = await demo.start(apart.opened, where, scenario="first-day")
        if not isinstance(running.bot, apart.Apart):
            raise TypeError("the bot is to be a process of its own")
        born = psutil.Process(running.bot.process.pid).create_time()
        await running.stop()
        return _ready_at(where / "bot.log") - born

    async def imports() -> None:
        await (await asyncio.create_subprocess_exec(sys.executable, "-c", IMPORTS)).wait()

    names = (f"past-{number}" for number in range(ROUNDS + 1))
    where = _copied(old, folder / next(names))  # each Slack is a new one, so each start has a database of its own
    first = await runs(where)
    seen = _seen(where / "signoff.db")
    rounds = []
    for number in range(ROUNDS):
        empty = folder / f"first-{number}"
        empty.mkdir()
        where = _copied(old, folder / next(names), seen)
        rounds.append((await runs(where), await runs(empty), await timed(imports), await timed(opens)))
        shutil.rmtree(where)
    past, fresh, imported, opened = (list(one) for one in zip(*rounds, strict=True))
    return [
        figure("opening the database with its checks", opened, "s"),
        figure("start to ready under a policy that 1,000 lanes have not seen", [first], "s"),
        figure("restart to ready with that past", past, "s"),
        figure("first start of all to ready", fresh, "s"),
        figure("the restart against the first start", [a / b for a, b in zip(past, fresh, strict=True)], "x time"),
        figure(
            "the restart against importing four packages",
            [a / b for a, b in zip(past, imported, strict=True)],
            "x time",
        ),
    ]


def _copied(old: Path, new: Path, seen: str | None = None) -> Path:
    """Copy a database with its marker; `seen` is the policy that its lanes have seen."""
    shutil.copytree(old, new)
    if seen is not None:
        with closing(sqlite3.connect(new / "signoff.db")) as connection:
            connection.execute("INSERT INTO remembered (name, value) VALUES (?, ?)", [MARK, seen])
            connection.commit()
    return new


def _ready_at(log: Path) -> float:
    """Return when the bot said that it is ready, as a POSIX time; a process's birth is told to 10 ms."""
    (line,) = (json.loads(line) for line in log.read_text().splitlines() if '"event": "ready"' in line)
    return datetime.fromisoformat(line["timestamp"]).timestamp()


def _seen(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("SELECT value FROM remembered WHERE name = ?", [MARK]).fetchone()[0])
