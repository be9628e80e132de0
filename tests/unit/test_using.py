"""The user's guide shows every kind of message: each picture is there and used, every word, button and state is named."""

import re
from pathlib import Path

import pytest

from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind
from bot.views import states
from bot.views.buttons import CHANGES, FAILURE_ACTS, LIVE_ACTS, NOTICE_ACTS
from handlers.draft_clerk import DRAFT_ACTS
from handlers.faces import LETTER_ACTS, QUESTION_ACTS
from handlers.phrases import ENTRIES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
USING = (DOCS / "using.md").read_text()
PICTURES = DOCS / "pictures"
MOST_BYTES = 3_000_000
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]*pictures/([a-z-]+)\.png)\)")

BUTTONS = {
    "approve": ("Approve",),
    "undo": ("Undo",),
    "reject": ("Reject",),
    CHANGES: ("Changes",),
    "schedule": ("Schedule", "Another time"),
    "now": ("As soon as possible",),
    "hold": ("Hold",),
    "resume": ("Resume",),
    "retry": ("Retry",),
    "rollback": ("Roll back",),
    "mark_done": ("Mark as done",),
    "did_run": ("It did run",),
    "did_not_run": ("It did not run",),
    "try_again": ("Try again",),
    "abandon": ("Abandon",),
    "post_draft": ("Post",),
    "edit_draft": ("Edit",),
    "discard_draft": ("Discard",),
    "mute": ("Mute these messages", "Unmute"),
}
"""What stands on the button of each act."""
CARDS = {
    CardKind.NOTICE: ("notice-waiting", "notice-live"),
    CardKind.FAILURE: ("failure", "failure-retried"),
    CardKind.QUESTION: ("question", "question-settled"),
    CardKind.DRAFT: ("draft", "draft-posted"),
    CardKind.LETTER: ("letter", "letter-settled"),
    CardKind.AUDIT: ("audit",),
}
"""The pictures of each message that is kept true."""
MESSAGES = {
    EffectKind.ANNOUNCE: ("announcement",),
    EffectKind.TELL_FAILURE: ("failure",),
    EffectKind.TELL_ROLLED_BACK: ("rolled-back",),
    EffectKind.TELL_AUTHOR: ("direct-live", "direct-rejected", "direct-rolled-back"),
    EffectKind.REMIND_DRAFT: ("draft-reminder",),
    EffectKind.REMIND_LETTERS: ("letter-reminder",),
    EffectKind.REMIND: ("reminder",),
    EffectKind.ESCALATE: ("escalation",),
    EffectKind.TELL_ESCALATED: ("direct-escalated",),
    EffectKind.OPERATIONS: ("operations-stopped", "operations-override", "operations-mode", "operations-policy"),
    EffectKind.TELL_LINE: ("line-broken", "line-mended"),
    EffectKind.TELL_FREEZE: ("freeze-begins", "freeze-ends"),
    EffectKind.LOG: ("thread",),
    EffectKind.ANSWER: ("answer-status", "answer-not-an-approver"),
    EffectKind.REPLY: ("mention",),
    EffectKind.ANCHOR: ("audit",),
}
"""The pictures of each message that is sent once; a deploy is no message."""


def used() -> set[str]:
    """Return the names of the pictures that the documents show."""
    files = (ROOT / "README.md", *DOCS.glob("*.md"))
    return {found[2] for file in files for found in _IMAGE.findall(file.read_text())}


def shown() -> set[str]:
    """Return the names of the pictures that the guide shows."""
    return {found[2] for found in _IMAGE.findall(USING)}


def test_every_picture_is_there_and_used() -> None:
    assert used() == {file.stem for file in PICTURES.iterdir()}


def test_the_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < MOST_BYTES


def test_every_picture_says_in_words_what_it_shows() -> None:
    told = [found[0] for found in _IMAGE.findall(USING)]
    assert [words for words in told if len(words.split()) < 5] == []
    assert len(told) == len(set(told)) == len(shown())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.word)
def test_every_form_of_the_command_has_a_row(entry: object) -> None:
    usage = getattr(entry, "usage").replace("|", "\\|")  # noqa: B009 - parametrize gives an object
    assert f"| `/deploy {usage}` |" in USING


def test_every_act_has_a_button_here_and_every_button_is_told_of() -> None:
    acts = {*NOTICE_ACTS, *FAILURE_ACTS, *LIVE_ACTS, *QUESTION_ACTS, *LETTER_ACTS, *DRAFT_ACTS, CHANGES, "mute"}
    assert set(BUTTONS) == acts
    assert [words for row in BUTTONS.values() for words in row if f"**{words}**" not in USING] == []


def test_every_kind_of_message_is_shown() -> None:
    assert set(CARDS) == set(CardKind)
    assert set(MESSAGES) == set(EffectKind) - {
        EffectKind.DEPLOY,
        EffectKind.TURN_AWAY,
        EffectKind.LET_ON,
        EffectKind.STOP,
    }
    wanted = {name for names in (*CARDS.values(), *MESSAGES.values()) for name in names}
    assert wanted - shown() == set()


def test_no_page_claims_more_pictures_than_one_for_each_kind() -> None:
    pages = {"README.md": ROOT, "CHANGELOG.md": ROOT, "using.md": DOCS}
    told = {name: " ".join((folder / name).read_text().split()) for name, folder in pages.items()}
    claims = {"README.md": "every kind of message in pictures", "CHANGELOG.md": "every kind of message as a picture"}
    claims["using.md"] = "Each kind of message is shown at least once"
    assert [name for name, words in claims.items() if words not in told[name]] == []
    assert [name for name, words in told.items() if re.search("every message (in|as a) picture", words)] == []


def test_every_heading_of_a_notice_is_told_of() -> None:
    known: set[str] = set()
    for value in vars(states).values():
        for one in _words(value):
            known.add(one.heading)
    assert len(known) > 20
    assert sorted(one for one in known if f"**{one}**" not in USING) == []


def _words(value: object) -> list[states.Words]:
    if isinstance(value, states.Words):
        return [value]
    if isinstance(value, dict):
        return [one for part in value.values() for one in _words(part)]
    if isinstance(value, tuple):
        return [one for part in value for one in _words(part)]
    return []
