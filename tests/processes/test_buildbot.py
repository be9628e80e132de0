"""A real Buildbot, a real bot process and a small Slack: what people approve is what the worker runs, once.

The bot is killed in the middle, its calls lose their answers, the pushes are lost; the worker's own book is the oracle.
"""

import asyncio
import os
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web

from tests.buildbot.master import INSTALLED, PASSWORD, SECRET, USER, Master, master
from tests.buildbot.proxy import Lapse, Proxy
from tests.processes.slack import Posted, SmallSlack
from tests.processes.test_kills import free_port

pytestmark = pytest.mark.skipif(not INSTALLED, reason="Buildbot is not installed; `make test` does that")

PATIENCE = 40.0
"""Seconds after which a wait fails; nothing waits that long unless something is broken."""
NEVER, OFTEN = "365d", "1s"
POLICY = """
slack: {announcements: C0RELEASES, operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA}
groups:
  qa: {people: [priya]}
permissions: {request: [everyone], resolve: [qa]}
services:
  legacy:
    channel: C0LEGACY
    build: {buildbot: {builder: legacy-build, branch: main, poll: POLL}}
    environments:
      production:
        mode: delivery
        approvals: [{from: qa, count: 1}]
        deploy:
          buildbot:
            scheduler: force-deploy
            builder: deploy legacy
            properties: {environment: production, version: "{version}"}
"""
_commits = count(1)


