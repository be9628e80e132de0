"""Versions by tags: fetched when a build becomes deployable, and for nothing else."""

from dataclasses import replace

import pytest

from bot.core.build import PipelineReport, RunStatus
from bot.core.policy import Policy
from bot.core.source import VersionFrom
from bot.ports.ci import RunHint
from bot.ports.inbox import Received
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci.github_source import github_source
from handlers.hints import stored
from tests.factories import WORKFLOW, a_policy, a_report, a_sha
from tests.fakes.world import World

CHECK = ".github/workflows/check.yml"


def by_tags(policy: Policy, *workflows: str) -> Policy:
    (service,) = policy.services
    known = github_source(service)
    source = replace(known, workflows=workflows or known.workflows)
    tagged = replace(service, version_from=VersionFrom.TAG, tag_glob="v*", source=source)
    return replace(policy, services=(tagged,))


@pytest.fixture(autouse=True)
def _versions_by_tags(world: World) -> None:
    use(world, by_tags(a_policy()))


def use(world: World, policy: Policy) -> None:
    world.policy = world.desk.policy = policy


async def versions(world: World) -> dict[str, str]:
    """Return the version of each build by the first digits of its commit."""
    builds = await world.store.read(lambda tx: tx.builds.newest("payments", None, 10))
    return {build.sha[:7]: build.version for build in builds}


def asked(world: World) -> list[str]:
    return [one for one in world.source.asked if one.startswith("tags")]


async def test_the_highest_tag_that_fits_is_the_version_and_the_commit_stands_in(world: World) -> None:
    world.source.tagged = {a_sha(1): ("v1", "v10", "v9", "nightly"), a_sha(2): ("nightly",)}
    await world.looks()
    await world.looks(a_report(1), a_report(2), a_report(3))
    assert await versions(world) == {"0000001": "v10", "0000002": a_sha(2)[:12], "0000003": a_sha(3)[:12]}
    assert asked(world) == ["tags payments 3"]


async def test_nothing_is_asked_until_the_build_becomes_deployable_nor_ever_again(world: World) -> None:
    use(world, by_tags(a_policy(), WORKFLOW, CHECK))
    world.source.tagged = {a_sha(1): ("v1",)}
    await world.looks()
    await world.looks(a_report(1), a_report(1, pipeline=CHECK, status=RunStatus.RUNNING, run_id="1"))
    await world.looks(a_report(2), a_report(2, pipeline=CHECK, status=RunStatus.FAILED, run_id="2"))
    assert asked(world) == []
    await world.looks(a_report(1, pipeline=CHECK, run_id="1"))
    assert asked(world) == ["tags payments 1"]
    world.source.tagged = {a_sha(1): ("v2",)}
    await world.looks()
    assert asked(world) == ["tags payments 1"]
    assert (await versions(world))["0000001"] == "v1"


async def test_other_versions_need_no_tags(world: World) -> None:
    use(world, a_policy())
    await world.looks(a_report(1))
    assert asked(world) == []


@pytest.mark.parametrize("trouble", [TryLater(5, "no answer"), Unsure("no answer"), GiveUp("no answer")])
async def test_while_the_tags_are_not_told_the_build_waits(world: World, trouble: TryLater | Unsure | GiveUp) -> None:
    await world.looks()
    world.source.tagged, world.source.tags_trouble = {a_sha(1): ("v1",)}, trouble
    assert await world.looks(a_report(1)) == "no answer"
    assert await world.states() == []
    world.source.tags_trouble = None
    assert await world.looks() is None
    assert await versions(world) == {"0000001": "v1"}


@pytest.mark.parametrize("trouble", [TryLater(5, "no answer"), Unsure("no answer"), GiveUp("no answer")])
async def test_a_hint_waits_for_the_tags_too(world: World, trouble: TryLater | Unsure | GiveUp) -> None:
    report: PipelineReport = a_report(1)
    await world.looks()
    world.source.add([report])
    world.source.tagged, world.source.tags_trouble = {a_sha(1): ("v1",)}, trouble
    hint = Received("github", "k1", stored(RunHint("acme/payments", int(report.run_id))), world.now)
    await world.store.write(lambda tx: tx.inbox.put(hint))
    await world.hints.once()
    assert await versions(world) == {}
    world.source.tags_trouble = None
    world.passes(10)
    await world.hints.once()
    assert await versions(world) == {"0000001": "v1"}
