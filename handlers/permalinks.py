"""Links to the notices of releases, from where their cards are; no call to Slack is needed to make one."""

from collections.abc import Iterator, Mapping

from bot.ports.cards import Card, CardKind, Cards


class Permalinks(Mapping[int, str]):
    """Release number to the link of its notice, looked up within a transaction.

    Slack's permalinks have one shape, workspace/archives/CHANNEL/pTS without the dot; `auth.test` names the workspace.
    """

    def __init__(self, cards: Cards, workspace: str) -> None:
        self._cards = cards
        self._workspace = workspace.rstrip("/")

    def __getitem__(self, number: int) -> str:
        """Return the link, or raise KeyError while the notice is not posted or the workspace is not known."""
        found = link(self._cards.of(CardKind.NOTICE, number), self._workspace)
        if found is None:
            raise KeyError(number)
        return found

    def of(self, card: Card) -> str | None:
        """Return the link of any card; None while it is not posted or the workspace is not known."""
        return link(card, self._workspace)

    def __iter__(self) -> Iterator[int]:
        """Name nothing: it is for looking up only."""
        return iter(())

    def __len__(self) -> int:
        """Return nothing for the same reason."""
        return 0


def link(card: Card | None, workspace: str) -> str | None:
    """Return the link of a card; None while it is not posted or the workspace is not known."""
    if card is None or card.ts is None or not workspace:
        return None
    return f"{workspace.rstrip('/')}/archives/{card.channel}/p{card.ts.replace('.', '')}"