@dataclass(slots=True)
class Hall:
    """Everything around the bot, and the bot's process."""

    folder: Path
    buildbot: Master
    proxy: Proxy
    port: int
    slack: SmallSlack
    url: str = ""
    push_secret: str = SECRET
    process: asyncio.subprocess.Process | None = None
    log: list[str] = field(default_factory=list)

    async def until(self, what: str, found: Callable[[], object]) -> None:
        """Wait until something is so; fails with what was waited for."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not found():  # noqa: ASYNC110 - other processes ring no bell here
                    await asyncio.sleep(0.05)
        except TimeoutError:
            said = "\n".join(post.text.splitlines()[0] for post in self.slack.posts)
            raise AssertionError(f"waited in vain until {what}; Slack reads:\n{said}") from None

    async def start(self, poll: str) -> None:
        """Start the bot on the same database, and return when the lane knows what is live."""
        (self.folder / "signoff.yml").write_text(POLICY.replace("POLL", poll))
        environment = {
            "PATH": os.environ["PATH"],
            "SLACK_BOT_TOKEN": "xoxb-small",
            "SLACK_APP_TOKEN": "xapp-small",
            "SLACK_API_URL": f"{self.url}/api/",
            "SIGNOFF_DATABASE": f"sqlite:///{self.folder / 'signoff.db'}",
            "BUILDBOT_URL": self.proxy.url,
            "BUILDBOT_USER": USER,
            "BUILDBOT_PASSWORD": PASSWORD,
            "BUILDBOT_WEBHOOK_SECRET": self.push_secret,
        }
        serve = ("serve", "--config", str(self.folder / "signoff.yml"), "--port", str(self.port))
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", *serve, env=environment, stdout=log, stderr=log
            )
        await self.until("the bot listens", lambda: self.slack.lines)
        await self.until("the lane is adopted", lambda: self.rows("SELECT 1 FROM lanes WHERE adopted_at IS NOT NULL"))

    async def kill(self) -> None:
        """Kill -9, at once."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
        if self.process is not None:
            await self.process.wait()
            self.slack.lines.clear()

    async def commit(self, title: str) -> str:
        """Let somebody commit; returns the commit, whose build begins at once."""
        sha = f"{next(_commits):04x}" + os.urandom(18).hex()
        await asyncio.to_thread(self.buildbot.commit, sha, title)
        return sha

    async def approve(self, title: str) -> None:
        """Let Priya approve what the notice of a commit shows."""
        await self.until(f"there is a notice of «{title}»", lambda: self.notice(title))
        notice = self.notice(title)
        assert notice is not None
        envelope = await self.slack.click("U0PRIYA", notice, "Approve")
        await self.until("the click is acknowledged", lambda: envelope in self.slack.acknowledged)

    async def cancels(self) -> None:
        """Let Priya cancel the one deploy of this bot while it runs; acknowledged is as good as done."""
        await self.until("somebody listens", lambda: self.slack.lines)
        envelope = await self.slack.types("U0PRIYA", "cancel R-1", "C0LEGACY")
        await self.until("the command is acknowledged", lambda: envelope in self.slack.acknowledged)

    async def key_of(self, sha: str) -> str:
        """Return the key of the deploy of a commit, once its worker has begun it."""
        await self.until("its deploy has begun", lambda: self.keys(sha))
        return self.keys(sha)[0]

    async def lives(self, title: str) -> None:
        """Wait until the card of a commit says that it is live."""
        await self.until(f"«{title}» is live", lambda: "is live" in self.says(title))

    def notice(self, title: str) -> Posted | None:
        """Return the notice of a commit that can be approved."""
        fits = [one for one in self.slack.posts if one.thread is None and title in str(one.versions[0])]
        found = next((one for one in fits if one.channel == "C0LEGACY"), None)
        return found if found is not None and found.button("Approve") else None

    def says(self, title: str) -> str:
        """Return what the notice of a commit says now."""
        fits = [one for one in self.slack.posts if one.thread is None and title in str(one.versions[0])]
        return next((one.text.splitlines()[0] for one in fits if one.channel == "C0LEGACY"), "")

    def keys(self, sha: str) -> list[str]:
        """Return the keys of the deploys of a commit that the worker has begun."""
        return [key for key, deployed in self.buildbot.deployed() if deployed == sha]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return what the bot's database has."""
        with sqlite3.connect(f"file:{self.folder / 'signoff.db'}?mode=ro", uri=True) as connection:
            found = connection.execute(query).fetchall()
        connection.close()
        return found

    def posts(self, what: str) -> int:
        """Return how often Buildbot was told to end something of a kind."""
        return sum(method == "POST" and f"/api/v2/{what}/" in path for method, path in self.proxy.calls)

    def looked_up(self) -> int:
        """Return how often the requests of the deploy builder were listed."""
        return sum(path.endswith("/buildrequests") for _, path in self.proxy.calls)

    def logged(self, event: str) -> int:
        """Return how often the bot has logged an event."""
        return (self.folder / "bot.log").read_text().count(f'"event": "{event}"')


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Master, int]]:
    """Start one Buildbot for all tests, which pushes to one port; each test's bot listens there."""
    port = free_port()
    hook = f"http://127.0.0.1:{port}/webhooks/buildbot"
    with master(tmp_path_factory.mktemp("buildbot"), free_port(), hook) as here:
        yield here, port


@pytest.fixture
async def hall(running: tuple[Master, int], tmp_path: Path) -> AsyncIterator[Hall]:
    """Set up everything but the bot itself; end it and its process afterwards."""
    async with _hall(*running, tmp_path) as here:
        yield here


