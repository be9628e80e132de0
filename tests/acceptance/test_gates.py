"""The main job of a service whose runs wait at a gate of GitHub: its own run goes on, once, or is rejected there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from sandbox.github.hooks import EVERY
from sandbox.github.records import BOT, Run
from sandbox.github.records_gates import Reviewer
from tests.acceptance.desk import POLICY, TOKEN, Desk, desk

REPO = "acme/payments"
GATED = POLICY.replace(
    "deploy: {github_deployment: {environment: production}}", "deploy: {github_gate: {environment: production}}"
)
RIGHTS = {"actions": "read", "contents": "read", "deployments": "write", "metadata": "read", "pull_requests": "read"}
kinds = pytest.mark.parametrize("kind", ["rule", "review"])


@asynccontextmanager
async def gated(folder: Path, kind: str, policy: str = GATED, *, polled: bool = False) -> AsyncIterator[Desk]:
    """A desk whose payments go on to production by themselves, as far as its gate."""
    async with desk(folder, policy, started=False) as here:
        here.forge.repositories[REPO].deploys_to = "production"
        here.forge.hooks.events = EVERY
        here.forge.webhooks_on = not polled
        if kind == "review":
            here.forge.gates.protect(REPO, "production", reviewers=[Reviewer(*BOT)])
        else:
            here.forge.apps.register("signoff", RIGHTS, {"deployment_protection_rule"})
            grant = here.forge.apps.token(here.forge.apps.install("signoff", "acme"), None, RIGHTS)
            here.forge.access.add(replace(grant, token=TOKEN, expires_at=None))
            here.forge.gates.protect(REPO, "production", rules=["signoff"])
        await here.start()
        yield here


def newest(here: Desk) -> Run:
    return here.forge.repositories[REPO].runs[-1]


@kinds
async def test_the_run_that_waits_goes_on_when_it_is_approved(tmp_path: Path, kind: str) -> None:
    async with gated(tmp_path, kind) as here:
        await here.push(REPO, "Round amounts half to even")
        card = await here.card("payments", "Waiting for approval")
        assert newest(here).status == "waiting"
        assert here.deploys() == {}
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert await here.thread(card, "Live") == snapshot(
            [
                "Approved by @priya (1 of 1 of qa or sre).",
                "Asking the CI system to deploy payments 1 ([Round amounts half to even]) to production.",
                "The CI system accepted the deploy. Open the deploy job.",
                "Live: payments 1 ([Round amounts half to even]) in production. Open the deploy job.",
            ]
        )
        assert here.deploys() == {"Round amounts half to even": 1}
        assert (newest(here).status, newest(here).conclusion) == ("completed", "success")


@kinds
async def test_by_asking_alone_it_comes_to_the_same(tmp_path: Path, kind: str) -> None:
    policy = GATED.replace("workflows: [build.yml]}", "workflows: [build.yml], poll: 1s}", 1)
    async with gated(tmp_path, kind, policy, polled=True) as here:
        await here.push(REPO, "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"Add refunds": 1}


@kinds
async def test_a_rejection_in_slack_rejects_the_gate(tmp_path: Path, kind: str) -> None:
    async with gated(tmp_path, kind) as here:
        await here.push(REPO, "Change the ledger")
        card = await here.card("payments", "Waiting for approval")
        await here.rejects("priya", card, "Totals are off by one cent")
        await here.says(card, "Rejected")
        await here.until(lambda: newest(here).conclusion == "failure")
        repository = here.forge.repositories[REPO]
        said = [review.comment for review in repository.reviews] + repository.gates[-1].reports.get("signoff", [])
        assert [here._known(one) for one in said] == snapshot(
            ["Signoff R-1: rejected in Slack: Totals are off by one cent [R-1-KEY]"]
        )
        assert here.deploys() == {}
        await here.everything_is_told()
        assert [here.reads(one).splitlines()[0] for one in here.workspace.channel("payments").messages] == snapshot(
            ["Rejected: payments 1 to production"]
        )


@kinds
async def test_a_newer_build_has_the_older_run_rejected(tmp_path: Path, kind: str) -> None:
    async with gated(tmp_path, kind) as here:
        await here.push(REPO, "First try")
        first = await here.card("payments", "First try")
        older = newest(here)
        await here.push(REPO, "Second try")
        second = await here.card("payments", "Second try")
        await here.says(first, "Superseded")
        await here.until(lambda: older.conclusion == "failure")
        assert newest(here).status == "waiting"
        await here.clicks("sam", second, "Approve")
        await here.says(second, "Live")
        assert here.deploys() == {"Second try": 1}


@kinds
async def test_a_run_that_is_cancelled_on_github_ends_its_release(tmp_path: Path, kind: str) -> None:
    async with gated(tmp_path, kind) as here:
        await here.push(REPO, "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        here.passes(60)
        here.forge.finish_run(REPO, newest(here), "cancelled")
        await here.says(card, "Cancelled")
        assert await here.thread(card, "Cancelled") == snapshot(
            [
                "Cancelled: its run on GitHub has ended before it could go on at its gate: it was rejected there, cancelled or timed out. Nothing was deployed."
            ]
        )
        assert here.workspace.buttons(card) == []
        assert here.deploys() == {}


@kinds
async def test_a_run_that_is_run_again_is_another_build_and_asked_for_anew(tmp_path: Path, kind: str) -> None:
    async with gated(tmp_path, kind) as here:
        await here.push(REPO, "Add refunds")
        first = await here.card("payments", "Waiting for approval")
        here.passes(60)
        here.forge.finish_run(REPO, newest(here), "cancelled")
        await here.says(first, "Cancelled")
        here.passes(60)
        here.forge.rerun(REPO, newest(here))
        second = await here.card("payments", "Waiting for approval")
        assert "R-2" in here.reads(second)
        await here.clicks("priya", second, "Approve")
        await here.says(second, "Live")
        assert [one.key for one in here.forge.landed()] == [f"run {newest(here).id}/2"]


@kinds
async def test_what_somebody_lets_go_on_there_is_told_as_that(tmp_path: Path, kind: str) -> None:
    policy = GATED.replace("workflows: [build.yml]}", "workflows: [build.yml], poll: 1s}", 1)
    async with gated(tmp_path, kind, policy) as here:
        await here.push(REPO, "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        here.forge.gates.decide(REPO, "production", "approved", by=("eve", 6666))
        await here.says(card, "Superseded")
        assert await here.thread(card, "Superseded") == snapshot(
            ["Superseded by R-2, which carries a newer build. Nothing failed; please look there."]
        )
        assert here.deploys() == {"Add refunds": 1}


@kinds
async def test_a_job_that_fails_beyond_its_gate_is_told_where_people_look(tmp_path: Path, kind: str) -> None:
    async with gated(tmp_path, kind) as here:
        here.forge.break_next_deploy = True
        await here.push(REPO, "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Deploy failed")
        assert here.deploys() == {"Add refunds": 1}
        await here.everything_is_told()
        assert [here.reads(one).splitlines()[0] for one in here.workspace.channel("payments").messages] == snapshot(
            [
                "Deploy failed: payments 1 to production",
                "Robin: the deploy of payments 1 ([Add refunds]) to production failed.",
            ]
        )
