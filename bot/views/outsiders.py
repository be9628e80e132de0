"""What everybody reads whose account is not a full member's, whichever way they come: one sentence, and no names."""

from bot.core.inputs import Account
from bot.ports.slack import Message
from bot.views.blocks import said


def outsider(account: Account) -> str:
    """Return why Signoff neither tells such an account anything nor does anything for it, with a way on."""
    if account is Account.UNKNOWN:
        return "Slack could not be asked just now whose account this is; please try again in a minute."
    who = "a guest" if account is Account.GUEST else "no full member"
    return (
        f"Signoff answers full members of this workspace, and you are {who} here. "
        "Somebody from the team can ask it for you."
    )


def for_members(account: Account) -> Message:
    """Answer somebody whose account is not a full member's, whatever they asked or wanted done."""
    return said(outsider(account))
