"""Source: builds oldest first, again while nothing changes, one by its hint, and trouble that is no answer."""

import pytest

from bot.core.build import PipelineReport, RunStatus
from bot.ports.ci import RunHint
from bot.ports.trouble import TryLater
from tests.contract.github_stages import ALL, REPO, SERVICE, Stage, Way, play

ways = pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)


async def recent(stage: Stage) -> tuple[PipelineReport, ...]:
    found = await stage.source.recent(SERVICE)
    assert isinstance(found, tuple)
    return found


@ways
def test_builds_are_told_oldest_first_and_again(way: Way) -> None:
    async def story(stage: Stage) -> None:
        assert await recent(stage) == ()
        shas = [await stage.push() for _ in range(3)]
        found = await recent(stage)
        assert [report.sha for report in found] == shas
        assert {report.status for report in found} == {RunStatus.SUCCEEDED}
        assert await recent(stage) == found
        shas.append(await stage.push())
        assert [report.sha for report in await recent(stage)] == shas

    play(way, story)


@ways
def test_a_hint_tells_of_the_run_as_it_is_now(way: Way) -> None:
    async def story(stage: Stage) -> None:
        await stage.push()
        await stage.push()
        assert await stage.source.run(SERVICE, stage.newest_run()) == (await recent(stage))[-1]
        assert await stage.source.run(SERVICE, RunHint(REPO, 999_999)) is None

    play(way, story)


@ways
def test_tags_are_told_by_the_commits_that_they_point_at(way: Way) -> None:
    async def story(stage: Stage) -> None:
        one, two, three = [await stage.push() for _ in range(3)]
        for name, sha in (("v1", one), ("v2", one), ("v3", two)):
            stage.tag(name, sha)
        found = await stage.source.tags(SERVICE, {one, three})
        assert isinstance(found, dict)
        assert {sha: sorted(tags) for sha, tags in found.items()} == {one: ["v1", "v2"]}

    play(way, story)


@ways
def test_the_files_of_a_commit_are_told_and_of_an_unknown_one_nothing(way: Way) -> None:
    async def story(stage: Stage) -> None:
        one = await stage.push("pay/a.py")
        two = await stage.push("docs/b.md", "docs/c.md")
        assert await stage.source.changed(SERVICE, one, two) == ("docs/b.md", "docs/c.md")
        assert await stage.source.changed(SERVICE, one, "f" * 40) is None

    play(way, story)


@ways
def test_trouble_is_no_answer(way: Way) -> None:
    async def story(stage: Stage) -> type:
        await stage.push()
        stage.reading_goes_wrong()
        return type(await stage.source.recent(SERVICE))

    assert play(way, story) is TryLater
