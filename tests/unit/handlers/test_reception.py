"""What is stored before it is acknowledged, and what is answered at once."""

from datetime import datetime, timedelta

import pytest
from inline_snapshot import snapshot

from bot.ports.slack import Message
from handlers.acts import Click, Form
from tests.factories import NOON, a_report
from tests.fakes.world import World


async def test_what_slack_delivers_twice_is_stored_once(world: World) -> None:
    act = Click(slack="U0PRIYA", handle="h", channel="C0PAYMENTS", ts="1.1")
    rung = world.desk.bell.rung
    assert await world.reception.receive(act, "click:1")
    assert not await world.reception.receive(act, "click:1")
    assert world.desk.bell.rung > rung
    assert await world.sql("SELECT source, dedupe_key, state FROM inbox") == [("slack", "click:1", "waiting")]


async def test_acts_are_not_read(world: World) -> None:
    for words in ("payments 1", "approve R-1", "reject R-1 no", "withdraw R-1", "cancel R-1"):
        assert await world.reception.read(words, "U0PRIYA", "T1") is None


async def test_t33_reading_words_are_answered_from_what_is_stored(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    heard = {}
    for words in ("status", "why payments", "list", "help approve"):
        message = await world.reception.read(words, "U0PRIYA", "T1")
        assert message
        heard[words] = message.text
    assert heard == snapshot(
        {
            "status": """\
payments in production (delivery): nobody has told yet what is live
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, waits for approval; opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>\
""",
            "why payments": """\
payments in production (delivery): nobody has told yet what is live
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, waits for approval; opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>
• Waits for 1 of qa: 0 of 1 given; may approve: <@U0PRIYA>.
• Expires <!date^1795348800^{date_short_pretty} {time}|2026-11-22 12:00 UTC> if approvals are still missing.\
""",
            "list": "<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, is open since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>",
            "help approve": """\
`/deploy approve RELEASE`: approve a release, as its button does.
RELEASE is a name like R-42. You approve what it ships now; should that change, you are asked again.
For example: `/deploy approve R-42`\
""",
        }
    )


async def test_history_reads_as_many_releases_as_were_asked_for(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    for words in ("cancel R-1", "payments 1 to production", "reject R-2 too early", "payments 1 to production"):
        await world.types("U0PRIYA", words)
    answers = [await world.reception.read(words, "U0PRIYA", "T1") for words in ("history payments 2", "history paym")]
    assert [answer.text for answer in answers if answer] == snapshot(
        [
            """\
payments in production (delivery): nobody has told yet what is live
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000005|R-3>, payments 1 (0000001) to production: waits for approval; opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>; asked for by <@U0PRIYA>
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000003|R-2>, payments 1 (0000001) to production: was rejected <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “too early”; was open for 0 seconds; asked for by <@U0PRIYA>\
""",
            """\
payments in production (delivery): nobody has told yet what is live
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000005|R-3>, payments 1 (0000001) to production: waits for approval; opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>; asked for by <@U0PRIYA>
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000003|R-2>, payments 1 (0000001) to production: was rejected <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “too early”; was open for 0 seconds; asked for by <@U0PRIYA>
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production: was cancelled <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>; was open for 0 seconds; opened by itself when its build passed\
""",
        ]
    )


async def test_the_reject_form_opens_only_for_what_is_open(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    handle = posted.button("reject")
    form = await world.reception.form(handle, "U0PRIYA", "T1")
    assert isinstance(form, dict)
    assert form["private_metadata"] == handle
    await world.looks(a_report(1, attempt=2))
    stale = await world.reception.form(handle, "U0PRIYA", "T1")
    await world.rejects("U0PRIYA", posted, "no")
    late = await world.reception.form(handle, "U0PRIYA", "T1")
    unknown = await world.reception.form("nobody", "U0PRIYA", "T1")
    assert [said.text for said in (stale, late, unknown) if isinstance(said, Message)] == snapshot(
        [
            "<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, has changed since: please look at its card again, then decide.",
            "There is nothing to reject here any more: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, was rejected before. `/deploy status payments production` shows what is live and what waits there.",
            "This button no longer does anything, so nothing was changed. `list` shows what is open.",
        ]
    )


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (None, {}),
        (NOON + timedelta(minutes=1), {}),
        (NOON, {"at": "This time has passed already: please pick a later one."}),
    ],
)
async def test_a_time_that_has_passed_is_known_when_a_form_is_sent(
    world: World, at: datetime | None, wrong: dict[str, str]
) -> None:
    assert world.reception.wrong(Form(slack="U0PRIYA", handle="h", at=at)) == wrong
