"""Whose turn it is: why a release waits for another one, and how people get on."""

from dataclasses import replace
from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.blockers import BehindInQueue, LaneBusy
from bot.core.lane import Around, Judgement, Mark
from bot.core.policy import ApprovalRule, NewerBuild, Permission
from bot.core.release import DeployStatus, Lifecycle
from bot.views.scene import Scene
from bot.views.status import why
from bot.views.turns import in_doubt, turn
from tests.unit.views.reading import check, seen
from tests.unit.views.values import (
    IN_PRODUCTION,
    NINE,
    TEN,
    a_build,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
    deploying,
)

EACH = replace(IN_PRODUCTION, newer_build=NewerBuild.EACH_MUST_SHIP)
IN_ORDER = a_policy(EACH, permissions=((Permission.QUARANTINE, ("sre",)),))
BAD = Mark(1, Judgement.BAD, (NINE, 117, 1), "117 (1a2b3c4)", "sam", "it loses refunds", NINE)
CLEARED = Mark(2, Judgement.CLEARED, (NINE, 118, 1), "118 (9f3c2ab)", "sam", "mended", TEN)


def test_behind_a_deploy() -> None:
    mine = a_release()
    scene = a_scene()
    nowhere = a_scene(a_policy(permissions=(), operations=None))
    running, lost = (deploying(status, number=41) for status in (DeployStatus.RUNNING, DeployStatus.UNKNOWN))
    said = [
        turn(LaneBusy(41), mine, a_lane(running, mine), scene),
        turn(LaneBusy(41), mine, a_lane(lost, mine), scene),
        turn(LaneBusy(41), mine, a_lane(lost, mine), nowhere),
        turn(LaneBusy(41), mine, a_lane(mine), scene),
    ]
    assert not in_doubt(replace(lost, state=Lifecycle.VERIFYING))
    assert said == snapshot(
        [
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> is being deployed to production or verified there: this one follows by itself after that.",
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> may or may not be deploying to production: the answer to the request was lost. This one follows once that is known. Whether it ran can be answered in <#C0OPS> by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.",
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> may or may not be deploying to production: the answer to the request was lost. This one follows once that is known. Whether it ran can be answered in the operations channel by nobody yet (the policy file gives `resolve` to no one).",
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> is being deployed to production or verified there: this one follows by itself after that.",
        ]
    )


def test_a_queue_whose_head_is_in_quarantine_does_not_move_by_itself() -> None:
    head = a_release(
        number=41, policy=EACH, build=a_build(version="117", position=(NINE, 117, 1)), approvals=(a_yes(),)
    )
    mended = a_release(number=42, policy=EACH, approvals=(a_yes(),))
    lane = replace(a_lane(head, mended), around=Around(marks=(BAD, CLEARED)))
    scene: Scene = a_scene(IN_ORDER)
    assert turn(BehindInQueue(41), mended, lane, scene) == snapshot(
        "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first, since each must ship, but it is, or contains, build 117 (1a2b3c4), which is in quarantine: nothing moves by itself. Its requester or an approver can take it away with `/deploy cancel R-41`, and this one follows; or a build that is well again is confirmed with `/deploy release-quarantine payments VERSION REASON` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>)."
    )
    assert turn(BehindInQueue(41), mended, a_lane(head, mended), scene) == snapshot(
        "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first: this one follows by itself. Its requester or an approver can take the other one away with `/deploy cancel R-41`."
    )
    assert turn(BehindInQueue(41), mended, a_lane(mended), scene) == turn(
        BehindInQueue(41), mended, a_lane(head, mended), scene
    )
    message = why((lane,), scene)
    check(message)
    assert seen(message) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, payments 117 (9f3c2ab) to production, is in quarantine; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• It is, or contains, build 117 (1a2b3c4), which <@U0SAM> put in quarantine <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “it loses refunds”. A build that is well again can be confirmed with `/deploy release-quarantine payments VERSION REASON` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, waits for its turn; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first, since each must ship, but it is, or contains, build 117 (1a2b3c4), which is in quarantine: nothing moves by itself. Its requester or an approver can take it away with `/deploy cancel R-41`, and this one follows; or a build that is well again is confirmed with `/deploy release-quarantine payments VERSION REASON` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).\
""")


def test_why_names_who_may_answer_whether_it_ran() -> None:
    message = why((a_lane(deploying(DeployStatus.UNKNOWN, number=41)),), a_scene())
    check(message)
    assert seen(message).splitlines()[-1] == snapshot(
        "• Whether it ran can be answered in <#C0OPS> by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>."
    )


def test_what_people_chose_after_a_freeze_is_told() -> None:
    chosen = a_release(approvals=(a_yes(),), chosen=True, waited_for="weekend")
    waiting = a_release(number=43, chosen=True)
    message = why((a_lane(chosen), a_lane(waiting)), a_scene())
    check(message)
    assert seen(message) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, is about to be deployed; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• Somebody chose it to go first after the freeze.
• Nothing is in its way: its deploy is next.
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to production, waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• Somebody chose it to go first after the freeze.
• Waits for 1 of qa: 0 of 1 given; may approve: kim, <@U0PRIYA>.
• Expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.\
""")


def test_what_the_first_in_a_queue_waits_for_is_said() -> None:
    """Nobody who reads that it goes first should have to look up why it does not."""
    second = a_release(policy=EACH, approvals=(a_yes(),))
    heads = (
        a_release(number=41, policy=EACH),
        a_release(number=41, policy=EACH, approvals=(a_yes(),)),
        a_release(number=41, policy=EACH, approvals=(a_yes(),), scheduled_for=TEN + timedelta(hours=4)),
        a_release(number=41, policy=replace(EACH, approvals=(ApprovalRule(("empty",), 1),))),
    )
    said = [turn(BehindInQueue(41), second, a_lane(head, second), a_scene(IN_ORDER)) for head in heads]
    assert [one.split(": this one follows by itself.")[0] for one in said] == snapshot(
        [
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first and waits for approval (1 of qa: kim, <@U0PRIYA>)",
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first",
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first and is scheduled for later",
            "<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first and waits for approval (1 of empty: nobody is left who may; 1 of qa: kim, <@U0PRIYA>)",
        ]
    )
    assert len({one.split(": this one follows by itself.")[1] for one in said}) == 1
    assert turn(BehindInQueue(41), second, a_lane(second), a_scene(IN_ORDER)) == said[1]
