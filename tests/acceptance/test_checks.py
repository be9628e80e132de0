"""Commit statuses and check runs as extra required checks: late, failed, run again, superseded, of no commit."""

import random
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.core.policy import NewerBuild, ServicePolicy
from bot.core.release import Lifecycle
from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest, ProgressStatus
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.github_checked_builds import CheckedBuilds
from handlers.ci.sender import Sends
from handlers.watch import Watch
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from sandbox.github.records import Deployment
from simulation.github import GithubWay, github_network
from tests.acceptance.desk import POLICY
from tests.acceptance.desk import desk as whole
from tests.factories import WORKFLOW, a_lane_policy, a_policy
from tests.fakes.world import World

REPO = "acme/payments"
SOURCE = GithubSource(REPO, "main", (WORKFLOW,), checks=("ci/jenkins", "Sonar"))
SERVICE = replace(a_policy().services[0], source=SOURCE)
OPEN = Lifecycle.OPEN


@dataclass(frozen=True)
class Noting:
    """Implements Sends, and notes what is asked for."""

    sends: Sends
    paths: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present."""
        return self.sends.clock

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Note it and send it."""
        self.paths.append(request.path)
        return await self.sends.send(request, etag=etag)


@dataclass
class Desk:
    """The world, whose builds the sandbox's forge tells."""

    world: World
    forge: Forge
    source: CheckedBuilds

    async def push(self, title: str) -> str:
        """Push a commit; its workflow succeeds."""
        self.world.passes(60)
        sha = await self.forge.push(REPO, title)
        self.forge.finish_run(REPO, self.forge.repositories[REPO].runs[-1])
        return sha

    async def looks(self) -> list[Lifecycle]:
        """Look once; returns the states of all releases."""
        self.world.passes(30)
        assert await self.trouble() is None
        return await self.world.states()

    async def trouble(self) -> str | None:
        """Look once; returns what stood in the way."""
        service = self.world.policy.services[0]
        trouble = await Watch(self.world.desk, self.source, self.world.executor, service).once()
        await self.world.settle()
        return trouble

    async def passes(self, sha: str) -> list[Lifecycle]:
        """Let both checks pass, and look."""
        self.says(sha, "success")
        self.reports(sha, "success")
        return await self.looks()

    async def asked_about(self, shas: Collection[str]) -> int:
        """Look twice; returns how many answers about checks of these commits that took."""
        noting = Noting(self.source.sends)
        self.source = replace(self.source, sends=noting)
        await self.looks()
        await self.looks()
        return sum(any(sha in path for sha in shas) for path in noting.paths)

    def says(self, sha: str, state: str) -> None:
        """Set the status."""
        self.forge.checks.status(REPO, sha, state, "ci/jenkins")

    def reports(self, sha: str, conclusion: str | None, app: str = "sonar") -> None:
        """Report the check run."""
        done = "completed" if conclusion else "queued"
        self.forge.checks.report(REPO, sha, "Sonar", done, conclusion, app=app)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with checked(tmp_path, SERVICE) as here:
        yield here


@asynccontextmanager
async def checked(tmp_path: Path, service: ServicePolicy) -> AsyncIterator[Desk]:
    world = World(tmp_path, replace(a_policy(), services=(service,)))
    await world.open()
    forge = Forge(lambda: world.now, token="t0ken")
    forge.create(REPO)
    network = github_network(random.Random(1))
    network.latency = (1e-5, 2e-5)
    github = GithubWay(forge, network).connect(lambda: world.now)
    here = Desk(world, forge, CheckedBuilds(github, github.sender, github.web_url))
    assert await here.looks() == []
    yield here
    await world.store.close()
    await forge.close()


async def test_a_build_ships_only_once_every_check_has_passed_however_late(desk: Desk) -> None:
    sha = await desk.push("First")
    assert await desk.looks() == []
    desk.says(sha, "pending")
    desk.reports(sha, None)
    assert await desk.looks() == []
    desk.says(sha, "success")
    assert await desk.looks() == []
    desk.forge.checks.conclude(REPO, desk.forge.repositories[REPO].checks[-1], "success")
    assert await desk.looks() == [OPEN]
    release = await desk.world.release()
    assert (release.build.sha, release.build.title) == (sha, "First")
    assert await desk.looks() == [OPEN]


async def test_a_check_that_failed_or_proves_nothing_keeps_the_build_from_shipping(desk: Desk) -> None:
    sha = await desk.push("First")
    for conclusion in ("failure", "neutral", "skipped", "cancelled"):
        desk.says(sha, "success")
        desk.reports(sha, conclusion)
        assert await desk.looks() == []
    desk.reports(sha, "success")
    desk.says(sha, "error")
    assert await desk.looks() == []
    assert await desk.passes(sha) == [OPEN]


async def test_of_two_apps_with_one_name_both_have_to_pass(desk: Desk) -> None:
    sha = await desk.push("First")
    desk.reports(sha, "failure", app="another")
    assert await desk.passes(sha) == []
    desk.reports(sha, "success", app="another")
    assert await desk.looks() == [OPEN]


