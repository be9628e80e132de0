"""What GitHub told is kept, asked for by its ETag, and told again where nothing changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.github_kept import Kept
from tests.factories import NOON

PATH = "/repos/acme/payments/deployments"
LIST = HttpRequest("GET", PATH, (("environment", "production"),))
OTHER = HttpRequest("GET", PATH, (("environment", "staging"),))
UNCHANGED = HttpReply(304, {"etag": '"a"'}, b"")


def a_reply(body: bytes, etag: str | None = '"a"', status: int = 200) -> HttpReply:
    return HttpReply(status, {"etag": etag} if etag else {}, body)


@dataclass
class Scripted:
    """Answers as it was told, one after the other."""

    answers: list[HttpReply | TryLater | Unsure]
    asked: list[tuple[HttpRequest, str | None]] = field(default_factory=list)

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present."""
        return lambda: NOON

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Answer."""
        self.asked.append((request, etag))
        return self.answers.pop(0)

    @property
    def etags(self) -> list[str | None]:
        """What each request named as known."""
        return [etag for _, etag in self.asked]


async def test_what_has_not_changed_is_told_as_before() -> None:
    github = Scripted([a_reply(b"[1]"), UNCHANGED, UNCHANGED, a_reply(b"[2]", '"b"'), UNCHANGED])
    kept = Kept(github)
    told = [await kept.send(LIST) for _ in range(5)]
    assert told == [a_reply(b"[1]")] * 3 + [a_reply(b"[2]", '"b"')] * 2
    assert github.etags == [None, '"a"', '"a"', '"a"', '"b"']
    assert kept.clock() == NOON


async def test_another_page_or_filter_is_another_answer() -> None:
    github = Scripted([a_reply(b"[1]"), a_reply(b"[2]", '"b"'), UNCHANGED])
    kept = Kept(github)
    assert [await kept.send(one) for one in (LIST, OTHER, LIST)] == [
        a_reply(b"[1]"),
        a_reply(b"[2]", '"b"'),
        a_reply(b"[1]"),
    ]
    assert github.etags == [None, None, '"a"']


@pytest.mark.parametrize("trouble", [TryLater(5, "lost"), Unsure("lost"), a_reply(b"oh", None, 502)])
async def test_trouble_is_told_and_what_was_kept_stays(trouble: HttpReply | TryLater | Unsure) -> None:
    github = Scripted([a_reply(b"[1]"), trouble, UNCHANGED])
    kept = Kept(github)
    assert [await kept.send(LIST) for _ in range(3)] == [a_reply(b"[1]"), trouble, a_reply(b"[1]")]


async def test_only_what_was_told_whole_and_with_an_etag_is_kept() -> None:
    github = Scripted([a_reply(b"[]", None), a_reply(b"gone", status=404), a_reply(b"[1]")])
    kept = Kept(github)
    for _ in range(3):
        await kept.send(LIST)
    assert github.etags == [None, None, None]


async def test_what_changes_something_or_brings_its_own_etag_is_let_through() -> None:
    start = HttpRequest("POST", PATH, body={"ref": "main"})
    github = Scripted([a_reply(b"{}"), a_reply(b"{}"), a_reply(b"[1]", '"b"'), UNCHANGED, a_reply(b"[1]")])
    kept = Kept(github)
    assert [await kept.send(start), await kept.send(start)] == [a_reply(b"{}")] * 2
    assert await kept.send(LIST, etag='"x"') == a_reply(b"[1]", '"b"')
    assert await kept.send(LIST, etag='"x"') == UNCHANGED
    await kept.send(LIST)
    assert github.etags == [None, None, '"x"', '"x"', None]


async def test_what_was_asked_for_longest_ago_makes_room() -> None:
    third = HttpRequest("GET", PATH)
    answers = {LIST: '"a"', OTHER: '"b"', third: '"c"'}
    github = Scripted([])
    kept = Kept(github, most=24)  # two answers of ten bytes, compressed, and not three
    for request in (LIST, OTHER, LIST, third):
        github.answers.append(a_reply(b"[]", answers[request]))
        await kept.send(request)
    for request in (LIST, third, OTHER):
        github.answers.append(a_reply(b"[]", answers[request]))
        await kept.send(request)
    assert github.etags == [None, None, '"a"', None, '"a"', '"c"', None]


@pytest.mark.parametrize(
    "damaged",
    [b"[1", b"<html>Unicorn!</html>", b"", b'"\xff"', b"null", b"7", b"{}", b'{"message": "Server Error"}'],
)
async def test_what_was_damaged_on_its_way_is_asked_for_anew(damaged: bytes) -> None:
    github = Scripted([a_reply(damaged), a_reply(b"[1]"), UNCHANGED])
    kept = Kept(github)
    assert [await kept.send(LIST) for _ in range(3)] == [a_reply(damaged), a_reply(b"[1]"), a_reply(b"[1]")]
    assert github.etags == [None, None, '"a"']


async def test_brackets_without_end_are_told_and_not_kept() -> None:
    nested = a_reply(b"[" * 100_000)
    github = Scripted([nested, a_reply(b"[1]")])
    kept = Kept(github)
    assert [await kept.send(LIST), await kept.send(LIST)] == [nested, a_reply(b"[1]")]
    assert github.etags == [None, None]
