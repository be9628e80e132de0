"""What the reminder of what waits for a person's answer says when it is sent."""

import json

from bot import unanswered
from bot.ports.effects import EffectRow
from bot.ports.store import Transaction
from bot.views.scene import Scene
from bot.views.unanswered import Waiting, remind_of_unanswered
from handlers.permalinks import Permalinks
from handlers.post import Post


def reminded_of_letters(tx: Transaction, row: EffectRow, scene: Scene) -> Post | None:
    """Say what still waits for an answer in a channel; nothing once all of it has one."""
    channel = json.loads(row.effect.body)["channel"]
    links = scene.permalinks
    waiting = [
        Waiting(one.letter, one.release, links.of(one.card) if isinstance(links, Permalinks) else None)
        for one in unanswered.unanswered(tx)
        if one.card.channel == channel
    ]
    return Post(remind_of_unanswered(waiting, scene.policy), channel) if waiting else None
