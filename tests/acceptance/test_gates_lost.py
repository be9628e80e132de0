"""Answers of a gate that are lost, late or met by a crash: its run goes on once, or a person is asked."""

from pathlib import Path

import pytest

from bot.core.policy import ApprovalRule, WhenUnknown
from bot.core.release import DeployStatus, Lifecycle
from bot.ports.cards import CardKind
from sandbox.github.records_gates import Reviewer
from tests.acceptance.gate_world import REPO, Gates, Mishap, gates
from tests.fakes.chat import Killed

kinds = pytest.mark.parametrize("kind", ["rule", "review"])
ASKED = 130.0
"""Seconds: longer than what was lost is looked for."""


async def lives(here: Gates, run_id: int, number: int = 1) -> None:
    """Let the run end well, and its release with it."""
    run = here.forge.repositories[REPO].run(run_id)
    assert run is not None
    here.forge.finish_run(REPO, run)
    await here.world.follows()
    assert await here.state(number) is Lifecycle.LIVE


@kinds
async def test_a_lost_answer_that_arrived_is_found_at_the_gate(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LOST_AFTER)
        await here.approves()
        release = await here.release()
        assert release.deployment is not None
        assert (release.deployment.status, release.deployment.ref) == (DeployStatus.ACCEPTED, f"{run.id}/1")
        await here.waits(ASKED)
        await lives(here, run.id)
        assert here.landed() == [f"run {run.id}/1"]


@kinds
async def test_a_request_that_never_arrived_is_a_question_and_goes_on_once(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LOST_BEFORE)
        await here.approves()
        await here.waits(ASKED)
        assert here.landed() == []
        await here.answers("try_again")
        assert here.landed() == [f"run {run.id}/1"]
        await lives(here, run.id)


@kinds
async def test_where_the_policy_says_resend_it_goes_on_by_itself(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind, when_unknown=WhenUnknown.RESEND) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LOST_BEFORE)
        await here.approves()
        await here.waits(ASKED)
        assert here.landed() == [f"run {run.id}/1"]
        await lives(here, run.id)


@kinds
async def test_a_request_that_arrives_late_is_found_while_it_is_looked_for(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LATE)
        await here.approves()
        await here.waits(60)
        assert here.lands() == [204 if kind == "rule" else 200]
        await here.waits(ASKED)
        assert (await here.release()).state is Lifecycle.DEPLOYING
        await lives(here, run.id)
        assert here.landed() == [f"run {run.id}/1"]


@kinds
async def test_one_that_arrives_after_somebody_was_asked_is_not_sent_twice(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LATE)
        await here.approves()
        await here.waits(ASKED)
        assert here.lands() == [204 if kind == "rule" else 200]
        await here.answers("try_again")
        assert here.landed() == [f"run {run.id}/1"]
        await lives(here, run.id)


@kinds
async def test_one_that_arrives_after_a_second_one_is_refused_there(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LATE)
        await here.approves()
        await here.waits(ASKED)
        await here.answers("try_again")
        assert here.lands() == [422]
        await lives(here, run.id)
        assert here.landed() == [f"run {run.id}/1"]


@kinds
@pytest.mark.parametrize("arrived", [True, False])
async def test_killed_in_the_call_it_is_looked_up_at_the_gate(tmp_path: Path, kind: str, *, arrived: bool) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.KILLED_AFTER if arrived else Mishap.KILLED_BEFORE)
        with pytest.raises(Killed):
            await here.approves()
        await here.world.crash()
        await here.waits(ASKED)
        if not arrived:
            assert here.landed() == []
            await here.answers("try_again")
        assert here.landed() == [f"run {run.id}/1"]
        await lives(here, run.id)


@kinds
async def test_what_could_not_be_sent_is_put_off_and_looked_at_anew(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.UNREACHABLE)
        await here.approves()
        assert await here.state() is Lifecycle.OPEN
        await here.waits(60)
        assert here.landed() == [f"run {run.id}/1"]
        await lives(here, run.id)


@kinds
async def test_a_run_that_was_cancelled_after_the_loss_has_failed_and_nobody_is_asked(
    tmp_path: Path, kind: str
) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LOST_BEFORE)
        await here.approves()
        here.forge.finish_run(REPO, run, "cancelled")
        await here.waits(ASKED)
        await here.world.follows()
        release = await here.release()
        assert (release.state, release.reason) == (Lifecycle.FAILED, "its run was cancelled on GitHub")
        assert here.landed() == []
        assert await here.world.store.read(lambda tx: tx.cards.of(CardKind.QUESTION, 1)) is None


