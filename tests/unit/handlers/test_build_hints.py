"""A push about a builder's build makes us fetch it, for the services that it builds and for no other."""

from dataclasses import replace

import pytest

from bot.core.release import Lifecycle
from bot.core.source import BuildbotSource
from bot.ports.ci import BuildHint, DeploymentHint, RunHint
from handlers.hints import HINT, hint_of, stored
from tests.factories import a_report
from tests.fakes.world import World
from tests.unit.handlers.test_intake import put

SOURCE = BuildbotSource("legacy-build", "main", repository="acme/payments")


@pytest.fixture
def built(world: World) -> World:
    """Return a desk whose one service is built on Buildbot."""
    service = replace(world.desk.policy.services[0], source=SOURCE)
    world.desk.policy = replace(world.desk.policy, services=(service,))
    return world


@pytest.mark.parametrize(
    "hint", [BuildHint("legacy-build", 4), RunHint("a/b", 4), DeploymentHint("deploy legacy", "9")]
)
def test_a_hint_is_kept_as_it_is(hint: BuildHint | RunHint | DeploymentHint) -> None:
    assert hint_of(HINT.validate_json(stored(hint))) == hint


async def test_a_hint_is_fetched_before_it_counts(built: World) -> None:
    await built.looks()
    built.source.add([replace(a_report(1), run_id="4", pipeline="legacy-build")])
    await put(built, "buildbot", stored(BuildHint("legacy-build", 4)))
    await built.settle()
    assert built.source.asked[-1] == "run 4"
    assert await built.states() == [Lifecycle.OPEN]


@pytest.mark.parametrize("hint", [BuildHint("another", 4), DeploymentHint("legacy-build", "4")])
async def test_a_hint_about_something_else_asks_nothing(built: World, hint: BuildHint | DeploymentHint) -> None:
    await built.looks()
    before = len(built.source.asked)
    await put(built, "buildbot", stored(hint))
    await built.settle()
    assert (built.source.asked[before:], await built.sql("SELECT state FROM inbox")) == ([], [("done",)])


async def test_a_builder_is_no_repository(world: World) -> None:
    await world.looks()
    before = len(world.source.asked)
    await put(world, "buildbot", stored(BuildHint("acme/payments", 4)))
    await world.settle()
    assert (world.source.asked[before:], await world.sql("SELECT state FROM inbox")) == ([], [("done",)])
