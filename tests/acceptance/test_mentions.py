"""The bot, mentioned: questions are answered where everybody reads, once, and nothing is ever done by one."""

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from sandbox.slack import envelopes
from tests.acceptance.desk import Desk, desk


async def answers(here: Desk, who: str, text: str, where: str = "payments") -> list[str]:
    """Mention the bot; returns what stands in the thread under it once something does."""
    mention = await here.running.driver.mention(who, where, text)
    await here.until(lambda: here.workspace.thread(mention))
    return [here.reads(line) for line in here.workspace.thread(mention)]


async def whispers(here: Desk, who: str, text: str) -> list[str]:
    """Mention the bot; returns what only whoever did reads, and that nothing stands under the mention."""
    before = len(here.workspace.ephemerals(who))
    mention = await here.running.driver.mention(who, "payments", text)
    await here.until(lambda: len(here.workspace.ephemerals(who)) > before)
    assert here.workspace.thread(mention) == []
    return [here.reads(message) for message in here.workspace.ephemerals(who)[before:]]


@pytest.mark.parametrize("over_http", [False, True], ids=["over sockets", "over http"])
async def test_questions_are_answered_in_the_thread_for_everybody(tmp_path: Path, over_http: bool) -> None:
    async with desk(tmp_path, over_http=over_http) as here:
        await here.push("acme/payments", "First")
        await here.card("payments", "Waiting for approval")
        said = [
            await answers(here, "alex", words) for words in ("status payments", "why payments?", "list", "help diff")
        ]
        assert said == snapshot(
            [
                [
                    """\
payments in production (delivery): nobody has told yet what is live
R-1, payments 1 ([First]) to production, waits for approval; opened Nov 21, 2026 10:00\
"""
                ],
                [
                    """\
payments in production (delivery): nobody has told yet what is live
R-1, payments 1 ([First]) to production, waits for approval; opened Nov 21, 2026 10:00
• Waits for 1 of qa or sre: 0 of 1 given; may approve: priya, sam, sre.
• Expires Nov 22, 2026 10:00 if approvals are still missing.\
"""
                ],
                ["R-1, payments 1 ([First]) to production, is open since Nov 21, 2026 10:00"],
                [
                    """\
/deploy diff SERVICE [ENV]: what would ship: commits, pull requests, migrations.
The open release, else the newest deployable build, against what is live there. Without ENV: every environment of the service.
For example: /deploy diff payments production\
"""
                ],
            ]
        )


async def test_a_mention_never_acts(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        said = [
            await whispers(here, who, words)
            for who, words in (
                ("priya", "approve R-1"),
                ("priya", "stop-all it burns"),
                ("priya", "statsu payments"),
                ("priya", ""),
                ("guest", "status payments"),
            )
        ]
        assert said == snapshot(
            [
                [
                    "A mention never changes anything, so nothing was done. Type it as a command, and it counts: /deploy approve R-1"
                ],
                [
                    "A mention never changes anything, so nothing was done. Type it as a command, and it counts: /deploy stop-all it burns"
                ],
                ["I do not know “statsu”, so nothing was started. Did you mean /deploy status payments?"],
                [
                    "You mentioned Signoff and asked nothing. For an answer that everybody here reads, write one of these words after its name: status, why, list, history, diff, freeze or help. Everything else is a command: /deploy help shows the words."
                ],
                [
                    "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
                ],
            ]
        )
        await here.everything_is_told()
        await here.says(card, "Waiting for approval")
        assert here.deploys() == {}


async def test_what_slack_delivers_twice_is_answered_once_and_an_edited_message_never(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        bot = here.workspace.app.bot_user
        message = here.workspace.post(here.workspace.channel("payments"), "U0PRIYA", f"<@{bot}> list")
        event = envelopes.written(here.workspace, message, "app_mention")
        told = envelopes.event_callback(here.workspace, event)
        transport = here.running.driver.transport
        edited = {**event, "ts": message.ts, "edited": {"user": "U0PRIYA", "ts": message.ts}}
        assert await transport.deliver_event(envelopes.event_callback(here.workspace, edited))
        assert [await transport.deliver_event(told) for _ in range(3)] == [True] * 3
        await here.until(lambda: here.workspace.thread(message))
        await answers(here, "priya", "freeze")  # so all that came before has been worked off
        await here.everything_is_told()
        assert [here.reads(line) for line in here.workspace.thread(message)] == [
            "No release is open. /deploy status shows what is live."
        ]
