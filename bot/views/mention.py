"""What people hear who mentioned the bot: answers for everybody that call nobody, and private words on the rest."""

import re
from dataclasses import replace
from typing import Any

from bot.core.policy import Policy
from bot.ports.slack import Message
from bot.views.blocks import Block, said
from bot.views.escape import mrkdwn
from bot.views.limits import LISTING, SECTION, fold
from bot.views.naming import typed, word

_WORDS = 200
_USER = re.compile(r"<@([UW][A-Z0-9]{2,30})>", re.ASCII)
_USERGROUP = re.compile(r"<!subteam\^(S[A-Z0-9]{2,30})>", re.ASCII)


def acts_by_command(words: str, policy: Policy) -> Message:
    """Answer somebody who mentioned the bot with words that would change something."""
    return said(
        "A mention never changes anything, so nothing was done. Type it as a command, and it counts: "
        f"{typed(policy, mrkdwn(words, _WORDS))}"
    )


def nothing_asked(policy: Policy) -> Message:
    """Answer somebody who mentioned the bot and said nothing to it."""
    return said(
        "You mentioned Signoff and asked nothing. For an answer that everybody here reads, write one of these words "
        "after its name: `status`, `why`, `list`, `history`, `diff`, `freeze` or `help`. Everything else is a command: "
        f"{typed(policy, 'help')} shows the words."
    )


def calling_nobody(message: Message, policy: Policy) -> Message:
    """Return an answer that everybody reads with people and groups by name: it was one person's question.

    Somebody whom the policy does not name stays mentioned, since nothing else says who they are.
    """
    names = {person.slack: word(person.id) for person in policy.people if person.slack}
    groups = {group.usergroup: word(group.name) for group in policy.groups if group.usergroup}

    def quiet(shown: Any) -> Any:
        if isinstance(shown, str):
            shown = _USER.sub(lambda found: names.get(found[1], found[0]), shown)
            return _USERGROUP.sub(lambda found: groups.get(found[1], found[0]), shown)
        if isinstance(shown, dict):
            return {name: quiet(value) for name, value in shown.items()}
        return [quiet(one) for one in shown] if isinstance(shown, list) else shown

    text = "\n".join(fold(quiet(message.text).split("\n"), LISTING))
    return replace(message, text=text, blocks=tuple(_fitting(quiet(block)) for block in message.blocks))


def _fitting(block: Block) -> Block:
    """Return a block of which the names that stand for mentions, being longer, may have made too long a section."""
    if block["type"] != "section":
        return block
    shown = "\n".join(fold(block["text"]["text"].split("\n"), SECTION))
    return {**block, "text": {**block["text"], "text": shown}}
