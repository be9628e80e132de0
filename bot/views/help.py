"""The help of the command, made from the grammar's own table, so that it never tells of words that do not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.ports.slack import Message
from bot.views.blocks import Fact, Line, listing


class Topic(Enum):
    """What a form of the command is for, in the order in which people look for it."""

    ASK = "Ask"
    READ = "Read"
    DECIDE = "Decide"
    LANES = "Lanes and builds"
    EMERGENCY = "Emergency"


_MEANT_FOR = {
    Topic.ASK: "for a release.",
    Topic.READ: "what is so, and why. Mention Signoff with one of these words, and everybody reads the answer.",
    Topic.DECIDE: "about one release, by its name.",
    Topic.LANES: "decide about all that goes to an environment of a service, or about a build.",
    Topic.EMERGENCY: "when something is wrong.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One form of the command.

    Attributes:
        word: its keyword.
        usage: what to type.
        line: what it does, in one line.
        more: more about it, in whole sentences.
        topic: what it is for.
        example: one that somebody may really have typed.
    """

    word: str
    usage: str
    line: str
    more: str
    topic: Topic
    example: str


def help_message(entries: Sequence[Entry], command: str, word: str | None) -> Message:
    """Return all forms with a line each, or one form with all there is to say; all forms when the word is not one."""
    found = next((entry for entry in entries if entry.word == word), None)
    if found:
        return listing(
            [f"`{command} {found.usage}`: {found.line}.", found.more, f"For example: `{command} {found.example}`"]
        )
    lines: list[Line] = []
    for topic in Topic:
        shown = [f"`{command} {entry.usage}`: {entry.line}" for entry in entries if entry.topic is topic]
        lines += [Fact(topic.value, _MEANT_FOR[topic]), *shown] if shown else []
    return listing([*lines, f"More about one of them, with an example: `{command} help WORD`, with {_words(entries)}."])


def _words(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.word for entry in entries)
