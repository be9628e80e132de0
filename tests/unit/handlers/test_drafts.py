"""An announcement that people read first: posted once, edited, discarded, reminded of, dropped."""

from dataclasses import replace
from datetime import timedelta

from bot import drafts
from bot.core.changelog import Comparison, Relation, Span
from bot.core.policy import EVERYONE, Permission, Policy
from bot.core.release import Lifecycle
from bot.core.speaking import Announcement
from bot.ports.cards import CardKind
from bot.ports.ci import ProgressStatus
from bot.ports.slack import Message
from bot.ports.trouble import Unsure
from handlers.acts import Form
from handlers.due import WhenDue
from tests.factories import a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.chat import Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.views.compared import a_change

EVERYBODY = tuple((permission, (EVERYONE,)) for permission in Permission)
EDITED = a_policy(a_lane_policy(announce=True, announcement=Announcement(None, edit=True)))


async def drafted(opening: Opening, policy: Policy = EDITED) -> tuple[World, Posted]:
    """Let R-1 become live; returns its draft."""
    world = await opening(policy)
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    return world, await world.notice(1, CardKind.DRAFT)


def announced(world: World) -> list[str]:
    return [one.message.text for one in world.chat.in_channel("C0RELEASES")]


async def edits(world: World, draft: Posted, who: str, text: str) -> None:
    await world.stores(Form(slack=who, team="T1", handle=draft.button("edit_draft"), reason=text))
    await world.settle()


async def state(world: World) -> list[tuple[object, ...]]:
    return await world.sql("SELECT state, text, edited_by, ended_by FROM drafts")


async def test_nothing_is_announced_until_somebody_posts_it(opening: Opening) -> None:
    world, draft = await drafted(opening)
    assert announced(world) == []
    assert draft.channel == "C0PAYMENTS"
    await world.clicks("U0PRIYA", draft, "post_draft")
    assert announced(world) == [
        "payments 1 is live in production\nWhat changed: Change 1\nBy: Ann\nApproved by: <@U0PRIYA>"
    ]
    assert await state(world) == [("posted", None, None, "priya")]
    assert "Posted" in draft.message.text


async def test_a_second_click_posts_nothing_and_is_told_who_did(opening: Opening) -> None:
    world, draft = await drafted(opening)
    handle = draft.button("post_draft")
    await world.clicks("U0PRIYA", draft, "post_draft")
    await world.clicks("U0PRIYA", draft, "post_draft", handle=handle)
    assert len(announced(world)) == 1
    assert world.chat.whispers[-1][2].startswith("Nothing was changed. Posted: <!date^")


async def test_what_somebody_has_written_is_what_is_posted(opening: Opening) -> None:
    world, draft = await drafted(opening)
    await edits(world, draft, "U0PRIYA", "*Refunds* are here <!channel>\n\nEnjoy")
    assert announced(world) == []
    assert "Written by: <@U0PRIYA>" in draft.message.text
    await world.clicks("U0PRIYA", draft, "post_draft")
    assert announced(world) == ["Refunds are here &lt;!channel&gt;\n\nEnjoy"]


async def test_a_draft_can_be_discarded(opening: Opening) -> None:
    world, draft = await drafted(opening)
    await world.clicks("U0PRIYA", draft, "discard_draft")
    assert announced(world) == []
    assert await state(world) == [("discarded", None, None, "priya")]


async def test_who_may_not_is_refused_and_audited(opening: Opening) -> None:
    world, draft = await drafted(opening)
    await world.clicks("U0EVE", draft, "post_draft")
    await edits(world, draft, "U0EVE", "we are hacked")
    assert announced(world) == []
    assert await state(world) == [("open", None, None, None)]
    assert [text.splitlines()[0] for _, _, text in world.chat.whispers][-2:] == [
        "Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production)."
    ] * 2
    assert await world.sql("SELECT count(*) FROM audit WHERE action = 'refused'") == [(2,)]


async def test_a_draft_is_reminded_of_once_and_dropped_after_a_day(opening: Opening) -> None:
    world, draft = await drafted(opening)
    keeper = WhenDue(world.desk, drafts.due_at, drafts.look)
    assert await keeper.once() == world.now + timedelta(hours=4)
    world.passes(4 * 3600)
    assert await keeper.once() == world.now + timedelta(hours=20)
    await world.settle()
    reminders = [one for one in world.chat.in_channel("C0PAYMENTS") if "has not been posted yet" in one.message.text]
    assert len(reminders) == 1
    assert f"p{draft.ts.replace('.', '')}|its draft>" in reminders[0].message.text
    world.passes(20 * 3600)
    assert await keeper.once() is None
    await world.settle()
    assert "Dropped" in draft.message.text
    assert await state(world) == [("dropped", None, None, None)]
    assert (
        len([one for one in world.chat.in_channel("C0PAYMENTS") if "has not been posted yet" in one.message.text]) == 1
    )
    assert announced(world) == []


