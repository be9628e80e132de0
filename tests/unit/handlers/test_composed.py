"""What the release rules want told arrives where it belongs: in the channel, in operations, or with one person."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.build import RunStatus
from bot.core.effects import Happened, Happening
from bot.core.inputs import Account
from bot.core.policy import EVERYONE, After, LaneId, Mode, Permission, Person, Policy
from bot.core.release import Lifecycle
from bot.core.speaking import Escalation
from bot.intents import Loud, tell_operations
from bot.personal import mute
from bot.ports.ci import ProgressStatus
from bot.ports.effects import EffectKind, NewEffect
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

STAGING = LaneId("payments", "staging")
HOUR = timedelta(hours=1)
EVERYBODY = tuple((permission, (EVERYONE,)) for permission in Permission)


async def ships(world: World, number: int) -> None:
    """Let R-<number> be approved, if it asks for that, and its job succeed."""
    posted = await world.notice(number)
    if any(
        element for block in posted.message.blocks for element in block.get("elements", ()) if "approve" in str(element)
    ):
        await world.clicks("U0PRIYA", posted, "approve")
    world.executor.says(ProgressStatus.SUCCEEDED, nth=len(world.executor.started))
    await world.follows()
    assert (await world.release(number)).state is Lifecycle.LIVE


def told(world: World, channel: str = "C0PAYMENTS") -> list[str]:
    """Return the messages of a channel that are no cards."""
    return [one.message.text for one in world.chat.in_channel(channel) if not one.message.text.startswith("R-")]


async def test_those_whose_approval_is_missing_are_reminded(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(remind_after=(HOUR,))))
    await world.looks()
    await world.looks(a_report(1))
    assert await world.ticks() == NOON + HOUR
    world.passes(3600)
    await world.ticks()
    assert told(world) == snapshot(
        [
            """\
<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, has been waiting for approval since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>.
Still missing: 1 approval by qa: <@U0PRIYA>.
It expires <!date^1795348800^{date_short_pretty} {time}|2026-11-22 12:00 UTC> if approvals are still missing; that is no rejection.
Please decide on its card, or with `/deploy approve R-1` or `/deploy reject R-1 REASON`.\
"""
        ]
    )
    world.passes(3600)
    await world.ticks()
    assert len(told(world)) == 1


async def test_who_has_approved_meanwhile_is_not_reminded(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(remind_after=(HOUR,))))
    await world.looks()
    await world.looks(a_report(1))
    world.passes(3600)
    await world.clock.once()
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    assert told(world) == []
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'remind'") == [("done", "nothing to say")]


ESCALATES = a_policy(a_lane_policy(escalate=Escalation(HOUR, "sre")))


async def test_a_second_group_hears_of_it_in_the_channel_and_personally(opening: Opening) -> None:
    world = await opening(ESCALATES)
    await world.looks()
    await world.looks(a_report(1))
    assert await world.ticks() == NOON + HOUR
    world.passes(3600)
    await world.ticks()
    assert [text.splitlines()[0] for text in told(world)] == snapshot(
        [
            "<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, has been waiting for approval since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>. Escalated to sre: <@U0SAM>."
        ]
    )
    assert [(to, text.splitlines()[0]) for to, _, text in world.chat.whispers] == snapshot(
        [
            (
                "U0SAM",
                "You are asked as one of sre: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, has been waiting for approval since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>.",
            )
        ]
    )
    assert world.chat.in_thread((await world.notice()).ts) == snapshot(
        [
            "Escalated to sre: approvals have been missing since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC> (0 of 1 of qa)."
        ]
    )
    world.passes(3600)
    await world.ticks()
    assert len(told(world)) == 1


@pytest.mark.parametrize(
    ("account", "note"), [(None, "nothing to say"), (Account.DEACTIVATED, "nobody to tell: deactivated")]
)
async def test_who_has_muted_it_or_is_gone_is_not_told_of_an_escalation(
    opening: Opening, account: Account | None, note: str
) -> None:
    world = await opening(ESCALATES)
    await world.looks()
    await world.looks(a_report(1))
    if account is None:
        await world.desk.change(lambda tx, _: mute(tx, Person("sam", "U0SAM"), on=True))
    else:
        world.directory.accounts["U0SAM"] = account
    world.passes(3600)
    await world.ticks()
    assert world.chat.whispers == []
    assert await world.sql("SELECT key, note FROM effects WHERE kind = 'tell_escalated'") == [
        ("tell_escalated:R-1:1:sam", note)
    ]


async def test_what_is_approved_meanwhile_is_not_escalated(opening: Opening) -> None:
    world = await opening(ESCALATES)
    await world.looks()
    await world.looks(a_report(1))
    world.passes(3600)
    await world.clock.once()
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    assert await world.sql("SELECT DISTINCT note FROM effects WHERE kind IN ('escalate', 'tell_escalated')") == [
        ("nothing to say",)
    ]


async def test_the_authors_hear_of_a_rollback(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(announce=True), permissions=EVERYBODY))
    await world.looks()
    for number in (1, 2):
        await world.looks(a_report(number))
        await ships(world, number)
    await world.types("U0SAM", "rollback payments in production it loses money")
    await ships(world, 3)
    assert await world.states() == [Lifecycle.LIVE, Lifecycle.ROLLED_BACK, Lifecycle.LIVE]
    assert told(world) == snapshot(
        [
            """\
