"""What people said when they did something, as a part of a sentence."""

from bot.views.escape import mrkdwn

_SAID = 400


def said_why(reason: str) -> str:
    """Return a reason in quotation marks after a colon; nothing where none was given."""
    shown = mrkdwn(reason, _SAID)
    return f": “{shown}”" if shown else ""
