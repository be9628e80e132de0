"""The database is taken away from the running process: it ends by itself, and says what to do."""

import asyncio
from pathlib import Path

from tests.processes.test_kills import free_port
from tests.processes.world import world


async def test_a_deleted_database_ends_the_process_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    async with world(tmp_path, free_port()) as here:
        await here.start()
        await here.until("the bot listens", lambda: here.slack.lines)
        assert here.process is not None
        path.unlink()
        await here.forge.push("acme/payments", "Change number 1")
        async with asyncio.timeout(30):
            assert await here.process.wait() == 1
        log = (tmp_path / "bot.log").read_text()
        assert log.splitlines()[-1] == (
            f"{path} was deleted, moved or replaced while Signoff was running. Nothing was acknowledged since: put the "
            "file back or restore a backup, and start again."
        )
        assert "Traceback" not in log
