"""SIGKILL at random moments of the main job: every approved release is deployed once, at the approved commit."""

import asyncio
import os
import random
import socket
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from time import monotonic

from tests.processes.nursery import nursery
from tests.processes.world import World, world
from tests.seed import SEED

KILLS = int(os.environ.get("SIGNOFF_KILLS", "40"))
LIVES = 20
LONG = 600.0
"""Seconds: as long as so many lives may take, and one that is left alone."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def approve(here: World, title: str, sha: str) -> None:
    """Click until a click is acknowledged or the deploy is there: whoever sees an error clicks again."""

    def started() -> bool:
        return any(one == sha for (_, _, one) in here.forge.deploys())

    while not started():
        await here.until("somebody listens", lambda: here.slack.lines, LONG)
        notice = here.notice(title)
        envelope = await here.slack.click("U0PRIYA", notice, "Approve") if notice else None
        if envelope is None:
            await here.until("there is a button or a deploy", lambda: _can_click(here, title) or started(), LONG)
            continue
        line = here.slack.lines[-1] if here.slack.lines else None
        await here.until(
            "the click is acknowledged or its connection is gone",
            lambda envelope=envelope, line=line: (
                envelope in here.slack.acknowledged  # type: ignore[misc]
                or line not in here.slack.lines
                or started()
            ),
            LONG,
        )
        if envelope in here.slack.acknowledged:
            await here.slack.deliver(envelope)  # Slack was seen to deliver the same envelope twice (bolt-js 2487)
            return


async def interfere(here: World, title: str) -> None:
    """Let somebody who may not approve click too, once: it must be refused and answered, or not be acknowledged."""
    notice = here.notice(title)
    if notice is not None:
        await here.slack.click("U0ROBIN", notice, "Approve")


def _can_click(here: World, title: str) -> bool:
    notice = here.notice(title)
    return bool(here.slack.lines) and notice is not None and notice.button("Approve") is not None


async def a_moment(here: World, chance: random.Random, start: float, dead: Collection[object]) -> None:
    """Wait for a moment to kill at: within the start, just when something happened outside, or any time after.

    All but the first kind wait until the bot listens, on a line that is none of the dead: on a busy machine no life
    must end before it could do anything.
    """
    kind = chance.random()
    if kind < 0.2:
        await asyncio.sleep(chance.uniform(0, start))
        return
    await here.until("the bot listens", lambda: [line for line in here.slack.lines if line not in dead])
    if kind < 0.7:
        for _ in range(chance.randint(1, 12)):
            await here.news_or(0.3)
        await asyncio.sleep(chance.uniform(0, 0.02))
    else:
        await asyncio.sleep(chance.uniform(0, 1.5))


async def keep_alive(here: World, chance: random.Random, kills: int, shipped: Sequence[str]) -> None:
    """Kill the bot at random moments and start it again; it never ends by itself.

    After so many lives without a release one is left alone until there is one: a busy machine needs more time, and a
    bot that gets nowhere even then is broken.
    """
    start, dead, seen, lives = 0.5, list[object](), 0, 0
    for _ in range(kills):
        assert here.process is not None
        lives = lives + 1 if len(shipped) == seen else 0
        seen = len(shipped)
        if lives > LIVES:
            await here.until("a bot that nobody kills ships", lambda seen=seen: len(shipped) > seen)  # type: ignore[misc]
        begun = monotonic()
        moment = asyncio.create_task(a_moment(here, chance, start, dead))
        ended = asyncio.create_task(here.process.wait())
        await asyncio.wait({moment, ended}, return_when=asyncio.FIRST_COMPLETED)
        assert not ended.done(), (here.folder / "bot.log").read_text()[-2000:]
        await moment
        await here.kill()
        await ended
        dead = list(here.slack.lines)
        start = 0.9 * start + 0.1 * min(2.0, monotonic() - begun)
        await here.start()


async def ship(here: World, title: str) -> str:
    """Push a change, approve it, and wait until it is live, however often the bot dies meanwhile; returns its hash."""
    sha = await here.forge.push("acme/payments", title)
    await here.until("the notice is there", lambda: here.notice(title), LONG)
    await interfere(here, title)
    await approve(here, title, sha)
    await here.until("it is live", lambda: _live(here, title), LONG)
    return sha


async def test_every_approved_release_is_deployed_once_whatever_is_killed(tmp_path: Path) -> None:
    """Clicks that were acknowledged count, once, whichever moment the process dies at."""
    print(f"seed {SEED}, {KILLS} kills")
    async with nursery() as here_born, world(tmp_path, free_port()) as here:
        here.nursery = here_born
        begun = monotonic()
        await here.start()
        await here.until("the bot listens", lambda: here.slack.lines)
        await here.until("the lane is adopted", lambda: _adopted(here))
        shipped: list[str] = []
        async with asyncio.TaskGroup() as both:
            killer = both.create_task(keep_alive(here, random.Random(SEED), KILLS, shipped))
            while not killer.done() or len(shipped) < 3:
                shipped.append(await ship(here, f"Change number {len(shipped) + 1:04d}"))
        print(f"{KILLS / (monotonic() - begun) * 60:.0f} kills a minute, {len(shipped)} releases")
        counted = {sha: times for (_, _, sha), times in here.forge.deploys().items()}
        assert counted == dict.fromkeys(shipped, 1)
        for number, _ in enumerate(shipped, 1):
            await here.until(
                "each card tells that it is live",
                lambda number=number: _live(here, f"Change number {number:04d}"),  # type: ignore[misc]
            )
        await here.until("everybody was answered", lambda: _answered(here))
        await here.kill()
        _holds_together(here, len(shipped))


def _adopted(here: World) -> bool:
    database = here.folder / "signoff.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return bool(connection.execute("SELECT 1 FROM lanes WHERE adopted_at IS NOT NULL").fetchone())


def _live(here: World, title: str) -> bool:
    fits = [post for post in here.slack.posts if post.thread is None and title in str(post.versions[0])]
    return any(post.channel == "C0PAYMENTS" and "is live" in post.text.splitlines()[0] for post in fits)


def _answered(here: World) -> bool:
    """Whether each refusal that was decided was told, and nothing waits to be done or said."""
    with sqlite3.connect(f"file:{here.folder / 'signoff.db'}?mode=ro", uri=True) as connection:
        (refused,) = connection.execute("SELECT count(*) FROM audit WHERE action = 'refused'").fetchone()
        (waiting,) = connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()
        (unsaid,) = connection.execute(
            "SELECT count(*) FROM effects WHERE state NOT IN ('done', 'dead', 'cancelled')"
        ).fetchone()
        (untrue,) = (
            connection.execute(  # 2: shown as it is, and sent once more later, in case Slack swapped two updates
                "SELECT count(*) FROM cards WHERE want > have AND unsettled < 2"
            ).fetchone()
        )
    connection.close()
    return not (waiting or unsaid or untrue) and len(here.slack.whispers) >= refused


def _holds_together(here: World, releases: int) -> None:
    """The file is whole; every release is live; each acknowledged click is one row of the audit, decided once."""
    with sqlite3.connect(here.folder / "signoff.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM releases WHERE state = 'live'").fetchone() == (releases,)
        assert connection.execute("SELECT count(*) FROM approvals").fetchone() == (releases,)
        (decided,) = connection.execute(
            "SELECT count(*) FROM audit WHERE actor = 'U0ROBIN' AND action = 'refused'"
        ).fetchone()
        sent = sum(1 for user, _ in here.slack.delivered.values() if user == "U0ROBIN")
        assert here.slack.acknowledged_of("U0ROBIN") <= decided <= sent
        (approved,) = connection.execute(
            "SELECT count(*) FROM audit WHERE actor = 'priya' AND action IN ('approved', 'refused')"
        ).fetchone()
        assert here.slack.acknowledged_of("U0PRIYA") <= approved
    connection.close()
