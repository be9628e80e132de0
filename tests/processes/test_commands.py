"""A command that deploys, and a bot that is killed or stopped around it: it runs once, and its end is never missed."""

import asyncio
import fcntl
import os
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.processes.test_kills import free_port, keep_alive
from tests.processes.world import POLICY, World, world
from tests.seed import SEED

KILLS = int(os.environ.get("SIGNOFF_COMMAND_KILLS", "12"))
TARGET = "{github_deployment: {environment: production}}"
SCRIPT = """#!/bin/sh
echo "$1" >> marks
test ! -p gate || read line < gate
echo "deployed $1" | tee -a checked
"""

OF_TWO = """#!/bin/sh
cat gate &
echo $! > child
echo "$1" >> marks
wait
echo "deployed $1" >> checked
"""
"""The same with a child that it waits for: both are one group."""


def furnish(here: World, *, gated: bool) -> None:
    """Have releases deployed by a script that leaves a mark each time it runs and waits at a gate, and one look for it."""
    command = f'{{command: {{argv: [./deploy.sh, "{{sha}}"], directory: {here.folder}}}}}'
    verify = f'verify: {{command: {{argv: [grep, -q, "{{sha}}", checked], directory: {here.folder}}}, for: 1s}}'
    policy = POLICY.replace(TARGET, command).replace("when_unknown: resend\n", f"{verify}\n")
    assert policy.count("command: {argv") == 2
    (here.folder / "signoff.yml").write_text(policy)
    script = here.folder / "deploy.sh"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    if gated:
        os.mkfifo(here.folder / "gate")


def marks(here: World) -> list[str]:
    """Return the commit of each run."""
    file = here.folder / "marks"
    return file.read_text().splitlines() if file.exists() else []


async def open_the_gate(here: World) -> None:
    """Let the command go on, and return once its supervisor has gone: until then it holds its lock."""
    (lock,) = here.folder.glob("signoff.db.commands/R-*/1/lock")
    await asyncio.to_thread((here.folder / "gate").write_text, "go\n")
    async with asyncio.timeout(30):
        await asyncio.to_thread(_wait_for, lock)


def _wait_for(lock: Path) -> None:
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def live(here: World, title: str) -> bool:
    """Whether the notice of a commit says that it is live."""
    notice = here.notice(title)
    return notice is not None and "is live" in notice.text.splitlines()[0]


