"""What nobody answers is reminded of daily where it was asked: one message for all of it, and none once it is answered."""

from datetime import timedelta

from inline_snapshot import snapshot

from bot import unanswered
from bot.ports.trouble import Unsure
from handlers.due import WhenDue
from tests.factories import NOON, a_report
from tests.fakes.chat import FakeChat
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_deployer import automatic, doubtful
from tests.unit.handlers.test_letters import ARCHIVED, ships, the_letter

DAY = 24 * 3600


async def looks(world: World) -> timedelta | None:
    """Let the loop look once and all that follows happen; returns how long after noon it looks again."""
    due = await WhenDue(world.desk, unanswered.due_at, unanswered.look).once()
    await world.settle()
    return due - NOON if due else None


def reminders(chat: FakeChat, channel: str = "C0OPS") -> list[str]:
    return [one.message.text for one in chat.in_channel(channel) if "still wait" in one.message.text]


async def test_nothing_open_is_nothing_to_remind_of(world: World) -> None:
    assert await looks(world) is None


async def test_a_question_that_nobody_answers_is_reminded_of_each_day_until_somebody_does(opening: Opening) -> None:
    world = await opening(automatic())
    posted = await doubtful(world)
    asked = world.now
    assert await looks(world) == asked - NOON + timedelta(days=1)
    world.passes(DAY - 1)
    await looks(world)
    assert reminders(world.chat) == []
    world.passes(1)
    assert await looks(world) == asked - NOON + timedelta(days=2)
    assert reminders(world.chat) == snapshot(
        [
            """\
One message here still waits for an answer:
• Since <!date^1795262520^{date_short_pretty} {time}|2026-11-21 12:02 UTC> (<https://acme.slack.example/archives/C0OPS/p1700000000000003|the message>): did the deploy of R-1, payments 1 (0000001) to production, start?
May answer: <@U0SAM>.\
"""
        ]
    )
    await looks(world)
    assert len(reminders(world.chat)) == 1
    world.passes(DAY)
    await looks(world)
    assert len(reminders(world.chat)) == 2
    await world.clicks("U0SAM", posted, "did_run")
    world.passes(DAY)
    assert await looks(world) is None
    assert len(reminders(world.chat)) == 2


async def test_letters_and_questions_are_one_message(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    world.executor.will("start", Unsure("connection reset"))
    world.executor.hidden = True
    await world.looks(a_report(2))
    for _ in range(30):
        world.passes(5)
        await world.settle()
    world.passes(DAY)
    await looks(world)
    assert reminders(chat) == snapshot(
        [
            """\
2 messages here still wait for an answer:
• Since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC> (<https://acme.slack.example/archives/C0OPS/p1700000000000004|the message>): not delivered: the announcement that it is live (R-1, payments 1 (0000001) to production).
• Since <!date^1795262520^{date_short_pretty} {time}|2026-11-21 12:02 UTC> (<https://acme.slack.example/archives/C0OPS/p1700000000000008|the message>): did the deploy of R-2, payments 2 (0000002) to production, start?
May answer: <@U0SAM>.\
"""
        ]
    )


async def test_days_of_downtime_are_one_reminder_and_a_restart_none(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    await world.crash()
    world.passes(5 * DAY)
    assert await looks(world) == timedelta(days=6)
    await world.crash()
    await looks(world)
    assert len(reminders(chat)) == 1


async def test_a_reminder_that_slack_has_not_taken_makes_way_for_the_next_days(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    for _ in range(3):
        world.passes(DAY)
        await WhenDue(world.desk, unanswered.due_at, unanswered.look).once()
    await world.settle()
    assert len(reminders(chat)) == 1


async def test_what_was_delivered_before_the_reminder_is_sent_is_not_told_of(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    world.passes(DAY)
    await WhenDue(world.desk, unanswered.due_at, unanswered.look).once()
    chat.closed.clear()
    await world.clicks("U0SAM", the_letter(chat), "try_again")
    assert reminders(chat) == []


async def test_a_record_that_stayed_open_without_a_question_is_no_reason_to_write(opening: Opening) -> None:
    world = await opening(automatic())
    await doubtful(world)
    ends = "UPDATE releases SET state = 'cancelled', ended_at = opened_at"
    await world.store.write(lambda _tx: world.store._database.execute(ends))
    world.passes(DAY)
    assert await looks(world) is not None
    assert reminders(world.chat) == []
