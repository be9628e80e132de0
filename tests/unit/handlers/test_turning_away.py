"""Runs that wait at a gate are turned away when their release was rejected or superseded, and only then."""

from collections import deque

import pytest

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import GithubGate
from bot.ports.gatekeeping import Turned
from bot.ports.trouble import Trouble
from handlers.asking_again import AskingAgain
from handlers.turning_away import turning_away
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.asked import Asked
from tests.unit.handlers.conftest import Opening

GATED = a_policy(a_lane_policy(target=GithubGate("production")))
STATES = "SELECT key, state, note FROM effects WHERE kind = 'turn_away' ORDER BY id"


class FakeGatekeeper(Asked[Turned]):
    """Keeps the promise of the port."""

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned | Trouble:
        """Turn it away, unless told otherwise."""
        del service
        return self.ask(release, Turned("it is rejected"))

    async def let_on(self, service: ServicePolicy, release: Release) -> Trouble:
        """Let nothing on."""
        raise AssertionError(service, release)


async def rejected(opening: Opening, *script: Trouble | Exception) -> tuple[World, FakeGatekeeper, AskingAgain]:
    """Return a world in which R-1 was rejected, and nobody has turned its run away yet."""
    world = await opening(GATED)
    await world.looks()
    await world.looks(a_report(1))
    await world.rejects("U0PRIYA", await world.notice(), "totals are off")
    gates = FakeGatekeeper(deque(script))
    return world, gates, turning_away(world.desk, gates)


async def test_a_rejected_release_has_its_run_turned_away_once(opening: Opening) -> None:
    world, gates, worker = await rejected(opening)
    assert await worker.once() is True
    assert await worker.once() is False
    assert gates.asked == ["R-1"]
    assert await world.sql(STATES) == [("gate:R-1", "done", "it is rejected")]


async def test_a_superseded_one_too(opening: Opening) -> None:
    world = await opening(GATED)
    await world.looks()
    await world.looks(a_report(1))
    await world.looks(a_report(2))
    gates = FakeGatekeeper()
    worker = turning_away(world.desk, gates)
    assert [await worker.once(), await worker.once()] == [True, False]
    assert gates.asked == ["R-1"]


async def test_a_run_that_another_release_of_its_build_wants_is_let_be(opening: Opening) -> None:
    world, gates, worker = await rejected(opening)
    await world.types("U0PRIYA", "payments 1 to production")
    assert [state.value for state in await world.states()] == ["rejected", "open"]
    assert await worker.once() is True
    assert gates.asked == []
    assert await world.sql(STATES) == [("gate:R-1", "cancelled", "R-2 ships the same build")]


async def test_a_service_that_left_the_policy_has_nobody_to_turn_away(opening: Opening) -> None:
    world, gates, worker = await rejected(opening)
    worker.desk.policy = a_policy(services=())
    assert await worker.once() is True
    assert gates.asked == []
    assert await world.sql(STATES) == [("gate:R-1", "cancelled", "its service left the policy")]


@pytest.mark.parametrize("trial", [True, False])
async def test_on_a_lane_that_was_put_on_trial_nothing_is_turned_away(opening: Opening, *, trial: bool) -> None:
    world, gates, worker = await rejected(opening)
    worker.desk.policy = a_policy(a_lane_policy(target=GithubGate("production"), trial=trial))
    assert await worker.once() is True
    assert gates.asked == ([] if trial else ["R-1"])
    ended = ("cancelled", "on trial, so nothing is sent") if trial else ("done", "it is rejected")
    assert await world.sql(STATES) == [("gate:R-1", *ended)]


async def test_a_release_of_a_lane_on_trial_turns_nothing_away(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(target=GithubGate("production"), trial=True)))
    await world.looks()
    await world.looks(a_report(1))
    await world.rejects("U0PRIYA", await world.notice(), "totals are off")
    assert await turning_away(world.desk, gates := FakeGatekeeper()).once() is False
    assert gates.asked == []
