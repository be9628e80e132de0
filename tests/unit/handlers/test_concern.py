"""Services that share a repository: what concerns one, what does not, and what nobody can tell."""

from dataclasses import replace

import pytest

from bot.core.build import RunStatus
from bot.core.policy import Policy
from bot.ports.ci import RunHint
from bot.ports.inbox import Received
from handlers.hints import stored
from tests.factories import WORKFLOW, a_policy, a_report, a_sha
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

CHECK = ".github/workflows/check.yml"


def of_paths(*paths: str) -> Policy:
    policy = a_policy()
    (service,) = policy.services
    return replace(policy, services=(replace(service, source=replace(service.source, paths=paths)),))


@pytest.fixture
async def world(opening: Opening) -> World:
    """A world of one service that shares its repository, whose first build is deployable."""
    world = await opening(of_paths("pay/**"))
    await world.looks()
    await world.looks(a_report(1))
    return world


async def builds(world: World) -> list[str]:
    found = await world.store.read(lambda tx: tx.builds.newest("payments", None, 10))
    return [build.sha[:7] for build in reversed(found)]


def asked(world: World) -> list[str]:
    return [one for one in world.source.asked if one.startswith("changed")]


async def test_a_commit_that_does_not_concern_the_service_is_no_build_of_it(world: World) -> None:
    world.source.files = {a_sha(2): ("docs/a.md",), a_sha(3): ("docs/a.md", "pay/a.py")}
    await world.looks(a_report(2), a_report(3))
    assert await builds(world) == ["0000001", "0000003"]


async def test_it_is_compared_with_the_newest_deployable_build_and_asked_about_once(world: World) -> None:
    world.source.files = {a_sha(2): ("docs/a.md",), a_sha(3): ("pay/a.py",), a_sha(4): ("docs/b.md",)}
    await world.looks(a_report(2, status=RunStatus.RUNNING))
    await world.looks(a_report(2), a_report(2, pipeline=CHECK, run_id="2"), a_report(3, status=RunStatus.FAILED))
    await world.crash()
    await world.looks(a_report(4))
    await world.looks()
    assert asked(world) == [f"changed payments 0000001 000000{number}" for number in (2, 3, 4)]
    assert await builds(world) == ["0000001", "0000003"]


async def test_what_nobody_can_tell_concerns_the_service(world: World) -> None:
    await world.looks(a_report(2))
    assert asked(world) == ["changed payments 0000001 0000002"]
    assert await builds(world) == ["0000001", "0000002"]


async def test_a_run_from_before_the_newest_build_concerns_the_service_unasked(world: World) -> None:
    await world.looks(a_report(3))
    world.source.asked.clear()
    world.source.files = {a_sha(2): ("docs/a.md",)}
    await world.looks(a_report(2))
    assert asked(world) == []
    assert await builds(world) == ["0000001", "0000002", "0000003"]


async def test_other_paths_are_asked_about_anew(world: World) -> None:
    world.source.files = {a_sha(2): ("docs/a.md",)}
    await world.looks(a_report(2))
    await world.crash(of_paths("pay/**", "docs/**"))
    await world.looks()
    assert await builds(world) == ["0000001", "0000002"]


async def test_without_paths_nothing_is_asked(opening: Opening) -> None:
    world = await opening(a_policy())
    await world.looks(a_report(1))
    await world.looks(a_report(2))
    assert asked(world) == []
    assert await builds(world) == ["0000001", "0000002"]


async def test_a_hint_at_a_run_that_does_not_concern_the_service_brings_nothing(world: World) -> None:
    world.source.files = {a_sha(2): ("docs/a.md",)}
    world.source.add([a_report(2, pipeline=WORKFLOW)])
    hint = Received("github", "k1", stored(RunHint("acme/payments", int(a_report(2).run_id))), world.now)
    row = await world.store.write(lambda tx: tx.inbox.put(hint))
    assert row is not None
    await world.settle()
    assert await builds(world) == ["0000001"]
    assert await world.store.read(lambda tx: tx.inbox.outcome(row)) == "nothing that the policy names"
