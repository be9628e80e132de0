"""The disk is full while people work: nothing is acknowledged that is not stored, and all goes on when there is room."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from storage import outage
from storage.database import SqliteStore
from tests.acceptance.desk import Desk, desk

FILL = (
    "INSERT INTO inbox (source, dedupe_key, body, received_at, state, due_at) "
    "VALUES ('slack', 'fill ' || hex(randomblob(16)), ?, '', 'done', '')"
)


@asynccontextmanager
async def full_disk(here: Desk) -> AsyncIterator[None]:
    """Let SQLite find no room for another page, and fill those that it has."""
    assert here.signoff is not None
    store = here.signoff.desk.store
    assert isinstance(store, SqliteStore)

    def fill() -> None:
        run = store._database.conn.execute
        run("PRAGMA max_page_count=1")  # what it has now, since it has more
        for size in (4000, 1000, 200, 0):
            with suppress(sqlite3.OperationalError):
                while True:
                    run(FILL, ["x" * size])

    await store._in_thread(fill)
    try:
        yield
    finally:
        await store._in_thread(lambda: store._database.conn.execute("PRAGMA max_page_count=1000000"))


async def test_clicks_on_a_full_disk_are_not_acknowledged_and_work_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "CALM", 0.0)
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.everything_is_told()
        with capture_logs() as logs:
            async with full_disk(here):
                done = await here.running.driver.click("priya", card, "Approve")
                assert not done.acknowledged, "Slack shows an error"
                assert await here.on_the_host("approve R-1", "priya") == "Nothing was stored or done: the disk is full."
            await here.clicks("priya", card, "Approve")
            await here.says(card, "Live")
            await here.everything_is_told()
        assert here.deploys() == {"First": 1}
        assert len([line for line in await here.thread(card, "Live") if "Approved" in line]) == 1
    changes = {line["event"] for line in logs if line["event"].startswith("database_")}
    assert changes == {"database_unavailable", "database_available_again"}
    assert not [line for line in logs if line["event"] in {"loop_failed", "inbox_row_failed", "deploy_not_claimed"}]


async def test_the_bot_starts_with_ballast_beside_its_database(tmp_path: Path) -> None:
    async with desk(tmp_path):
        assert (tmp_path / "signoff.db.ballast").stat().st_size == 4 * 2**20


async def test_the_bot_hears_when_its_database_is_taken_away(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        (tmp_path / "signoff.db").unlink()
        here.signoff.desk.bell.ring()
        lost = await here.signoff.lost()
        assert str(lost).startswith(f"{tmp_path / 'signoff.db'} was deleted, moved or replaced")
