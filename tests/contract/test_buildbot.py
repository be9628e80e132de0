"""Source and Executor of Buildbot, held against a fake one and a real one that are driven alike."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from bot.core.build import Author, PipelineReport, RunStatus
from bot.core.events import FoundLive
from bot.core.release import Deployment, DeployStatus, Release
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from bot.ports.ci import BuildHint, Placed, Progress, ProgressStatus
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, TryLater, Unsure
from tests.buildbot.master import BUILD, FORGETFUL, INSTALLED, Master, master
from tests.buildbot.proxy import Lapse
from tests.contract.buildbot_stages import PATIENCE, SERVICE, TARGET, Fake, Stage, faked, flying, real
from tests.factories import NOON, a_lane_policy
from tests.processes.test_kills import free_port

Way = Callable[[], AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Master | None]:
    """Start one real Buildbot for all tests; nobody hears its pushes."""
    if not INSTALLED:
        yield None
        return
    with master(tmp_path_factory.mktemp("buildbot"), free_port(), f"http://127.0.0.1:{free_port()}/none") as here:
        yield here


@pytest.fixture(params=["fake", "real"])
def way(request: pytest.FixtureRequest) -> Way:
    """Return each way to have the ports."""
    if request.param == "fake":
        return faked
    running = request.getfixturevalue("running")
    if running is None:
        pytest.skip("Buildbot is not installed; `make test` does that")
    return lambda: real(running)


async def recent(stage: Stage) -> tuple[PipelineReport, ...]:
    found = await stage.source.recent(SERVICE)
    assert isinstance(found, tuple)
    return found


async def how_far(stage: Stage, release: Release) -> ProgressStatus:
    progress = await stage.executor.follow(SERVICE, release)
    assert isinstance(progress, Progress)
    return progress.status


async def ends_as(stage: Stage, release: Release) -> tuple[ProgressStatus, str]:
    """Return how a deploy has ended, once it has."""
    async with asyncio.timeout(PATIENCE):
        while await how_far(stage, release) in {ProgressStatus.WAITING, ProgressStatus.RUNNING}:  # noqa: ASYNC110 - another process rings no bell here
            await asyncio.sleep(0.02)
    progress = await stage.executor.follow(SERVICE, release)
    assert isinstance(progress, Progress)
    return progress.status, progress.detail


async def test_builds_are_told_with_who_wrote_them(way: Way) -> None:
    async with way() as stage:
        before = len(await recent(stage))
        one, two = stage.a_release().build.sha, stage.a_release().build.sha
        await stage.buildbot.build(one, "Add search\n\nCo-authored-by: Bea <bea@acme.example>")
        await stage.buildbot.build(two, "Break it", well=False)
        good, bad = (await recent(stage))[before:]
        assert (good.sha, good.status, good.title) == (one, RunStatus.SUCCEEDED, "Add search")
        assert good.authors[-2:] == (Author("Ann", "ann@acme.example"), Author("Bea", "bea@acme.example"))
        assert (good.pipeline, good.branch, good.attempt) == (BUILD, "main", 1)
        assert re.fullmatch(rf"{stage.proxy.url}/#/builders/[12]/builds/{good.run_number}", good.url)
        assert (bad.sha, bad.status) == (two, RunStatus.FAILED)
        assert (await recent(stage))[before:] == (good, bad)


async def test_a_page_that_is_known_is_not_fetched_twice(way: Way) -> None:
    async with way() as stage:
        await stage.buildbot.build(stage.a_release().build.sha, "One")
        await recent(stage)
        before = len(stage.proxy.calls)
        await recent(stage)
        assert len(stage.proxy.calls) - before == 1


async def test_a_hint_tells_of_the_build_as_it_is_now(way: Way) -> None:
    async with way() as stage:
        await stage.buildbot.build(stage.a_release().build.sha, "One")
        newest = (await recent(stage))[-1]
        assert await stage.source.run(SERVICE, BuildHint(BUILD, newest.run_number)) == newest
        assert await stage.source.run(SERVICE, BuildHint(BUILD, 999_999)) is None
        assert await stage.source.run(SERVICE, BuildHint("another", newest.run_number)) is None


async def test_another_branch_is_no_build(way: Way) -> None:
    async with way() as stage:
        await stage.buildbot.build(stage.a_release().build.sha, "One")
        other = replace(SERVICE, source=BuildbotSource(BUILD, "next"))
        assert await stage.source.recent(other) == ()


async def test_a_builder_that_nobody_knows_is_trouble_and_not_silence(way: Way) -> None:
    async with way() as stage:
        lost = replace(SERVICE, source=BuildbotSource("misspelt", "main"))
        assert await stage.source.recent(lost) == TryLater(60.0, "Buildbot knows no builder misspelt")


async def test_a_start_is_there_once_and_is_found_by_its_key(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        assert await stage.executor.find(SERVICE, release) is None
        placed = await stage.executor.start(SERVICE, release)
        assert isinstance(placed, Placed)
        assert await stage.executor.find(SERVICE, release) == placed
        assert placed.url == f"{stage.proxy.url}/#/buildrequests/{placed.ref}?redirect_to_build=true"
        assert await stage.executor.find(SERVICE, stage.a_release()) is None
        assert stage.forced(release) == 1
        await stage.buildbot.ends(release.key)


async def test_a_second_start_is_a_second_deploy(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        first = await stage.executor.start(SERVICE, release)
        assert await stage.executor.start(SERVICE, release) != first
        assert await stage.executor.find(SERVICE, release) == first
        assert stage.forced(release) == 2
        await stage.buildbot.ends(release.key)


@pytest.mark.parametrize("well", [True, False])
async def test_a_deploy_is_followed_to_its_end(way: Way, *, well: bool) -> None:
    async with way() as stage:
        release = stage.a_release()
        release = flying(release, await stage.executor.start(SERVICE, release))
        await stage.buildbot.begins(release.key)
        assert await how_far(stage, release) is ProgressStatus.RUNNING
        await stage.buildbot.ends(release.key, well=well)
        ended = await stage.executor.follow(SERVICE, release)
        assert isinstance(ended, Progress)
        assert ended.url is not None
        assert re.fullmatch(rf"{stage.proxy.url}/#/builders/[12]/builds/[0-9]+", ended.url)
        if well:
            assert (ended.status, ended.detail) == (ProgressStatus.SUCCEEDED, "")
        else:
            assert (ended.status, ended.detail) == (ProgressStatus.FAILED, "the build ended: failure")


async def test_a_deploy_that_runs_is_ended_and_that_twice_is_as_once(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        release = flying(release, await stage.executor.start(SERVICE, release))
        await stage.buildbot.begins(release.key)
        told = await stage.executor.stop(SERVICE, release)
        assert isinstance(told, Stopped)
        assert re.fullmatch("build [0-9]+ is told to end", told.note)
        assert type(await stage.executor.stop(SERVICE, release)) is Stopped
        assert await ends_as(stage, release) == (ProgressStatus.FAILED, "the build ended: cancelled")
        assert type(await stage.executor.stop(SERVICE, release)) is Stopped
        assert await ends_as(stage, release) == (ProgressStatus.FAILED, "the build ended: cancelled")


async def test_a_lost_answer_to_the_end_of_a_deploy_is_asked_for_again(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        release = flying(release, await stage.executor.start(SERVICE, release))
        await stage.buildbot.begins(release.key)
        stage.proxy.lapses.append(Lapse.LOST_AFTER)
        assert type(await stage.executor.stop(SERVICE, release)) is Unsure
        assert type(await stage.executor.stop(SERVICE, release)) is Stopped
        assert await ends_as(stage, release) == (ProgressStatus.FAILED, "the build ended: cancelled")


async def test_what_has_not_begun_is_taken_back() -> None:
    async with faked() as stage:
        release = stage.a_release()
        release = flying(release, await stage.executor.start(SERVICE, release))
        told = await stage.executor.stop(SERVICE, release)
        assert told == Stopped(f"request {release.deployment.ref if release.deployment else None} is taken back")
        assert await ends_as(stage, release) == (ProgressStatus.FAILED, "the build ended: cancelled")


async def test_who_may_not_end_builds_is_refused_for_good() -> None:
    async with faked() as stage:
        release = stage.a_release()
        release = flying(release, await stage.executor.start(SERVICE, release))
        assert isinstance(stage.buildbot, Fake)
        stage.buildbot.fake.closed_to_all = True
        refused = "Buildbot answers 403: you need to have role 'deployers'"
        waits = TryLater(5.0, f"{refused}; its build is ended once it has begun", turn=True)
        assert await stage.executor.stop(SERVICE, release) == waits
        await stage.buildbot.begins(release.key)
        assert await stage.executor.stop(SERVICE, release) == GiveUp(refused)
        assert await how_far(stage, release) is ProgressStatus.RUNNING


async def test_a_build_that_has_just_ended_is_let_be_though_its_request_has_not_yet() -> None:
    async with faked() as stage:
        release = stage.a_release()
        release = flying(release, await stage.executor.start(SERVICE, release))
        await stage.buildbot.begins(release.key)
        assert isinstance(stage.buildbot, Fake)
        build = stage.buildbot.fake.build_of(release.key)
        build.update(complete=True, complete_at=stage.buildbot.fake.now, results=0)
        assert await stage.executor.stop(SERVICE, release) == Stopped(f"build {build['buildid']} has ended")
        build.update(results=5)  # Buildbot lost the worker, and builds it again
        told = await stage.executor.stop(SERVICE, release)
        assert told == Stopped(f"request {build['buildrequestid']} is taken back")


@pytest.mark.parametrize("ref", [None, "9/../10", "x"])
async def test_what_is_no_number_of_a_request_ends_nothing(ref: str | None) -> None:
    async with faked() as stage:
        release = replace(stage.a_release(), deployment=Deployment(DeployStatus.RUNNING, NOON, ref))
        nothing = GiveUp("the deployment has no id that Buildbot would know")
        assert await stage.executor.stop(SERVICE, release) == nothing
        assert stage.proxy.calls == []


async def test_what_succeeded_is_live_with_its_key_and_its_version(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        await stage.executor.start(SERVICE, release)
        await stage.buildbot.ends(release.key)
        live = await stage.executor.newest_live(SERVICE, TARGET)
        assert isinstance(live, FoundLive)
        assert (live.sha, live.version, live.key) == (release.build.sha, release.build.version, release.key)
        elsewhere = replace(TARGET, properties=(("environment", "staging"),))
        service = replace(SERVICE, lanes=(a_lane_policy(target=elsewhere),))
        assert await stage.executor.newest_live(service, elsewhere) is None


@pytest.mark.parametrize(
    ("lapse", "ended", "arrived"),
    [
        (Lapse.LIMITED, TryLater(7.0, "Buildbot answers 429"), 0),
        (Lapse.ILL, Unsure("Buildbot answers 500"), 0),
        (Lapse.LOST_BEFORE, Unsure("the connection was lost (ServerDisconnectedError)"), 0),
        (Lapse.LOST_AFTER, Unsure("the connection was lost (ServerDisconnectedError)"), 1),
        (Lapse.SILENT, Unsure("the connection was lost (TimeoutError)"), 1),
    ],
)
async def test_a_lost_answer_is_never_a_no_and_the_key_tells(
    way: Way, lapse: Lapse, ended: object, arrived: int
) -> None:
    async with way() as stage:
        release = stage.a_release()
        stage.proxy.lapses.append(lapse)
        assert await stage.executor.start(SERVICE, release) == ended
        found = await stage.executor.find(SERVICE, release)
        assert (isinstance(found, Placed), stage.forced(release)) == (bool(arrived), arrived)
        if arrived:
            await stage.buildbot.ends(release.key)


async def test_what_arrives_late_is_found_then(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        stage.proxy.lapses.append(Lapse.LATE)
        assert isinstance(await stage.executor.start(SERVICE, release), Unsure)
        assert await stage.executor.find(SERVICE, release) is None
        await stage.proxy.deliver_late()
        assert isinstance(await stage.executor.find(SERVICE, release), Placed)
        assert stage.forced(release) == 1
        await stage.buildbot.ends(release.key)


async def test_a_session_that_ran_out_is_opened_anew_and_nothing_is_sent_twice(way: Way) -> None:
    async with way() as stage:
        first = stage.a_release()
        await stage.executor.start(SERVICE, first)
        stage.proxy.forget_sessions = True
        release = stage.a_release()
        assert isinstance(await stage.executor.start(SERVICE, release), Placed)
        assert [path for _, path in stage.proxy.calls].count("/auth/login") == 2
        assert stage.forced(release) == 1
        await stage.buildbot.ends(first.key)
        await stage.buildbot.ends(release.key)


async def test_a_scheduler_that_would_drop_the_key_is_never_asked(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        target = replace(TARGET, scheduler=FORGETFUL)
        release = replace(release, policy=a_lane_policy(target=target))
        assert await stage.executor.start(SERVICE, release) == GiveUp(
            "the force scheduler forgetful would drop signoff_key and environment and version without a word; add to"
            ' its properties: util.StringParameter(name="signoff_key", default=""),'
            ' util.StringParameter(name="environment", default=""), util.StringParameter(name="version", default="")'
        )
        assert stage.forced(release) == 0


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (BuildbotForce("nobody", "deploy legacy"), "Buildbot knows no force scheduler nobody"),
        (
            BuildbotForce("force-deploy", BUILD),
            "the force scheduler force-deploy does not force the builder legacy-build",
        ),
    ],
)
async def test_what_cannot_be_forced_is_refused_before_anything_is_sent(
    way: Way, target: BuildbotForce, told: str
) -> None:
    async with way() as stage:
        release = replace(stage.a_release(), policy=a_lane_policy(target=target))
        assert await stage.executor.start(SERVICE, release) == GiveUp(told)
        assert "POST" not in [method for method, _ in stage.proxy.calls]


async def test_trouble_is_no_answer(way: Way) -> None:
    async with way() as stage:
        release = stage.a_release()
        release = flying(release, await stage.executor.start(SERVICE, release))
        await stage.buildbot.ends(release.key)
        stage.proxy.down = True
        told = TryLater(5.0, "Buildbot answers 502")
        assert await stage.source.recent(SERVICE) == told
        assert await stage.executor.newest_live(SERVICE, TARGET) == told
        assert await stage.executor.find(SERVICE, release) == told
        assert await stage.executor.follow(SERVICE, release) == told
