"""The buttons of cards and failures: by whoever may, by whoever may not, and when they no longer apply."""

from dataclasses import replace
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.policy import Permission, Policy
from bot.core.release import Lifecycle
from bot.ports.cards import CardKind
from bot.ports.ci import ProgressStatus
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.slack import Message
from handlers.ways_back import notice_acts
from tests.factories import NOON, a_lane_policy, a_policy, a_report
from tests.fakes.chat import Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

TOMORROW = NOON + timedelta(days=1)
OVERRIDABLE = a_policy(permissions=((Permission.REQUEST, ("qa",)), (Permission.OVERRIDE, ("qa",))))


async def opened(opening: Opening, policy: Policy | None = None) -> tuple[World, Posted]:
    """Go on until R-1 has its card."""
    world = await opening(policy or OVERRIDABLE)
    await world.looks()
    await world.looks(a_report(1))
    return world, await world.notice()


async def failed(opening: Opening, policy: Policy | None = None) -> tuple[World, Posted]:
    """Go on until R-1 has failed, and its failure is told."""
    world, posted = await opened(opening, policy)
    await fails(world, posted)
    return world, await world.notice(1, CardKind.FAILURE)


async def fails(world: World, posted: Posted, *, succeeds: bool = False) -> None:
    """Approve a release, and let its deploy end."""
    await world.clicks("U0PRIYA", posted, "approve")
    nth = len(world.executor.started)
    world.executor.says(ProgressStatus.SUCCEEDED if succeeds else ProgressStatus.FAILED, "out of disk", nth=nth)
    await world.follows()


def acts(posted: Posted) -> list[str]:
    """Return what can be clicked."""
    rows = [block["elements"] for block in posted.message.blocks if block["type"] == "actions"]
    return [button["action_id"].removeprefix("signoff:") for row in rows for button in row]


def heard(world: World) -> str:
    """Return what was last said privately, without what names the release."""
    return world.chat.whispers[-1][2]


async def test_a_release_is_scheduled_and_the_time_taken_back(opening: Opening) -> None:
    world, posted = await opened(opening)
    await world.sends("U0SAM", posted, "schedule", at=TOMORROW)
    assert heard(world) == snapshot("""\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
Only who asked for a release and its approvers may do that: please ask <@U0PRIYA>.\
""")
    await world.sends("U0PRIYA", posted, "schedule", at=NOON - timedelta(hours=1))
    assert heard(world) == snapshot("""\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
<!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> has passed already: please name a later time.\
""")
    await world.sends("U0PRIYA", posted, "schedule", at=TOMORROW)
    assert (await world.release()).scheduled_for == TOMORROW
    handle = posted.button("now")
    await world.clicks("U0SAM", posted, "now")
    assert (await world.release()).scheduled_for == TOMORROW
    await world.clicks("U0PRIYA", posted, "now")
    assert (await world.release()).scheduled_for is None
    assert "now" not in acts(posted)
    await world.clicks("U0PRIYA", posted, "now", handle=handle)
    assert heard(world) == snapshot(
        "<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, waits for no time any more, so nothing was changed: it ships as soon as nothing is in its way."
    )


async def test_a_form_without_its_moment_schedules_nothing(opening: Opening) -> None:
    world, posted = await opened(opening)
    await world.sends("U0PRIYA", posted, "schedule")
    assert heard(world) == snapshot(
        "This button no longer does anything, so nothing was changed. `list` shows what is open."
    )


async def test_what_was_rebuilt_since_is_not_scheduled(opening: Opening) -> None:
    world, posted = await opened(opening)
    handle = posted.button("schedule")
    await world.looks(a_report(1, attempt=2))
    await world.sends("U0PRIYA", posted, "schedule", at=TOMORROW, handle=handle)
    assert heard(world).splitlines()[1:] == snapshot(
        ["What would ship has changed since the card you saw was shown: please look at it again, then decide."]
    )
    assert (await world.release()).scheduled_for is None


