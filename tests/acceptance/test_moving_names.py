"""Names that come to mean something else on GitHub between an approval and its deploy: what ships is what was approved."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from bot.core.release import Lifecycle
from bot.core.source import VersionFrom
from bot.core.target import GithubDeployment, GithubWorkflow, Target
from handlers.ci.github_connection import Github
from handlers.watch import Watch
from sandbox.github.forge import Forge
from sandbox.github.records import Repository
from simulation.github import GithubWay, github_network
from tests.acceptance.gate_world import gates
from tests.factories import WORKFLOW, a_lane_policy, a_policy
from tests.fakes.chat import Posted
from tests.fakes.executor import FakeExecutor
from tests.fakes.world import World

REPO = "acme/payments"


@dataclass
class Town:
    """The workers around the sandbox's GitHub: it builds, and it deploys."""

    world: World
    forge: Forge
    github: Github

    @property
    def repository(self) -> Repository:
        """Whatever it is called now."""
        return next(iter(self.forge.repositories.values()))

    async def push(self, title: str = "Change", **given: Any) -> str:
        """Push a commit; its workflow succeeds."""
        self.world.passes(60)
        sha = await self.forge.push(self.repository.full_name, title, **given)
        self.forge.finish_run(self.repository.full_name, self.repository.runs[-1])
        return sha

    async def looks(self) -> str | None:
        """Look once, and let everything follow; returns what stood in the way."""
        self.world.passes(30)
        watch = Watch(self.world.desk, self.github, self.github, self.world.desk.policy.services[0])
        trouble = await watch.once()
        await self.world.settle()
        return trouble

    async def comes(self, title: str = "Change", **given: Any) -> str:
        """Push, and see it."""
        sha = await self.push(title, **given)
        assert await self.looks() is None
        return sha

    async def approves(self, number: int = 1) -> Posted:
        """Let Priya approve; what follows from it happens. Returns the notice."""
        await self.world.clicks("U0PRIYA", await self.world.notice(number), "approve")
        return await self.world.notice(number)

    async def follows(self) -> list[str]:
        """Look how far the deploys are; returns why nobody can tell."""
        self.world.passes(60)
        with capture_logs() as logs:
            await self.world.follows()
        return [line["why"] for line in logs if line["event"] == "deployment_not_seen"]

    def landed(self) -> list[str]:
        """Return the commit of every deploy that really began."""
        return [one.sha for one in self.forge.landed()]


@asynccontextmanager
async def a_town(folder: Path, target: Target, **service: Any) -> AsyncIterator[Town]:
    policy = a_policy(a_lane_policy(target=target))
    policy = replace(policy, services=(replace(policy.services[0], **service),))
    world = World(folder, policy)
    forge = Forge(lambda: world.now, token="t0ken")
    forge.create(REPO, WORKFLOW)
    network = github_network(random.Random(1))
    network.latency = (1e-5, 2e-5)
    github = GithubWay(forge, network).connect(lambda: world.now)
    world.executor = cast("FakeExecutor", github)
    await world.open()
    town = Town(world, forge, github)
    assert await town.looks() is None
    yield town
    await world.store.close()
    await forge.close()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, GithubDeployment("production"), version_from=VersionFrom.TAG) as here:
        yield here


@pytest.fixture
async def dispatching(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, GithubWorkflow("deploy.yml", "main")) as here:
        yield here


def begins(posted: Posted) -> list[str]:
    """Return what a card says first, without its moments."""
    return [re.sub(r"<!date[^>]*>", "MOMENT", line) for line in posted.message.text.splitlines()[:3]]


async def test_a_tag_that_moves_after_the_approval_moves_nothing_that_was_approved(town: Town) -> None:
    approved = await town.push()
    town.forge.tag(REPO, "v1.0", approved)
    assert await town.looks() is None
    other = await town.push("Other")
    town.forge.tag(REPO, "v1.0", other)
    card = await town.approves()
    assert begins(card)[0] == snapshot(
        "R-1, payments v1.0 (9f5d1f0) to production, was accepted by the CI system and will start."
    )
    assert town.landed() == [approved]
    assert await town.looks() is None
    second = await town.world.notice(2)
    assert begins(second)[0] == snapshot("R-2, payments v1.0 (c495052) to production, waits for approval.")
    await town.world.types("U0SAM", "payments v1.0 to production")
    assert town.world.chat.responses[-1][1] == snapshot(
        "v1.0 fits several builds: payments v1.0 (c495052), payments v1.0 (9f5d1f0). Please name one by its commit."
    )
    assert town.landed() == [approved]


async def test_a_branch_that_is_rewritten_after_the_approval_ships_what_was_approved(town: Town) -> None:
    begin = await town.comes("Begin")
    approved = await town.comes("Approved")
    rewritten = await town.push("Rewritten", onto=begin)
    await town.approves(2)
    assert town.landed() == [approved]
    assert await town.looks() is None
    newest = await town.world.release(3)
    assert (newest.build.sha, newest.state) == (rewritten, Lifecycle.OPEN)


async def test_an_approved_commit_that_is_gone_fails_its_release_and_nothing_else_ships(town: Town) -> None:
    await town.comes("Approved")
    town.repository.commits.clear()
    assert begins(await town.approves()) == snapshot(
        [
            "R-1, payments df7e8bc459d8 to production, could not be deployed.",
            "Failed: MOMENT: GitHub answers 422: No ref found for: df7e8bc459d81c3168c097e031b117fb4b23221b.",
            "Next: look at the job; try again with `/deploy retry R-1`; or, if it is live after all, mark it as done with `/deploy override R-1 REASON`.",
        ]
    )
    assert town.landed() == []
    assert await town.looks() is None


