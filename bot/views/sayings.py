"""What people said when they did something, as a part of a sentence."""

from bot.views.escape import mrkdwn

_SAID = 400


def said_why(reason: str) -> str:
    """Return a reason in quotation marks after a colon, its own full stop left out; nothing where none was given."""
    whole = reason.rstrip()
    stop = whole.endswith(".") and not whole.endswith("..")
    shown = mrkdwn(whole[:-1] if stop else whole, _SAID)
    return f": “{shown}”" if shown else ""
