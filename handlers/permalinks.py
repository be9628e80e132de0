"""Links to the notices of releases, from where their cards are; no call to Slack is needed to make one."""

from collections.abc import Iterator, Mapping

from bot.ports.store import CardKind, Cards


class Permalinks(Mapping[int, str]):
    """Release number to the link of its notice, looked up within a transaction.

    Slack's permalinks have one shape, workspace/archives/CHANNEL/pTS without the dot; `auth.test` names the workspace.
    """

    def __init__(self, cards: Cards, workspace: str) -> None:
        self._cards = cards
        self._workspace = workspace.rstrip("/")

    def __getitem__(self, number: int) -> str:
        """Return the link, or raise KeyError while the notice is not posted or the workspace is not known."""
        card = self._cards.of(CardKind.NOTICE, number)
        if card is None or card.ts is None or not self._workspace:
            raise KeyError(number)
        return f"{self._workspace}/archives/{card.channel}/p{card.ts.replace('.', '')}"

    def __iter__(self) -> Iterator[int]:
        """Name nothing: it is for looking up only."""
        return iter(())

    def __len__(self) -> int:
        """Return nothing for the same reason."""
        return 0
