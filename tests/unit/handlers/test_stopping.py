"""Deploys that somebody cancels while they run: the CI system is asked until it hears, and has the last word."""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.core.policy import ServicePolicy
from bot.core.release import Lifecycle, Release
from bot.core.target import GithubWorkflow
from bot.ports.ci import ProgressStatus
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.stopping import Stopping, claim
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

DISPATCHED = a_policy(a_lane_policy(target=GithubWorkflow("deploy.yml", "main"), deploy_timeout=timedelta(days=3)))
STATES = "SELECT state, note FROM effects WHERE kind = 'stop' ORDER BY id"
TOLD = "run 1 is told to end"


@dataclass
class FakeStopper:
    """Keeps the promise of the port; `script` holds what the next calls come to."""

    script: deque[Trouble | Exception] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Take the ask, unless told otherwise."""
        del service
        self.asked.append(release.name)
        told = self.script.popleft() if self.script else None
        if isinstance(told, Exception):
            raise told
        return told or Stopped(TOLD)


async def cancelled(opening: Opening, *script: Trouble | Exception) -> tuple[World, FakeStopper, Stopping]:
    """Return a world in which somebody has cancelled the deploy of R-1, and the CI system was not asked yet."""
    world = await opening(DISPATCHED)
    await world.looks()
    await world.looks(a_report(1))
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    world.executor.says(ProgressStatus.RUNNING)
    await world.follows()
    await world.types("U0PRIYA", "cancel R-1")
    stopper = FakeStopper(deque(script))
    return world, stopper, Stopping(world.desk, stopper)


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


@pytest.mark.parametrize(
    "trouble", [TryLater(9.0, "not just yet"), Unsure("the answer was lost"), RuntimeError("a bug")], ids=repr
)
async def test_what_was_lost_or_put_off_is_asked_again(opening: Opening, trouble: Trouble | Exception) -> None:
    world, stopper, worker = await cancelled(opening, trouble)
    assert await worker.once() is True
    assert await worker.once() is False
    ((state, _),) = await world.sql(STATES)
    assert state == "ready"
    world.passes(30)
    assert await worker.once() is True
    assert stopper.asked == ["R-1", "R-1"]
    assert await world.sql(STATES) == [("done", TOLD)]


async def test_after_a_crash_in_the_middle_it_is_asked_again(opening: Opening) -> None:
    world, stopper, _ = await cancelled(opening)
    await world.store.write(lambda tx: claim(tx, world.desk.setting()))
    await world.crash()
    worker = Stopping(world.desk, stopper)
    assert await worker.once() is True
    assert stopper.asked == ["R-1"]
    assert await world.sql(STATES) == [("done", TOLD)]


async def test_what_is_refused_for_good_becomes_a_letter_and_the_deploy_goes_on(opening: Opening) -> None:
    world, _, worker = await cancelled(opening, GiveUp("GitHub answers 403"))
    assert await worker.once() is True
    assert await worker.once() is False
    assert await world.sql(STATES) == [("dead", "GitHub answers 403")]
    await world.settle()
    (letter,) = [one for one in world.chat.messages if one.channel == "C0OPS"]
    assert "the request to the CI system to end its deploy" in str(letter.message.blocks)
    assert (await world.release()).state is Lifecycle.DEPLOYING


async def test_after_a_day_it_is_given_up(opening: Opening) -> None:
    world, _, worker = await cancelled(opening, *[TryLater(9.0, "not just yet")] * 2)
    assert await worker.once() is True
    world.passes(timedelta(hours=25).total_seconds())
    assert await worker.once() is True
    assert await world.sql(STATES) == [("dead", "not just yet")]


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


async def test_a_service_that_left_the_policy_has_nobody_to_ask(opening: Opening) -> None:
    world, stopper, worker = await cancelled(opening)
    worker.desk.policy = a_policy(services=())
    assert await worker.once() is True
    assert stopper.asked == []
    assert await world.sql(STATES) == [("cancelled", "its service left the policy")]
