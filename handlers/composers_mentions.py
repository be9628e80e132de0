"""What is answered to a mention, composed when it is sent: in the thread under it, or to one person alone."""

from datetime import timedelta

from bot.ports.effects import EffectRow
from bot.ports.store import Transaction
from bot.views.late import answered_late
from bot.views.mention import calling_nobody
from bot.views.scene import Scene
from handlers.grammar import parse
from handlers.mentions import Asked
from handlers.post import Post
from handlers.reading import answer

LATE = timedelta(hours=1)
"""After this long whoever asked may no longer know that they did: Slack delivers late what it could not at the time."""


def reply(tx: Transaction, row: EffectRow, scene: Scene) -> Post | None:
    """Return the answer under today's policy; nothing where the words have come to mean an act."""
    asked = Asked.model_validate_json(row.effect.body)
    message = answer(tx, parse(asked.words, scene.policy), scene)
    if message is None:
        return None
    if asked.at is not None and scene.now - asked.at > LATE:
        message = answered_late(message, asked.at)
    if asked.slack is not None:
        return Post(message, asked.channel, slack=asked.slack)
    return Post(calling_nobody(message, scene.policy), asked.channel, thread=asked.thread)
