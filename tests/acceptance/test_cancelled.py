"""A deploy that somebody cancels while it runs: GitHub is asked to end it, and its word is what the release comes to."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from sandbox.github.records import Deployment, Run
from tests.acceptance.desk import Desk, desk


@dataclass
class Endless:
    """Begins what is ordered, and never comes to its end."""

    forge: Forge

    async def dispatched(self, repo: str, run: Run) -> None:
        """Let a dispatched run begin."""
        self.forge.begin_run(repo, run)

    async def deployed(self, repo: str, deployment: Deployment) -> None:
        """Let a deployment begin."""
        self.forge.progress_deployment(repo, deployment, "in_progress")


async def deploying(here: Desk, repository: str, channel: str) -> None:
    """Push a commit and go on until its deploy runs, which does not end by itself."""
    here.forge.executor = Endless(here.forge)
    await here.push(repository, "First")
    if channel == "payments":
        await here.clicks("priya", await here.card(channel, "Waiting for approval"), "Approve")
    await here.card(channel, "Deploying:")


async def test_a_run_that_is_cancelled_ends_its_release_and_it_can_be_tried_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await deploying(here, "acme/docs", "docs")
        card = await here.card("docs", "Deploying:")
        await here.types("priya", "/deploy cancel R-1", "docs")
        assert await here.hears("priya", "is asked to cancel") == snapshot(
            "The CI system is asked to cancel the deploy of R-1, docs 1 ([First]) to production. The release ends when the CI system says so: failed, or live if it was too late."
        )
        failure = await here.card("docs", "Deploy failed: docs 1 to production")
        assert here.reads(failure) == snapshot("""\
Deploy failed: docs 1 to production
Failed: Nov 21, 2026 10:00: the run ended: cancelled
Cancel: asked for by @priya Nov 21, 2026 10:00
Job: open the deploy job
Next: look at the job; try again with /deploy retry R-1; or, if it is live after all, mark it as done with /deploy override R-1 REASON
Commit: [First] First
By: Robin, pushed by robin
Checks: build.yml succeeded (run 1, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Approvals: none needed, builds ship there by themselves
R-1: opened Nov 21, 2026 10:00
[Retry] [Mark as done]\
""")
        assert await here.thread(card, "The deploy failed") == snapshot(
            [
                "Asking the CI system to deploy docs 1 ([First]) to production.",
                "The CI system accepted the deploy. Open the deploy job.",
                "The deploy job runs. Open the deploy job.",
                "@priya cancels the deploy: the CI system is asked to end its job, and how that ends is what counts.",
                "The deploy failed: the run ended: cancelled. Open the deploy job.",
            ]
        )
        (run,) = [one for one in here.forge.repositories["acme/docs"].runs if one.event == "workflow_dispatch"]
        assert run.conclusion == "cancelled"
        here.forge.executor = None
        await here.clicks("priya", failure, "Retry")
        await here.card("docs", "Live: docs 1 in production")
        await here.everything_is_told()
        assert here.deploys() == {"First": 2}


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.RESET_AFTER])
async def test_a_cancel_whose_answer_is_lost_ends_the_run_once_and_its_release(tmp_path: Path, fault: Fault) -> None:
    async with desk(tmp_path) as here:
        await deploying(here, "acme/docs", "docs")
        here.forge.faults.add(fault, "POST", "*/cancel")
        await here.types("priya", "/deploy cancel R-1", "docs")
        await here.hears("priya", "is asked to cancel")
        await here.card("docs", "Deploy failed: docs 1 to production")
        await here.everything_is_told()
        assert here.deploys() == {"First": 1}


async def test_a_cancel_before_the_run_is_known_ends_it_once_when_it_is(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        here.forge.executor = Endless(here.forge)
        here.forge.faults.add(Fault.RESET_AFTER, "POST", "*/dispatches")
        here.forge.faults.add(Fault.UNAVAILABLE, "GET", "*/actions/workflows/deploy.yml/runs", count=1000)
        await here.push("acme/docs", "First")
        card = await here.card("docs", "Starting the deploy:")
        await here.comes(lambda: here.deploys() == {"First": 1})
        await here.types("priya", "/deploy cancel R-1", "docs")
        assert await here.hears("priya", "is asked to cancel") == snapshot(
            "The CI system is asked to cancel the deploy of R-1, docs 1 ([First]) to production, once it is known which job it is. The release ends when the CI system says so: failed, or live if it was too late; or cancelled, if nothing was sent."
        )
        await here.says(card, "Cancelling the deploy:")
        await here.stop()
        here.forge.faults.clear()
        await here.start()
        here.passes(30)
        failure = await here.card("docs", "Deploy failed: docs 1 to production")
        assert "the run ended: cancelled" in here.reads(failure)
        told = await here.thread(card, "The deploy failed")
        assert [line for line in told if "The deploy job runs" not in line] == snapshot(
            [
                "Asking the CI system to deploy docs 1 ([First]) to production.",
                "@priya cancels the deploy: the CI system is asked to end its job once it is known which it is, and how that ends is what counts.",
                "The CI system accepted the deploy. Open the deploy job.",
                "The deploy failed: the run ended: cancelled. Open the deploy job.",
            ]
        )
        await here.everything_is_told()
        (run,) = [one for one in here.forge.repositories["acme/docs"].runs if one.event == "workflow_dispatch"]
        assert run.conclusion == "cancelled"
        with closing(sqlite3.connect(here.folder / "signoff.db")) as database:
            asked = database.execute("SELECT state, note FROM effects WHERE kind = 'stop'").fetchall()
        assert asked == [("done", f"run {run.id} is told to end")]
        assert here.deploys() == {"First": 1}


async def test_a_deploy_that_signoff_cannot_end_is_left_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await deploying(here, "acme/payments", "payments")
        await here.types("priya", "/deploy cancel R-1")
        assert await here.hears("priya", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([First]) to production).
Signoff cannot end a deploy of this kind: please stop the job in the CI system. How it ends is told here.\
""")
        (deployment,) = here.forge.repositories["acme/payments"].deployments
        here.forge.progress_deployment("acme/payments", deployment, "success")
        await here.card("payments", "Live: payments 1 in production")
        await here.everything_is_told()
        assert here.deploys() == {"First": 1}