@kinds
async def test_a_run_that_was_run_again_after_the_loss_is_not_sent_on(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(Mishap.LOST_BEFORE)
        await here.approves()
        here.forge.finish_run(REPO, run, "cancelled")
        here.world.passes(60)
        here.forge.rerun(REPO, run)
        here.forge.begin_run(REPO, run)
        here.arrives(run)
        await here.waits(ASKED)
        await here.world.follows()
        release = await here.release()
        assert (release.state, release.reason) == (
            Lifecycle.FAILED,
            "it was run again on GitHub: attempt 2 is another build",
        )
        assert here.landed() == []


async def test_a_rule_answers_and_a_reviewer_who_is_still_asked_holds_it_until_they_say_yes(tmp_path: Path) -> None:
    async with gates(tmp_path, "rule") as here:
        ann = Reviewer("ann", 1001)
        here.forge.gates.protect(REPO, "production", rules=["signoff"], reviewers=[ann])
        run = await here.built()
        await here.approves()
        await here.waits(60)
        await here.world.follows()
        assert (await here.release()).state is Lifecycle.DEPLOYING
        assert here.landed() == []
        here.forge.gates.decide(REPO, "production", "approved", by=("ann", 1001))
        assert here.landed() == [f"run {run.id}/1"]
        await lives(here, run.id)


@kinds
async def test_a_gate_that_is_given_up_after_thirty_days_ends_its_release(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind, expires_after=None) as here:
        run = await here.built()
        here.world.passes(30 * 86_400)
        here.forge.finish_run(REPO, run, "failure")
        await here.world.looks()
        release = await here.release()
        assert release.state is Lifecycle.CANCELLED
        assert here.landed() == []
        assert await here.world.sql("SELECT 1 FROM effects WHERE kind = 'tell_line'") == []


@kinds
async def test_what_expired_leaves_its_run_waiting_and_may_be_asked_for_again(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.world.passes(25 * 3600)
        await here.world.ticks()
        assert await here.state() is Lifecycle.EXPIRED
        await here.turns_away()
        assert run.status == "waiting"
        await here.world.types("U0SAM", "payments 1 to production")
        await here.approves(2)
        assert here.landed() == [f"run {run.id}/1"]
        await lives(here, run.id, 2)


@kinds
@pytest.mark.parametrize("mishap", [Mishap.LOST_BEFORE, Mishap.LOST_AFTER, Mishap.UNREACHABLE])
async def test_a_rejection_reaches_the_gate_in_the_end(tmp_path: Path, kind: str, mishap: Mishap) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        here.mishaps.append(mishap)
        await here.world.rejects("U0PRIYA", await here.world.notice(), "totals are off")
        await here.waits(60)
        assert (run.status, run.conclusion) == ("completed", "failure")
        assert here.landed() == []
        assert await here.world.sql("SELECT state FROM effects WHERE kind = 'turn_away'") == [("done",)]


@kinds
async def test_killed_while_it_rejects_it_rejects_once_after_the_restart(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        await here.world.rejects("U0PRIYA", await here.world.notice(), "totals are off")
        here.mishaps.append(Mishap.KILLED_AFTER)
        with pytest.raises(Killed):
            await here.turns_away()
        await here.world.crash()
        await here.waits(60)
        assert run.conclusion == "failure"
        said = [
            *here.forge.repositories[REPO].reviews,
            *here.forge.repositories[REPO].gates[-1].reports.get("signoff", []),
        ]
        assert len(said) == 1


@kinds
async def test_a_retry_of_a_job_that_failed_waits_for_another_attempt(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind) as here:
        run = await here.built()
        await here.approves()
        here.forge.finish_run(REPO, run, "failure")
        await here.world.follows()
        assert await here.state() is Lifecycle.FAILED
        here.world.passes(60)
        here.forge.rerun(REPO, run)
        here.forge.begin_run(REPO, run)
        here.arrives(run)
        await here.world.looks()
        second = await here.release(2)
        assert (second.state, second.artifact) == (Lifecycle.OPEN, f"run {run.id}.2")
        await here.approves(2)
        await lives(here, run.id, 2)
        assert here.landed() == [f"run {run.id}/1", f"run {run.id}/2"]


@kinds
async def test_a_second_attempt_voids_what_was_said_of_the_first(tmp_path: Path, kind: str) -> None:
    async with gates(tmp_path, kind, approvals=(ApprovalRule(("qa", "sre"), 2),)) as here:
        run = await here.built()
        await here.approves()
        assert len((await here.release()).standing()) == 1
        here.forge.finish_run(REPO, run, "cancelled")
        here.forge.rerun(REPO, run)
        here.world.passes(60)
        here.forge.begin_run(REPO, run)
        here.arrives(run)
        await here.world.looks()
        release = await here.release()
        assert (release.state, release.standing(), release.artifact) == (Lifecycle.OPEN, (), f"run {run.id}.2")
        assert here.landed() == []
