"""The message about a deploy that failed, whole: while it asks for a person, late, and once something came of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.aftermath import Aftermath, MarkedDone, Overtaken, TriedAgain, WentBack
from bot.core.build import Author
from bot.core.lane import Live
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Origin, Release, StopAsked
from bot.core.target import Command
from bot.ports.slack import Message
from bot.views.failure import failure
from bot.views.scene import Scene
from tests.unit.views.compared import SPAN, a_change, compared
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.values import JOB, LIVE, SAM, TEN, a_build, a_lane, a_scene, ended

HANDLES = {"retry": "h-retry", "rollback": "h-back", "mark_done": "h-done"}
SENT = Deployment(DeployStatus.FAILED, TEN, ref="9", url=JOB)
FAILED = ended(
    Lifecycle.FAILED,
    build=a_build(authors=(SAM,)),
    reason="no result within 30 min; the job may still be running",
    deployment=SENT,
)


def told(
    release: Release = FAILED, came: Aftermath | None = None, live: Live | None = LIVE, scene: Scene | None = None
) -> Message:
    lane = a_lane(release, live=live)
    message = failure(release, lane, came, scene or a_scene(), {} if came else HANDLES, 3)
    check(message)
    return message


def test_who_had_it_ended_is_told_to_those_who_wrote_it() -> None:
    stopped = replace(FAILED, reason="the run ended: cancelled", deployment=replace(SENT, stop=StopAsked("sam", TEN)))
    assert seen(told(stopped)).splitlines()[1:3] == snapshot(
        [
            "*Why:* the run ended: cancelled",
            "*Cancel:* asked for by <@U0SAM> <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>",
        ]
    )


def test_a_failure() -> None:
    message = told()
    assert seen(message) == snapshot("""\
<@U0SAM>: the deploy of payments 118 (9f3c2ab) to production failed.
*Why:* no result within 30 min; the job may still be running
*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>
*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>
*Next:* see what is live with `/deploy status payments production`; look at the job; try again with `/deploy retry R-42`; go back with `/deploy rollback payments in production REASON`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`
[Retry] signoff:retry = h-retry
  read aloud: Retry payments 118 to production
  asks: Try R-42 again? payments 118 to production, commit 9f3c2ab, gets a new release, which ships once nothing is in its way. [Retry] [Go back]
[Roll back] (danger) signoff:rollback = h-back
  read aloud: Roll back from payments 118 in production
[Mark as done] signoff:mark_done = h-done
  read aloud: Mark as done: payments 118 in production is live after all\
""")
    assert shortened(message.text) == snapshot("""\
<@U0SAM>: the deploy of payments 118 (9f3c2ab) to production failed.
Why: no result within 30 min; the job may still be running
Job: <https://github.example/acme/payments/actions/runs/9|open the deploy job>
Release: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>
Next: see what is live with `/deploy status payments production`; look at the job; try again with `/deploy retry R-42`; go back with `/deploy rollback payments in production REASON`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`
Actions: Retry, Roll back, Mark as done.\
""")
    assert [block["block_id"] for block in message.blocks] == ["R-42:failure-facts:r3", "R-42:failure-actions:r3"]


def test_where_there_is_nothing_to_go_back_to_nobody_is_told_to_go_back() -> None:
    without = {act: handle for act, handle in HANDLES.items() if act != "rollback"}
    message = failure(FAILED, a_lane(FAILED), None, a_scene(), without, 3)
    check(message)
    assert "rollback" not in message.text
    assert message.text.splitlines()[-2] == snapshot(
        "Next: see what is live with `/deploy status payments production`; look at the job; try again with `/deploy retry R-42`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`"
    )


BRINGS = compared()
WHOLE = (*BRINGS.added, a_change(6, "Typo", SAM, sha=SPAN.head))
KNOWN = replace(a_scene(), compared={SPAN: replace(BRINGS, added=WHOLE, added_total=len(WHOLE))})


def test_where_to_read_what_a_command_printed() -> None:
    commanded = replace(FAILED, policy=replace(FAILED.policy, target=Command(("./deploy.sh",))))
    assert "*Output:* `signoff output R-42` on Signoff's host" in seen(told(commanded)).splitlines()
    assert "signoff output" not in seen(told(replace(commanded, origin=Origin.EXTERNAL)))


def test_everybody_is_mentioned_who_wrote_something_since_what_was_live() -> None:
    first = "Ann, <@U0SAM>, <@U0PRIYA>: the deploy of payments 118 (9f3c2ab) to production failed."
    assert seen(told(scene=KNOWN)).splitlines()[0] == first
    assert told(scene=KNOWN).text.splitlines()[0] == first
    done = replace(FAILED, state=Lifecycle.LIVE)
    itself = replace(LIVE, sha=SPAN.head)
    later = replace(KNOWN, before={42: LIVE})
    assert seen(told(done, MarkedDone(), itself, later)).splitlines()[0] == first, "also once it is live itself"


def test_whoever_wrote_the_build_comes_first_where_it_is_not_told_among_the_commits() -> None:
    scene = replace(KNOWN, compared={SPAN: replace(BRINGS, added_total=600, complete=False)})
    assert seen(told(scene=scene)).splitlines()[0] == (
        "<@U0SAM>, Ann, <@U0PRIYA>: the deploy of payments 118 (9f3c2ab) to production failed."
    )


def test_of_more_than_ten_the_others_are_counted() -> None:
    crowd = tuple(a_change(n, "Change", Author(f"Person {n}")) for n in range(1, 13))
    scene = replace(KNOWN, compared={SPAN: replace(BRINGS, added=(*crowd, WHOLE[-1]), added_total=13)})
    (first, *_) = seen(told(scene=scene)).splitlines()
    assert first.startswith("Person 1, Person 2, ")
    assert first.endswith("Person 10 and 3 more: the deploy of payments 118 (9f3c2ab) to production failed.")


def test_a_failure_before_anything_was_sent() -> None:
    release = ended(Lifecycle.FAILED)
    assert seen(told(release, live=None)).splitlines()[:3] == snapshot(
        [
            "Ann: the deploy of payments 118 (9f3c2ab) to production failed.",
            "*Why:* no reason was told",
            "*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>",
        ]
    )


def test_a_verification_that_failed() -> None:
    release = replace(FAILED, health=Health(TEN), reason="not healthy within 5 min")
    assert seen(told(release)).splitlines()[:2] == snapshot(
        [
            "<@U0SAM>: the verification of the deploy of payments 118 (9f3c2ab) to production failed.",
            "*Why:* not healthy within 5 min",
        ]
    )


def test_a_failure_of_a_deploy_that_began_long_before() -> None:
    late = replace(FAILED, ended_at=TEN + timedelta(hours=2, seconds=1))
    assert seen(told(late)) == snapshot("""\