@asynccontextmanager
async def _hall(buildbot: Master, port: int, folder: Path) -> AsyncIterator[Hall]:
    slack = SmallSlack(lambda: None)
    app = web.Application()
    app.add_routes(slack.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with Proxy(buildbot.url).open() as proxy:
        here = Hall(folder, buildbot, proxy, port, slack)
        here.url = slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield here
        finally:
            await here.kill()
            await runner.cleanup()


async def test_what_was_approved_is_what_the_worker_runs(hall: Hall) -> None:
    """Nothing is polled here: that the build is known at all is the push's doing."""
    await hall.start(NEVER)
    sha = await hall.commit("Add search")
    await hall.approve("Add search")
    key = await hall.key_of(sha)
    await hall.until("it is told", lambda: "is being deployed" in hall.says("Add search"))
    hall.buildbot.ends(key)
    await hall.lives("Add search")
    assert hall.keys(sha) == [key]
    assert hall.buildbot.forced().count(key) == 1
    assert hall.logged("source_not_reached") == 0
    await _fails(hall)


async def _fails(hall: Hall) -> None:
    """See one that fails told with the page of its build."""
    sha = await hall.commit("Break it")
    await hall.approve("Break it")
    hall.buildbot.ends(await hall.key_of(sha), 3)
    await hall.until("it is told", lambda: "could not be deployed" in hall.says("Break it"))
    told = str([one.versions[-1] for one in hall.slack.posts])
    assert re.search(rf"{hall.proxy.url}/#/builders/[12]/builds/[0-9]+", told)
    assert "the build ended: failure" in told
    assert len(hall.keys(sha)) == 1


async def test_a_bot_that_is_killed_while_it_deploys_tells_how_it_ended(hall: Hall) -> None:
    await hall.start(NEVER)
    sha = await hall.commit("Survive")
    await hall.approve("Survive")
    key = await hall.key_of(sha)
    await hall.kill()
    hall.buildbot.ends(key)
    await hall.start(NEVER)
    await hall.lives("Survive")
    assert hall.keys(sha) == [key]
    assert hall.buildbot.forced().count(key) == 1


@pytest.mark.parametrize("lapse", [Lapse.SILENT, Lapse.LOST_BEFORE])
async def test_a_bot_that_is_killed_before_the_answer_looks_first(hall: Hall, lapse: Lapse) -> None:
    """Whether the request has arrived nobody can tell then but Buildbot."""
    await hall.start(NEVER)
    title = f"Ask first, {lapse.name.lower()}"
    sha = await hall.commit(title)
    hall.proxy.lapses.append(lapse)
    await hall.approve(title)
    await hall.until("it is sent", lambda: "POST" in [method for method, _ in hall.proxy.calls])
    await hall.kill()
    if lapse is Lapse.SILENT:
        await hall.key_of(sha)
    await hall.start(NEVER)  # which takes back what the kill left half written
    key = str(hall.rows("SELECT key FROM releases")[0][0])
    if lapse is Lapse.SILENT:
        hall.buildbot.ends(key)
        await hall.lives(title)
    else:
        await hall.until("it is looked up twice", lambda: hall.looked_up() > 1)
    assert hall.buildbot.forced().count(key) == (1 if lapse is Lapse.SILENT else 0)
    assert [method for method, _ in hall.proxy.calls].count("POST") == 1


async def test_what_no_push_told_is_found_by_asking(hall: Hall) -> None:
    hall.push_secret = "another-secret"
    await hall.start(OFTEN)
    sha = await hall.commit("Hear nothing")
    await hall.approve("Hear nothing")
    key = await hall.key_of(sha)
    hall.buildbot.ends(key)
    await hall.lives("Hear nothing")
    assert hall.keys(sha) == [key]
    assert hall.rows("SELECT 1 FROM inbox WHERE source = 'buildbot'") == []
    assert '"outcome": "not_authentic"' in (hall.folder / "bot.log").read_text()


async def test_a_deploy_that_is_cancelled_ends_in_the_worker_though_the_bot_is_killed_in_the_middle(hall: Hall) -> None:
    """The word that ends it arrives, its answer does not, and the bot hears none of it."""
    await hall.start(NEVER)
    sha = await hall.commit("Regret")
    await hall.approve("Regret")
    key = await hall.key_of(sha)
    await hall.until("it is told", lambda: "is being deployed" in hall.says("Regret"))
    hall.proxy.lapses.append(Lapse.SILENT)
    await hall.cancels()
    await hall.until("Buildbot is told to end it", lambda: hall.posts("builds"))
    await hall.kill()
    await hall.start(NEVER)
    await hall.until("it is told how it ended", lambda: "could not be deployed" in hall.says("Regret"))
    card = next(one.text for one in hall.slack.posts if one.thread is None and one.channel == "C0LEGACY")
    assert "the build ended: cancelled" in card
    assert "Cancel: asked for by <@U0PRIYA>" in card
    assert hall.keys(sha) == [key]
    assert hall.buildbot.forced().count(key) == 1