async def test_who_has_posted_it_is_not_reminded(opening: Opening) -> None:
    world, draft = await drafted(opening)
    world.passes(4 * 3600)
    await WhenDue(world.desk, drafts.due_at, drafts.look).once()
    await world.stores(world.click("U0PRIYA", draft, draft.button("discard_draft")))
    assert await world.acts.once()
    await world.settle()
    assert await world.sql("SELECT note FROM effects WHERE kind = 'remind_draft'") == [("nothing to say",)]


async def test_what_was_rolled_back_meanwhile_is_not_announced(opening: Opening) -> None:
    world, draft = await drafted(opening)
    await world.store.write(lambda _: world.store._database.execute("UPDATE releases SET state = 'rolled_back'"))
    assert (await world.release()).state is Lifecycle.ROLLED_BACK
    await world.clicks("U0PRIYA", draft, "post_draft")
    assert announced(world) == []
    assert (
        world.chat.whispers[-1][2]
        == "payments 1 (0000001) in production is no longer live, so there is nothing to announce."
    )
    world.passes(4 * 3600)
    await WhenDue(world.desk, drafts.due_at, drafts.look).once()
    assert await state(world) == [("dropped", None, None, None)]


async def test_a_post_whose_answer_is_lost_is_not_repeated(opening: Opening) -> None:
    world, draft = await drafted(opening)
    world.chat.will("post", Unsure("no answer"))
    await world.clicks("U0PRIYA", draft, "post_draft")
    await world.crash()
    await world.settle()
    assert announced(world) == []
    assert await world.sql("SELECT state FROM effects WHERE kind = 'announce'") == [("dead",)]


async def test_the_form_opens_with_the_text_while_the_draft_is_open(opening: Opening) -> None:
    world, draft = await drafted(opening)
    handle = draft.button("edit_draft")
    opened = await world.reception.form(handle, "U0PRIYA", "T1")
    assert isinstance(opened, dict)
    assert opened["blocks"][1]["element"]["initial_value"].startswith("*payments 1* is live")
    await world.clicks("U0PRIYA", draft, "post_draft")
    late = await world.reception.form(handle, "U0PRIYA", "T1")
    assert isinstance(late, Message)
    assert late.text.startswith("Nothing was changed. Posted")


async def test_without_the_key_it_is_announced_at_once(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(announce=True)))
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert len(announced(world)) == 1
    assert await state(world) == []


async def test_the_card_says_at_once_that_what_it_announces_was_rolled_back(opening: Opening) -> None:
    world, first = await drafted(opening, replace(EDITED, permissions=EVERYBODY))
    await world.clicks("U0PRIYA", first, "discard_draft")
    await world.looks(a_report(2))
    await world.clicks("U0PRIYA", await world.notice(2), "approve")
    world.executor.says(ProgressStatus.SUCCEEDED, nth=2)
    await world.follows()
    draft = await world.notice(2, CardKind.DRAFT)
    assert "Draft announcement" in draft.message.text
    await world.types("U0SAM", "rollback payments in production it loses money")
    await world.clicks("U0PRIYA", await world.notice(3), "approve")
    world.executor.says(ProgressStatus.SUCCEEDED, nth=3)
    await world.follows()
    assert (await world.release(2)).state is Lifecycle.ROLLED_BACK
    assert "Not announced: payments 2 (0000002) in production." in draft.message.text
    assert "something else is live there by now, so nothing is announced" in draft.message.text


async def test_the_card_is_shown_anew_when_it_is_known_what_changed(opening: Opening) -> None:
    world, first = await drafted(opening)
    await world.looks(a_report(2))
    await world.clicks("U0PRIYA", await world.notice(2), "approve")
    world.executor.says(ProgressStatus.SUCCEEDED, nth=2)
    await world.follows()
    draft = await world.notice(2, CardKind.DRAFT)
    before = draft.message.text
    added = tuple(a_change(index, f"feat: number {index}") for index in (1, 2))
    span = Span("payments", a_sha(1), a_sha(2))
    world.comparer.told[span] = Comparison(span, Relation.AHEAD, added, added_total=2)
    await world.settle()
    assert draft.message.text != before
    assert "Number 2" in draft.message.text
    assert first.message.text.startswith("Not announced: payments 1")


