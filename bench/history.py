"""A database with a long past: 10,000 open releases in 1,000 lanes, and a million audit rows."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.core.chain import GENESIS, AuditRow, chained
from bot.core.policy import LaneId
from bot.core.release import Release
from storage.database import open_store
from storage.rows import build_row, release_row
from storage.times import to_text
from tests.factories import NOON, a_build, a_lane_policy, a_release

SERVICES, ENVIRONMENTS, EACH = 200, 5, 10
AUDIT = 1_000_000
TEN_YEARS = timedelta(days=3650)


def lanes(services: int) -> Iterator[LaneId]:
    """Return every lane."""
    for service in range(services):
        for environment in range(ENVIRONMENTS):
            yield LaneId(f"service-{service}", f"environment-{environment}")


async def make(path: Path, *, services: int = SERVICES, audit: int = AUDIT) -> None:
    """Make the database: so many services of 5 lanes with 10 open releases each, so many audit rows."""
    await (await open_store(path, clock=lambda: NOON, token=lambda: "")).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for lane in lanes(services):
            _insert(connection, "lanes", {"service": lane.service, "environment": lane.environment})
        for release in _releases(services):
            build = release.build
            _insert(connection, "builds", {"id": build.id, **build_row(build)})
            _insert(connection, "releases", release_row(release))
            _insert(connection, "agenda", _due(release))
        connection.executemany("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _chain(audit))
        connection.commit()


def _releases(services: int) -> Iterator[Release]:
    number = 0
    for lane in lanes(services):
        for _ in range(EACH):
            number += 1
            policy = a_lane_policy(lane, expires_after=TEN_YEARS)  # or they would end while somebody measures
            yield a_release(number, a_build(number, service=lane.service), lane, policy=policy)


def _due(release: Release) -> Mapping[str, Any]:
    lane = release.lane
    return {
        "release": release.number,
        "service": lane.service,
        "environment": lane.environment,
        "due_at": to_text(release.opened_at + TEN_YEARS),
    }


def _chain(count: int) -> Iterator[tuple[Any, ...]]:
    previous, at, data = GENESIS, to_text(NOON), '{"detail":"","slack":"U0PRIYA"}'
    for seq in range(1, count + 1):
        row = AuditRow(
            seq, at, "approved", "priya", "button", "payments/production", seq % 9999, "p" * 64, data, previous, ""
        )
        previous = chained(row)
        yield (
            seq, at, row.action, row.actor, row.surface, row.lane, row.release, row.policy_hash, data, row.prev_hash,
            previous,
        )  # fmt: skip


def _insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    places = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))  # noqa: S608 - our own names
