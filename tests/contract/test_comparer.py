"""Comparer: what shipping brings and takes away, of the service's paths; trouble and gone commits are no answer."""

from dataclasses import replace

import pytest

from bot.core.changelog import Comparison, Relation, Span
from bot.ports.changes import CannotTell
from bot.ports.trouble import TryLater
from tests.contract.github_stages import ALL, SERVICE, Stage, Way, play

ways = pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)
OF_PAY = replace(SERVICE, source=replace(SERVICE.source, paths=("pay",)))


async def compared(stage: Stage, base: str, head: str, service: object = SERVICE) -> Comparison:
    assert service in {SERVICE, OF_PAY}
    found = await stage.comparer.compare(OF_PAY if service is OF_PAY else SERVICE, Span("payments", base, head))
    assert isinstance(found, Comparison), found
    return found


@ways
def test_shipping_brings_every_commit_since_what_is_live_oldest_first(way: Way) -> None:
    async def story(stage: Stage) -> None:
        one, two, three = [await stage.push(f"pay/{name}") for name in "abc"]
        found = await compared(stage, one, three)
        assert found.span == Span("payments", one, three)
        assert (found.relation, found.added_total, found.complete) == (Relation.AHEAD, 2, True)
        assert [change.sha for change in found.added] == [two, three]
        assert all(change.authors and change.title for change in found.added)
        assert (found.removed, found.files) == ((), ("pay/b", "pay/c"))

    play(way, story)


@ways
def test_going_back_takes_away_what_came_since(way: Way) -> None:
    async def story(stage: Stage) -> None:
        one, two, three = [await stage.push(f"pay/{name}") for name in "abc"]
        found = await compared(stage, three, one)
        assert (found.relation, found.added, found.added_total) == (Relation.BEHIND, (), 0)
        assert [change.sha for change in found.removed] == [two, three]
        assert found.files == ("pay/b", "pay/c")

    play(way, story)


@ways
def test_one_and_the_same_differs_in_nothing(way: Way) -> None:
    async def story(stage: Stage) -> None:
        one = await stage.push("pay/a")
        found = await compared(stage, one, one)
        assert found == Comparison(Span("payments", one, one), Relation.IDENTICAL, ())

    play(way, story)


@ways
def test_commits_and_files_of_other_services_are_left_out(way: Way) -> None:
    async def story(stage: Stage) -> None:
        one = await stage.push("pay/a")
        two = await stage.push("pay/b", "docs/b")
        await stage.push("docs/c")
        four = await stage.push("docs/d", "pay/d")
        found = await compared(stage, one, four, OF_PAY)
        assert [change.sha for change in found.added] == [two, four]
        assert (found.added_total, found.files, found.complete) == (2, ("pay/b", "pay/d"), True)

    play(way, story)


@ways
def test_what_is_not_there_cannot_be_told(way: Way) -> None:
    async def story(stage: Stage) -> None:
        one = await stage.push()
        for base, head in ((one, "f" * 40), ("f" * 40, one)):
            found = await stage.comparer.compare(SERVICE, Span("payments", base, head))
            assert isinstance(found, CannotTell)

    play(way, story)


@ways
def test_trouble_is_no_answer(way: Way) -> None:
    async def story(stage: Stage) -> type:
        one, two = await stage.push(), await stage.push()
        stage.comparing_goes_wrong()
        return type(await stage.comparer.compare(SERVICE, Span("payments", one, two)))

    assert play(way, story) is TryLater
