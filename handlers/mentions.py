"""Mentions of the bot: reading words are answered where everybody sees it; nothing is ever done by a mention."""

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.core.inputs import Account, Actor
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.inbox import InboxRow
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.submit import Setting
from bot.views import answers, mention
from handlers.acts import Mention
from handlers.differences import ask_for, unknown
from handlers.grammar import parse, reads
from handlers.outcomes import ANSWERED, Told
from handlers.readers import refusal
from handlers.vocabulary import DiffWords, Misunderstood

UNHEARD = (Account.BOT, Account.DEACTIVATED)
"""Whose mentions are not answered at all: nobody is there who would read it."""


class Asked(BaseModel):
    """Reading words that wait for their answer. The answer is composed when it is sent."""

    model_config = ConfigDict(frozen=True)

    words: str
    channel: str
    thread: str
    """The message under which the answer stands."""
    slack: str | None
    """To whom alone it is given, where others than this workspace's members read the channel."""
    at: AwareDatetime | None = None
    """When it was asked, as Slack says."""


def answered(tx: Transaction, setting: Setting, row: InboxRow, act: Mention, actor: Actor) -> Told:
    """Have a mention answered: for everybody where it only reads, privately in a sentence where it does not."""
    if actor.account in UNHEARD:
        return Told("not heard", None, None)
    refused = refusal(actor.account)
    if refused is not None:
        return _privately("no full member", refused, act)
    if not act.words:
        return _privately("nothing asked", mention.nothing_asked(setting.policy), act)
    parsed = parse(act.words, setting.policy)
    if isinstance(parsed, Misunderstood):
        return _privately("misunderstood", answers.misunderstood(parsed.sentence), act)
    if not reads(parsed):
        return _privately("a mention never acts", mention.acts_by_command(act.words, setting.policy), act)
    if isinstance(parsed, DiffWords):
        ask_for(tx, unknown(tx, parsed, setting.policy), setting.now)
    asked = Asked(
        words=act.words,
        channel=act.channel,
        thread=act.thread or act.ts,
        slack=act.slack if act.shared else None,
        at=_when(act.ts),
    )
    key = f"reply:{row.id}"
    tx.effects.enqueue(NewEffect(key, EffectKind.REPLY, key, None, asked.model_dump_json()), setting.now)
    return Told(ANSWERED, None, None)


def _when(ts: str) -> datetime | None:
    """Return the time that is in a message's id; None where it is no time of this world."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _privately(outcome: str, message: Message, act: Mention) -> Told:
    return Told(outcome, message, act.channel)
