"""The daily reminder in the operations channel of what waits there for a person's answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.policy import Permission, Policy
from bot.core.release import Release
from bot.ports.letters import Letter
from bot.ports.slack import Message
from bot.views.blocks import said
from bot.views.escape import date
from bot.views.holders import holders
from bot.views.letter import what
from bot.views.naming import subject

_MOST = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open letter, the release that it is about if it is about one, and the link of its card if there is one."""

    letter: Letter
    release: Release | None
    link: str | None


def remind_of_unanswered(waiting: Sequence[Waiting], policy: Policy) -> Message:
    """Return the message: what waits since when, the oldest first, and who may answer."""
    count = "One message here still waits" if len(waiting) == 1 else f"{len(waiting)} messages here still wait"
    lines = [f"• {_line(one)}" for one in waiting[:_MOST]]
    if len(waiting) > _MOST:
        lines.append(f"• And {len(waiting) - _MOST} more; `signoff effects list` on the host shows all.")
    return said(f"{count} for an answer:", *lines, f"May answer: {holders(Permission.RESOLVE, policy)}.")


def _line(one: Waiting) -> str:
    where = f" (<{one.link}|the message>)" if one.link else ""
    return f"Since {date(one.letter.opened_at)}{where}: {_about(one)}"


def _about(one: Waiting) -> str:
    if one.letter.what == "question" and one.release is not None:
        return f"did the deploy of {one.release.name}, {subject(one.release)}, start?"
    of = f" ({one.release.name}, {subject(one.release)})" if one.release is not None else ""
    return f"not delivered: {what(one.letter.what)}{of}."
