"""Github as the one who compares commits, against the sandbox's forge: several calls, each bounded, most of them once."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.build import Author
from bot.core.changelog import Comparison, PullRequest, Relation, Span
from bot.core.policy import ServicePolicy
from bot.ports.changes import CannotTell
from bot.ports.trouble import TryLater
from handlers.ci import github_comparer
from handlers.ci.github_connection import Github
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from simulation.github import GithubWay, github_network
from tests.contract.github_stages import REPO, SERVICE, Clock, a_forge
from tests.unit.simulation.virtual import virtually

OF_PAY = replace(SERVICE, source=replace(SERVICE.source, paths=("pay",)))


@dataclass
class World:
    """A forge, GitHub's connection to it, and what was asked of it."""

    clock: Clock = field(default_factory=Clock)
    asked: list[str] = field(default_factory=list)
    forge: Forge = field(init=False)
    github: Github = field(init=False)

    def __post_init__(self) -> None:
        self.forge = a_forge(self.clock)
        way = GithubWay(self.forge, github_network(random.Random(1)))
        self.github = way.connect(self.clock, self.asked.append)

    async def push(self, title: str = "Change", **more: Any) -> str:
        self.clock.now += timedelta(minutes=1)
        return await self.forge.push(REPO, title, **more)

    async def compare(self, base: str, head: str, service: ServicePolicy = SERVICE) -> Comparison:
        found = await self.github.compare(service, Span("payments", base, head))
        assert isinstance(found, Comparison), found
        return found

    def calls(self) -> int:
        """Return how many calls there were since this was asked last."""
        count = len(self.asked)
        self.asked.clear()
        return count


def play(story: Callable[[World], Any]) -> Any:
    return virtually(lambda: story(World()))


def test_commits_come_with_their_pull_requests_authors_and_labels() -> None:
    async def story(world: World) -> None:
        base = await world.push("Add refunds")
        one = world.forge.commit(REPO, "fix: send it once", body="Co-authored-by: Ann <ann@acme.example>")
        two = await world.push("feat: add receipts (#41)", login="sam", login_id=1002, name="Sam")
        world.forge.merge(REPO, "Send refunds once", [one], number=40, labels=["bug"])
        world.forge.merge(REPO, "Steal credit", [one, two], number=99, merged=False)
        found = await world.compare(base, two)
        site = world.forge.site
        assert [(c.title, c.authors, c.pull) for c in found.added] == [
            (
                "fix: send it once",
                (Author("Robin", "robin@acme.example", "1009"), Author("Ann", "ann@acme.example")),
                PullRequest(40, "Send refunds once", f"{site}/{REPO}/pull/40", ("bug",)),
            ),
            (
                "feat: add receipts (#41)",
                (Author("Sam", "sam@acme.example", "1002"),),
                PullRequest(41, "feat: add receipts", f"{site}/{REPO}/pull/41"),
            ),
        ]

    play(story)


def test_a_hotfix_that_parted_brings_and_takes_away() -> None:
    async def story(world: World) -> None:
        await world.push("Add refunds")
        hotfix = await world.push("Hotfix", branch="hotfix", files=["pay/h"])
        head = await world.push("Go on", files=["pay/g"])
        found = await world.compare(hotfix, head)
        assert (found.relation, found.complete) == (Relation.DIVERGED, True)
        assert [[c.title for c in side] for side in (found.added, found.removed)] == [["Go on"], ["Hotfix"]]
        assert found.files == ("pay/g", "pay/h")

    play(story)


def test_long_comparisons_are_told_page_by_page_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(world: World) -> None:
        base = await world.push("Add refunds")
        shas = [world.forge.commit(REPO, f"Change {n} (#{n})") for n in range(1, 120)]
        head = await world.push("Last")
        found = await world.compare(base, head)
        assert [c.sha for c in found.added] == [*shas, head]
        assert (found.added_total, found.complete) == (120, True)
        assert [c.pull.number for c in found.added if c.pull] == list(range(1, 120)), "the old ones by their titles"
        assert world.calls() == 2 + github_comparer.MOST_LOOKS
        monkeypatch.setattr(github_comparer, "MOST_PAGES", 1)
        found = await world.compare(base, head)
        assert [c.sha for c in found.added] == shas[:100]
        assert (found.added_total, found.complete) == (120, False)

    play(story)


def test_what_was_learnt_of_a_commit_is_not_asked_again() -> None:
    async def story(world: World) -> None:
        base, one = await world.push(files=["pay/a"]), await world.push(files=["pay/b"])
        await world.compare(base, one, OF_PAY)
        assert world.calls() == 3
        two = await world.push(files=["docs/c"])
        assert [c.sha for c in (await world.compare(base, two, OF_PAY)).added] == [one]
        assert world.calls() == 2, "the comparison, and the files of the new commit"

    play(story)


