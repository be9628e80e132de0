"""Mentions of the bot: reading words are answered for everybody, once; nothing is ever done by one."""

from dataclasses import replace

from inline_snapshot import snapshot

from bot.core.inputs import Account
from bot.core.lane import Live
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from handlers.acts import Mention
from handlers.differences import unknown
from handlers.mentions import Asked
from handlers.vocabulary import DiffWords
from tests.factories import LANE, a_report
from tests.fakes.chat import Arrived
from tests.fakes.world import World

TS = "1795262390.000100"


def a_mention(words: str, slack: str = "U0PRIYA", **changed: object) -> Mention:
    return Mention.model_validate({"slack": slack, "team": "T1", "words": words, "channel": "C0X", "ts": TS} | changed)


async def one_release(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))


async def hears(world: World, mention: Mention) -> list[str]:
    """Return what a mention brings about: lines in its thread, and what only whoever wrote it reads."""
    posts, whispers = len(world.chat.messages), len(world.chat.whispers)
    await world.stores(mention)
    await world.settle()
    public = [f"{post.channel} under {post.thread}: {post.message.text}" for post in world.chat.messages[posts:]]
    return public + [f"privately {said}" for said in world.chat.whispers[whispers:]]


async def test_reading_words_are_answered_in_the_thread_under_the_mention(world: World) -> None:
    await one_release(world)
    said = [await hears(world, a_mention(words)) for words in ("list", "status paym", "why payments", "freeze")]
    assert said == snapshot(
        [
            [
                "C0X under 1795262390.000100: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, is open since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>"
            ],
            [
                """\
C0X under 1795262390.000100: payments in production (delivery): nobody has told yet what is live
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, waits for approval; opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>\
"""
            ],
            [
                """\
C0X under 1795262390.000100: payments in production (delivery): nobody has told yet what is live
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, waits for approval; opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>
• Waits for 1 of qa: 0 of 1 given; may approve: priya.
• Expires <!date^1795348800^{date_short_pretty} {time}|2026-11-22 12:00 UTC> if approvals are still missing.\
"""
            ],
            ["C0X under 1795262390.000100: The policy names no freezes: nothing waits for a date."],
        ]
    )
    assert [len(await hears(world, a_mention(words))) for words in ("history payments", "help", "help approve")] == [
        1
    ] * 3


async def test_a_mention_in_a_thread_is_answered_in_that_thread(world: World) -> None:
    assert await hears(world, a_mention("list", thread="1700000001.000001")) == snapshot(
        ["C0X under 1700000001.000001: No release is open. `/deploy status` shows what is live."]
    )


async def test_acting_words_do_nothing_and_are_answered_privately(world: World) -> None:
    await one_release(world)
    before = await world.release()
    said = [await hears(world, a_mention(words)) for words in ("approve R-1", "payments 1 to production", "stop-all x")]
    assert said == snapshot(
        [
            [
                "privately ('C0X', 'U0PRIYA', 'A mention never changes anything, so nothing was done. Type it as a command, and it counts: `/deploy approve R-1`')"
            ],
            [
                "privately ('C0X', 'U0PRIYA', 'A mention never changes anything, so nothing was done. Type it as a command, and it counts: `/deploy payments 1 to production`')"
            ],
            [
                "privately ('C0X', 'U0PRIYA', 'A mention never changes anything, so nothing was done. Type it as a command, and it counts: `/deploy stop-all x`')"
            ],
        ]
    )
    assert await world.release() == before
    row = await world.stores(a_mention("approve R-1"))
    await world.settle()
    assert await world.store.read(lambda tx: tx.inbox.outcome(row)) == "a mention never acts"


async def test_near_misses_and_nothing_at_all(world: World) -> None:
    said = [await hears(world, a_mention(words)) for words in ("statsu payments", "hello there", "aprove R-1")]
    assert said == snapshot(
        [
            [
                "privately ('C0X', 'U0PRIYA', 'I do not know “statsu”, so nothing was started. Did you mean `/deploy status payments`?')"
            ],
            [
                "privately ('C0X', 'U0PRIYA', 'I do not know “hello”, so nothing was started. Did you mean `/deploy help there`?')"
            ],
            [
                "privately ('C0X', 'U0PRIYA', 'I do not know “aprove”, so nothing was started. Did you mean `/deploy approve R-1`?')"
            ],
        ]
    )
    assert await hears(world, a_mention("")) == snapshot(
        [
            "privately ('C0X', 'U0PRIYA', 'You mentioned Signoff and asked nothing. For an answer that everybody here reads, write one of these words after its name: `status`, `why`, `list`, `history`, `diff`, `freeze` or `help`. Everything else is a command: `/deploy help` shows the words.')"
        ]
    )


