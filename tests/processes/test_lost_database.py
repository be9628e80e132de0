"""The database is taken away from the running process: it acknowledges nothing more, ends by itself, says what to do."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.test_kills import free_port
from tests.processes.world import world

TAKEN = (
    " was deleted, moved or replaced while Signoff was running. Nothing was acknowledged since: put the file back or "
    "restore a backup, and start again."
)
DAMAGED = " is damaged ("


def deleted(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.rename(path)


def emptied(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(0)


@pytest.mark.parametrize(("lose", "said"), [(deleted, TAKEN), (replaced, TAKEN), (emptied, DAMAGED)])
async def test_a_database_that_is_lost_ends_the_process_with_a_sentence(
    tmp_path: Path, lose: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "signoff.db"
    async with world(tmp_path, free_port()) as here:
        await here.start()
        await here.until("the bot listens", lambda: here.slack.lines)
        await here.forge.push("acme/payments", "Change number 1")
        await here.until("there is a notice", lambda: here.notice("Change number 1"))
        assert here.process is not None
        notice, acknowledged = here.notice("Change number 1"), dict(here.slack.acknowledged)
        assert notice is not None
        lose(path)
        await here.slack.click("U0PRIYA", notice, "Approve")
        async with asyncio.timeout(30):
            assert await here.process.wait() == 1
        assert here.slack.acknowledged == acknowledged
        log = (tmp_path / "bot.log").read_text()
        assert log.splitlines()[-1].startswith(f"{path}{said}")
        assert "Traceback" not in log
        assert here.forge.landed() == []
