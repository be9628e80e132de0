"""Block Kit as plain dicts, the few kinds that we use, each within Slack's limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.ports.slack import Message
from bot.views import limits
from bot.views.escape import plain

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line with a label: bold in the blocks, bare in the text that is read aloud or printed."""

    label: str
    value: str

    def __str__(self) -> str:
        """Return it without markup."""
        return f"{self.label}: {self.value}"

    @property
    def marked(self) -> str:
        """Return it as mrkdwn."""
        return f"*{self.label}:* {self.value}"


Line = str | Fact


@dataclass(frozen=True, slots=True)
class Confirm:
    """What is asked once more before a button counts. Plain text."""

    title: str
    text: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button that carries a handle and nothing else. `label` is what a screen reader says."""

    act: str
    words: str
    label: str
    handle: str
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None


def said(*lines: Line) -> Message:
    """Return a short message: a few lines that say the same in blocks and text."""
    return _message(lines, limits.TEXT)


def listing(lines: Sequence[Line]) -> Message:
    """Return a long answer: its text holds every line, since the command line prints it."""
    return _message(lines, limits.LISTING)


def _message(lines: Sequence[Line], limit: int) -> Message:
    text = "\n".join(limits.fold([str(line) for line in lines], limit))
    shown = limits.fold([marked(line) for line in lines], limit)
    return Message(text, tuple(section(piece) for piece in limits.packed(shown)))


def marked(line: Line) -> str:
    """Return a line as mrkdwn."""
    return line.marked if isinstance(line, Fact) else line


def section(text: str, block_id: str | None = None) -> Block:
    """Return a section of text that is within the limit already."""
    return _named({"type": "section", "text": _mrkdwn(text)}, block_id)


def context(text: str, block_id: str | None = None) -> Block:
    """Return a line in small print."""
    return _named({"type": "context", "elements": [_mrkdwn(text)]}, block_id)


def header(text: str, block_id: str | None = None) -> Block:
    """Return a header; it is plain text, so it needs no escaping, only cutting."""
    return _named({"type": "header", "text": plain_text(text, limits.HEADER)}, block_id)


def actions(buttons: Sequence[Button], block_id: str | None = None) -> Block:
    """Return a row of buttons."""
    return _named({"type": "actions", "elements": [_button(button) for button in buttons]}, block_id)


def plain_text(text: str, limit: int) -> Block:
    """Return a plain_text object; `:names:` in what others wrote stay as they are."""
    return {"type": "plain_text", "text": plain(text, limit), "emoji": False}


def _mrkdwn(text: str) -> Block:
    # verbatim keeps Slack from making links of bare addresses and names in what others wrote; <...> of ours still works
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _button(button: Button) -> Block:
    block: Block = {
        "type": "button",
        "action_id": f"signoff:{button.act}",
        "text": plain_text(button.words, limits.BUTTON),
        "value": button.handle,
        "accessibility_label": plain(button.label, limits.BUTTON),
    }
    if button.style:
        block["style"] = button.style
    if button.confirm:
        block["confirm"] = _confirm(button.confirm)
    return block


def _confirm(confirm: Confirm) -> Block:
    return {
        "title": plain_text(confirm.title, limits.CONFIRM_TITLE),
        "text": plain_text(confirm.text, limits.CONFIRM_TEXT),
        "confirm": plain_text(confirm.yes, limits.CONFIRM_BUTTON),
        "deny": plain_text(confirm.no, limits.CONFIRM_BUTTON),
    }


def _named(block: Block, block_id: str | None) -> Block:
    return {**block, "block_id": block_id} if block_id else block
