"""Whatever others write, wherever they can: nothing that people read holds markup of theirs or breaks a limit."""

import gc
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any, get_args

import pytest

import bot.views
from bot.core.blockers import Blocker
from bot.core.refusals import AccountMayNotAct, Reason
from bot.ports.slack import Message
from bot.views.answers import misunderstood
from bot.views.blocks import header, section
from bot.views.limits import TEXT
from handlers.grammar import parse
from handlers.phrases import ENTRIES
from handlers.vocabulary import Misunderstood
from tests.unit.views.every_answer import ANSWERS, every_reason
from tests.unit.views.every_form import FORMS
from tests.unit.views.every_piece import NOT_READ, PIECES, every_blocker
from tests.unit.views.every_view import MESSAGES, Entry, Shown
from tests.unit.views.evil import LONG, MANY, STRINGS, Evil, long_strings
from tests.unit.views.strict_eyes import facts_differ
from tests.unit.views.strict_eyes import inspect as look
from tests.unit.views.values import POLICY

EVERY: Mapping[str, Entry] = {**MESSAGES, **ANSWERS, **FORMS, **PIECES}
_RENDERS = 60
"""At least so many of each, so that its states and ways come up together with the strings."""
_LONG_RENDERS = 3
LINE_BY_LINE = {"policy_change.policy_change": "the lines are Signoff's own, one for each difference of two policies"}
"""What takes as long as its text is, and why nobody can make that long."""
LONGEST = long_strings()


def public() -> Iterator[str]:
    """Yield every public function of bot/views as «module.function»."""
    for found in pkgutil.iter_modules(bot.views.__path__):
        module = importlib.import_module(f"bot.views.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{found.name}.{name}"


def test_no_public_function_of_the_views_is_missing_from_the_tables() -> None:
    assert set(public()) - EVERY.keys() - NOT_READ.keys() == set()
    assert (EVERY.keys() | NOT_READ.keys()) - set(public()) == set()
    assert not EVERY.keys() & NOT_READ.keys()


def test_no_blocker_and_no_reason_is_missing_from_the_tables() -> None:
    assert {type(one) for one in every_blocker(Evil())} == set(get_args(Blocker))
    assert {type(one) for one in every_reason(Evil())} == set(get_args(Reason)) - {AccountMayNotAct}


def rendered(entry: Entry, evil: Evil, renders: int, strings: int) -> Iterator[Shown]:
    """Yield what it makes of hostile text until every string was handed out; once, where it takes none."""
    done = 0
    while done < renders or 0 < evil.taken < strings:
        yield entry(evil)
        done += 1
        if done > 1 and evil.taken == 0:
            return


@pytest.mark.parametrize("name", sorted(EVERY))
def test_t14_a_thousand_hostile_strings_do_nothing(name: str) -> None:
    evil = Evil(STRINGS, seed=sorted(EVERY).index(name))
    for shown in rendered(EVERY[name], evil, _RENDERS, MANY):
        if shown is not None:
            look(shown)
            if isinstance(shown, Message) and name in SAME_FACTS:
                assert facts_differ(shown) == []
            if isinstance(shown, Message) and name in KEPT_TRUE:
                assert len(shown.text) <= TEXT


@pytest.mark.parametrize("name", sorted(EVERY))
def test_texts_of_a_hundred_kilobytes_do_nothing(name: str) -> None:
    for shown in rendered(EVERY[name], Evil(LONGEST, seed=3), _LONG_RENDERS, len(LONGEST)):
        if shown is not None:
            look(shown)


@pytest.mark.parametrize("name", sorted(EVERY.keys() - LINE_BY_LINE.keys()))
def test_twice_as_long_a_text_takes_no_more_steps(name: str) -> None:
    whole = counted_steps(EVERY[name], Evil(LONGEST, seed=3))
    half = counted_steps(EVERY[name], Evil(tuple(one[: LONG // 2] for one in LONGEST), seed=3))
    assert whole <= half * 1.25 + 100


def counted_steps(entry: Entry, evil: Evil) -> int:
    """Return how many calls of functions it takes to render it twice, which is the same on every machine."""
    count = 0

    def step(_frame: FrameType, _event: str, _arg: Any) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    gc.disable()  # what others left behind is not this one's to clear away
    sys.setprofile(step)
    try:
        entry(evil)
        entry(evil)
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


SAME_FACTS = {*MESSAGES, *ANSWERS} - {"blocks.said", "blocks.listing"}
"""Whose text says what the blocks say; of the others the text is the test's own."""
KEPT_TRUE = {f"{one}_card" for one in ("draft.draft", "letter.letter")} | {"card.notice", "failure.failure"}
KEPT_TRUE |= {"question.question", "anchor.root"}
"""The messages that are edited: Slack refuses an edit with a longer text than it posts."""
WORDS = ("", *(entry.word for entry in ENTRIES))


@pytest.mark.parametrize("word", WORDS)
def test_no_sentence_about_what_was_typed_does_anything(word: str) -> None:
    evil = Evil(seed=len(word))
    for _ in range(200):
        parsed = parse(f"{word} {evil()} {evil()}", POLICY)
        if isinstance(parsed, Misunderstood):
            look(misunderstood(parsed.sentence))


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<@U0EVIL>",
        "<#C0EVIL>",
        "<!subteam^S0EVIL>",
        "<https://evil.example|x>",
        "a > b",
        "a < b",
        "&nbsp;",
        "<!date^666^{date_num}|x>",
        "<https://github.example/forged|x>",
        "a\u202eb",
        "a\u200bb",
        "x" * 3001,
    ],
)
def test_the_eyes_see_what_others_may_not_write(text: str) -> None:
    with pytest.raises(AssertionError):
        look(Message("x", (section(text),)))
    with pytest.raises(AssertionError):
        look({"type": "home", "blocks": [section(text)]})


def test_the_eyes_see_what_only_one_of_text_and_blocks_says() -> None:
    told = Message("It is live.\nBy: Ann.", (section("*By:* Ann\nHeld by nobody"),))
    assert facts_differ(told) == ["not in the text: Held by nobody", "not in the blocks: It is live"]
    assert facts_differ(Message("Waiting: payments.\nBy: Ann.", (header("Waiting"), section("*By:* Ann")))) == []