async def test_a_lane_is_held_for_a_time_and_resumed(opening: Opening) -> None:
    world, posted = await opened(opening)
    await world.sends("U0PRIYA", posted, "hold", "reading the logs", length=timedelta(hours=2))
    lane = await world.store.read(lambda tx: tx.lanes.load(a_lane_policy().lane))
    assert lane.hold is not None
    assert (lane.hold.reason, lane.hold.by, lane.hold.until) == ("reading the logs", "priya", NOON + timedelta(hours=2))
    assert "hold" not in acts(posted)
    handle = posted.button("resume")
    await world.clicks("U0SAM", posted, "resume")
    assert heard(world).splitlines()[1:] == snapshot(
        ["You do not have the permission `hold`. It is held by <@U0PRIYA>."]
    )
    await world.clicks("U0PRIYA", posted, "resume")
    assert "hold" in acts(posted)
    await world.clicks("U0PRIYA", posted, "resume", handle=handle)
    assert heard(world).splitlines()[1:] == snapshot(
        ["It is not held, so there is nothing to resume. `/deploy why payments production` tells all there is to it."]
    )


async def test_a_hold_needs_a_reason(opening: Opening) -> None:
    world, posted = await opened(opening)
    await world.sends("U0PRIYA", posted, "hold", "  ")
    assert heard(world).splitlines()[1:] == snapshot(
        ["A reason is required, for others to go on with: please write it after the rest of the command."]
    )


async def test_the_card_of_what_was_superseded_resumes_nothing(opening: Opening) -> None:
    world, posted = await opened(opening)
    await world.sends("U0PRIYA", posted, "hold", "reading the logs")
    handle = posted.button("resume")
    await world.looks(a_report(2))
    await world.clicks("U0PRIYA", posted, "resume", handle=handle)
    assert heard(world).splitlines()[1:] == snapshot(
        [
            "Too late: it was superseded by <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000002|R-2>. Please decide there."
        ]
    )
    assert acts(await world.notice(2)) == snapshot(["approve", "reject", "schedule", "resume"])


async def test_what_failed_is_tried_again(opening: Opening) -> None:
    world, told = await failed(opening)
    notice = await world.notice()
    assert acts(told) == acts(notice) == ["retry", "mark_done"]
    handle = told.button("retry")
    await world.clicks("U0SAM", told, "retry")
    assert heard(world).splitlines()[1:] == snapshot(
        ["Only who asked for a release and its approvers may do that: please ask <@U0PRIYA>."]
    )
    await world.clicks("U0PRIYA", told, "retry")
    assert await world.states() == [Lifecycle.FAILED, Lifecycle.DEPLOYING]
    assert acts(told) == acts(notice) == []
    assert told.message.text.splitlines()[1] == snapshot(
        "Since then: it is tried again as <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000007|R-2>, so please go on there"
    )
    await world.clicks("U0PRIYA", told, "retry", handle=handle)
    assert heard(world).splitlines()[1:] == snapshot(
        [
            "This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000007|R-2>."
        ]
    )


async def test_what_failed_is_marked_as_done(opening: Opening) -> None:
    world, told = await failed(opening)
    handle = told.button("mark_done")
    await world.sends("U0SAM", told, "mark_done", "I saw it")
    assert heard(world).splitlines()[1:] == snapshot(
        ["You do not have the permission `override`. It is held by <@U0PRIYA>."]
    )
    await world.sends("U0PRIYA", told, "mark_done", "I saw it")
    assert await world.states() == [Lifecycle.LIVE]
    assert told.message.text.splitlines()[1] == snapshot(
        "Since then: somebody looked and marked it as done, so nothing more needs to be done here; the thread says why"
    )
    await world.sends("U0PRIYA", told, "mark_done", "I saw it", handle=handle)
    assert heard(world).splitlines()[1:] == snapshot(
        ["Only a release that failed can be tried again or marked as done; this one is live already."]
    )


