"""A run that had begun is asked for by its id once newer ones have pushed it off its source's page."""

from dataclasses import replace

from structlog.testing import capture_logs

from bot.core.build import PipelineReport, RunStatus
from bot.core.release import Lifecycle
from bot.core.source import BuildbotSource
from bot.ports.trouble import GiveUp, TryLater
from handlers.ci.github_source import github_source
from handlers.watch import Watch
from handlers.watch_unfinished import BUILDS
from tests.factories import a_report
from tests.fakes.world import World


def running(number: int, status: RunStatus = RunStatus.RUNNING) -> PipelineReport:
    """Return a run that has begun, made as late as its number says."""
    report = a_report(number, status=status)
    return replace(report, created_at=report.created_at.replace(microsecond=number))


def ended(number: int) -> PipelineReport:
    """Return the same run with its good end."""
    return replace(running(number), status=RunStatus.SUCCEEDED)


def scheduled(number: int) -> PipelineReport:
    """Return a run of another workflow of the same repository: it takes a place on the page and says nothing."""
    return a_report(number, service="another", pipeline="nightly.yml")


async def looks(world: World) -> list[str]:
    """Look once; returns what was asked of the source."""
    before = len(world.source.asked)
    assert await world.looks() is None
    return world.source.asked[before:]


async def off_the_page(world: World, *begun: PipelineReport) -> None:
    """Adopt, hear of runs that have begun, and let 51 others of the branch follow; only 50 are on a page."""
    world.source.page = 50
    await world.looks()
    for one in begun:
        await world.looks(one)
    world.source.reports.clear()
    world.source.add(ended(int(one.run_id) - 9000) for one in begun)
    world.source.add(scheduled(number) for number in range(100, 151))


async def test_a_build_whose_end_nobody_told_is_fetched_behind_51_other_runs(world: World) -> None:
    await off_the_page(world, running(1))
    assert await looks(world) == ["recent payments", "run 9001"]
    assert await world.states() == [Lifecycle.OPEN]
    assert await looks(world) == ["recent payments"], "it has ended: nothing is left to ask for"


async def test_a_queued_run_is_fetched_too(world: World) -> None:
    await off_the_page(world, running(1, RunStatus.QUEUED))
    assert await looks(world) == ["recent payments", "run 9001"]
    assert await world.states() == [Lifecycle.OPEN]


async def test_a_run_on_the_page_is_not_fetched_by_its_id(world: World) -> None:
    await world.looks()
    await world.looks(running(1))
    assert await looks(world) == ["recent payments"]


async def test_of_many_the_newest_builds_run_is_fetched_each_time_and_the_others_in_turn(world: World) -> None:
    await off_the_page(world, running(1), running(2), running(3))
    world.source.reports = [one for one in world.source.reports if one.service == "another"]  # they are gone
    watch = Watch(world.desk, world.source, world.executor, world.policy.services[0])
    before = len(world.source.asked)
    for _ in range(3):
        assert await watch.once() is None
    asked = [one for one in world.source.asked[before:] if one.startswith("run")]
    assert asked == ["run 9003", "run 9002", "run 9003", "run 9001", "run 9003", "run 9002"]


async def test_where_the_newest_build_has_ended_two_others_are_fetched_a_look_in_turn(world: World) -> None:
    await off_the_page(world, running(1), running(2), running(3))
    world.source.reports = [one for one in world.source.reports if one.service == "another"]  # they are gone
    watch = Watch(world.desk, world.source, world.executor, world.policy.services[0])
    await world.sees(ended(4))
    before = len(world.source.asked)
    for _ in range(3):
        assert await watch.once() is None
    asked = [one for one in world.source.asked[before:] if one.startswith("run")]
    assert asked == ["run 9003", "run 9002", "run 9001", "run 9003", "run 9002", "run 9001"]


