"""The help as it is made from the grammar: it reads well, and Slack takes it."""

import pytest

from bot.views.help import Entry, Topic, help_message
from handlers.phrases import ENTRIES
from tests.unit.views.reading import check

LONGEST_NAME = "/" + "d" * 31


@pytest.mark.parametrize("word", [None, *(entry.word for entry in ENTRIES)])
def test_slack_takes_the_help_whatever_the_command_is_called(word: str | None) -> None:
    message = help_message(ENTRIES, LONGEST_NAME, word)
    check(message)
    assert [line for line in message.text.splitlines() if line.startswith("and ")] == []  # nothing is folded away


def test_every_word_stands_under_one_topic_and_every_topic_has_words() -> None:
    text = help_message(ENTRIES, "/deploy", None).text.splitlines()
    assert [line.partition(":")[0] for line in text if not line.startswith(("`", "More"))] == [
        one.value for one in Topic
    ]
    assert [line for line in text if line.startswith("`")] == [
        f"`/deploy {entry.usage}`: {entry.line}" for topic in Topic for entry in ENTRIES if entry.topic is topic
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.word)
def test_each_word_is_told_in_whole_sentences(entry: Entry) -> None:
    assert (entry.line.endswith("."), entry.more.endswith(".")) == (False, True)