async def twice(opening: Opening, *, second: bool) -> World:
    """Let build 1 go live, and build 2 go live or fail after it."""
    world, posted = await opened(opening)
    await fails(world, posted, succeeds=True)
    world.passes(60)
    await world.looks(a_report(2))
    await fails(world, await world.notice(2), succeeds=second)
    return world


async def test_what_is_live_goes_back_to_what_was_live_before(opening: Opening) -> None:
    world = await twice(opening, second=True)
    before, posted = await world.notice(1), await world.notice(2)
    assert "rollback" not in acts(before)
    handle = posted.button("rollback")
    await world.sends("U0SAM", posted, "rollback", "errors")
    assert heard(world).splitlines()[1:] == snapshot(
        ["You do not have the permission `rollback`. It is held by <@U0PRIYA>."]
    )
    await world.sends("U0PRIYA", posted, "rollback", " ")
    assert heard(world).splitlines()[1:] == snapshot(
        ["A reason is required, for others to go on with: please write it after the rest of the command."]
    )
    await world.sends("U0PRIYA", posted, "rollback", "errors")
    back = await world.release(3)
    assert (back.build.version, back.why, back.kind.value) == ("1", "errors", "rollback")
    assert "rollback" not in acts(posted)
    await world.sends("U0PRIYA", posted, "rollback", "errors", handle=handle)
    assert heard(world) == snapshot(
        "What is live or under way in payments in production has changed since that button of <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000006|R-2>, payments 2 (0000002) to production, was shown, so nothing was started. `/deploy status payments production` shows what is live; to go back to a build of your choice: `/deploy rollback payments to VERSION in production REASON`."
    )


async def test_a_rollback_that_is_dropped_leaves_the_way_open(opening: Opening) -> None:
    world = await twice(opening, second=True)
    posted = await world.notice(2)
    await world.sends("U0PRIYA", posted, "rollback", "errors")
    await world.types("U0PRIYA", "cancel R-3")
    assert "rollback" in acts(posted)


async def test_what_failed_goes_back_to_what_is_live(opening: Opening) -> None:
    world = await twice(opening, second=False)
    told = await world.notice(2, CardKind.FAILURE)
    assert acts(told) == ["retry", "rollback", "mark_done"]
    assert "rollback" not in acts(await world.notice(1))
    await world.sends("U0PRIYA", told, "rollback", "half done")
    assert (await world.release(3)).build.version == "1"
    assert acts(told) == []
    assert told.message.text.splitlines()[1] == snapshot(
        "Since then: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000012|R-3> goes back to an earlier build, so please go on there"
    )


async def test_once_a_later_deploy_has_failed_the_way_back_starts_at_that(opening: Opening) -> None:
    world = await twice(opening, second=True)
    live = await world.notice(2)
    assert "rollback" in acts(live)
    world.passes(60)
    await world.looks(a_report(3))
    await fails(world, await world.notice(3))
    assert acts(await world.notice(3, CardKind.FAILURE)) == ["retry", "rollback", "mark_done"]
    assert "rollback" not in acts(live)


async def test_a_failure_that_something_else_has_overtaken_asks_for_nothing(opening: Opening) -> None:
    world, told = await failed(opening)
    world.passes(60)
    await world.looks(a_report(2))
    await fails(world, await world.notice(2), succeeds=True)
    assert told.message.text.splitlines()[1] == snapshot(
        "Since then: 2 (0000002) has become live there by <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000007|R-2>, so nothing more needs to be done here"
    )
    assert acts(told) == []


async def test_forms_open_for_what_can_be_done(opening: Opening) -> None:
    world, posted = await opened(opening)
    shown = [await world.reception.form(posted.button(act), "U0PRIYA", "T1") for act in ("reject", "schedule", "hold")]
    assert [form["callback_id"] for form in shown if isinstance(form, dict)] == snapshot(
        ["signoff:reject", "signoff:schedule", "signoff:hold"]
    )
    approve = await world.reception.form(posted.button("approve"), "U0PRIYA", "T1")
    assert isinstance(approve, Message)
    assert approve.text == snapshot(
        "This button no longer does anything, so nothing was changed. `list` shows what is open."
    )