async def test_of_the_newest_build_every_run_is_fetched_and_one_of_another_beside_them(world: World) -> None:
    service = world.desk.policy.services[0]
    workflows = tuple(f".github/workflows/{name}.yml" for name in ("build", "lint", "e2e"))
    several = replace(service, source=replace(github_source(service), workflows=workflows))
    world.policy = world.desk.policy = replace(world.desk.policy, services=(several,))
    runs = [
        replace(running(3), pipeline=name, run_id=str(number))
        for name, number in zip(workflows, (31, 32, 33), strict=True)
    ]
    await world.looks()
    await world.looks(running(1), running(2), *runs)
    world.source.reports.clear()
    watch = Watch(world.desk, world.source, world.executor, several)
    before = len(world.source.asked)
    assert await watch.once() is None
    assert await watch.once() is None
    asked = [one for one in world.source.asked[before:] if one.startswith("run")]
    assert asked == ["run 31", "run 32", "run 33", "run 9002", "run 31", "run 32", "run 33", "run 9001"]


async def test_trouble_with_one_run_is_logged_and_stops_nothing(world: World) -> None:
    await off_the_page(world, running(1), running(2))
    world.source.run_troubles = [TryLater(5, "rate limited"), GiveUp("bad credentials")]
    world.source.add([a_report(3)])
    with capture_logs() as logs:
        assert await world.looks() is None
    assert [line for line in logs if line["event"] == "run_not_fetched"] == [
        {
            "event": "run_not_fetched",
            "log_level": "warning",
            "service": "payments",
            "run": "9002",
            "why": "rate limited",
        },
        {
            "event": "run_not_fetched",
            "log_level": "warning",
            "service": "payments",
            "run": "9001",
            "why": "bad credentials",
        },
    ]
    assert await world.states() == [Lifecycle.OPEN], "of the third build"


async def test_a_build_on_buildbot_is_fetched_by_its_number(world: World) -> None:
    source = BuildbotSource("legacy-build", "main", repository="acme/payments")
    service = replace(world.desk.policy.services[0], source=source)
    world.policy = world.desk.policy = replace(world.desk.policy, services=(service,))
    world.source.page = 30
    await world.looks()
    begun = replace(running(4), run_id="4", pipeline="legacy-build")
    await world.looks(begun)
    world.source.reports.clear()
    world.source.add([replace(begun, status=RunStatus.SUCCEEDED)])
    world.source.add(scheduled(number) for number in range(100, 131))
    assert await looks(world) == ["recent payments", "run 4"]
    assert await world.states() == [Lifecycle.OPEN]


async def test_a_workflow_that_the_policy_names_no_more_and_another_systems_id_are_not_asked_for(world: World) -> None:
    await world.looks()
    await world.looks(running(1), replace(running(2), run_id="job-2"))
    world.source.reports.clear()
    service = world.desk.policy.services[0]
    assert await looks(world) == ["recent payments", "run 9001"]
    other = replace(service, source=replace(github_source(service), workflows=("other.yml",)))
    world.policy = world.desk.policy = replace(world.desk.policy, services=(other,))
    assert await looks(world) == ["recent payments"]


async def test_what_is_behind_50_newer_builds_is_asked_for_no_more(world: World) -> None:
    await world.looks()
    await world.looks(running(1), *(ended(number) for number in range(2, BUILDS + 1)))
    world.source.reports.clear()
    assert await looks(world) == ["recent payments", "run 9001"]
    await world.looks(ended(BUILDS + 1))
    world.source.reports.clear()
    assert await looks(world) == ["recent payments"]


async def test_checks_that_run_take_no_runs_turn(world: World) -> None:
    service = world.desk.policy.services[0]
    checked = replace(service, source=replace(github_source(service), checks=("Sonar",)))
    world.policy = world.desk.policy = replace(world.desk.policy, services=(checked,))
    checks = [replace(running(number), pipeline="Sonar", run_id="Sonar") for number in (2, 3)]
    await world.looks()
    await world.looks(running(1), ended(2), ended(3), *checks)
    world.source.reports.clear()
    assert await looks(world) == ["recent payments", "run 9001"]
