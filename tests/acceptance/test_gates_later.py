"""Jobs that come to the gate of an approved run after others went on: lost, killed, run again. Each goes on once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.release import Lifecycle
from sandbox.github.records import Run
from sandbox.github.records_gates import Reviewer
from tests.acceptance.gate_world import REPO, Gates, Mishap, gates
from tests.fakes.chat import Killed

kinds = pytest.mark.parametrize("kind", ["rule", "review"])
EFFECTS = "SELECT state, note FROM effects WHERE kind = 'let_on' ORDER BY id"
AUDIT = "SELECT count(*) FROM audit WHERE action = 'let on later'"


@asynccontextmanager
async def one_has_gone_on(folder: Path, kind: str, *besides: Reviewer) -> AsyncIterator[tuple[Gates, Run]]:
    """Open a world in which one job of an approved run has ended well, and another has come to the gate.

    `besides` are asked about that other one as well.
    """
    async with gates(folder, kind) as here:
        run = await here.built()
        await here.approves()
        here.forge.progress_deployment(REPO, here.forge.repositories[REPO].deployments[-1], "success")
        await here.world.follows()
        if besides:
            here.forge.gates.protect(REPO, "production", rules=["signoff"], reviewers=besides)
        here.arrives(run)
        yield here, run


def answers(here: Gates) -> int:
    """Return how many answers GitHub took, of a reviewer or of a rule."""
    repository = here.forge.repositories[REPO]
    return len(repository.reviews) + sum(len(one.reports.get("signoff", [])) for one in repository.gates)


async def lives(here: Gates, run: Run) -> None:
    """Let the run end well, and its release with it: both jobs went on once, each on record."""
    assert here.landed() == [f"run {run.id}/1"] * 2
    assert answers(here) == 2
    here.forge.finish_run(REPO, run)
    await here.follows()
    assert await here.state() is Lifecycle.LIVE
    assert await here.world.sql(AUDIT) == [(1,)]


@kinds
async def test_following_sends_nothing_until_the_answer_is_a_row(tmp_path: Path, kind: str) -> None:
    async with one_has_gone_on(tmp_path, kind) as (here, run):
        await here.world.follows()
        assert (here.landed(), await here.world.sql(EFFECTS)) == ([f"run {run.id}/1"], [("ready", "")])
        await here.lets_on()
        assert await here.world.sql(EFFECTS) == [("done", f"run {run.id} is approved once more")]
        await lives(here, run)


@kinds
@pytest.mark.parametrize("arrived", [True, False])
async def test_killed_in_the_call_each_job_goes_on_once(tmp_path: Path, kind: str, *, arrived: bool) -> None:
    async with one_has_gone_on(tmp_path, kind) as (here, run):
        here.mishaps.append(Mishap.KILLED_AFTER if arrived else Mishap.KILLED_BEFORE)
        with pytest.raises(Killed):
            await here.follows()
        assert len(here.landed()) == 1 + arrived
        await here.world.crash()
        await here.waits(60)
        said = "has gone on there" if arrived else "is approved once more"
        assert await here.world.sql(EFFECTS) == [("done", f"run {run.id} {said}")]
        await lives(here, run)


@kinds
async def test_killed_before_it_is_a_row_it_is_found_again(tmp_path: Path, kind: str) -> None:
    async with one_has_gone_on(tmp_path, kind) as (here, run):
        assert here.keeper is not None
        service = here.world.desk.policy.services[0]
        await here.keeper.follow(service, await here.release())
        await here.world.crash()
        here.world.passes(30)
        await here.follows()
        await lives(here, run)


@kinds
@pytest.mark.parametrize("mishap", [Mishap.LOST_BEFORE, Mishap.LOST_AFTER, Mishap.UNREACHABLE])
async def test_a_later_answer_that_was_lost_is_given_while_it_waits(tmp_path: Path, kind: str, mishap: Mishap) -> None:
    async with one_has_gone_on(tmp_path, kind) as (here, run):
        here.mishaps.append(mishap)
        await here.follows()
        await here.waits(60)
        await lives(here, run)


@kinds
@pytest.mark.parametrize("how", [Mishap.LOST_BEFORE, Mishap.KILLED_BEFORE])
async def test_another_attempt_is_not_let_on_when_the_answer_is_given_again(
    tmp_path: Path, kind: str, how: Mishap
) -> None:
    async with one_has_gone_on(tmp_path, kind) as (here, run):
        here.mishaps.append(how)
        if how is Mishap.LOST_BEFORE:
            await here.follows()
        else:
            with pytest.raises(Killed):
                await here.follows()
            await here.world.crash()
        here.forge.finish_run(REPO, run, "cancelled")
        here.world.passes(60)
        here.forge.rerun(REPO, run)
        here.forge.begin_run(REPO, run)
        here.arrives(run)
        await here.waits(60)
        assert (run.status, run.attempt) == ("waiting", 2)
        assert (here.landed(), answers(here)) == ([f"run {run.id}/1"], 1)
        ((state, _),) = await here.world.sql(EFFECTS)
        assert state in {"done", "cancelled"}


async def test_what_waits_for_somebody_else_besides_is_answered_for_once(tmp_path: Path) -> None:
    async with one_has_gone_on(tmp_path, "rule", Reviewer("ann", 1001)) as (here, run):
        for _ in range(3):
            await here.follows()
            await here.world.crash()  # what was answered for is known to the database
            here.world.passes(60)
        assert here.landed() == [f"run {run.id}/1"]
        assert answers(here) == 2
        assert await here.world.sql(EFFECTS) == [("done", f"run {run.id} is approved once more")]
        here.forge.gates.decide(REPO, "production", "approved", by=("ann", 1001))
        assert here.landed() == [f"run {run.id}/1"] * 2