async def test_the_form_of_a_rollback_names_what_it_goes_back_to(opening: Opening) -> None:
    world = await twice(opening, second=True)
    form = await world.reception.form((await world.notice(2)).button("rollback"), "U0PRIYA", "T1")
    assert isinstance(form, dict)
    assert form["blocks"][0]["text"]["text"].splitlines() == snapshot(
        [
            "This takes payments in production back to 1 (0000001), where 2 (0000002) is live now. The build that is taken out goes into quarantine; where builds ship by themselves, none does so until somebody resumes the lane. A release is opened for it, under the policy's own rules for a rollback."
        ]
    )


async def test_no_form_opens_for_what_is_over(opening: Opening) -> None:
    world, posted = await opened(opening)
    handles = [posted.button(act) for act in ("schedule", "hold")]
    await world.looks(a_report(2))
    said = [await world.reception.form(handle, "U0PRIYA", "T1") for handle in handles]
    assert [one.text for one in said if isinstance(one, Message)] == snapshot(
        [
            "<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, was superseded by <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000002|R-2>, which carries a newer build. Please decide there.",
            "<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, was superseded by <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000002|R-2>, which carries a newer build. Please decide there.",
        ]
    )


async def test_no_form_opens_for_what_has_ended_otherwise(opening: Opening) -> None:
    world, posted = await opened(opening)
    handles = [posted.button(act) for act in ("schedule", "hold")]
    await world.types("U0PRIYA", "cancel R-1")
    said = [await world.reception.form(handle, "U0PRIYA", "T1") for handle in handles]
    assert [one.text for one in said if isinstance(one, Message)] == snapshot(
        [
            "There is nothing to schedule here any more: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, was cancelled before. `/deploy status payments production` shows what is live and what waits there.",
            "There is nothing to hold here any more: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, was cancelled before. `/deploy hold payments production REASON` holds it.",
        ]
    )


async def test_no_form_opens_for_a_failure_that_is_settled(opening: Opening) -> None:
    world = await twice(opening, second=False)
    told = await world.notice(2, CardKind.FAILURE)
    handles = [told.button(act) for act in ("rollback", "mark_done")]
    form = await world.reception.form(handles[1], "U0PRIYA", "T1")
    assert isinstance(form, dict)
    assert form["callback_id"] == "signoff:mark_done"
    await world.sends("U0PRIYA", told, "mark_done", "I saw it")
    said = [await world.reception.form(handle, "U0PRIYA", "T1") for handle in handles]
    assert [one.text for one in said if isinstance(one, Message)] == snapshot(
        [
            "There is nothing to mark as done any more: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000006|R-2>, payments 2 (0000002) to production, is live already."
        ]
    )


@pytest.mark.parametrize(("second", "left"), [(True, ()), (False, ("mark_done",))])
async def test_where_the_policy_names_a_lane_no_longer_nothing_is_deployed(
    opening: Opening, second: bool, left: tuple[str, ...]
) -> None:
    world = await twice(opening, second=second)
    release = await world.release(2)
    nothing = replace(OVERRIDABLE, services=())
    found = await world.store.read(
        lambda tx: notice_acts(tx, release, tx.lanes.load(release.lane, also=release.number), nothing)
    )
    assert found == left


async def test_a_failure_that_the_version_before_wanted_told_becomes_a_card(opening: Opening) -> None:
    world, _ = await opened(opening)
    old = NewEffect("tell_failure:R-1", EffectKind.TELL_FAILURE, "tell_failure:R-1", 1, "{}")
    await world.store.write(lambda tx: tx.effects.enqueue(old, world.now))
    await world.settle()
    assert (await world.notice(1, CardKind.FAILURE)).message.text.splitlines()[0] == snapshot(
        "Ann: the deploy of payments 1 (0000001) to production failed."
    )
