"""The daily reminder of what nobody has answered: ten of it, and how many more there are."""

from inline_snapshot import snapshot

from bot.ports.letters import Letter
from bot.views.unanswered import Waiting, remind_of_unanswered
from tests.unit.views.values import PERMALINKS, POLICY, TEN


def test_of_very_many_ten_are_named() -> None:
    letter = Letter(7, "announce:R-42", 42, "announce", "lost", TEN, None, None, None)
    lines = remind_of_unanswered([Waiting(letter, None, PERMALINKS[42])] * 12, POLICY).text.splitlines()
    assert (lines[0], len(lines), lines[-2:]) == snapshot(
        (
            "12 messages here still wait for an answer:",
            13,
            [
                "• And 2 more; `signoff effects list` on the host shows all.",
                "May answer: <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.",
            ],
        )
    )
