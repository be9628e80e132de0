"""The audit chain's head in the operations channel: noted outside the database, it proves that no end was cut off."""

from datetime import datetime

from bot.core.chain import Head
from bot.ports.slack import Message
from bot.views import limits
from bot.views.blocks import Fact, header, marked, section
from bot.views.escape import date

USE = (
    "Each line of the thread is a head as it once was. `signoff audit verify --against HEAD` on the bot's host "
    "tells whether all that was audited up to it is still there, unchanged."
)


def root(head: Head, at: datetime, revision: int) -> Message:
    """Return the message that is kept true; its thread has a line for each head that was noted.

    Args:
        head: the last row of the chain.
        at: when it was written.
        revision: grows with every version that is shown; each has block ids of its own.
    """
    lines = (
        Fact("Last row", f"{head.seq}, written {date(at)}"),
        Fact("Hash", f"`{head.hash}`"),
        USE,
    )
    shown = "\n".join(marked(line) for line in lines)
    blocks = (header("Audit chain", f"audit:header:r{revision}"), section(shown, f"audit:head:r{revision}"))
    text = "\n".join(limits.fold(["Audit chain", *(str(line) for line in lines)], limits.TEXT))
    return Message(text, blocks)


def line(head: Head) -> Message:
    """Return the line of the thread that notes a head, as `--against` takes it."""
    text = f"`{head}`"
    return Message(text, (section(text),))
