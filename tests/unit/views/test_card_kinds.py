"""The card of what is out of the ordinary: rollback, hotfix, external, trial, overridden, verified, scheduled."""

from dataclasses import replace
from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.calendar import Freeze, Weekday, Weekly
from bot.core.lane import Around, Hold, Judgement, Lane, Lock, Mark, Stop
from bot.core.opening import NEVER_LIVE
from bot.core.policy import Hotfix, Kind, LanePolicy, SelfApproval
from bot.core.progress import ON_TRIAL
from bot.core.release import DeployStatus, Health, Lifecycle, Origin, Override, Release
from bot.core.verification import Verification
from bot.ports.slack import Message
from bot.views.card import notice
from tests.unit.views.reading import check, seen
from tests.unit.views.values import (
    BUTTONS,
    IN_PRODUCTION,
    NINE,
    QA,
    SAM,
    SRE,
    TEN,
    a_build,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
    deploying,
    ended,
)

ALL = BUTTONS | {"undo": "h-undo", "hold": "h-hold"}
ELEVEN = TEN + timedelta(hours=1)
UNDOABLE = replace(IN_PRODUCTION, undo_window=timedelta(seconds=30))
VERIFIED = replace(IN_PRODUCTION, verify=Verification(within=timedelta(minutes=5), hold_for=timedelta(minutes=90)))


def shown(release: Release, lane: Lane | None = None, production: LanePolicy = IN_PRODUCTION) -> Message:
    message = notice(release, lane or a_lane(release), a_scene(a_policy(production)), ALL, 1)
    check(message)
    return message


def test_a_rollback() -> None:
    rollback = a_release(kind=Kind.ROLLBACK, requested_by="alex", why="it <loses> money", older_than_live=True)
    assert seen(shown(rollback)) == snapshot("""\
# Waiting for approval (ROLLBACK): payments 118 to production
*ROLLBACK:* this takes production back to what was live there before: “it &lt;loses&gt; money”
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* <@U0ALEX>
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 1 of qa:* 0 of 1 given; may approve: kim, <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. This is a ROLLBACK. It is OLDER than what is live there. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production
[Hold] signoff:hold = h-hold
  read aloud: Hold payments in production\
""")


def test_a_rollback_read_aloud() -> None:
    rollback = a_release(kind=Kind.ROLLBACK, policy=replace(IN_PRODUCTION, rollback=()))
    today = replace(IN_PRODUCTION, rollback=())
    first, *rest = shown(rollback, production=today).text.splitlines()
    assert (first, rest[-1], [line for line in rest if line.startswith("Approvals")]) == snapshot(
        (
            "R-42, payments 118 (9f3c2ab) to production (ROLLBACK), is about to be deployed.",
            "Actions: Hold.",
            ["Approvals: none needed, the policy asks for none for a rollback there."],
        )
    )


def test_a_hotfix() -> None:
    fast = replace(IN_PRODUCTION, hotfix=Hotfix((SRE,)))
    hotfix = a_release(
        kind=Kind.HOTFIX, requested_by="kim", why="refunds fail", policy=fast, retry_of=41, retried_by="sam"
    )
    assert seen(shown(hotfix, production=fast)) == snapshot("""\
# Waiting for approval (HOTFIX): payments 118 to production
*HOTFIX:* this goes the fast path, with its own approvals: “refunds fail”
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* kim; <@U0SAM> tries R-41 again
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 2 of sre:* 0 of 2 given; may approve: <@U0ALEX>, <!subteam^S0SRE>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. This is a HOTFIX. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production
[Hold] signoff:hold = h-hold
  read aloud: Hold payments in production\
""")