def test_of_many_commits_in_a_shared_repository_the_old_ones_are_kept_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_comparer, "MOST_LOOKS", 2)

    async def story(world: World) -> None:
        base = await world.push()
        one, _, three = [await world.push(files=[name]) for name in ("docs/a", "docs/b", "pay/c")]
        found = await world.compare(base, three, OF_PAY)
        assert [c.sha for c in found.added] == [one, three]
        assert (found.added_total, found.files, found.complete) == (2, ("pay/c",), False)

    play(story)


def test_where_pull_requests_may_not_be_read_titles_have_to_do() -> None:
    async def story(world: World) -> None:
        base, one, two = [await world.push(f"Change (#{n})") for n in (1, 2, 3)]
        world.forge.merge(REPO, "Read me", [one, two], number=9)
        world.forge.faults.add(Fault.NOT_ALLOWED, "GET", "*/pulls", count=9)
        found = await world.compare(base, two)
        assert [c.pull.number for c in found.added if c.pull] == [2, 3]
        assert world.calls() == 2, "the comparison, and one refusal: nor are the others asked for"

    play(story)


@pytest.mark.parametrize("path", ["*/compare/*", "*/pulls", "*/commits/*"])
@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RATE_LIMIT, Fault.FORBIDDEN, Fault.TIMEOUT])
def test_trouble_with_any_call_is_trouble_and_nothing_learnt_is_lost(path: str, fault: Fault) -> None:
    async def story(world: World) -> None:
        base, one = await world.push(files=["pay/a"]), await world.push(files=["pay/b"])
        world.forge.faults.add(fault, "GET", path)
        found = await world.github.compare(OF_PAY, Span("payments", base, one))
        assert isinstance(found, TryLater)
        world.clock.now += timedelta(hours=2)
        assert [c.sha for c in (await world.compare(base, one, OF_PAY)).added] == [one]

    play(story)


def test_a_commit_that_is_gone_cannot_be_told_of() -> None:
    async def story(world: World) -> None:
        one = await world.push()
        for base, head in (("f" * 40, one), (one, "f" * 40), ("f" * 40, "e" * 40)):
            found = await world.github.compare(SERVICE, Span("payments", base, head))
            assert found == CannotTell(github_comparer.GONE)

    play(story)


@pytest.mark.parametrize("gone", [True, False])
def test_who_may_not_see_the_repository_just_now_does_not_know_that_a_commit_is_gone(gone: bool) -> None:
    async def story(world: World) -> None:
        one, two = await world.push(), await world.push()
        span = Span("payments", "f" * 40 if gone else one, two)
        known = world.forge.repositories.pop(REPO)
        assert await world.github.compare(SERVICE, span) == TryLater(5.0, github_comparer.UNREADABLE)
        world.forge.repositories[REPO] = known
        assert isinstance(await world.github.compare(SERVICE, span), CannotTell if gone else Comparison)

    play(story)


def test_a_refusal_to_show_a_commit_does_not_mean_that_it_is_gone() -> None:
    async def story(world: World) -> None:
        one = await world.push()
        world.forge.faults.add(Fault.NOT_ALLOWED, "GET", "*/commits/*")
        found = await world.github.compare(SERVICE, Span("payments", "f" * 40, one))
        assert isinstance(found, TryLater)
        found = await world.github.compare(SERVICE, Span("payments", "f" * 40, one))
        assert found == CannotTell(github_comparer.GONE)

    play(story)


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RATE_LIMIT, Fault.FORBIDDEN, Fault.TIMEOUT])
def test_where_it_cannot_be_seen_whether_a_commit_is_there_it_is_asked_again(fault: Fault) -> None:
    async def story(world: World) -> None:
        one = await world.push()
        world.forge.faults.add(fault, "GET", "*/commits/*")
        assert isinstance(await world.github.compare(SERVICE, Span("payments", "f" * 40, one)), TryLater)

    play(story)


def test_of_what_has_nothing_in_common_both_are_there_so_it_is_asked_again() -> None:
    async def story(world: World) -> None:
        one, two = await world.push(), await world.push()
        world.forge.repositories[REPO].commits[1].parent = "0" * 40
        found = await world.github.compare(SERVICE, Span("payments", one, two))
        assert found == TryLater(5.0, github_comparer.UNREADABLE)

    play(story)


def test_an_answer_that_is_no_comparison_is_asked_for_again() -> None:
    async def story(world: World) -> None:
        one, two = await world.push(), await world.push()
        world.forge.faults.add(Fault.HTML, "GET", "*/compare/*")
        found = await world.github.compare(SERVICE, Span("payments", one, two))
        assert found == TryLater(5.0, "GitHub's answer (200) cannot be read")

    play(story)
