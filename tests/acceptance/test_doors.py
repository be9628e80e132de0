"""A bug that a door catches fails the test that met it, though the bot went on as if an answer had been lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.ports.slack import Gone, Message
from bot.ports.trouble import Trouble
from handlers.slack.chat import SlackChat
from tests.acceptance.desk import desk


@pytest.fixture(autouse=True)
def _processors() -> Iterator[None]:
    """Nobody listens any more once a desk has stopped."""
    before = list(structlog.get_config()["processors"])
    yield
    assert structlog.get_config()["processors"] == before


async def approved(folder: Path, edits: list[str]) -> None:
    """Go on until a card was edited twice, and stop."""
    async with desk(folder) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.comes(lambda: len(edits) > 1)


async def test_what_a_door_caught_is_told_at_the_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    update = SlackChat.update
    edits: list[str] = []

    async def updated(chat: SlackChat, channel: str, ts: str, message: Message) -> Trouble | Gone | None:
        edits.append(ts)
        if len(edits) == 1:
            raise AttributeError("no such thing")
        return await update(chat, channel, ts, message)

    monkeypatch.setattr(SlackChat, "update", updated)
    with pytest.raises(AssertionError, match="card_call_failed: AttributeError: no such thing"):
        await approved(tmp_path, edits)
