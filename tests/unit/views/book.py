"""The book of messages, docs/messages.md: every message as people read it, chapter by chapter, made from the views.

`make messages` writes it. What is shown is rendered from the state of a team with an everyday policy (book_world.py).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.ports.slack import Message

BOOK = Path(__file__).parents[3] / "docs" / "messages.md"
_SEVERAL = 4
_AS_ABOVE = "  (as in the first message of this chapter)"
_DATE = re.compile(r"<!date\^\d+\^[^|<>]*\|([^<>]*)>")
_LINK = re.compile(r"<https://[^|<>]*\|([^<>]*)>")
_PERSON = re.compile(r"<@U0([A-Z]+)>")
_CHANNELS = {"<#C0SHOP>": "#shop", "<#C0OPS>": "#operations", "<#C0RELEASES>": "#releases", "<!subteam^S0SRE>": "@sre"}
_DAYS = {"2026-11-19 ": "today ", "2026-11-18 ": "yesterday "}


@dataclass(frozen=True, slots=True)
class Example:
    """One message: when people see it, what it is, and the kind of thing that it is an example of, if of one."""

    when: str
    shown: Message | dict[str, Any] | None
    of: object = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """Messages that belong together."""

    title: str
    about: str
    examples: Sequence[Example]


def written(chapters: Sequence[Chapter]) -> str:
    """Return the book."""
    return "\n".join(line for line in _lines(chapters)) + "\n"


def _lines(chapters: Sequence[Chapter]) -> Iterator[str]:
    yield from _FOREWORD
    yield ""
    yield from (f"- [{one.title}](#{_anchor(one.title)})" for one in chapters)
    for chapter in chapters:
        yield from ("", f"## {chapter.title}", "", chapter.about)
        known: tuple[str, ...] = ()
        for example in chapter.examples:
            shown = tuple(_shown(example))
            yield from ("", f"**{example.when}**", "", "```text", *_once(shown, known), "```")
            known = known or shown


def _once(shown: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    """Yield lines; where several together stand in the chapter's first message, a line that stands for them."""
    for same, run in groupby(shown, lambda line: line in known):
        lines = tuple(run)
        yield from (_AS_ABOVE,) if same and len(lines) >= _SEVERAL else lines


_FOREWORD = (
    "# What people read",
    "",
    "Every message of Signoff, as people see it in Slack. This file is made by `make messages` from the code that",
    "writes the messages, and a test fails when it is not as made or when a state, a reason or an event is missing.",
    "",
    "The team here has one service, `shop`. Builds ship to `staging` by themselves; in `production` one person of qa",
    "(priya) and one of sre (sam, alex) approve. nora and Omar Haddad write code; the policy does not know Omar. It is",
    "Thursday, 14:30 UTC. Slack shows each reader the times of their own time zone; here they are in UTC.",
    "`#` begins a heading, `~` small print, `[...]` is a button, and what a button asks before it counts stands below.",
)


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def _shown(example: Example) -> Iterator[str]:
    shown = example.shown
    if shown is None:
        return
    if isinstance(shown, Message):
        yield from (line for block in shown.blocks for line in _block(block))
        return
    if "title" in shown:
        yield f"# {shown['title']['text']}"
    yield from (line for block in shown["blocks"] for line in _block(block))
    buttons = [shown[name]["text"] for name in ("submit", "close") if name in shown]
    if buttons:
        yield " ".join(f"[{one}]" for one in buttons)


def _block(block: dict[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield f"# {block['text']['text']}"
        case "section":
            yield from readable(block["text"]["text"]).splitlines()
        case "context":
            yield from (f"~ {line}" for one in block["elements"] for line in readable(one["text"]).splitlines())
        case "divider":
            yield "----"
        case "input":
            yield from _field(block)
        case "actions":
            yield from _row(block["elements"])


def _row(elements: Sequence[dict[str, Any]]) -> Iterator[str]:
    if elements[0]["type"] == "checkboxes":
        ticked = "x" if "initial_options" in elements[0] else " "
        option = elements[0]["options"][0]
        yield f"[{ticked}] {option['text']['text']} ({option['description']['text']})"
        return
    yield " ".join(f"[{one['text']['text']}]" for one in elements)
    for one in elements:
        if "confirm" in one:
            title, text, yes, no = (one["confirm"][part]["text"] for part in ("title", "text", "confirm", "deny"))
            yield f"    {one['text']['text']} asks: {title} {text} [{yes}] [{no}]"


def _field(block: dict[str, Any]) -> Iterator[str]:
    element = block["element"]
    options = [option["text"]["text"] for option in element.get("options", ())]
    picked = element.get("initial_option", {}).get("text", {}).get("text")
    choice = f" ({' | '.join(options)})" if options else ""
    value = f" = {picked}" if picked else ""
    optional = ", may be left empty" if block.get("optional") else ""
    yield f"{block['label']['text']}{optional}: ____{choice}{value}"
    yield from (f"    {line}" for line in element.get("initial_value", "").splitlines())
    if "hint" in block:
        yield f"    ({block['hint']['text']})"


def readable(text: str) -> str:
    """Return mrkdwn as it looks: names for mentions, times, the words of links, no marks of bold."""
    shown = _LINK.sub(r"\1", _DATE.sub(r"\1", text))
    shown = _PERSON.sub(lambda found: f"@{found[1].lower()}", shown)
    for raw, name in (*_CHANNELS.items(), *_DAYS.items(), ("*", ""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        shown = shown.replace(raw, name)
    return shown
