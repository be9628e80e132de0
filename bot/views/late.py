"""An answer that comes long after the question: it says when that was asked, since its reader may have moved on."""

from dataclasses import replace
from datetime import datetime

from bot.ports.slack import Message
from bot.views import limits
from bot.views.blocks import section
from bot.views.escape import date


def answered_late(message: Message, asked_at: datetime) -> Message:
    """Return an answer that begins with the time at which it was asked for."""
    said = f"This was asked {date(asked_at)} and could not be answered before. This is how it stands now:"
    text = "\n".join(limits.fold([said, *message.text.split("\n")], limits.LISTING))
    blocks = (section(said), *message.blocks[: limits.BLOCKS - 1])
    return replace(message, text=text, blocks=blocks)
