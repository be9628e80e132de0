"""A run that waits at its gate, and a bot that is killed around its answer: it goes on once, and is followed to its end."""

from pathlib import Path

import pytest

from sandbox.github.faults import Fault
from sandbox.github.records import BOT
from sandbox.github.records_gates import Reviewer
from tests.processes.test_commands import adopted, live
from tests.processes.test_kills import free_port
from tests.processes.world import POLICY, World, world

REPO, TITLE = "acme/payments", "Change number 0001"
TARGET = "{github_deployment: {environment: production}}"
ANSWER = ("POST", "*/pending_deployments")
FOR_EVER = 3600.0


def furnish(here: World) -> None:
    """Have builds wait at the gate of production, where the bot is a reviewer."""
    policy = POLICY.replace(TARGET, "{github_gate: {environment: production}}")
    assert policy != POLICY
    (here.folder / "signoff.yml").write_text(policy)
    here.forge.repositories[REPO].deploys_to = "production"
    here.forge.gates.protect(REPO, "production", reviewers=[Reviewer(*BOT)])


async def asked(here: World) -> None:
    """Start the bot and let a run come to its gate, so that people are asked."""
    await here.start()
    await here.until("the lane is adopted", lambda: adopted(here))
    await here.forge.push(REPO, TITLE)
    await here.until("the notice is there", lambda: here.notice(TITLE))


async def approved(here: World, fault: Fault) -> None:
    """Start the bot and approve a release, whose answer at the gate meets a fault."""
    await asked(here)
    here.forge.faults.add(fault, *ANSWER, seconds=FOR_EVER)
    notice = here.notice(TITLE)
    assert notice is not None
    await here.slack.click("U0PRIYA", notice, "Approve")
    await here.until("the answer is on its way", lambda: not any(rule.count for rule in here.forge.faults.rules))


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.TIMEOUT], ids=["after it arrived", "before it arrived"])
async def test_killed_around_its_answer_the_run_goes_on_once(tmp_path: Path, fault: Fault) -> None:
    async with world(tmp_path, free_port()) as here:
        furnish(here)
        await approved(here, fault)
        await here.kill()
        run = here.forge.repositories[REPO].runs[-1]
        assert [one.key for one in here.forge.landed()] == ([f"run {run.id}/1"] if fault is Fault.SLOW else [])
        await here.start()
        await here.until("it is live", lambda: live(here, TITLE))
        assert [one.key for one in here.forge.landed()] == [f"run {run.id}/1"]
        assert len(here.forge.repositories[REPO].reviews) == 1


async def test_killed_while_a_rejection_is_on_its_way_the_run_is_rejected_once(tmp_path: Path) -> None:
    async with world(tmp_path, free_port()) as here:
        furnish(here)
        await asked(here)
        older = here.forge.repositories[REPO].runs[-1]
        here.forge.faults.add(Fault.SLOW, *ANSWER, seconds=FOR_EVER)
        await here.forge.push(REPO, "Change number 0002")
        await here.until("it is rejected there", lambda: older.conclusion == "failure")
        await here.kill()
        await here.start()
        await here.until("the newer one waits", lambda: here.notice("Change number 0002"))
        newer = here.forge.repositories[REPO].runs[-1]
        assert (older.conclusion, newer.status) == ("failure", "waiting")
        assert [one.state for one in here.forge.repositories[REPO].reviews] == ["rejected"]
        assert here.forge.landed() == []


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.TIMEOUT], ids=["after it arrived", "before it arrived"])
async def test_killed_around_its_later_answer_each_job_goes_on_once(tmp_path: Path, fault: Fault) -> None:
    async with world(tmp_path, free_port()) as here:
        furnish(here)
        await asked(here)
        here.forge.auto = False  # from here on jobs end, and come to the gate, when this test says so
        notice = here.notice(TITLE)
        assert notice is not None
        await here.slack.click("U0PRIYA", notice, "Approve")
        await here.until("its first job goes on", here.forge.landed)
        repository = here.forge.repositories[REPO]
        run = repository.runs[-1]
        here.forge.faults.add(fault, *ANSWER, seconds=FOR_EVER)
        here.forge.progress_deployment(REPO, repository.deployments[-1], "success")
        here.forge.gates.arrive(REPO, run, "production")
        await here.until(
            "the later answer is on its way", lambda: not any(rule.count for rule in here.forge.faults.rules)
        )
        await here.kill()
        assert [one.key for one in here.forge.landed()] == [f"run {run.id}/1"] * (2 if fault is Fault.SLOW else 1)
        await here.start()
        await here.until("its second job goes on", lambda: len(here.forge.landed()) == 2)
        here.forge.finish_run(REPO, run)
        await here.until("it is live", lambda: live(here, TITLE))
        assert [one.key for one in here.forge.landed()] == [f"run {run.id}/1"] * 2
        assert len(repository.reviews) == 2
