"""Each scenario of the demo comes to rest without trouble and shows what its line promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs

from bot.cli.demo_bot import Inside, opened_silently
from sandbox import demo
from sandbox.scenarios import SCENARIOS
from sandbox.scenarios.cast import GUIDE
from sandbox.scenarios.stage import Stage
from sandbox.slack.messages import Message

TROUBLE = ("warning", "error", "critical")
PATIENCE = 90.0
"""Seconds after which a wait fails; on a machine that is not busy nothing takes two."""


class Told:
    """A scenario, once its past was gone through."""

    def __init__(self, running: demo.Demo, log: list[str]) -> None:
        self.demo, self.log = running, log
        self.workspace = running.company.workspace

    def message(self, channel: str, *words: str) -> Message:
        """Return the newest message of a channel with all the words."""
        posts = [one for one in self.workspace.channel(channel).messages if one.author != GUIDE]
        found = [one for one in posts if all(word in self.workspace.plain(one) for word in words)]
        assert found, f"nothing in #{channel} says {words}:\n{self.workspace.transcript()}"
        return found[-1]

    def buttons(self, message: Message) -> list[str]:
        """Return the words on a message's buttons."""
        return [one.text for one in self.workspace.buttons(message)]

    async def rests(self) -> None:
        """Return when the pipeline and the bot have nothing more to do."""
        company, bot = self.demo.company, self.demo.bot
        assert bot is not None
        await company.forge.settle()
        driver = self.demo.running.driver
        await Stage(self.workspace, driver, company.forge, company.sites, company.clock, bot).rest()

    async def answers(self, who: str, channel: str, line: str) -> str:
        """Return what somebody is answered to a command."""
        before = len(self.workspace.ephemerals(who))
        await self.demo.running.driver.command(who, channel, line)
        await self.workspace.changed(lambda: len(self.workspace.ephemerals(who)) > before, PATIENCE)
        return self.workspace.plain(self.workspace.ephemerals(who)[-1])


@asynccontextmanager
async def told(folder: Path, name: str) -> AsyncIterator[Told]:
    """Go through a scenario; nothing in it may have gone wrong by itself, and the welcome comes last."""
    with capture_logs() as log:
        running = await demo.start(opened_silently, folder, scenario=name)
        try:
            assert isinstance(running.bot, Inside)
            trouble = [f"{one['event']}: {one.get('why')}" for one in log if one["log_level"] in TROUBLE]
            here = Told(running, trouble)
            welcomes = [
                one for each in here.workspace.channels.values() for one in each.messages if one.author == GUIDE
            ]
            assert len(welcomes) == 1
            assert welcomes[0].text.startswith("*Welcome")
            assert running.company.clock.offset.total_seconds() == 0
            yield here
            assert running.bot.signoff.failures == []
        finally:
            await running.stop()


async def test_an_ordinary_day_has_something_of_everything(tmp_path: Path) -> None:
    async with told(tmp_path, "everyday") as here:
        notice = here.message("payments", "Waiting for approval: payments 3 to production")
        read = here.workspace.plain(notice)
        for fact in ("4 commits, 3 in 2 pull requests and 1 in none", "migrations/0012_receipts.sql", "#41", "@priya"):
            assert fact in read
        assert here.buttons(notice)[:2] == ["Approve", "Reject"]
        failed = here.message("search", "Deploy failed: search 3 to production")
        assert here.buttons(failed) == ["Retry", "Roll back", "Mark as done"]
        here.message("gateway", "gateway 2 to production", "partners test against it until tonight")
        here.message("docs", "Live: docs 2 in production")
        here.message("releases", "payments 2 is live in production")
        assert "weekend" in await here.answers("priya", "payments", "/deploy freeze")
        assert here.log == []


async def test_on_the_first_day_nothing_is_live(tmp_path: Path) -> None:
    async with told(tmp_path, "first-day") as here:
        assert [len(one.messages) for one in here.workspace.channels.values() if one.name == "docs"] == [0]
        await here.demo.forge.push("acme/payments", "Add refunds")
        workspace = here.workspace
        asked = "payments 1 to production"
        posts = workspace.channel("payments").posts
        await workspace.changed(lambda: any(asked in workspace.plain(one) for one in posts), PATIENCE)
        assert here.log == []


