"""Webhooks in the simulation: lost, doubled, overtaking each other; they enter where the signature is checked."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.policy import Policy
from bot.ports.ci import Delivery, Verdict
from bot.ports.inbox import Received
from bot.ports.store import Store
from handlers.ci.github_webhook import parse_delivery, verify
from handlers.hints import stored
from sandbox.github.forge import Forge
from sandbox.github.hooks import Hook

Door = Callable[[Mapping[str, str], bytes], Awaitable[None]]


@dataclass(slots=True)
class Webhooks:
    """The way from the forge to the bot. It belongs to the world.

    Args:
        forge: whose webhooks are carried.
        rng: decides what is left to chance.
        lost: how likely a webhook never arrives; GitHub does not send it again by itself.
        twice: how likely it arrives twice.
        latest: seconds within which it arrives; so they overtake each other.
        door: where they go; None while no process listens, and then they are lost.
    """

    forge: Forge
    rng: random.Random
    lost: float = 0.0
    twice: float = 0.0
    latest: float = 2.0
    door: Door | None = None
    sent: list[Hook] = field(default_factory=list)
    _tasks: set[asyncio.Future[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.forge.hooks.carry = self.send

    def send(self, hook: Hook) -> None:
        """Carry one webhook, under a GUID that the same seed gives again."""
        known = replace(hook, guid=f"{len(self.sent) + 1:032x}")
        self.sent.append(known)
        copies = 0 if self.rng.random() < self.lost else 2 if self.rng.random() < self.twice else 1
        for _ in range(copies):
            self.deliver(known, self.rng.uniform(0.0, self.latest))

    def deliver(self, hook: Hook, seconds: float = 0.0) -> None:
        """Deliver one, perhaps once more, after so many seconds."""
        asyncio.get_running_loop().call_later(seconds, self._arrive, hook)

    def _arrive(self, hook: Hook) -> None:
        if self.door is not None:
            task = asyncio.ensure_future(self.door(hook.headers(self.forge.webhook_secret), hook.body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def webhook_door(
    store: Store,
    policy: Callable[[], Policy],
    secret: str,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
) -> Door:
    """Return the door of one process: verified, parsed, stored, as `handlers.webhooks` does behind its HTTP.

    What it does not take for a webhook of the forge is a mistake of the simulation, a ValueError.
    """

    async def take(headers: Mapping[str, str], body: bytes) -> None:
        if not verify(secret, headers, body):
            raise ValueError("the forge's signature was refused")
        delivery = parse_delivery(headers, body, policy())
        if not isinstance(delivery, Delivery):
            if delivery is not Verdict.NOT_FOLLOWED:
                raise ValueError(f"the forge's webhook was refused: {delivery.name}")
            return
        received = Received("github", delivery.dedupe_key, stored(delivery.hint), clock())
        if await store.write(lambda tx: tx.inbox.put(received)) is not None:
            wake()

    return take