<@U0SAM>: the deploy of payments 118 (9f3c2ab) to production failed.
*Look first:* this deploy began more than 2 hours before it failed, so the failure may not be caused by this deploy. Please look before you roll back
*Why:* no result within 30 min; the job may still be running
*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>
*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>
*Next:* see what is live with `/deploy status payments production`; look at the job; try again with `/deploy retry R-42`; go back with `/deploy rollback payments in production REASON`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`
[Retry] signoff:retry = h-retry
  read aloud: Retry payments 118 to production
  asks: Try R-42 again? payments 118 to production, commit 9f3c2ab, gets a new release, which ships once nothing is in its way. [Retry] [Go back]
[Mark as done] signoff:mark_done = h-done
  read aloud: Mark as done: payments 118 in production is live after all
[Roll back] signoff:rollback = h-back
  read aloud: Roll back from payments 118 in production\
""")
    on_time = replace(FAILED, ended_at=TEN + timedelta(hours=2))
    assert "Look first" not in told(on_time).text


def test_a_failure_where_something_else_has_become_live_meanwhile() -> None:
    live = replace(LIVE, since=TEN + timedelta(minutes=1), version="119")
    assert seen(told(live=live)).splitlines()[:2] == snapshot(
        [
            "<@U0SAM>: the deploy of payments 118 (9f3c2ab) to production failed.",
            "*Look first:* 119 (1a2b3c4) has become live there since it began, so the failure may not be caused by this deploy. Please look before you roll back",
        ]
    )


@pytest.mark.parametrize(
    ("came", "says"),
    [
        (
            MarkedDone(),
            snapshot(
                "*Since then:* somebody looked and marked it as done, so nothing more needs to be done here; the thread says why"
            ),
        ),
        (
            TriedAgain(43),
            snapshot(
                "*Since then:* it is tried again as <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, so please go on there"
            ),
        ),
        (
            WentBack(43),
            snapshot(
                "*Since then:* <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43> goes back to an earlier build, so please go on there"
            ),
        ),
        (
            Overtaken("119 (5555555)", 43),
            snapshot(
                "*Since then:* 119 (5555555) has become live there by <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, so nothing more needs to be done here"
            ),
        ),
        (
            Overtaken("119 (5555555)", None),
            snapshot("*Since then:* 119 (5555555) has become live there, so nothing more needs to be done here"),
        ),
    ],
)
def test_what_came_of_it(came: Aftermath, says: str) -> None:
    message = told(came=came)
    assert seen(message).splitlines()[1] == says
    assert "Next" not in message.text
    assert "Actions" not in message.text
    assert [block["type"] for block in message.blocks] == ["section"]