async def test_continuous_deployment_is_quiet_and_one_was_rolled_back(tmp_path: Path) -> None:
    async with told(tmp_path, "continuous") as here:
        here.message("search", "Live (ROLLBACK): search 2 in production", "results of yesterday are shown")
        here.message("releases", "search 3 is live in production")
        cards = [one for one in here.workspace.channel("search").messages if "search 4" in here.workspace.plain(one)]
        assert [one for one in cards if one.author != GUIDE] == []
        why = await here.answers("priya", "search", "/deploy why search production")
        assert "/deploy resume search production" in why
        await here.answers("sam", "search", "/deploy release-quarantine search 4 the fix is in")
        await here.answers("sam", "search", "/deploy resume search production")
        sites, clock = here.demo.company.sites, here.demo.company.clock
        await here.workspace.changed(lambda: sites.version("search", "staging") == "4", PATIENCE)
        await here.rests()
        clock.forward(timedelta(minutes=11))
        await here.workspace.changed(lambda: sites.version("search", "production") == "4", PATIENCE)
        assert here.log == []


async def test_in_a_freeze_the_fast_path_is_open(tmp_path: Path) -> None:
    async with told(tmp_path, "hotfix") as here:
        here.message("payments", "payments 2 to production", "end of the quarter")
        line = "/deploy hotfix payments 3 to production refunds are sent twice"
        assert "HOTFIX" in await here.answers("priya", "payments", line)
        workspace = here.workspace

        def notice() -> Message | None:
            fits = ("HOTFIX", "payments 3", "refunds are sent twice")
            posts = workspace.channel("payments").messages
            return next((one for one in posts if all(word in workspace.plain(one) for word in fits)), None)

        asked = await workspace.changed(notice, PATIENCE)
        await here.demo.running.driver.click("sam", asked, "Approve")
        await workspace.changed(lambda: "Live (HOTFIX): payments 3" in workspace.plain(asked), PATIENCE)
        assert here.log == []


async def test_a_bad_hour_asks_for_people(tmp_path: Path) -> None:
    async with told(tmp_path, "incident") as here:
        ill = here.message("payments", "Verification failed: payments 3 in production")
        assert here.buttons(ill) == ["Retry", "Roll back", "Mark as done"]
        question = here.message("release-ops", "Did this deploy start? search 2 to production")
        assert here.buttons(question) == ["It did run", "It did not run", "Try again", "Abandon"]
        here.message("release-ops", "STOPPED", "payments is ill and search may have been deployed")
        assert [one.repository for one in here.demo.forge.landed()] == ["acme/payments", "acme/payments"]
        assert here.log == ["deploy_answer_lost: the connection was lost (ServerDisconnectedError)"]


async def test_in_a_queue_builds_wait_for_a_time_a_lock_and_each_other(tmp_path: Path) -> None:
    async with told(tmp_path, "queue") as here:
        here.message("gateway", "gateway 2 to staging", "a load test runs there")
        scheduled = here.message("gateway", "gateway 2 to production", "Scheduled for")
        here.message("gateway", "gateway 3 to production", "goes first")
        last = here.message("gateway", "Waiting for approval: gateway 4 to production")
        await here.demo.running.driver.click("priya", last, "Approve")
        await here.rests()
        here.demo.company.clock.forward(timedelta(hours=4))
        workspace = here.workspace
        await workspace.changed(lambda: "Live: gateway 2" in workspace.plain(scheduled), PATIENCE)
        await workspace.changed(lambda: "Live: gateway 4" in workspace.plain(last), PATIENCE)
        assert here.log == []


def test_every_scenario_is_tried_here() -> None:
    assert sorted(SCENARIOS) == ["continuous", "everyday", "first-day", "hotfix", "incident", "queue"]
