"""docs/messages.md is as the views write it, and no state, blocker, refusal, event or kind of message is missing."""

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, get_args

import pytest

from bot.core.blockers import Blocker
from bot.core.inputs import Account
from bot.core.personal import Ending
from bot.core.refusals import AccountMayNotAct, CannotStop, OwnRelease, OwnWork, Reason, Unstoppable
from bot.core.release import DeployStatus, Lifecycle
from bot.ports.drafts import DraftState
from bot.ports.slack import Message
from bot.views import operations, policy_change, states, thread
from sandbox.slack.block_kit import blocks as block_kit
from sandbox.slack.block_kit import views as view_kit
from tests.unit.views.book import BOOK, Chapter, Example, readable, written
from tests.unit.views.every_answer import ANSWERS
from tests.unit.views.every_form import FORMS
from tests.unit.views.every_view import MESSAGES
from tests.unit.views.whole_book import chapters

WHOLE = chapters()


def examples(*titles: str) -> Iterator[Example]:
    """Yield the examples of some chapters, or of all."""
    yield from (one for chapter in WHOLE if not titles or chapter.title in titles for one in chapter.examples)


def kinds(*titles: str) -> set[object]:
    """Return what the examples of some chapters are examples of."""
    return {one.of for one in examples(*titles)}


def test_the_file_is_as_generated() -> None:
    assert BOOK.read_text() == written(WHOLE), "`make messages` writes it anew"


def test_every_state_of_a_release_has_its_notice() -> None:
    assert set(Lifecycle) - {Lifecycle.DEPLOYING} <= kinds("The notice")
    assert set(DeployStatus) - {DeployStatus.SUCCEEDED, DeployStatus.FAILED} <= kinds("The notice")


def test_every_heading_of_a_notice_is_there() -> None:
    headings = {word.heading for word in _words(vars(states))}
    shown = {one.shown.blocks[0]["text"]["text"] for one in examples() if isinstance(one.shown, Message)
             and one.shown.blocks[0]["type"] == "header"}  # fmt: skip
    assert [heading for heading in headings if not any(text.startswith(heading) for text in shown)] == []


def _words(value: Any) -> Iterator[states.Words]:
    """Yield every heading that the module holds, wherever it stands."""
    if isinstance(value, states.Words):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if not str(name).startswith("__"):
                yield from _words(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _words(inner)


def test_every_blocker_is_there() -> None:
    assert set(get_args(Blocker)) == kinds("What may be in the way")


def test_every_reason_of_a_refusal_is_there() -> None:
    told = kinds("Refusals about a release", "Refusals about a lane or a build")
    assert set(get_args(Reason)) - {AccountMayNotAct, OwnRelease, CannotStop} <= told
    assert set(Account) | set(OwnWork) | set(Unstoppable) <= told


def test_everything_that_happens_is_there() -> None:
    assert set(thread.LINES) == kinds("The thread of a notice")
    assert set(operations.SENTENCES) | set(policy_change.KINDS) == kinds("Operations")


def test_every_direct_message_and_every_end_of_a_draft_is_there() -> None:
    assert set(Ending) <= kinds("Direct messages")
    assert set(DraftState) <= kinds("Drafts of announcements")


def test_every_view_that_people_read_is_in_the_book() -> None:
    called: set[str] = set()

    def look(frame: FrameType, _event: str, _arg: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("bot.views."):
            called.add(f"{module.removeprefix('bot.views.')}.{frame.f_code.co_name}")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        chapters()
    finally:
        sys.setprofile(before)
    assert sorted({*MESSAGES, *ANSWERS, *FORMS} - called) == []


@pytest.mark.parametrize("chapter", WHOLE, ids=lambda chapter: chapter.title)
def test_slack_takes_every_message_of_the_book(chapter: Chapter) -> None:
    for example in chapter.examples:
        shown = example.shown
        if isinstance(shown, Message):
            assert shown.text
            assert block_kit.problems(list(shown.blocks)) == []
        else:
            assert shown is not None
            assert view_kit.problems(shown, shown["type"]) == []


@pytest.mark.parametrize("chapter", WHOLE, ids=lambda chapter: chapter.title)
def test_no_message_of_the_book_is_shown_twice_or_named_twice(chapter: Chapter) -> None:
    names = [one.when for one in chapter.examples]
    assert sorted(set(names)) == sorted(names)


def test_what_is_marked_up_reads_as_it_looks() -> None:
    marked = "*By:* <@U0NORA>, <!subteam^S0SRE> in <#C0OPS> &lt;b&gt; <https://github.com/acme|R-42>"
    assert readable(marked) == "By: @nora, @sre in #operations <b> R-42"
    assert readable("<!date^1^{x}|2026-11-19 12:00 UTC>, <!date^1^{x}|2026-11-20 12:00 UTC>") == (
        "today 12:00 UTC, 2026-11-20 12:00 UTC"
    )
