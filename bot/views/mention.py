"""Private answers to people who mentioned the bot where words are no act, or who may not ask."""

from bot.core.inputs import Account
from bot.core.policy import Policy
from bot.ports.slack import Message
from bot.views.blocks import said
from bot.views.escape import mrkdwn
from bot.views.naming import typed

_WORDS = 200


def acts_by_command(words: str, policy: Policy) -> Message:
    """Answer somebody who mentioned the bot with words that would change something."""
    return said(
        "A mention never changes anything, so nothing was done. Type it as a command, and it counts: "
        f"{typed(policy, mrkdwn(words, _WORDS))}"
    )


def for_members(account: Account) -> Message:
    """Answer somebody whose account is not a full member's."""
    who = "a guest" if account is Account.GUEST else "no full member"
    return said(
        f"Signoff answers full members of this workspace, and you are {who} here. "
        "Somebody from the team can ask it for you."
    )
