"""The auditor's day: what was noted in Slack proves what the host exports."""

import re
from pathlib import Path

from inline_snapshot import snapshot

from bot.core.chain import Head
from bot.core.ledger import Checker
from handlers.control import socket_path
from handlers.control_client import export
from tests.acceptance.desk import Desk, desk


async def exported(here: Desk) -> list[bytes]:
    """Return the lines of an export, as the host gets them from the running bot."""
    async with export(socket_path(here.folder / "signoff.db"), 1) as parts:
        assert parts is not None, "the bot runs"
        return b"".join([part async for part in parts]).splitlines(keepends=True)


def checked(lines: list[bytes], noted: Head) -> str | None:
    """Return what an auditor finds wrong, with what was noted in Slack."""
    checker = Checker(noted)
    for line in lines:
        checker.read(line)
    return checker.end()


async def test_t22_the_head_in_the_operations_channel_proves_the_export(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        await here.clicks("U0PRIYA", await here.card("payments", "Waiting for approval"), "Approve")
        await here.card("releases", "payments 1 is live")
        root = await here.card("ops", "Audit chain")
        lines = [line for line in await here.thread(root, ":") if ":" in line]
        found = [re.fullmatch(r"`?([0-9]+):([0-9a-f]{64})`?", line) for line in lines]
        heads = [Head(int(one[1]), one[2]) for one in found if one is not None]
        assert len(heads) == len(lines) > 0
        export_lines = await exported(here)
        assert [checked(export_lines, head) for head in heads] == [None] * len(heads)
        forged = [line.replace(b'"actor":"priya"', b'"actor":"sam"') for line in export_lines]
        assert re.sub("[0-9]+", "N", checked(forged, heads[-1]) or "") == snapshot(
            "audit row N does not fit the chain: it was altered"
        )
        await here.everything_is_told()
        assert here.reads(root).splitlines()[0] == "Audit chain"
