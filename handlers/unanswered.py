"""The loop that reminds of what waits for a person's answer, and what the reminder says when it is sent."""

import json
from dataclasses import dataclass
from datetime import datetime

from bot import unanswered
from bot.ports.effects import EffectRow
from bot.ports.store import Transaction
from bot.views.scene import Scene
from bot.views.unanswered import Waiting, remind_of_unanswered
from handlers.desk import Desk
from handlers.permalinks import Permalinks
from handlers.post import Post


@dataclass(frozen=True, slots=True)
class Reminding:
    """Has people reminded daily of letters and questions that nobody answers."""

    desk: Desk

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            seen = self.desk.bell.rung
            await self.desk.rest(seen, await self.once())

    async def once(self) -> datetime | None:
        """Have people reminded if that is due; returns when it is next."""
        due = await self.desk.store.read(unanswered.due_at)
        if due is None or due > self.desk.clock():
            return due
        await self.desk.change(unanswered.look)
        return await self.desk.store.read(unanswered.due_at)


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
