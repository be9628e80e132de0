"""The help of the command, made from the grammar's own table, so that it never tells of words that do not exist."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ports.slack import Message
from bot.views.blocks import listing


@dataclass(frozen=True, slots=True)
class Entry:
    """One form of the command: its keyword, what to type, what it does in one line, and more about it."""

    word: str
    usage: str
    line: str
    more: str


def help_message(entries: Sequence[Entry], command: str, word: str | None) -> Message:
    """Return all forms with a line each, or one form with all there is to say; all forms when the word is not one."""
    found = next((entry for entry in entries if entry.word == word), None)
    if found:
        return listing([f"`{command} {found.usage}`: {found.line}.", found.more])
    shown = [f"`{command} {entry.usage}`: {entry.line}" for entry in entries]
    return listing([*shown, f"More about one of them: `{command} help WORD`, with {_words(entries)}."])


def _words(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.word for entry in entries)
