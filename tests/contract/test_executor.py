"""Executor: a start is there once, is found by its key, is followed to its end, and no lost answer is a no."""

from dataclasses import replace

import pytest

from bot.core.events import FoundLive
from bot.core.release import Deployment, DeployStatus, Release
from bot.ports.ci import Placed, Progress, ProgressStatus
from bot.ports.trouble import GiveUp, TryLater, Unsure
from simulation.network import Mishap
from tests.contract.github_stages import (
    ALL,
    DEPLOYMENT,
    SERVICE,
    Stage,
    Way,
    a_stage_release,
    in_process,
    over_http,
    play,
)
from tests.factories import NOON, a_release

ways = pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)


def placed_at(release: Release, placed: object) -> Release:
    assert isinstance(placed, Placed)
    return replace(release, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=placed.ref))


async def how_far(stage: Stage, release: Release) -> ProgressStatus:
    progress = await stage.executor.follow(SERVICE, release)
    assert isinstance(progress, Progress)
    return progress.status


@ways
def test_a_start_is_there_once_and_is_found_by_its_key(way: Way) -> None:
    async def story(stage: Stage) -> None:
        release = await a_stage_release(stage)
        other = replace(release, key="R-2-abcd2345")
        assert await stage.executor.find(SERVICE, release) is None
        placed = await stage.executor.start(SERVICE, release)
        assert isinstance(placed, Placed)
        assert await stage.executor.find(SERVICE, release) == placed
        assert await stage.executor.find(SERVICE, other) is None
        assert stage.started() == [release.key]

    play(way, story)


@ways
def test_a_second_start_is_a_second_deploy(way: Way) -> None:
    async def story(stage: Stage) -> None:
        release = await a_stage_release(stage)
        first = await stage.executor.start(SERVICE, release)
        second = await stage.executor.start(SERVICE, release)
        assert first != second
        assert stage.started() == [release.key] * 2

    play(way, story)


@ways
def test_a_deployment_is_followed_to_its_end(way: Way) -> None:
    async def story(stage: Stage) -> list[ProgressStatus]:
        release = await a_stage_release(stage)
        flying = placed_at(release, await stage.executor.start(SERVICE, release))
        seen = [await how_far(stage, flying)]
        for status in (ProgressStatus.RUNNING, ProgressStatus.SUCCEEDED):
            stage.says(status)
            seen.append(await how_far(stage, flying))
        return seen

    assert play(way, story) == [ProgressStatus.WAITING, ProgressStatus.RUNNING, ProgressStatus.SUCCEEDED]


@ways
def test_a_deployment_that_fails_says_so(way: Way) -> None:
    async def story(stage: Stage) -> ProgressStatus:
        release = await a_stage_release(stage)
        flying = placed_at(release, await stage.executor.start(SERVICE, release))
        stage.says(ProgressStatus.FAILED)
        return await how_far(stage, flying)

    assert play(way, story) is ProgressStatus.FAILED


@ways
def test_without_a_reference_there_is_nothing_to_follow(way: Way) -> None:
    async def story(stage: Stage) -> object:
        return await stage.executor.follow(SERVICE, a_release())

    assert play(way, story) == GiveUp("the deployment has no id that GitHub would know")


@ways
def test_what_succeeded_is_live(way: Way) -> None:
    async def story(stage: Stage) -> tuple[str, str]:
        assert await stage.executor.newest_live(SERVICE, DEPLOYMENT) is None
        release = await a_stage_release(stage)
        await stage.executor.start(SERVICE, release)
        stage.says(ProgressStatus.SUCCEEDED)
        live = await stage.executor.newest_live(SERVICE, DEPLOYMENT)
        assert isinstance(live, FoundLive)
        return live.sha, release.build.sha

    sha, wanted = play(way, story)
    assert sha == wanted


@ways
@pytest.mark.parametrize(
    ("mishap", "ended", "started"),
    [
        (Mishap.REFUSED, TryLater, 0),
        (Mishap.LIMITED, TryLater, 0),
        (Mishap.LOST_BEFORE, Unsure, 0),
        (Mishap.SILENT, Unsure, 0),
        (Mishap.ERROR, Unsure, 0),
        (Mishap.LOST_AFTER, Unsure, 1),
    ],
)
def test_a_lost_answer_is_never_a_no_and_the_key_tells(way: Way, mishap: Mishap, ended: type, started: int) -> None:
    async def story(stage: Stage) -> tuple[type, int, bool]:
        release = await a_stage_release(stage)
        stage.start_goes_wrong(mishap)
        said = type(await stage.executor.start(SERVICE, release))
        if mishap is Mishap.REFUSED:
            return said, len(stage.started()), False
        found = await stage.executor.find(SERVICE, release)
        return said, len(stage.started()), isinstance(found, Placed)

    assert play(way, story) == (ended, started, bool(started))


@pytest.mark.parametrize("mishap", [Mishap.REFUSED, Mishap.LIMITED, Mishap.LOST_BEFORE, Mishap.LOST_AFTER, Mishap.LATE])
def test_over_http_and_in_process_trouble_has_the_same_words(mishap: Mishap) -> None:
    async def story(stage: Stage) -> object:
        release = await a_stage_release(stage)
        stage.start_goes_wrong(mishap)
        return await stage.executor.start(SERVICE, release)

    assert play(in_process, story) == play(over_http, story)
