"""Deploys that somebody cancels while they run: the CI system is asked until it hears, and has the last word."""

from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from inline_snapshot import snapshot

from bot.core.policy import Permission, ServicePolicy
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.core.target import GithubWorkflow
from bot.ports.cards import CardKind
from bot.ports.ci import CertainlyNot, ProgressStatus
from bot.ports.stopping import Stopped
from bot.ports.trouble import Trouble, TryLater
from handlers.asking_again import AskingAgain
from handlers.stopping import stopping
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Arrived
from tests.fakes.world import World
from tests.unit.handlers.asked import Asked
from tests.unit.handlers.conftest import Opening

DISPATCHED = a_policy(
    a_lane_policy(target=GithubWorkflow("deploy.yml", "main"), deploy_timeout=timedelta(days=3), announce=True)
)
STATES = "SELECT state, note FROM effects WHERE kind = 'stop' ORDER BY id"
TOLD = "run 1 is told to end"


class FakeStopper(Asked[Stopped]):
    """Keeps the promise of the port."""

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Take the ask, unless told otherwise."""
        del service
        return self.ask(release, Stopped(TOLD))


GOING_BACK = replace(
    a_policy(replace(DISPATCHED.services[0].lanes[0], rollback=())), permissions=((Permission.ROLLBACK, ("sre",)),)
)


async def card(world: World) -> list[str]:
    """Return what the notice says in one text, line by line."""
    return (await world.notice()).message.text.splitlines()


async def cancelled(opening: Opening, *script: Trouble | Exception) -> tuple[World, FakeStopper, AskingAgain]:
    """Return a world in which somebody has cancelled the deploy of R-1, and the CI system was not asked yet."""
    world = await opening(DISPATCHED)
    await world.looks()
    await world.looks(a_report(1))
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    world.executor.says(ProgressStatus.RUNNING)
    await world.follows()
    await world.types("U0PRIYA", "cancel R-1")
    stopper = FakeStopper(deque(script))
    return world, stopper, stopping(world.desk, stopper)


async def test_the_ci_system_is_asked_once_and_the_release_is_still_being_deployed(opening: Opening) -> None:
    world, stopper, worker = await cancelled(opening)
    assert await worker.once() is True
    assert await worker.once() is False
    assert stopper.asked == ["R-1"]
    assert await world.sql(STATES) == [("done", TOLD)]
    assert (await world.release()).state is Lifecycle.DEPLOYING


async def test_its_word_ends_the_release(opening: Opening) -> None:
    world, _, worker = await cancelled(opening)
    await worker.once()
    world.executor.says(ProgressStatus.FAILED, "the run ended: cancelled")
    await world.follows()
    release = await world.release()
    assert (release.state, release.reason) == (Lifecycle.FAILED, "the run ended: cancelled")


async def test_who_asks_again_has_the_ci_system_asked_again(opening: Opening) -> None:
    world, stopper, worker = await cancelled(opening)
    await worker.once()
    world.passes(1)
    await world.types("U0PRIYA", "cancel R-1")
    assert await worker.once() is True
    assert stopper.asked == ["R-1", "R-1"]


async def test_what_has_ended_meanwhile_is_let_be(opening: Opening) -> None:
    world, stopper, worker = await cancelled(opening)
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert (await world.release()).state is Lifecycle.LIVE
    assert await worker.once() is True
    assert stopper.asked == []
    assert await world.sql(STATES) == [("cancelled", "its deploy has ended")]


async def test_what_has_run_out_of_its_time_is_ended_all_the_same(opening: Opening) -> None:
    world, stopper, worker = await cancelled(opening, TryLater(9.0, "GitHub cannot be reached"))
    await worker.once()
    world.passes(timedelta(days=3).total_seconds())
    await world.ticks()
    release = await world.release()
    assert (release.state, release.reason) == (
        Lifecycle.FAILED,
        "no result within 4320 min; the job may still be running",
    )
    assert await worker.once() is True
    assert stopper.asked == ["R-1", "R-1"]
    assert await world.sql(STATES) == [("done", TOLD)]


async def test_where_it_came_too_late_the_card_says_so_and_the_announcement_is_of_what_is_live(
    opening: Opening,
) -> None:
    world, _, worker = await cancelled(opening)
    asked = "Cancel: asked for by <@U0PRIYA> <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>"
    told = [line for line in await card(world) if "Cancel" in line]
    assert told == [f"{asked}; how the job ends is what counts."]
    await worker.once()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    told = [line for line in await card(world) if "Cancel" in line]
    assert told == [f"{asked}, too late: the job ended well."]
    assert [one.message.text.splitlines()[0] for one in world.chat.messages if one.channel == "C0RELEASES"] == snapshot(
        ["payments 1 is live in production"]
    )


async def test_a_rollback_that_is_under_way_is_ended_by_whoever_may_roll_back(opening: Opening) -> None:
    world = await opening(GOING_BACK)
    await world.looks()
    for number in (1, 2):
        await world.looks(a_report(number))
        await world.types("U0PRIYA", f"approve R-{number}")
        world.executor.says(ProgressStatus.SUCCEEDED, nth=number)
        await world.follows()
    await world.types("U0SAM", "rollback payments in production it is slow")
    world.executor.says(ProgressStatus.RUNNING, nth=3)
    await world.follows()
    await world.types("U0PRIYA", "cancel R-3")
    assert "Only who asked for a release and its approvers may do that" in world.chat.responses[-1][1]
    stopper = FakeStopper()
    worker = stopping(world.desk, stopper)
    assert await worker.once() is False
    await world.types("U0SAM", "cancel R-3")
    assert await worker.once() is True
    assert stopper.asked == ["R-3"]
    world.executor.says(ProgressStatus.FAILED, "the run ended: cancelled", nth=3)
    await world.follows()
    assert await world.states() == [Lifecycle.LIVE, Lifecycle.LIVE, Lifecycle.FAILED]


async def cancelled_early(opening: Opening) -> tuple[World, FakeStopper, AskingAgain]:
    """Return a world in which somebody has cancelled the deploy of R-1, whose first answer was lost."""
    world = await opening(DISPATCHED)
    world.executor.will("start", Arrived())
    world.executor.hidden = True
    await world.approved()
    await world.types("U0PRIYA", "cancel R-1")
    stopper = FakeStopper()
    return world, stopper, stopping(world.desk, stopper)


async def test_waits_for_a_turn_make_no_pause_longer(opening: Opening) -> None:
    turns = [TryLater(15.0, "GitHub answers 409: it does not say why", turn=True)] * 9
    world, stopper, worker = await cancelled(opening, *turns, TryLater(9.0, "GitHub cannot be reached"))
    for _ in turns:
        assert await worker.once() is True
        world.passes(15)
    assert await worker.once() is True
    world.passes(9)
    assert await worker.once() is True
    assert await world.sql(STATES) == [("done", TOLD)]
    assert stopper.asked == ["R-1"] * 11


async def test_before_it_is_known_which_job_it_is_nothing_is_asked_and_then_the_wish_is_carried_out(
    opening: Opening,
) -> None:
    world, stopper, worker = await cancelled_early(opening)
    assert world.chat.responses[-1][1] == snapshot(
        "The CI system is asked to cancel the deploy of <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, once it is known which job it is. The release ends when the CI system says so: failed, or live if it was too late; or cancelled, if nothing was sent."
    )
    assert (await card(world))[:4] == snapshot(
        [
            "R-1, payments 1 (0000001) to production, is being deployed, which somebody asked to cancel.",
            "Deploy: asked for <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>.",
            "Cancel: asked for by <@U0PRIYA> <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>; the CI system hears of it once it is known which job it is.",
            "Commit: <https://github.example/acme/payments/commit/0000001000000000000000000000000000000000|0000001> Change 1.",
        ]
    )
    assert await worker.once() is False
    world.executor.hidden = False
    world.passes(10)
    await world.settle()
    assert await worker.once() is True
    assert await worker.once() is False
    assert stopper.asked == ["R-1"]
    assert len(world.executor.started) == 1
    assert (await world.release()).state is Lifecycle.DEPLOYING
    world.executor.says(ProgressStatus.FAILED, "the run ended: cancelled")
    await world.follows()
    assert (await world.release()).state is Lifecycle.FAILED


async def test_the_wish_outlives_crashes_before_and_after_the_job_is_known(opening: Opening) -> None:
    world, stopper, _ = await cancelled_early(opening)
    await world.crash()
    world.executor.hidden = False
    world.passes(10)
    await world.settle()
    await world.crash()
    worker = stopping(world.desk, stopper)
    assert await worker.once() is True
    assert await worker.once() is False
    assert stopper.asked == ["R-1"]
    assert await world.sql(STATES) == [("done", TOLD)]
    assert len(world.executor.started) == 1


async def test_what_nobody_finds_is_not_sent_again_but_asked_about(opening: Opening) -> None:
    world, stopper, worker = await cancelled_early(opening)
    world.executor.started.clear()  # it never arrived
    world.executor.will("find", TryLater(1.0, "GitHub cannot be reached"))
    for _ in range(20):
        world.passes(600)
        await world.settle()
    assert world.executor.asked("start") == 1
    release = await world.release()
    assert release.deployment is not None
    assert (release.state, release.deployment.status) == (Lifecycle.DEPLOYING, DeployStatus.UNKNOWN)
    assert (await card(world))[0].startswith("R-1, payments 1 (0000001) to production, may or may not be deploying")
    assert await worker.once() is False
    assert stopper.asked == []


async def test_who_is_asked_reads_that_somebody_wants_it_to_end_and_that_nobody_was_asked_to(opening: Opening) -> None:
    world, _, _ = await cancelled_early(opening)
    world.passes(600)
    await world.settle()
    question = await world.notice(kind=CardKind.QUESTION)
    told = [line for line in (*await card(world), *question.message.text.splitlines()) if line.startswith("Cancel:")]
    assert (
        told
        == [
            "Cancel: asked for by <@U0PRIYA> <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>; the CI system was not asked, as it is not known which job it is: please end it there should it run."
        ]
        * 2
    )


async def test_what_ran_out_of_its_time_before_its_job_was_known_is_people_s_to_end(opening: Opening) -> None:
    world, stopper, worker = await cancelled_early(opening)
    world.executor.will("find", *[TryLater(1.0, "GitHub cannot be reached")] * 50)
    world.passes(600)
    await world.settle()
    world.passes(timedelta(days=3).total_seconds())
    await world.ticks()
    await world.settle()
    assert (await world.release()).state is Lifecycle.FAILED
    assert await worker.once() is False
    assert stopper.asked == []
    told = [line for one in world.chat.messages for line in one.message.text.splitlines() if line.startswith("Cancel:")]
    asked = "Cancel: asked for by <@U0PRIYA> <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>"
    unasked = "the CI system was not asked, as it is not known which job it is: please end it there should it still run"
    assert [line.removesuffix(".") for line in told] == [f"{asked}; {unasked}"] * 2  # the notice, and to its author


async def test_what_was_certainly_never_begun_is_cancelled(opening: Opening) -> None:
    world, stopper, worker = await cancelled_early(opening)
    world.executor.started.clear()
    world.executor.will("find", cast("Any", CertainlyNot()))  # as only a command on this host tells it
    world.passes(10)
    await world.settle()
    assert (await world.release()).state is Lifecycle.CANCELLED
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]
    world.passes(600)
    await world.settle()
    assert world.executor.asked("start") == 1
    assert await worker.once() is False
    assert stopper.asked == []


async def test_of_a_service_that_left_the_policy_operations_are_told_that_nobody_was_asked(opening: Opening) -> None:
    world, stopper, worker = await cancelled(opening)
    here = world.desk.policy
    worker.desk.policy = replace(here, services=())
    assert await worker.once() is True
    assert stopper.asked == []
    assert await world.sql(STATES) == [("dead", "its service left the policy")]
    assert await world.sql("SELECT what FROM letters") == [("stop",)]