def runs(process: int) -> bool:
    """Whether a process does anything yet; what only waits to be buried does not."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] not in {"Z", "X"}


def first_card(here: World) -> str:
    """Return what the first notice says."""
    fits = [post for post in here.slack.posts if post.thread is None and post.channel == "C0PAYMENTS"]
    return fits[0].text if fits else ""


def adopted(here: World) -> bool:
    """Whether the lane has been seen: what is built from now on is new."""
    if not (here.folder / "signoff.db").exists():
        return False
    connection = sqlite3.connect(f"file:{here.folder / 'signoff.db'}?mode=ro", uri=True)
    try:
        return bool(connection.execute("SELECT 1 FROM lanes WHERE adopted_at IS NOT NULL").fetchone())
    except sqlite3.OperationalError:  # not made yet
        return False
    finally:
        connection.close()


async def approve(here: World, title: str, sha: str) -> None:
    """Click until the command has run: a click that a dying process did not take is made again."""
    while sha not in marks(here):
        await here.until("somebody listens", lambda: here.slack.lines)
        notice = here.notice(title)
        if notice is None or notice.button("Approve") is None:
            await here.until("there is a button or a run", lambda: _can_click(here, title) or sha in marks(here))
            continue
        clicked, line = await here.slack.click("U0PRIYA", notice, "Approve"), here.slack.lines[-1:]
        await here.until(
            "the click is acknowledged, or nobody is there to do it",
            lambda clicked=clicked, line=line: (  # type: ignore[misc]
                clicked in here.slack.acknowledged or here.slack.lines[-1:] != line or sha in marks(here)
            ),
        )
        if clicked in here.slack.acknowledged:
            await here.until("the command runs", lambda: sha in marks(here))


def _can_click(here: World, title: str) -> bool:
    notice = here.notice(title)
    return bool(here.slack.lines) and notice is not None and notice.button("Approve") is not None


async def begun(here: World) -> str:
    """Start the bot, and have a release approved whose command waits at its gate; returns its commit."""
    await here.start()
    await here.until("the lane is adopted", lambda: adopted(here))
    sha = await here.forge.push("acme/payments", "Change number 0001")
    await here.until("the notice is there", lambda: here.notice("Change number 0001"))
    await approve(here, "Change number 0001", sha)
    return sha


async def _kill(here: World) -> None:
    await here.kill()


async def _stop(here: World) -> None:
    assert here.process is not None
    here.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(40):
        assert await here.process.wait() == 0, (here.folder / "bot.log").read_text()[-2000:]


@pytest.mark.parametrize("end", [_kill, _stop])
@pytest.mark.parametrize("meanwhile", [False, True], ids=["goes on after it", "ends meanwhile"])
async def test_a_command_outlives_the_bot_and_is_found_again(
    tmp_path: Path, end: Callable[[World], Awaitable[None]], *, meanwhile: bool
) -> None:
    async with world(tmp_path, free_port()) as here:
        furnish(here, gated=True)
        sha = await begun(here)
        await end(here)
        if meanwhile:
            await open_the_gate(here)
        await here.start()
        if not meanwhile:
            await here.until("the bot listens again", lambda: here.slack.lines)
            await open_the_gate(here)
        await here.until("its card says that it is live", lambda: live(here, "Change number 0001"))
        assert marks(here) == [sha]


@pytest.mark.parametrize("heard", [False, True], ids=["killed at once", "killed when its end is wanted"])
async def test_a_command_that_is_cancelled_ends_with_all_its_group_though_the_bot_is_killed(
    tmp_path: Path, *, heard: bool
) -> None:
    async with world(tmp_path, free_port()) as here:
        furnish(here, gated=True)
        (here.folder / "deploy.sh").write_text(OF_TWO)
        sha = await begun(here)
        await here.until("its card tells it", lambda: "is being deployed" in first_card(here))
        (attempt,) = here.folder.glob("signoff.db.commands/R-*/1")
        child = int((here.folder / "child").read_text())
        assert runs(child)
        typed = await here.slack.types("U0PRIYA", "cancel R-1", "C0PAYMENTS")
        await here.until("it is acknowledged", lambda: typed in here.slack.acknowledged)
        if heard:
            await here.until("its supervisor is to end it", (attempt / "stop").exists)
        await here.kill()
        await here.start()
        await here.until("its card says how it ended", lambda: "could not be deployed" in first_card(here))
        assert "the command was cancelled" in first_card(here)
        assert "Cancel: asked for by <@U0PRIYA>" in first_card(here)
        assert not runs(child)
        assert marks(here) == [sha]
        assert not (here.folder / "checked").exists()


LIVES_LATE = 300.0
"""Seconds: on a busy machine many lives end before one has seen a release through."""


async def test_killed_at_any_moment_each_release_runs_its_command_once(tmp_path: Path) -> None:
    print(f"seed {SEED}, {KILLS} kills")
    async with world(tmp_path, free_port()) as here:
        furnish(here, gated=False)
        await here.start()
        await here.until("the lane is adopted", lambda: adopted(here))
        shipped: list[str] = []
        killer = asyncio.create_task(keep_alive(here, random.Random(SEED), KILLS, shipped))
        while not killer.done() or len(shipped) < 3:
            title = f"Change number {len(shipped) + 1:04d}"
            sha = await here.forge.push("acme/payments", title)
            await here.until("the notice is there", lambda title=title: here.notice(title))  # type: ignore[misc]
            await approve(here, title, sha)
            await here.until(
                "its card says that it is live",
                lambda title=title: live(here, title),  # type: ignore[misc]
                LIVES_LATE,
            )
            shipped.append(sha)
        await killer
        assert Counter(marks(here)) == Counter(shipped)
