"""Whose checks are asked for beside what the page of newest runs shows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.missed import Missed, Wanted
from handlers.ci.github_checked_builds import CheckedBuilds
from tests.factories import NOON, WORKFLOW, a_policy, a_report, a_sha
from tests.fakes.source import FakeSource
from tests.unit.handlers.ci.payloads import WEB

SERVICE = replace(a_policy().services[0], source=GithubSource("acme/payments", "main", (WORKFLOW,), checks=("Sonar",)))


@dataclass(frozen=True)
class Knowing:
    """Implements Sends: a GitHub that has no commit, and notes of which it was asked."""

    shas: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present."""
        return lambda: NOON

    async def send(self, request: HttpRequest, **_: Any) -> HttpReply:
        """Answer that there is no such commit."""
        sha = request.path.split("/")[5]
        self.shas.extend([sha] if sha not in self.shas[-1:] else [])
        return HttpReply(404, {}, b"{}")


async def asked(page: int, looks: int) -> list[int]:
    """Return of which of five green commits all of whose checks are wanted some looks ask, beside the page."""
    sends, reports = Knowing(), [a_report(number) for number in range(1, 6)]
    source = CheckedBuilds(FakeSource([*reports[5 - page :]]), sends, WEB)
    names = {a_sha(number): number for number in range(1, 6)}
    found = []
    for _ in range(looks):
        await source.recent(SERVICE)
        sends.shas.clear()
        assert await source.missed(SERVICE, Wanted(None, tuple(reversed(reports)))) == Missed()
        found += [names[sha] for sha in sends.shas]
    return found


async def test_where_the_page_shows_the_newest_two_others_a_look_have_their_turn() -> None:
    assert await asked(page=1, looks=3) == [4, 3, 2, 1, 4, 3]


async def test_the_newest_is_asked_for_each_time_where_other_runs_pushed_its_own_off_the_page() -> None:
    assert await asked(page=0, looks=4) == [5, 4, 5, 3, 5, 2, 5, 1]
