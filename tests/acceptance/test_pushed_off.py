"""Builds of which nobody heard before newer runs pushed them off GitHub's page: found, after a restart too."""

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.policy import NewerBuild
from bot.core.release import Lifecycle
from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci import github_reach
from handlers.ci.github_connection import Github
from handlers.ci.sender import Sends
from handlers.watch import Watch
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from simulation.github import GithubWay, github_network
from tests.factories import WORKFLOW, a_lane_policy, a_policy
from tests.fakes.world import World

REPO = "acme/payments"
RUNS = f"/repos/{REPO}/actions/runs"
NIGHTLY = ".github/workflows/nightly.yml"
OPEN = Lifecycle.OPEN


@dataclass(frozen=True)
class Noting:
    """Implements Sends, notes which pages of runs were asked for behind the first one, and lets some go wrong."""

    sends: Sends
    wrong: Callable[[str], None]
    pages: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present."""
        return self.sends.clock

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Note it and send it."""
        if request.path == RUNS and "page" in dict(request.query):
            self.pages.append(page := dict(request.query)["page"])
            self.wrong(page)
        return await self.sends.send(request, etag=etag)


@dataclass
class Busy:
    """A branch on which many workflows run, and a bot that is started anew for each look."""

    world: World
    forge: Forge
    way: GithubWay
    troubles: dict[str, Fault] = field(default_factory=dict)
    """What goes wrong once with a page behind the first one."""

    async def push(self, title: str) -> str:
        """Push a commit; its workflow succeeds."""
        self.world.passes(60)
        sha = await self.forge.push(REPO, title)
        self.forge.finish_run(REPO, self.forge.repositories[REPO].runs[-1])
        return sha

    def others(self, count: int) -> None:
        """Let other workflows run, one each second."""
        commit = self.forge.repositories[REPO].commits[-1]
        for _ in range(count):
            self.world.passes(1)
            self.forge.start_run(REPO, commit, path=NIGHTLY, event="schedule")

    async def looks(self) -> list[str]:
        """Start, and look once; returns which pages were asked for behind the first one."""
        self.world.passes(30)
        await self.world.crash()
        github = self.way.connect(lambda: self.world.now)
        noting = Noting(github.sender, self.goes_wrong)
        source = Github(noting, self.forge.site)
        assert await Watch(self.world.desk, source, self.world.executor, self.world.policy.services[0]).once() is None
        await self.world.settle()
        return noting.pages

    def goes_wrong(self, page: str) -> None:
        """Let the next answer about runs be what is to go wrong with this page, if anything is."""
        if page in self.troubles:
            self.forge.faults.add(self.troubles.pop(page), "GET", RUNS)

    async def builds(self) -> list[str]:
        """Return the titles of the builds that are known, oldest first."""
        newest = await self.world.store.read(lambda tx: tx.builds.newest("payments", None, 50))
        return [build.title for build in reversed(newest)]


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Busy]:
    lane = a_lane_policy(newer_build=NewerBuild.EACH_MUST_SHIP)
    world = World(tmp_path, a_policy(lane))
    await world.open()
    forge = Forge(lambda: world.now, token="t0ken")
    forge.create(REPO, WORKFLOW)
    network = github_network(random.Random(1))
    network.latency = (1e-5, 2e-5)
    here = Busy(world, forge, GithubWay(forge, network))
    await here.push("Begin")
    assert await here.looks() == []
    yield here
    await world.store.close()
    await forge.close()


async def test_a_build_that_began_and_ended_between_two_looks_is_found_behind_sixty_other_runs(busy: Busy) -> None:
    sha = await busy.push("Round half to even")
    busy.others(60)
    assert await busy.looks() == ["1"]
    assert (await busy.world.release()).build.sha == sha
    assert await busy.looks() == [], "once is enough"


async def test_as_long_as_the_page_shows_all_that_is_new_no_other_is_asked_for(busy: Busy) -> None:
    for _ in range(3):
        busy.others(30)
        await busy.push("More")
        assert await busy.looks() == []
    assert await busy.builds() == ["Begin", "More", "More", "More"]


async def test_very_many_are_read_over_several_looks_and_each_build_among_them_ships(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github_reach, "MOST_PAGES", 1)
    await busy.push("First")
    busy.others(110)
    await busy.push("Second")
    busy.others(55)
    assert await busy.looks() == ["1"]
    assert await busy.builds() == ["Begin", "Second"]
    await busy.push("Third")
    assert await busy.looks() == ["1"]
    assert await busy.looks() == []
    assert await busy.builds() == ["Begin", "First", "Second", "Third"]
    assert await busy.world.states() == [OPEN, OPEN, OPEN]


async def test_more_that_is_pushed_off_meanwhile_is_read_with_what_was_left(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github_reach, "MOST_PAGES", 1)
    await busy.push("First")
    busy.others(160)
    assert await busy.looks() == ["1"]
    await busy.push("Second")
    busy.others(60)
    assert [await busy.looks() for _ in range(3)] == [["1"], ["1"], []]
    assert await busy.builds() == ["Begin", "First", "Second"]


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.SERVER_ERROR, Fault.RESET_BEFORE])
async def test_what_could_not_be_read_is_said_and_read_at_the_next_look(busy: Busy, fault: Fault) -> None:
    await busy.push("First")
    busy.others(120)
    busy.troubles["1"] = fault
    with capture_logs() as logs:
        assert await busy.looks() == ["1"]
    (said,) = [line for line in logs if line["event"] == "missed_not_fetched"]
    assert (said["log_level"], said["service"]) == ("warning", "payments")
    assert await busy.builds() == ["Begin"]
    assert await busy.looks() == ["1"]
    assert await busy.builds() == ["Begin", "First"]


async def test_what_was_read_before_the_trouble_counts_and_the_rest_is_read_later(busy: Busy) -> None:
    await busy.push("First")
    busy.others(110)
    await busy.push("Second")
    busy.others(70)
    busy.troubles["2"] = Fault.HTML
    assert await busy.looks() == ["1", "2"]
    assert await busy.builds() == ["Begin", "Second"]
    assert await busy.looks() == ["1"]
    assert await busy.builds() == ["Begin", "First", "Second"]


async def test_of_another_branch_nothing_was_told_yet(busy: Busy) -> None:
    busy.others(60)
    service = busy.world.policy.services[0]
    source = GithubSource(REPO, "release", (WORKFLOW,))
    busy.world.policy = replace(busy.world.policy, services=(replace(service, source=source),))
    assert await busy.looks() == []
    kept = await busy.world.sql("SELECT value FROM remembered WHERE name = 'reach:payments'")
    assert kept == [('{"place":":acme/payments:release","newest":"2000-01-01T00:00:00Z","hole":null}',)]


async def test_what_is_remembered_and_cannot_be_read_was_never_known(busy: Busy) -> None:
    await busy.world.store.write(lambda tx: tx.remembered.set("reach:payments", '{"of": "tomorrow"}'))
    busy.others(60)
    assert await busy.looks() == []