async def test_a_check_that_runs_again_holds_the_release_and_voids_no_approval(desk: Desk) -> None:
    sha = await desk.push("First")
    assert await desk.passes(sha) == [OPEN]
    desk.reports(sha, None)
    assert await desk.looks() == [OPEN]
    posted = await desk.world.notice()
    await desk.world.clicks("U0PRIYA", posted, "approve")
    assert desk.world.executor.started == []
    desk.forge.checks.conclude(REPO, desk.forge.repositories[REPO].checks[-1], "failure")
    assert await desk.looks() == [OPEN]
    assert desk.world.executor.started == []
    desk.reports(sha, "success")
    assert await desk.looks() == [Lifecycle.DEPLOYING]
    assert desk.world.executor.started == [(await desk.world.release()).key]


async def test_an_older_build_whose_checks_pass_later_is_no_news(desk: Desk) -> None:
    older = await desk.push("First")
    newer = await desk.push("Second")
    assert await desk.passes(newer) == [OPEN]
    assert await desk.passes(older) == [OPEN]
    assert (await desk.world.release()).build.sha == newer


async def test_checks_of_builds_older_than_the_newest_ones_come_to_an_end_too(tmp_path: Path) -> None:
    lane = a_lane_policy(newer_build=NewerBuild.EACH_MUST_SHIP)
    async with checked(tmp_path, replace(SERVICE, lanes=(lane,))) as desk:
        shas = [await desk.push(f"Change {number}") for number in range(6)]
        assert await desk.looks() == []
        desk.says(shas[0], "failure")
        assert await desk.passes(shas[1]) == [OPEN], "two of the three older ones are asked about"
        assert await desk.looks() == [OPEN]
        await desk.passes(shas[2])
        assert await desk.looks() == [OPEN, OPEN]
        await desk.passes(shas[5])
        await desk.passes(shas[0])
        assert await desk.looks() == [OPEN, OPEN, OPEN, OPEN]
        opened = await desk.world.store.read(lambda tx: tx.lanes.unfinished())
        assert {release.build.sha for release in opened} == {shas[0], shas[1], shas[2], shas[5]}


async def test_of_the_build_of_an_open_release_a_check_that_fails_later_is_seen_behind_newer_ones(desk: Desk) -> None:
    sha = await desk.push("First")
    assert await desk.passes(sha) == [OPEN]
    for number in range(4):
        await desk.push(f"Later {number}")
    desk.reports(sha, "failure")
    assert await desk.looks() == [OPEN]
    await desk.world.clicks("U0PRIYA", await desk.world.notice(), "approve")
    assert desk.world.executor.started == []
    desk.reports(sha, "success")
    assert await desk.looks() == [Lifecycle.DEPLOYING]


async def test_what_is_older_than_what_is_live_is_asked_about_no_more(desk: Desk) -> None:
    older = [await desk.push(f"Older {number}") for number in range(4)]
    assert await desk.asked_about(older[:1]) > 0
    assert await desk.passes(await desk.push("Newest")) == [OPEN]
    await desk.world.clicks("U0PRIYA", await desk.world.notice(), "approve")
    desk.world.executor.says(ProgressStatus.SUCCEEDED)
    await desk.world.follows()
    await desk.looks()
    await desk.push("Next")
    assert await desk.asked_about(older[:3]) == 0


async def test_checks_of_a_commit_that_somebody_pushed_away_are_none(desk: Desk) -> None:
    sha = await desk.push("First")
    desk.says(sha, "success")
    desk.reports(sha, "success")
    commits = desk.forge.repositories[REPO].commits
    commits.clear()
    assert await desk.looks() == []


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.EMPTY, Fault.SERVER_ERROR, Fault.NOT_ALLOWED, Fault.RESET_BEFORE])
@pytest.mark.parametrize("path", ["check-runs", "status"])
async def test_an_answer_that_is_none_decides_nothing(desk: Desk, fault: Fault, path: str) -> None:
    sha = await desk.push("First")
    desk.says(sha, "success")
    desk.reports(sha, "success")
    desk.forge.faults.add(fault, "GET", path=f"/repos/{REPO}/commits/{sha}/{path}")
    assert await desk.trouble() is not None
    assert await desk.world.states() == []
    assert await desk.looks() == [OPEN]


async def test_the_whole_bot_hears_of_a_check_and_the_card_names_it(tmp_path: Path) -> None:
    policy = POLICY.replace("workflows: [build.yml]}", "workflows: [build.yml], checks: [ci/jenkins]}", 1)
    async with whole(tmp_path, policy) as here:
        held = await here.push(REPO, "Held")
        sha = await here.push(REPO, "Round amounts half to even")
        here.forge.checks.status(REPO, held, "failure", "ci/jenkins")
        here.forge.checks.status(REPO, sha, "success", "ci/jenkins")
        card = await here.card("payments", "Waiting for approval")
        assert "build.yml succeeded (run 2, " in here.reads(card)
        assert "ci/jenkins succeeded (run " in here.reads(card)
        assert here.reads(card).startswith("Waiting for approval: payments 2 ")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")


async def test_the_whole_bot_hears_at_once_what_somebody_else_deployed(tmp_path: Path) -> None:
    async with whole(tmp_path) as here:
        sha = await here.push(REPO, "Round amounts half to even")
        card = await here.card("payments", "Waiting for approval")
        made = Deployment(here.forge.next_id(), sha, sha, "by-hand", "production", {}, "", here.forge.clock())
        here.forge.repositories[REPO].deployments.append(made)
        here.forge.progress_deployment(REPO, made, "success")
        await here.says(card, "Superseded")
