"""What came of an act, and what the person is told."""

from dataclasses import dataclass

from bot.ports.slack import Message


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome as it is stored, and the private answer, if any: a click that worked shows on the card itself."""

    outcome: str
    message: Message | None
    channel: str | None


ANSWERED = "answered"
"""The outcome of what was no act at all, but a question."""
THROUGH_A_RULE = frozenset({"done", "refused", "opened"})
"""Outcomes of acts that the rules have judged, which keep their own record in the audit."""
