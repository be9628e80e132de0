"""The surroundings of what is shown, as of one transaction: what a view asks for is looked up when it asks."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from bot.core.policy import Policy
from bot.ports.store import Transaction
from bot.views.links import Links
from bot.views.scene import Scene
from handlers.permalinks import Permalinks

K = TypeVar("K")
V = TypeVar("V")


class LookedUp(Mapping[K, V]):
    """What the database knows by a key, looked up within a transaction; nothing is loaded that nobody shows."""

    def __init__(self, look: Callable[[K], V | None]) -> None:
        self._look = look

    def __getitem__(self, key: K) -> V:
        """Return what is known, or raise KeyError."""
        found = self._look(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[K]:
        """Name nothing: it is for looking up only."""
        return iter(())

    def __len__(self) -> int:
        """Return nothing for the same reason."""
        return 0


def scene_of(tx: Transaction, policy: Policy, links: Links, workspace: str, now: datetime) -> Scene:
    """Return the surroundings; use them within the transaction only."""
    return Scene(
        policy,
        links.knowing(policy),
        Permalinks(tx.cards, workspace),
        now,
        compared=LookedUp(tx.changes.get),
        why_not=LookedUp(tx.changes.why_not),
        before=LookedUp(tx.changes.before),
    )
