"""What a person reads and sees in blocks, as text, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.slack.mrkdwn import Names, dated, read
from sandbox.slack.views import elements

if TYPE_CHECKING:
    from sandbox.slack.messages import Block, Message
    from sandbox.slack.views import View
    from sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it is seen. `text` is on it, `label` is what a screen reader says."""

    text: str
    action_id: str
    block_id: str
    value: str
    style: str
    label: str
    url: str
    confirm: dict[str, Any] | None


def buttons(blocks: list[Block]) -> list[Button]:
    """Return the buttons of blocks, in order."""
    return [
        Button(
            text=element["text"]["text"],
            action_id=element["action_id"],
            block_id=block["block_id"],
            value=element.get("value", ""),
            style=element.get("style", ""),
            label=element.get("accessibility_label", element["text"]["text"]),
            url=element.get("url", ""),
            confirm=element.get("confirm"),
        )
        for block in blocks
        for element in elements(block)
        if element["type"] == "button"
    ]


def view(workspace: Workspace, shown: View) -> str:
    """Return a modal or a Home tab as its person reads it."""
    zone = ZoneInfo(workspace.people[shown.person].tz)
    return "\n".join(lines(shown.blocks, names_of(workspace), zone))


def plain(workspace: Workspace, message: Message, version: int = -1) -> str:
    """Return a message as a person reads it, one line for each text; without blocks it is its text."""
    shown = message.versions[version]
    names = names_of(workspace)
    if not shown.blocks:
        return read(shown.text, names)
    return "\n".join(lines(shown.blocks, names))


def names_of(workspace: Workspace) -> Names:
    """Return the names of everybody and everything in a workspace."""
    return Names(workspace.people, workspace.channels, workspace.usergroups)


def lines(blocks: list[Block], names: Names, zone: tzinfo = UTC) -> list[str]:
    """Return the texts of blocks in order; a row of buttons reads like «[Approve] [Reject]»."""
    return [line for block in blocks for line in _block(block, names, zone) if line]


def _block(block: Block, names: Names, zone: tzinfo) -> Iterator[str]:
    kind = block["type"]
    if kind == "rich_text":
        yield from (_rich(part, names, zone) for part in block["elements"])
    elif kind == "image":
        yield _text(block.get("title"), names, zone)
        yield f"({block['alt_text']})"
    elif kind == "context":
        yield "  ".join(_context(element, names, zone) for element in block["elements"])
    elif kind == "input":
        yield _text(block["label"], names, zone)
        yield _text(block.get("hint"), names, zone)
    else:
        yield _text(block.get("text"), names, zone)
        yield from (_text(field, names, zone) for field in block.get("fields", []))
        if block.get("accessory", {}).get("type") == "image":
            yield f"({block['accessory']['alt_text']})"
        yield " ".join(_control(element) for element in elements(block))


def _text(value: dict[str, Any] | None, names: Names, zone: tzinfo) -> str:
    if value is None:
        return ""
    return read(value["text"], names, zone) if value["type"] == "mrkdwn" else str(value["text"])


def _context(element: Block, names: Names, zone: tzinfo) -> str:
    return f"({element['alt_text']})" if element["type"] == "image" else _text(element, names, zone)


def _control(element: Block) -> str:
    if element["type"] == "button":
        return f"[{element['text']['text']}]"
    if element["type"] == "overflow":
        return "[…]"
    if element["type"] in {"checkboxes", "radio_buttons"}:
        return " ".join(f"( ) {option['text']['text']}" for option in element["options"])
    return f"[{element.get('placeholder', {}).get('text', 'Select')} ▾]"


def _rich(part: Block, names: Names, zone: tzinfo) -> str:
    if part["type"] == "rich_text_list":
        return "\n".join(f"• {_rich(item, names, zone)}" for item in part["elements"])
    return "".join(_piece(piece, names, zone) for piece in part["elements"])


def _piece(piece: Block, names: Names, zone: tzinfo) -> str:
    kind = piece["type"]
    by_name = {"user": ("user_id", names.person), "channel": ("channel_id", names.channel)}
    by_name["usergroup"] = ("usergroup_id", names.usergroup)
    if kind in by_name:
        key, name = by_name[kind]
        return name(piece[key])
    if kind == "date":
        return dated(piece["timestamp"], piece["format"], zone)
    if kind == "emoji":
        return f":{piece['name']}:"
    if kind == "broadcast":
        return f"@{piece['range']}"
    return str(piece.get("text") or piece.get("url", ""))


def transcript(workspace: Workspace) -> str:
    """Return all that is to be seen in a workspace, place by place."""
    shown: list[str] = []
    for channel in workspace.channels.values():
        shown.append(f"#{channel.name} ({channel.id})")
        for message in channel.messages:
            shown.append(_indented(plain(workspace, message), "  "))
            shown += [_indented(plain(workspace, reply), "    ↳ ") for reply in workspace.thread(message)]
    for person in workspace.people.values():
        shown += [_indented(plain(workspace, one), f"only {person.name}: ") for one in workspace.ephemerals(person)]
        home = workspace.home(person)
        if home is not None:
            shown += [f"home of {person.name}: {line}" for line in lines(home.blocks, names_of(workspace))]
        shown += [f"modal of {person.name}: {modal.title} {modal.errors}" for modal in workspace.modals(person)]
    return "\n".join(shown)


def _indented(text: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}" for line in text.splitlines() or [""])
