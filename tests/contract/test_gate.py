"""The target `github_gate` against the sandbox: what waits goes on once, at the approved commit and attempt."""

from dataclasses import replace

import pytest

from bot.core.build import RunStatus
from bot.core.events import FoundLive
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release
from bot.ports.ci import CameLater, Placed, Progress, ProgressStatus, RunHint
from bot.ports.gatekeeping import Answered, Turned
from bot.ports.trouble import GiveUp, TryLater, Unsure
from sandbox.github.records_gates import Reviewer
from simulation.network import Mishap
from tests.contract.gate_stages import KINDS, SERVICE, TARGET, WAYS, Stage, Way, play
from tests.contract.github_stages import REPO
from tests.factories import NOON, a_sha

ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
kinds = pytest.mark.parametrize("kind", KINDS)


def placed_at(release: Release, placed: object) -> Release:
    assert isinstance(placed, Placed)
    return replace(release, state=Lifecycle.DEPLOYING, deployment=Deployment(DeployStatus.ACCEPTED, NOON, placed.ref))


async def progress(stage: Stage, release: Release) -> tuple[ProgressStatus, str]:
    told = await stage.gates.follow(SERVICE, release)
    assert isinstance(told, Progress)
    return told.status, told.detail


@ways
@kinds
def test_a_run_that_waits_with_all_else_green_is_a_build_that_succeeded(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> list[RunStatus]:
        run = await stage.push()
        seen = [(await stage.report(run)).status]
        stage.arrives(run)
        seen.append((await stage.report(run)).status)
        recent = await stage.source.recent(SERVICE)
        assert isinstance(recent, tuple)
        return [*seen, *(one.status for one in recent)]

    assert play(way, kind, story) == [RunStatus.RUNNING, RunStatus.SUCCEEDED, RunStatus.SUCCEEDED]


@ways
@kinds
def test_an_approval_lets_it_go_on_once_and_it_is_followed_to_its_end(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        assert await stage.gates.find(SERVICE, release) is None
        placed = await stage.gates.start(SERVICE, release)
        assert placed == Placed(f"{run.id}/1", f"https://github.com/{REPO}/actions/runs/{run.id}")
        assert stage.landed() == [f"{run.id}/1"]
        flying = placed_at(release, placed)
        assert await progress(stage, flying) == (ProgressStatus.RUNNING, "")
        assert await stage.gates.find(SERVICE, release) == placed
        stage.forge.finish_run(REPO, run)
        assert await progress(stage, flying) == (ProgressStatus.SUCCEEDED, "")
        assert (await stage.report(run)).status is RunStatus.SUCCEEDED

    play(way, kind, story)


@ways
@kinds
def test_a_second_answer_sends_nothing_through_twice(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        first = await stage.gates.start(SERVICE, release)
        assert await stage.gates.start(SERVICE, release) == first
        assert stage.landed() == [f"{run.id}/1"]

    play(way, kind, story)


@ways
@kinds
@pytest.mark.parametrize(
    ("mishap", "ended", "landed"),
    [
        (Mishap.LIMITED, TryLater, 0),
        (Mishap.LOST_BEFORE, Unsure, 0),
        (Mishap.SILENT, Unsure, 0),
        (Mishap.ERROR, Unsure, 0),
        (Mishap.LOST_AFTER, Unsure, 1),
    ],
)
def test_a_lost_answer_is_looked_up_at_the_gate(way: Way, kind: str, mishap: Mishap, ended: type, landed: int) -> None:
    async def story(stage: Stage) -> tuple[type, int, bool]:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        stage.fail("POST", mishap)
        said = type(await stage.gates.start(SERVICE, release))
        found = await stage.gates.find(SERVICE, release)
        return said, len(stage.landed()), isinstance(found, Placed)

    assert play(way, kind, story) == (ended, landed, bool(landed))


@ways
@kinds
def test_a_job_that_fails_beyond_its_gate_has_failed_and_says_nothing_of_its_build(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        flying = placed_at(release, await stage.gates.start(SERVICE, release))
        stage.forge.finish_run(REPO, run, "failure")
        assert await progress(stage, flying) == (ProgressStatus.FAILED, "")
        assert await stage.source.run(SERVICE, RunHint(REPO, run.id)) is None
        assert await stage.source.recent(SERVICE) == ()
        again = replace(release, number=2, key="R-2-abcd2345")
        assert await stage.gates.start(SERVICE, again) == GiveUp(
            f"run {run.id} has gone on there already, and failed; run it again on GitHub"
        )

    play(way, kind, story)


@ways
@kinds
def test_a_run_that_fails_before_its_gate_is_a_build_that_failed(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> RunStatus:
        run = await stage.push()
        stage.forge.finish_run(REPO, run, "failure")
        return (await stage.report(run)).status

    assert play(way, kind, story) is RunStatus.FAILED


@ways
@kinds
def test_what_was_cancelled_at_its_gate_is_never_sent_on(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        stage.forge.finish_run(REPO, run, "cancelled")
        assert (await stage.report(run)).status is RunStatus.CANCELLED
        why = "its run was cancelled on GitHub"
        started = await stage.gates.start(SERVICE, release)
        assert started == GiveUp(f"run {run.id} does not wait at its gate any more: {why}")
        found = await stage.gates.find(SERVICE, release)
        assert await progress(stage, placed_at(release, found)) == (ProgressStatus.FAILED, why)
        assert stage.landed() == []

    play(way, kind, story)


@ways
@kinds
def test_the_gate_of_a_second_attempt_is_not_opened_for_the_first(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        stage.forge.finish_run(REPO, run, "cancelled")
        stage.later()
        stage.forge.rerun(REPO, run)
        assert (await stage.report(run)).status is RunStatus.QUEUED
        stage.forge.begin_run(REPO, run)
        stage.arrives(run)
        why = "it was run again on GitHub: attempt 2 is another build"
        assert await stage.gates.start(SERVICE, release) == GiveUp(
            f"run {run.id} does not wait at its gate any more: {why}"
        )
        assert await stage.gates.turn_away(SERVICE, release) == Turned(f"run {run.id} waits no more: {why}")
        assert stage.landed() == []
        second = await stage.release(run, 2)
        assert second.artifact == f"run {run.id}.2"
        placed = await stage.gates.start(SERVICE, second)
        assert stage.landed() == [f"{run.id}/2"]
        stage.forge.finish_run(REPO, run)
        assert await progress(stage, placed_at(second, placed)) == (ProgressStatus.SUCCEEDED, "")
        assert await progress(stage, placed_at(release, Placed(f"{run.id}/1", None))) == (ProgressStatus.FAILED, why)

    play(way, kind, story)


@ways
@kinds
def test_an_attempt_that_went_on_is_told_from_a_later_one_that_fails_before_its_gate(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        flying = placed_at(release, await stage.gates.start(SERVICE, release))
        stage.forge.finish_run(REPO, run)
        stage.later()
        stage.forge.rerun(REPO, run)
        stage.forge.finish_run(REPO, run, "failure")
        assert await progress(stage, flying) == (ProgressStatus.SUCCEEDED, "")
        assert (await stage.report(run)).status is RunStatus.FAILED

    play(way, kind, story)


@ways
@kinds
def test_an_attempt_that_only_runs_what_comes_after_the_gate_is_no_other_build(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        await stage.gates.start(SERVICE, await stage.release(run))
        stage.forge.finish_run(REPO, run)
        assert (await stage.report(run)).status is RunStatus.SUCCEEDED
        stage.later()
        stage.forge.rerun(REPO, run)
        stage.forge.finish_run(REPO, run)
        assert await stage.source.run(SERVICE, RunHint(REPO, run.id)) is None
        stage.later()
        stage.forge.rerun(REPO, run)
        stage.arrives(run)
        await stage.gates.start(SERVICE, await stage.release(run, 2))
        stage.forge.finish_run(REPO, run)
        assert (await stage.report(run)).status is RunStatus.SUCCEEDED

    play(way, kind, story)


@ways
@kinds
@pytest.mark.parametrize("mishap", [None, Mishap.LOST_BEFORE, Mishap.LOST_AFTER])
def test_what_comes_to_the_gate_later_is_told_and_goes_on_once(way: Way, kind: str, mishap: Mishap | None) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        flying = placed_at(release, await stage.gates.start(SERVICE, release))
        stage.forge.progress_deployment(REPO, stage.forge.repositories[REPO].deployments[-1], "success")
        second = stage.arrives(run)
        page = f"https://github.com/{REPO}/actions/runs/{run.id}"
        later = CameLater(f"{run.id}/1", release.build.sha, (str(second.deployment),))
        assert await stage.gates.follow(SERVICE, flying) == Progress(ProgressStatus.WAITING, "", page, later)
        assert stage.landed() == [f"{run.id}/1"]
        if mishap is not None:
            stage.fail("POST", mishap)
            assert type(await stage.gates.let_on(SERVICE, flying)) is Unsure
        told = "has gone on there" if mishap is Mishap.LOST_AFTER else "is approved once more"
        assert await stage.gates.let_on(SERVICE, flying) == Answered(f"run {run.id} {told}")
        assert await stage.gates.let_on(SERVICE, flying) == Answered(f"run {run.id} has gone on there")
        assert stage.landed() == [f"{run.id}/1"] * 2

    play(way, kind, story)


@ways
@kinds
def test_a_release_that_ended_turns_its_run_away_once(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        gate = stage.arrives(run)
        release = replace(await stage.release(run), state=Lifecycle.REJECTED, reason="Totals are off")
        assert await stage.gates.turn_away(SERVICE, release) == Turned(f"run {run.id} is rejected")
        assert (gate.state, run.conclusion) == ("rejected", "failure")
        said = [*gate.reports.get("signoff", []), *(one.comment for one in stage.forge.repositories[REPO].reviews)]
        assert said == ["Signoff R-1: rejected in Slack: Totals are off [R-1-abcd2345]"]
        told = await stage.gates.turn_away(SERVICE, release)
        assert isinstance(told, Turned)
        assert (await stage.report(run)).status is RunStatus.CANCELLED

    play(way, kind, story)


@ways
@kinds
@pytest.mark.parametrize("mishap", [Mishap.LOST_BEFORE, Mishap.LOST_AFTER])
def test_a_rejection_that_was_lost_is_sent_again_only_while_it_waits(way: Way, kind: str, mishap: Mishap) -> None:
    async def story(stage: Stage) -> tuple[str, int]:
        run = await stage.push()
        gate = stage.arrives(run)
        release = replace(await stage.release(run), state=Lifecycle.SUPERSEDED, superseded_by=2)
        stage.fail("POST", mishap)
        assert type(await stage.gates.turn_away(SERVICE, release)) is Unsure
        assert type(await stage.gates.turn_away(SERVICE, release)) is Turned
        return gate.state, len(gate.reports.get("signoff", [])) + len(stage.forge.repositories[REPO].reviews)

    assert play(way, kind, story) == ("rejected", 1)


@ways
@kinds
def test_what_has_not_come_to_its_gate_is_waited_for(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        release = await stage.release(run)
        started = await stage.gates.start(SERVICE, release)
        assert started == TryLater(15.0, f"run {run.id} has not come to the gate of production yet")
        assert await stage.gates.turn_away(SERVICE, release) == TryLater(
            15.0, f"run {run.id} has not come to its gate yet"
        )
        assert await stage.gates.find(SERVICE, release) is None

    play(way, kind, story)


@ways
@kinds
def test_a_run_of_another_commit_is_not_sent_on(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        other = replace(release, build=replace(release.build, sha=a_sha(7)))
        started = await stage.gates.start(SERVICE, other)
        assert isinstance(started, GiveUp)
        assert "and not of the commit approved" in started.reason
        assert stage.landed() == []

    play(way, kind, story)


@ways
@kinds
def test_what_somebody_let_go_on_there_is_followed_and_live(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> None:
        assert await stage.gates.newest_live(SERVICE, TARGET) is None
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        stage.forge.gates.decide(REPO, "production", "approved", by=("eve", 6666))
        started = await stage.gates.start(SERVICE, release)
        assert started == Placed(f"{run.id}/1", f"https://github.com/{REPO}/actions/runs/{run.id}")
        stage.forge.finish_run(REPO, run)
        live = await stage.gates.newest_live(SERVICE, TARGET)
        assert isinstance(live, FoundLive)
        assert (live.sha, live.run, live.key) == (run.commit.sha, str(run.id), None)

    play(way, kind, story)


@ways
@kinds
def test_what_was_rejected_is_read_once_when_it_is_asked_what_is_live(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> list[int]:
        for _ in range(3):
            stage.arrives(await stage.push())
            stage.forge.gates.decide(REPO, "production", "rejected")
        asked = []
        for _ in range(2):
            before = stage.forge.requests
            assert await stage.gates.newest_live(SERVICE, TARGET) is None
            asked.append(stage.forge.requests - before)
        return asked

    assert play(way, kind, story) == [4, 1]


@ways
@kinds
def test_what_somebody_rejected_there_says_who_and_why(way: Way, kind: str) -> None:
    async def story(stage: Stage) -> tuple[int, object]:
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        stage.forge.gates.decide(REPO, "production", "rejected", "Not <today>", by=("eve", 6666))
        return run.id, await stage.gates.start(SERVICE, release)

    run, told = play(way, kind, story)
    assert told == GiveUp(f"run {run} does not wait at its gate any more: it was rejected there by eve: Not <today>")


@ways
def test_a_review_that_arrived_while_something_else_is_waited_for_is_found_by_its_key(way: Way) -> None:
    async def story(stage: Stage) -> None:
        bot = Reviewer("signoff-bot", 901)
        stage.forge.gates.protect(REPO, "production", reviewers=[bot], wait_minutes=10)
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        stage.fail("POST", Mishap.LOST_AFTER)
        assert type(await stage.gates.start(SERVICE, release)) is Unsure
        found = await stage.gates.find(SERVICE, release)
        assert found == Placed(f"{run.id}/1", f"https://github.com/{REPO}/actions/runs/{run.id}")
        assert await progress(stage, placed_at(release, found)) == (ProgressStatus.WAITING, "")
        other = replace(release, key="R-2-abcd2345")
        assert await stage.gates.find(SERVICE, other) is None

    play(way, "review", story)


@ways
def test_who_may_not_answer_reads_what_to_set_up(way: Way) -> None:
    async def story(stage: Stage) -> tuple[int, object]:
        stage.forge.gates.protect(REPO, "production", reviewers=[Reviewer("ann", 1001)])
        run = await stage.push()
        stage.arrives(run)
        release = await stage.release(run)
        told = await stage.gates.start(SERVICE, release)
        assert stage.landed() == []
        return run.id, told

    run, told = play(way, "review", story)
    assert told == GiveUp(
        "GitHub answers 403: Resource not accessible by personal access token. Signoff may not answer for run "
        f"{run}: make it a required reviewer of the environment, by a user's token, or install its GitHub App as a "
        "deployment protection rule there"
    )
