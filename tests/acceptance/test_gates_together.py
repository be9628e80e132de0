"""Several runs at a gate, and several gates of a run: each goes on in its turn, and no other with it."""

from pathlib import Path

import pytest

from bot.core.policy import After, LaneId, Mode, NewerBuild
from bot.core.release import Lifecycle
from bot.core.target import GithubGate
from tests.acceptance.gate_world import REPO, gates
from tests.factories import a_lane_policy

kinds = pytest.mark.parametrize("kind", ["rule", "review"])
STAGING, PRODUCTION = LaneId("payments", "staging"), LaneId("payments", "production")


@kinds
async def test_an_automatic_lane_lets_its_run_go_on_by_itself(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind, mode=Mode.DEPLOYMENT, approvals=()) as here:
        run = await here.built()
        assert here.landed() == [f"run {run.id}/1"]
        here.forge.finish_run(REPO, run)
        await here.world.follows()
        assert await here.state() is Lifecycle.LIVE


@kinds
async def test_where_each_must_ship_the_runs_go_on_one_after_the_other(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind, newer_build=NewerBuild.EACH_MUST_SHIP) as here:
        first, second = await here.built("First"), await here.built("Second")
        await here.approves(2)
        assert (here.landed(), first.status, second.status) == ([], "waiting", "waiting")
        await here.approves(1)
        assert here.landed() == [f"run {first.id}/1"]
        here.forge.finish_run(REPO, first)
        await here.world.follows()
        assert here.landed() == [f"run {first.id}/1", f"run {second.id}/1"]
        here.forge.finish_run(REPO, second)
        await here.world.follows()
        assert await here.world.states() == [Lifecycle.LIVE, Lifecycle.LIVE]


@kinds
async def test_one_run_goes_through_the_gates_of_two_environments(tmp_path: Path, kind: str) -> None:
    staging = a_lane_policy(STAGING, target=GithubGate("staging"))
    production = a_lane_policy(PRODUCTION, target=GithubGate("production"), after=After("staging"))
    async with gates(tmp_path, kind, staging, production) as here:
        run = await here.built(environment="staging")
        assert (await here.world.states(STAGING), await here.world.states(PRODUCTION)) == ([Lifecycle.OPEN], [])
        await here.approves(1)
        assert [one.environment for one in here.forge.landed()] == ["staging"]
        repository = here.forge.repositories[REPO]
        here.forge.progress_deployment(REPO, repository.deployments[-1], "success")
        here.world.passes(30)  # no other job came to that gate by then
        await here.world.follows()
        assert (await here.state(1), await here.state(2)) == (Lifecycle.LIVE, Lifecycle.OPEN)
        await here.approves(2)
        assert await here.state(2) is Lifecycle.OPEN  # put off: it has not come to its gate yet
        here.arrives(run, "production")
        await here.waits(60)
        assert [one.environment for one in here.forge.landed()] == ["staging", "production"]
        here.forge.finish_run(REPO, run)
        await here.world.follows()
        assert await here.state(2) is Lifecycle.LIVE
        assert [one.sha for one in here.forge.landed()] == [run.commit.sha] * 2


@kinds
async def test_a_job_that_comes_to_the_gate_after_another_goes_on_with_the_same_approval(
    tmp_path: Path, kind: str
) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        await here.approves()
        here.forge.progress_deployment(REPO, here.forge.repositories[REPO].deployments[-1], "success")
        await here.world.follows()
        assert await here.state() is Lifecycle.DEPLOYING  # the next job may be on its way
        here.arrives(run)
        await here.follows()
        assert here.landed() == [f"run {run.id}/1"] * 2
        here.forge.finish_run(REPO, run)
        await here.world.follows()
        assert await here.state() is Lifecycle.LIVE
        assert len(here.forge.repositories[REPO].deployments) == 2