def test_a_deploy_of_somebody_else() -> None:
    elsewhere = ended(Lifecycle.LIVE, origin=Origin.EXTERNAL, policy=replace(IN_PRODUCTION, approvals=()))
    assert seen(shown(elsewhere, production=replace(IN_PRODUCTION, approvals=()))) == snapshot("""\
# Live (NOT DEPLOYED BY SIGNOFF): payments 118 in production
*Live since:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> by somebody else's deploy; Signoff took note of it
*NOT DEPLOYED BY SIGNOFF:* somebody else deployed this to production; nobody was asked here
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* nobody here
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_a_release_on_trial() -> None:
    trial = replace(IN_PRODUCTION, trial=True)
    assert seen(shown(a_release(policy=trial), production=trial)) == snapshot("""\
# Waiting for approval (TRIAL): payments 118 to production
*TRIAL:* Signoff shows and asks, but nothing is deployed: the policy has this service on trial
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* nobody yet
*Needs 1 of qa:* 0 of 1 given; may approve: kim, <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production
[Hold] signoff:hold = h-hold
  read aloud: Hold payments in production\
""")


def test_a_release_that_ended_on_trial() -> None:
    trial = replace(IN_PRODUCTION, trial=True)
    assert seen(shown(ended(Lifecycle.CANCELLED, policy=trial, reason=ON_TRIAL), production=trial)).splitlines()[
        :3
    ] == snapshot(
        [
            "# Would have been deployed (TRIAL): payments 118 to production",
            "*On trial:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: nothing was in its way, so it would have been deployed. Nothing was deployed",
            "*TRIAL:* Signoff shows and asks, but nothing was deployed: the policy has this service on trial",
        ]
    )


def test_an_overridden_release() -> None:
    override = Override("sam", "customers cannot pay", TEN, ("1 of qa", "the freeze year end"))
    assert seen(shown(deploying(DeployStatus.RUNNING, override=override))) == snapshot("""\
# Deploying (OVERRIDDEN): payments 118 to production
*Deploy:* asked for <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>
*OVERRIDDEN:* by <@U0SAM>, <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “customers cannot pay”. Skipped: 1 of qa, the freeze year end
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_an_override_of_nothing_that_is_known() -> None:
    release = deploying(DeployStatus.RUNNING, override=Override("sam", "now", TEN, ()))
    assert "Skipped: nothing that stood in the way then" in shown(release).text


def test_about_to_deploy_with_undo() -> None:
    approved = a_release(approvals=(a_yes(),), approved_at=TEN, policy=UNDOABLE)
    assert seen(shown(approved, production=UNDOABLE)) == snapshot("""\
# About to deploy: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Approved by:* <@U0PRIYA>
*Needs 1 of qa:* given
*In the way:* All have approved: it starts by itself <!date^1795255230^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Until then its approvers and its requester can stop it with the button Undo; whoever approved can also take that back with `/deploy withdraw R-42`.
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
[Undo] (danger) signoff:undo = h-undo
  read aloud: Undo: do not deploy payments 118 to production yet
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production
[Hold] signoff:hold = h-hold
  read aloud: Hold payments in production\
""")


def test_a_release_that_was_asked_again_and_scheduled() -> None:
    release = a_release(generation=2, asked_at=TEN, scheduled_for=ELEVEN)
    told = ("*Asked again", "~ *Scheduled", "*In the way")
    assert [line for line in seen(shown(release)).splitlines() if line.startswith(told)] == snapshot(
        [
            "*Asked again:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: former approvals do not count; the thread says why",
            "*In the way:* It is scheduled for <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> and goes on by itself then. Its approvers and its requester can move that with `/deploy schedule R-42 at TIME`; `now` is a time, too.",
            "~ *Scheduled for:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>",
        ]
    )


def test_a_held_lane_has_no_button_to_hold_it() -> None:
    release = a_release()
    lane = replace(a_lane(release), hold=Hold("x", NINE, "sam"))
    assert "Hold" in shown(release).text.splitlines()[-1]
    assert "Hold" not in shown(release, lane).text.splitlines()[-1]


def test_being_verified_and_not_healthy_yet() -> None:
    release = a_release(state=Lifecycle.VERIFYING, health=Health(TEN), policy=VERIFIED, approvals=(a_yes(),))
    assert seen(shown(release, production=VERIFIED)).splitlines()[:4] == snapshot(
        [
            "# Verifying: payments 118 in production",
            "*Deployed:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>",
            "*Verification:* not healthy yet; it must be by <!date^1795255500^{date_short_pretty} {time}|2026-11-21 10:05 UTC>",
            "*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint",
        ]
    )


def test_being_verified_and_healthy() -> None:
    release = a_release(state=Lifecycle.VERIFYING, health=Health(TEN, ELEVEN), policy=VERIFIED)
    assert seen(shown(release, production=VERIFIED)).splitlines()[:4] == snapshot(
        [
            "# Verifying: payments 118 in production",
            "*Deployed:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>",
            "*Verification:* healthy since <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>; it counts as live <!date^1795264200^{date_short_pretty} {time}|2026-11-21 12:30 UTC>, after 1 hour 30 minutes of health",
            "*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint",
        ]
    )


def test_being_verified_by_a_rule_that_is_not_known() -> None:
    release = a_release(state=Lifecycle.VERIFYING, health=Health(TEN))
    assert seen(shown(release)).splitlines()[0] == "# Verifying: payments 118 in production"


def test_a_verification_that_failed() -> None:
    release = ended(Lifecycle.FAILED, health=Health(TEN), policy=VERIFIED, reason="not healthy within 5 minutes")
    assert seen(shown(release, production=VERIFIED)).splitlines()[:3] == snapshot(
        [
            "# Verification failed: payments 118 in production",
            "*Failed:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: not healthy within 5 minutes",
            "*Next:* look at the job; try again with `/deploy retry R-42`; go back with `/deploy rollback payments in production REASON`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`",
        ]
    )


def test_what_was_rolled_back() -> None:
    assert seen(shown(ended(Lifecycle.ROLLED_BACK))).splitlines()[:3] == snapshot(
        [
            "# Rolled back: payments 118 in production",
            "*Rolled back:* it was live from <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>; the thread says by which release and why",
            "*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint",
        ]
    )


def test_no_approval_is_needed_in_a_delivery_lane_without_rules() -> None:
    free = replace(IN_PRODUCTION, approvals=())
    assert (
        "Approvals: none needed, the policy asks for none there." in shown(a_release(policy=free), production=free).text
    )


def test_no_button_without_a_handle() -> None:
    approved = a_release(approvals=(a_yes(),), approved_at=TEN, policy=UNDOABLE)
    message = notice(approved, a_lane(approved), a_scene(a_policy(UNDOABLE)), {}, 1)
    assert not [block for block in message.blocks if block["type"] == "actions"]


def test_an_approver_of_strict_work_is_nobody_who_wrote_it() -> None:
    strict = replace(IN_PRODUCTION, approvals=(SRE,), self_approval=SelfApproval.STRICT)
    release = a_release(policy=strict, build=a_build(authors=(SAM,), pusher=None))
    text = shown(release, production=strict).text
    assert "may approve: <@U0ALEX>" in text
    free = replace(strict, self_approval=SelfApproval.ALLOW)
    assert "may approve: <@U0ALEX>, <@U0SAM>" in shown(replace(release, policy=free), production=free).text


def test_rules_that_ask_the_same_people_twice_are_told_once() -> None:
    twice = replace(IN_PRODUCTION, approvals=(QA, QA))
    assert "Needs 2 of qa" in shown(a_release(policy=twice), production=twice).text


def test_every_reason_stands_on_the_card_however_long_they_are() -> None:
    release = a_release(scheduled_for=ELEVEN)
    said = "x" * 400
    lane = replace(
        a_lane(release),
        hold=Hold(said, NINE, "sam"),
        lock=Lock("sam", "U0SAM", said, NINE, ELEVEN),
        around=Around(
            stop=Stop("sam", said, NINE),
            marks=(Mark(1, Judgement.BAD, (NINE, 0, 0), "117", "sam", said, NINE),),
        ),
    )
    days = frozenset({Weekday.SAT})
    policy = a_policy(freezes=tuple(Freeze(f"{n}{'y' * 90}", Weekly(days, None, None, "UTC")) for n in range(9)))
    message = notice(release, lane, a_scene(policy), ALL, 1)
    check(message)
    assert sum(line.startswith("*In the way:*") for line in seen(message).splitlines()) == 14
    assert "more" not in seen(message)
    names = [block["block_id"] for block in message.blocks if "blockers" in block["block_id"]]
    assert names == ["R-42:blockers:r1", "R-42:blockers-1:r1", "R-42:blockers-2:r1"]


def test_a_rollback_that_was_dropped_because_its_build_was_rebuilt() -> None:
    dropped = ended(Lifecycle.CANCELLED, kind=Kind.ROLLBACK, why="it loses orders", reason=NEVER_LIVE)
    assert seen(shown(dropped)).splitlines()[:2] == snapshot(
        [
            "# Cancelled (ROLLBACK): payments 118 to production",
            "*Cancelled:* <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: its build was rebuilt since, and a rollback ships only what was live there before. Nothing was deployed",
        ]
    )


def test_an_overridden_release_that_waits_asks_nobody_any_more() -> None:
    release = a_release(override=Override("sam", "customers cannot pay", TEN, ("1 of qa",)), approvals=(a_yes(),))
    lines = [line for line in seen(shown(release)).splitlines() if line.startswith(("*Approved", "*Needs"))]
    assert lines == ["*Approved by:* <@U0PRIYA>; it is overridden, so nobody needs to any more"]