@pytest.mark.parametrize("target", [GithubDeployment("production"), GithubWorkflow("deploy.yml", "main")])
async def test_a_repository_that_is_renamed_ships_nothing_and_the_card_says_what_to_do(
    tmp_path: Path, target: Target
) -> None:
    async with a_town(tmp_path, target) as town:
        await town.comes("Approved")
        town.forge.rename(REPO, "acme/pay")
        assert begins(await town.approves()) == snapshot(
            [
                "R-1, payments 1 (df7e8bc) to production, could not be deployed.",
                "Failed: MOMENT: GitHub answers 307: Moved Permanently. The repository has moved; name it in the policy as it is called now.",
                "Next: look at the job; try again with `/deploy retry R-1`; or, if it is live after all, mark it as done with `/deploy override R-1 REASON`.",
            ]
        )
        assert town.landed() == []
        assert await town.looks() == snapshot(
            "GitHub answers 301: Moved Permanently. The repository has moved; name it in the policy as it is called now"
        )


async def test_a_deploy_whose_repository_is_renamed_or_whose_run_is_deleted_is_said_not_to_be_seen(
    dispatching: Town,
) -> None:
    town = dispatching
    sha = await town.comes("Approved")
    await town.approves()
    town.forge.rename(REPO, "acme/pay")
    said = [await town.follows()]
    town.forge.rename("acme/pay", REPO)
    town.repository.former_names.clear()
    runs, town.repository.runs = town.repository.runs, []
    said.append(await town.follows())
    assert said == snapshot(
        [
            [
                "GitHub answers 301: Moved Permanently. The repository has moved; name it in the policy as it is called now"
            ],
            ["GitHub answers 404: Not Found"],
        ]
    )
    town.world.passes(1800)
    await town.world.ticks()
    assert begins(await town.world.notice()) == snapshot(
        [
            "R-1, payments 1 (df7e8bc) to production, could not be deployed.",
            "Failed: MOMENT: no result within 30 min; the job may still be running.",
            "Next: look at the job; try again with `/deploy retry R-1`; or, if it is live after all, mark it as done with `/deploy override R-1 REASON`.",
        ]
    )
    town.repository.runs = runs
    assert town.landed() == [sha]


async def test_what_is_told_under_the_old_name_as_another_repositorys_is_not_taken_and_said(town: Town) -> None:
    await town.push("Mine")
    town.repository.full_name = "acme/pay"  # and whatever is between follows the redirect
    with capture_logs() as logs:
        assert await town.looks() is None
    assert [line for line in logs if line["event"] == "repository_differs"] == snapshot(
        [
            {
                "service": "payments",
                "asked": "acme/payments",
                "told": "acme/pay",
                "event": "repository_differs",
                "log_level": "warning",
            }
        ]
    )
    assert await town.world.states() == []


async def test_a_run_that_is_deleted_takes_no_approval_away(town: Town) -> None:
    sha = await town.comes("Approved")
    town.repository.runs.clear()
    assert await town.looks() is None
    await town.approves()
    assert town.landed() == [sha]


async def test_who_pushed_may_not_approve_under_a_new_login(town: Town) -> None:
    await town.comes("Mine", name="Pri", email="pri@elsewhere.example", login="pri-of-acme", login_id=1001)
    await town.approves()
    assert town.world.chat.whispers[-1][2] == snapshot("""\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 326dcd0339b4 to production).
You pushed this commit, and nobody approves their own work here: please ask another approver.\
""")
    assert town.landed() == []


async def test_who_has_a_login_that_was_somebody_elses_is_somebody_else(town: Town) -> None:
    sha = await town.comes("Theirs", name="Pri", email="new@elsewhere.example", login="priya", login_id=6666)
    assert "By: Pri, pushed by priya." in (await town.world.notice()).message.text.splitlines()
    await town.approves()
    assert town.landed() == [sha]


async def test_a_run_that_is_deleted_at_its_gate_lets_nothing_through_and_the_card_says_so(tmp_path: Path) -> None:
    async with gates(tmp_path, "rule") as here:
        await here.built()
        here.forge.repositories[REPO].runs.clear()
        await here.approves()
        assert begins(await here.world.notice()) == snapshot(
            [
                "R-1, payments 1 (a383343) to production, could not be deployed.",
                "Failed: MOMENT: run 1007 does not wait at its gate any more: GitHub does not know its run any more.",
                "Next: look at the job; try again with `/deploy retry R-1`; or, if it is live after all, mark it as done with `/deploy override R-1 REASON`.",
            ]
        )
        assert here.landed() == []


async def test_a_repository_that_is_renamed_puts_its_gates_off_until_the_policy_knows_it(tmp_path: Path) -> None:
    async with gates(tmp_path, "rule") as here:
        run = await here.built()
        here.forge.rename(REPO, "acme/pay")
        await here.approves()
        assert begins(await here.world.notice()) == snapshot(
            [
                "R-1, payments 1 (a383343) to production, could not be handed to the CI system yet, which is tried again.",
                "Put off: GitHub answers 301: Moved Permanently. The repository has moved; name it in the policy as it is called now. Nothing was sent; it is tried again by itself.",
                "Commit: <https://github.example/acme/payments/commit/a38334391ea55cddf3b5b3621b0f50d743e97d18|a383343> Change.",
            ]
        )
        assert here.landed() == []
        here.forge.rename("acme/pay", REPO)
        await here.waits(120)
        assert here.landed() == [f"run {run.id}/1"]