async def test_in_a_channel_that_strangers_read_only_whoever_asked_is_answered(world: World) -> None:
    assert await hears(world, a_mention("list", shared=True)) == snapshot(
        ["privately ('C0X', 'U0PRIYA', 'No release is open. `/deploy status` shows what is live.')"]
    )


async def test_guests_and_strangers_hear_why_and_where_nobody_reads_nothing_is_said(world: World) -> None:
    heard = {}
    for account in Account:
        world.directory.accounts["U0ELSE"] = account
        heard[account.value] = await hears(world, a_mention("list", "U0ELSE"))
    assert heard == snapshot(
        {
            "member": ["C0X under 1795262390.000100: No release is open. `/deploy status` shows what is live."],
            "guest": [
                "privately ('C0X', 'U0ELSE', 'Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.')"
            ],
            "bot": [],
            "deactivated": [],
            "stranger": [
                "privately ('C0X', 'U0ELSE', 'Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.')"
            ],
            "unknown": [
                "privately ('C0X', 'U0ELSE', 'Slack could not be asked just now whose account this is; please try again in a minute.')"
            ],
        }
    )


async def test_one_event_is_answered_once_however_often_it_comes(world: World) -> None:
    mention = a_mention("list")
    assert await world.reception.receive(mention, "slack:event:Ev1")
    assert not await world.reception.receive(mention, "slack:event:Ev1")
    await world.settle()
    assert len(world.chat.messages) == 1


async def test_an_answer_that_may_have_arrived_is_not_sent_again(world: World) -> None:
    world.chat.will("post", Arrived())
    assert len(await hears(world, a_mention("list"))) == 1
    world.passes(3600)
    await world.settle()
    assert await world.sql("SELECT kind, state FROM effects WHERE kind = 'reply'") == [("reply", "dead")]


async def test_while_slack_cannot_say_who_asks_nobody_is_answered(world: World) -> None:
    world.directory.down = TryLater(5.0, "away")
    assert await hears(world, a_mention("list")) == []
    world.directory.down = None
    world.passes(10)
    await world.settle()
    assert [post.thread for post in world.chat.messages] == [TS]


async def test_the_answer_is_under_todays_policy(world: World) -> None:
    await world.stores(a_mention("status payments"))
    await world.acts.once()
    world.desk.policy = type(world.policy)(services=())
    await world.settle()
    assert [post.message.text for post in world.chat.messages] == snapshot(
        ["There is no service “payments”. `/deploy help` shows the words."]
    )


async def test_a_question_for_changes_that_nobody_knows_has_them_asked_for(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    await world.types("U0PRIYA", "cancel R-1")
    older = Live("f" * 40, "0", world.now)

    def declared(tx: Transaction) -> None:
        lane = tx.lanes.load(LANE)
        tx.lanes.save(lane, replace(lane, live=older))

    await world.store.write(declared)
    asked = DiffWords("payments", "production")
    (span,) = await world.store.read(lambda tx: unknown(tx, asked, world.policy))
    (said,) = await hears(world, a_mention("diff payments"))
    assert said.startswith("C0X under")
    wanted = await world.store.read(lambda tx: tx.changes.due({"payments": ""}, world.now))
    assert (wanted.span if wanted else None) == span


async def test_what_slack_delivers_late_is_answered_with_the_time_it_was_asked(world: World) -> None:
    await one_release(world)
    world.passes(3600 - 10)
    assert "This was asked" not in (await hears(world, a_mention("list")))[0]
    world.passes(1)
    assert await hears(world, a_mention("list")) == snapshot(
        [
            """\
C0X under 1795262390.000100: This was asked <!date^1795262390^{date_short_pretty} {time}|2026-11-21 11:59 UTC> and could not be answered before. This is how it stands now:
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, is open since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>\
"""
        ]
    )
    assert [block["text"]["text"].split("<")[0] for block in world.chat.messages[-1].message.blocks] == snapshot(
        ["This was asked ", ""]
    )


async def test_an_id_that_holds_no_time_is_answered_all_the_same(world: World) -> None:
    assert "This was asked" not in (await hears(world, a_mention("list", ts="9999999999999999.1")))[0]


def test_what_an_earlier_version_stored_is_read_without_its_time() -> None:
    assert Asked.model_validate_json('{"words": "list", "channel": "C0X", "thread": "1.1", "slack": null}').at is None