Ann: your build payments 2 (0000002), <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000007|R-2>, was rolled back in production.
<@U0SAM> took it out with <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000013|R-3>, payments 1 (0000001) in production: “it loses money”.
payments 2 (0000002) is in quarantine, with every build that contains it: when one is well again, somebody confirms it with `/deploy release-quarantine payments VERSION REASON`.\
"""
        ]
    )
    assert world.chat.in_channel("C0RELEASES")[-1].message.text == snapshot("""\
payments 1 is live in production (ROLLBACK)
What changed: Change 1
By: Ann
Before: 2 (0000002); <https://github.example/acme/payments/compare/0000002000000000000000000000000000000000...0000001000000000000000000000000000000000|all changes since>
Approved by: <@U0PRIYA>\
""")


def to_operations(kind: Happened, *, release: int | None = None, **where: str) -> Loud:
    return Loud(Happening(kind, release, by="sam", detail="it burns"), **where)


async def said(world: World, loud: Loud) -> None:
    """Have something told, and let it be sent."""
    await world.store.write(lambda tx: tell_operations(tx, loud, world.desk.setting()))
    await world.settle()


@pytest.mark.parametrize(
    ("loud", "where"),
    [
        (to_operations(Happened.STOPPED_ALL), "C0OPS"),
        (to_operations(Happened.QUARANTINED, service="payments"), "C0OPS"),
        (to_operations(Happened.OVERRIDDEN, release=1, service="payments", environment="production"), "C0OPS"),
        (to_operations(Happened.LOCK_ENDED, service="payments", environment="production", to="U0PRIYA"), "U0PRIYA"),
    ],
)
async def test_what_is_loud_is_told_where_it_belongs(world: World, loud: Loud, where: str) -> None:
    await world.looks()
    await world.looks(a_report(1))
    await said(world, loud)
    await said(world, loud)
    assert len(told(world, where)) == 1
    assert told(world) == []


async def test_without_an_operations_channel_the_services_own_hears_it(opening: Opening) -> None:
    world = await opening(a_policy(operations=None))
    await said(world, to_operations(Happened.QUARANTINED, service="payments"))
    assert len(told(world)) == 1
    await said(world, to_operations(Happened.STOPPED_ALL))
    await said(world, to_operations(Happened.QUARANTINED, service="gone"))
    assert [len(one) for one in (told(world), world.chat.messages)] == [1, 1]
    states = await world.sql("SELECT state, note FROM effects WHERE kind = 'operations' ORDER BY id")
    assert states == [("done", ""), ("done", "nothing to say"), ("done", "nothing to say")]


async def test_the_channel_hears_of_the_line_when_it_breaks_and_when_it_is_mended(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    await world.looks(a_report(2, status=RunStatus.FAILED))
    await world.looks(a_report(3, status=RunStatus.FAILED))
    world.passes(60)
    await world.looks(a_report(4))
    assert told(world) == snapshot(
        [
            """\
Ann: payments can no longer be deployed from main. The first bad commit is <https://github.example/acme/payments/commit/0000002000000000000000000000000000000000|0000002> “Change 2”.
What failed: <https://github.example/acme/payments/actions/runs/9002|build.yml>
Next: please fix it, revert it or run it again; you hear of it once more, when it is fixed\
""",
            "payments can be deployed from main again: payments 4 (0000004), commit <https://github.example/acme/payments/commit/0000004000000000000000000000000000000000|0000004> “Change 4” by Ann, is well. <https://github.example/acme/payments/commit/0000002000000000000000000000000000000000|0000002> “Change 2” had broken it.",
        ]
    )


async def test_the_line_of_a_service_that_has_left_the_policy_is_told_to_nobody(world: World) -> None:
    await world.looks()
    await world.sees(a_report(1), a_report(2, status=RunStatus.FAILED))
    world.desk.policy = Policy(services=())
    await world.settle()
    assert told(world) == []
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'tell_line'") == [("done", "nothing to say")]


async def test_the_clock_opens_what_has_soaked(opening: Opening) -> None:
    lanes = (a_lane_policy(STAGING, mode=Mode.DEPLOYMENT), a_lane_policy(after=After("staging", HOUR)))
    world = await opening(a_policy(*lanes))
    await world.looks()
    await world.looks(a_report(1))
    await ships(world, 1)
    assert await world.ticks() == NOON + HOUR
    assert await world.states(LANE) == []
    world.passes(3600)
    await world.ticks()
    assert await world.states(LANE) == [Lifecycle.OPEN]
    assert await world.clock.once() == NOON + 25 * HOUR, "nothing is left but its expiry"


async def test_a_message_about_no_release_is_our_mistake_and_is_set_aside(world: World) -> None:
    await world.store.write(
        lambda tx: tx.effects.enqueue(NewEffect("x", EffectKind.TELL_FAILURE, "x", None, "{}"), NOON)
    )
    for _ in range(5):
        await world.settle()
        world.passes(60)
    assert await world.sql("SELECT state, note FROM effects") == [("dead", "our own code failed")]