SINCE = (
    "Nothing was changed: the draft announcement of payments 1 (0000001) in production has changed since you saw it. "
    "Please look at its card again, then decide.\nIt says now:\n"
)


async def test_a_click_on_a_text_that_has_changed_since_does_nothing(opening: Opening) -> None:
    world, draft = await drafted(opening)
    handles = {act: draft.button(act) for act in ("post_draft", "discard_draft")}
    await edits(world, draft, "U0SAM", "Sam's words")
    await edits(world, draft, "U0PRIYA", "Refunds!")
    for act, handle in handles.items():
        await world.clicks("U0PRIYA", draft, act, handle=handle)
        assert world.chat.whispers[-1][2] == f"{SINCE}Refunds!"
    assert announced(world) == []
    await world.clicks("U0PRIYA", draft, "post_draft")
    assert announced(world) == ["Refunds!"]


async def test_a_form_that_was_opened_before_somebody_else_edited_overwrites_nothing(opening: Opening) -> None:
    world, draft = await drafted(opening)
    opened = draft.button("edit_draft")
    await edits(world, draft, "U0PRIYA", "Refunds!")
    await world.stores(Form(slack="U0PRIYA", team="T1", handle=opened, reason="Others"))
    await world.settle()
    assert world.chat.whispers[-1][2] == f"{SINCE}Refunds!\nWhat you wrote:\nOthers"
    assert await state(world) == [("open", "Refunds!", "priya", None)]


async def test_no_form_opens_for_a_text_that_is_about_to_be_shown_anew(opening: Opening) -> None:
    world, draft = await drafted(opening)
    handle = draft.button("edit_draft")
    await world.stores(Form(slack="U0PRIYA", team="T1", handle=handle, reason="Refunds!"))
    assert await world.acts.once()
    late = await world.reception.form(handle, "U0PRIYA", "T1")
    assert isinstance(late, Message)
    assert late.text == f"{SINCE}Refunds!"


async def replaced(opening: Opening) -> tuple[World, Posted]:
    """Let R-2 become live while the draft of R-1 waits; returns that draft as it was shown before."""
    world, draft = await drafted(opening)
    seen = replace(draft, versions=list(draft.versions))
    await world.looks(a_report(2))
    await world.clicks("U0PRIYA", await world.notice(2), "approve")
    world.executor.says(ProgressStatus.SUCCEEDED, nth=2)
    await world.follows()
    return world, seen


async def test_what_is_no_longer_live_can_be_posted_no_longer(opening: Opening) -> None:
    world, draft = await replaced(opening)
    shown = await world.notice(1, CardKind.DRAFT)
    assert "something else is live there by now, so nothing is announced" in shown.message.text
    assert "Actions" not in shown.message.text
    await world.clicks("U0PRIYA", draft, "post_draft")
    await edits(world, draft, "U0PRIYA", "Refunds!")
    late = "payments 1 (0000001) in production is no longer live, so there is nothing to announce."
    assert [text for _, _, text in world.chat.whispers[-2:]] == [late, late]
    opened = await world.reception.form(draft.button("edit_draft"), "U0PRIYA", "T1")
    assert isinstance(opened, Message)
    assert opened.text == late
    assert announced(world) == []
    newer = await world.notice(2, CardKind.DRAFT)
    await world.clicks("U0PRIYA", newer, "post_draft")
    assert [text.splitlines()[0] for text in announced(world)] == ["payments 2 is live in production"]


async def test_nobody_is_reminded_of_what_is_no_longer_live(opening: Opening) -> None:
    world, _ = await replaced(opening)
    world.passes(4 * 3600)
    await WhenDue(world.desk, drafts.due_at, drafts.look).once()
    assert await world.sql("SELECT release, state, reminded FROM drafts") == [(1, "dropped", 0), (2, "open", 1)]


async def test_a_reminder_that_waited_is_not_sent_for_what_is_no_longer_live(opening: Opening) -> None:
    world, _ = await drafted(opening)
    await world.looks(a_report(2))
    world.passes(4 * 3600)
    await WhenDue(world.desk, drafts.due_at, drafts.look).once()
    await world.store.write(lambda _: world.store._database.execute("UPDATE lanes SET live_release = NULL"))
    await world.settle()
    assert await world.sql("SELECT note FROM effects WHERE kind = 'remind_draft'") == [("nothing to say",)]
