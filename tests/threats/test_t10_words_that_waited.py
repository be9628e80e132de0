"""Words that waited to be decided count for what there was when they were said, and for nothing that came since."""

from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from bot.core.policy import Permission, Policy
from bot.core.release import Lifecycle
from bot.ports.trouble import TryLater
from handlers.acts import Command
from tests.factories import NOON, a_policy, a_report
from tests.fakes.world import World
from tests.threats.ways import opened

POLICY: Policy = a_policy(permissions=((Permission.REQUEST, ("everyone",)), (Permission.OVERRIDE, ("qa",))))
REBUILT = a_report(1, attempt=2, updated_at=NOON + timedelta(minutes=2))


@pytest.mark.parametrize("words", ["approve R-1", "override R-1 customers cannot pay"])
async def test_t10_what_was_rebuilt_while_words_waited_is_not_what_they_were_about(words: str, tmp_path: Path) -> None:
    with capture_logs():
        world = World(tmp_path, POLICY)
        await opened(world)
        await world.looks()
        await world.looks(a_report(1))
        world.directory.down = TryLater(5.0, "Slack cannot be reached")
        await world.stores(
            Command(slack="U0PRIYA", team="T1", words=words, channel="C0PAYMENTS", response_url="https://r")
        )
        await world.settle()
        world.passes(120)
        await world.looks(REBUILT)
        world.directory.down = None
        world.passes(120)
        await world.settle()
        assert world.executor.started == []
        assert (await world.release()).state is Lifecycle.OPEN
        assert [text for _, text in world.chat.responses] == snapshot(
            [
                """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
What would ship has changed since the card you saw was shown: please look at it again, then decide.\
"""
            ]
        )
        await world.types("U0PRIYA", words)
        assert world.executor.started == [(await world.release()).key]
        await world.store.close()
