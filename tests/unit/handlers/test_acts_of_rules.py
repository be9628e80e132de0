"""The acts of the release rules by command: what whoever may hears, and what whoever may not."""

from datetime import timedelta
from typing import Any

from inline_snapshot import snapshot

from bot.core.policy import ApprovalRule, Hotfix, Permission, Policy, Skip
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from tests.factories import NOON, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

PERMISSIONS = tuple((permission, ("sre",)) for permission in Permission)
FAST = Hotfix((ApprovalRule(("sre",), 1),), frozenset({Skip.SOAK, Skip.FREEZE}))


def ruled(**changed: Any) -> Policy:
    """Return a policy that gives every permission to sre, with a fast path."""
    return a_policy(a_lane_policy(hotfix=FAST, **changed), permissions=PERMISSIONS)


async def asked(opening: Opening, policy: Policy | None = None) -> World:
    """Go on until R-1 waits for its approval."""
    world = await opening(policy or ruled())
    await world.looks()
    await world.looks(a_report(1))
    return world


async def failed(opening: Opening) -> World:
    """Go on until R-1 has failed."""
    world = await asked(opening)
    await world.types("U0PRIYA", "approve R-1")
    world.executor.says(ProgressStatus.FAILED, "the job exited with 1")
    await world.follows()
    assert await world.states() == [Lifecycle.FAILED]
    world.chat.responses.clear()
    return world


async def heard(world: World, *said: tuple[str, str]) -> str:
    """Type words, each by somebody, and return what each is answered."""
    lines = []
    for who, words in said:
        world.chat.responses.clear()
        await world.types(who, words)
        lines.append(f"{who.removeprefix('U0')}: {words}")
        lines += [f"  {line}" for _, text in world.chat.responses for line in text.splitlines()]
    return "\n".join(lines)


async def test_a_lane_is_held_and_resumed(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "hold payments production for 2h the database moves"),
        ("U0SAM", "resume payments production"),
        ("U0SAM", "hold payments production for 2h the database moves"),
        ("U0PRIYA", "resume payments production"),
        ("U0SAM", "resume payments production"),
        ("U0SAM", "hold payments production until we know more"),
    ) == snapshot("""\
PRIYA: hold payments production for 2h the database moves
  Nothing was changed (payments in production).
  You do not have the permission `hold`. It is held by <@U0SAM>.
SAM: resume payments production
  Nothing was changed (payments in production).
  It is not held, so there is nothing to resume. `/deploy why payments production` tells all there is to it.
SAM: hold payments production for 2h the database moves
  payments in production is held by <@U0SAM> until <!date^1795269600^{date_short_pretty} {time}|2026-11-21 14:00 UTC>, since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “the database moves”. What is being deployed goes on. `/deploy resume payments production` ends the hold.
PRIYA: resume payments production
  Nothing was changed (payments in production).
  You do not have the permission `hold`. It is held by <@U0SAM>.
SAM: resume payments production
  You resumed payments in production: what waits there goes on as soon as nothing else is in its way.
SAM: hold payments production until we know more
  payments in production is held by <@U0SAM>, since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “until we know more”. What is being deployed goes on. `/deploy resume payments production` ends the hold.\
""")


async def test_a_lane_is_locked_and_unlocked(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "lock payments production load test"),
        ("U0PRIYA", "unlock payments production"),
        ("U0SAM", "lock payments production load test"),
        ("U0SAM", "lock payments production for 30m load test"),
        ("U0PRIYA", "unlock payments production"),
        ("U0SAM", "unlock payments production"),
    ) == snapshot("""\
PRIYA: lock payments production load test
  Nothing was changed (payments in production).
  You do not have the permission `lock`. It is held by <@U0SAM>.
PRIYA: unlock payments production
  Nothing was changed (payments in production).
  • You do not have the permission `lock`. It is held by <@U0SAM>.
  • Nobody has it for themselves, so there is nothing to unlock. `/deploy why payments production` tells all there is to it.
SAM: lock payments production load test
  You have payments in production for yourself until <!date^1795266000^{date_short_pretty} {time}|2026-11-21 13:00 UTC>: “load test”. `/deploy unlock payments production` ends that. That is one hour, since you did not say for how long: `/deploy lock payments production for DURATION REASON` does.
SAM: lock payments production for 30m load test
  You have payments in production for yourself until <!date^1795264200^{date_short_pretty} {time}|2026-11-21 12:30 UTC>: “load test”. `/deploy unlock payments production` ends that.
PRIYA: unlock payments production
  Nothing was changed (payments in production).
  You do not have the permission `lock`. It is held by <@U0SAM>.
SAM: unlock payments production
  You unlocked payments in production: what waits there goes on as soon as nothing else is in its way.\
""")


async def test_a_lock_of_somebody_else_is_told_with_its_owner(opening: Opening) -> None:
    everybody = ((Permission.LOCK, ("everyone",)),)
    world = await asked(opening, a_policy(permissions=everybody))
    assert await heard(
        world,
        ("U0SAM", "lock payments production for 30m load test"),
        ("U0PRIYA", "lock payments production mine"),
        ("U0PRIYA", "unlock payments production"),
    ) == snapshot("""\
SAM: lock payments production for 30m load test
  You have payments in production for yourself until <!date^1795264200^{date_short_pretty} {time}|2026-11-21 12:30 UTC>: “load test”. `/deploy unlock payments production` ends that.
PRIYA: lock payments production mine
  Nothing was changed (payments in production).
  <@U0SAM> has payments in production for themselves until <!date^1795264200^{date_short_pretty} {time}|2026-11-21 12:30 UTC>: “load test”. Please ask them, or end their lock first with `/deploy unlock payments production`.
PRIYA: unlock payments production
  You unlocked payments in production: what waits there goes on as soon as nothing else is in its way.\
""")


async def test_everything_is_stopped_and_let_go(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "stop-all the data centre burns"),
        ("U0SAM", "go-all"),
        ("U0SAM", "stop-all the data centre burns"),
        ("U0SAM", "stop-all once more"),
        ("U0PRIYA", "go-all"),
        ("U0SAM", "go-all"),
    ) == snapshot("""\
PRIYA: stop-all the data centre burns
  Nothing was changed.
  You do not have the permission `stop_all`. It is held by <@U0SAM>.
SAM: go-all
  Nothing was changed.
  Nothing is stopped, so there is nothing to let go on. `/deploy status` shows what waits.
SAM: stop-all the data centre burns
  You stopped everything: “the data centre burns”. Nothing starts anywhere; what is being deployed goes on. `/deploy go-all` lets it go on. Operations are told.
SAM: stop-all once more
  Nothing was changed.
  Everything is stopped by <@U0SAM>, since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “the data centre burns”. Once is enough; `/deploy go-all` lets it go on.
PRIYA: go-all
  Nothing was changed.
  You do not have the permission `stop_all`. It is held by <@U0SAM>.
SAM: go-all
  You let everything go on: what waits starts as soon as nothing else is in its way. Operations are told.\
""")


async def test_the_mode_is_switched(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "mode payments production observe the pipeline does it"),
        ("U0SAM", "mode payments production delivery as it is"),
        ("U0SAM", "mode payments production observe the pipeline does it"),
        ("U0SAM", "payments 1"),
        ("U0SAM", "mode payments production delivery people again"),
    ) == snapshot("""\
PRIYA: mode payments production observe the pipeline does it
  Nothing was changed (payments in production).
  You do not have the permission `mode`. It is held by <@U0SAM>.
SAM: mode payments production delivery as it is
  Nothing was changed (payments in production).
  Its mode is delivery already. `/deploy status payments production` shows it.
SAM: mode payments production observe the pipeline does it
  payments in production is in the mode observe now. The policy file says delivery, which holds again once that line of it changes. Operations are told.
SAM: payments 1
  Nothing was changed (payments in production).
  • Signoff only observes payments in production: its pipeline deploys there by itself. Where the policy file says how to deploy, `/deploy mode payments production delivery REASON` changes that (by <@U0SAM>).
  • This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>.
SAM: mode payments production delivery people again
  payments in production is in the mode delivery now. It is what the policy file says. Operations are told.\
""")


async def test_what_is_live_is_told(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "live payments production 1 by hand"),
        ("U0SAM", "live payments production 77 by hand"),
        ("U0SAM", "live payments production 1 by hand"),
        ("U0SAM", f"live payments production {'ab' * 20} by hand"),
    ) == snapshot("""\
PRIYA: live payments production 1 by hand
  Nothing was changed (payments in production).
  You do not have the permission `live`. It is held by <@U0SAM>.
SAM: live payments production 77 by hand
  No build of payments is called 77, so nothing was changed. What is live can also be told by its whole commit, 40 hex digits.
SAM: live payments production 1 by hand
  Noted: 1 is what is live in payments in production. Operations are told.
SAM: live payments production abababababababababababababababababababab by hand
  Noted: abababababab is what is live in payments in production. Operations are told.\
""")


async def test_a_build_is_quarantined_and_confirmed(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "quarantine payments 1 it loses money"),
        ("U0SAM", "quarantine payments 77 it loses money"),
        ("U0SAM", "release-quarantine payments 1 it is well"),
        ("U0SAM", "quarantine payments 1 it loses money"),
        ("U0SAM", "quarantine payments 1 it loses money"),
        ("U0PRIYA", "release-quarantine payments 1 it is well"),
        ("U0SAM", "release-quarantine payments 1 it is well"),
    ) == snapshot("""\
PRIYA: quarantine payments 1 it loses money
  Nothing was changed.
  You do not have the permission `quarantine`. It is held by <@U0SAM>.
SAM: quarantine payments 77 it loses money
  No build of payments is called 77. A build is named by its version or by at least seven digits of its commit; `/deploy status payments` shows what is live.
SAM: release-quarantine payments 1 it is well
  Nothing was changed.
  Build 1 (0000001) is not in quarantine, nor is any that it contains: there is none to lift.
SAM: quarantine payments 1 it loses money
  You put payments 1 (0000001) in quarantine, with every build that contains it: none of them ships. `/deploy release-quarantine payments VERSION REASON` confirms one that is well again. Operations are told.
SAM: quarantine payments 1 it loses money
  Nothing was changed.
  Build 1 (0000001) is in quarantine, and every build that contains it: <@U0SAM> put it there <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “it loses money”. A build that is well again can be confirmed with `/deploy release-quarantine SERVICE VERSION REASON` (by <@U0SAM>).
PRIYA: release-quarantine payments 1 it is well
  Nothing was changed.
  You do not have the permission `quarantine`. It is held by <@U0SAM>.
SAM: release-quarantine payments 1 it is well
  You confirmed payments 1 (0000001), with every build that contains it: quarantine is lifted for these. Operations are told.\
""")


async def test_a_release_is_scheduled_where_the_person_is(opening: Opening) -> None:
    world = await asked(opening)
    world.directory.zones["U0PRIYA"] = "Europe/Berlin"
    assert await heard(
        world,
        ("U0SAM", "schedule R-1 at 14:00"),
        ("U0PRIYA", "schedule R-1 at 14:00"),
        ("U0PRIYA", "schedule R-1 at 2026-11-20T14:00"),
        ("U0PRIYA", "schedule R-1 at now"),
        ("U0PRIYA", "schedule R-7 at now"),
    ) == snapshot("""\
SAM: schedule R-1 at 14:00
  Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
  Only who asked for a release and its approvers may do that: please ask <@U0PRIYA>.
PRIYA: schedule R-1 at 14:00
  <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, does not ship before <!date^1795266000^{date_short_pretty} {time}|2026-11-21 13:00 UTC>, and goes on by itself then. That was read in the time zone Europe/Berlin.
PRIYA: schedule R-1 at 2026-11-20T14:00
  Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
  <!date^1795179600^{date_short_pretty} {time}|2026-11-20 13:00 UTC> has passed already: please name a later time.
PRIYA: schedule R-1 at now
  <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, ships as soon as nothing is in its way.
PRIYA: schedule R-7 at now
  There is no release R-7. `/deploy list` shows what is open.\
""")
    assert (await world.release()).scheduled_for is None


async def test_a_request_may_name_a_time(opening: Opening) -> None:
    world = await asked(opening)
    await world.types("U0PRIYA", "reject R-1 not now")
    assert await heard(world, ("U0PRIYA", "payments 1 at 14:00"), ("U0SAM", "payments 1 at 14:00")) == snapshot("""\
PRIYA: payments 1 at 14:00
  Nothing was changed (payments in production).
  You do not have the permission `request`. It is held by <@U0SAM>.
SAM: payments 1 at 14:00
  Opened R-2, payments 1 (0000001) to production: its card asks the approvers. It does not ship before <!date^1795269600^{date_short_pretty} {time}|2026-11-21 14:00 UTC>. That was read in UTC, since your time zone is not known. What it waits for: `/deploy why payments production`.\
""")
    assert (await world.release(2)).scheduled_for == NOON + timedelta(hours=2)


async def test_the_glass_is_broken(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "override R-1 customers cannot pay"),
        ("U0SAM", "override R-1 customers cannot pay"),
        ("U0SAM", "override R-1 customers cannot pay"),
    ) == snapshot("""\
PRIYA: override R-1 customers cannot pay
  Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
  You do not have the permission `override`. It is held by <@U0SAM>.
SAM: override R-1 customers cannot pay
  You overrode missing approvals and freezes for <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production. That holds for this one release only, is on the record, and operations are told.
SAM: override R-1 customers cannot pay
  Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
  Too late: it is being deployed already. Only the CI system can stop it now: please stop the job there.\
""")


async def test_a_failed_release_is_tried_again(opening: Opening) -> None:
    world = await failed(opening)
    assert await heard(world, ("U0SAM", "retry R-1"), ("U0PRIYA", "retry R-1"), ("U0PRIYA", "retry R-2")) == snapshot("""\
SAM: retry R-1
  Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
  Only who asked for a release and its approvers may do that: please ask <@U0PRIYA>.
PRIYA: retry R-1
  You try <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1> again: R-2, payments 1 (0000001) to production. Its approvals count on.
PRIYA: retry R-2
  Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000007|R-2>, payments 1 (0000001) to production).
  • Only a release that failed can be tried again or marked as done; this one is being deployed already.
  • This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000007|R-2>.\
""")


async def test_a_failed_release_is_marked_as_done(opening: Opening) -> None:
    world = await failed(opening)
    assert await heard(
        world,
        ("U0PRIYA", "override R-1 it is live all the same"),
        ("U0SAM", "override R-1 it is live all the same"),
    ) == snapshot("""\
PRIYA: override R-1 it is live all the same
  Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
  You do not have the permission `override`. It is held by <@U0SAM>.
SAM: override R-1 it is live all the same
  You marked <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production, as done: it counts as live now. Operations are told.\
""")
    assert await world.states() == [Lifecycle.LIVE]


async def two_live(opening: Opening) -> World:
    """Go on until build 1 and then build 2 have become live."""
    world = await asked(opening, ruled(rollback=()))
    for number in (1, 2):
        await world.looks(a_report(number))
        await world.types("U0PRIYA", f"approve R-{number}")
        world.executor.says(ProgressStatus.SUCCEEDED, nth=number)
        await world.follows()
    assert await world.states() == [Lifecycle.LIVE, Lifecycle.LIVE]
    return world


async def test_people_go_back(opening: Opening) -> None:
    world = await two_live(opening)
    assert await heard(
        world,
        ("U0PRIYA", "rollback payments in production it is slow"),
        ("U0SAM", "rollback payments to 77 in production it is slow"),
        ("U0SAM", "rollback payments in production it is slow"),
    ) == snapshot("""\
PRIYA: rollback payments in production it is slow
  Nothing was changed (payments in production).
  You do not have the permission `rollback`. It is held by <@U0SAM>.
SAM: rollback payments to 77 in production it is slow
  No build of payments is called 77. A build is named by its version or by at least seven digits of its commit; `/deploy status payments` shows what is live.
SAM: rollback payments in production it is slow
  Opened R-3, payments 1 (0000001) to production, as a ROLLBACK: it ships as soon as nothing is in its way. What it waits for: `/deploy why payments production`.\
""")
    rollback = await world.release(3)
    assert rollback.build.version == "1"


async def test_there_may_be_nothing_to_go_back_to(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0SAM", "rollback payments in production it is slow"),
        ("U0SAM", "rollback payments to 1 in production it is slow"),
    ) == snapshot("""\
SAM: rollback payments in production it is slow
  Nothing was live in payments in production before, as far as Signoff knows, so nothing was started. To name the build yourself: `/deploy rollback payments to VERSION in production REASON`.
SAM: rollback payments to 1 in production it is slow
  Nothing was changed (payments in production).
  1 (0000001) was never live there, and a rollback goes only to what was. To deploy it all the same, ask for a release: `/deploy payments VERSION to production`.\
""")


async def test_a_rollback_after_a_failed_deploy_goes_to_what_is_live(opening: Opening) -> None:
    world = await two_live(opening)
    await world.looks(a_report(3))
    await world.types("U0PRIYA", "approve R-3")
    world.passes(60)
    world.executor.says(ProgressStatus.FAILED, nth=3)
    await world.follows()
    assert await heard(world, ("U0SAM", "rollback payments in production half of it is new")) == snapshot("""\
SAM: rollback payments in production half of it is new
  Opened R-4, payments 2 (0000002) to production, as a ROLLBACK: it ships as soon as nothing is in its way. What it waits for: `/deploy why payments production`.\
""")
    assert (await world.release(4)).build.version == "2"


async def test_a_hotfix_goes_the_fast_path(opening: Opening) -> None:
    world = await asked(opening)
    assert await heard(
        world,
        ("U0PRIYA", "hotfix payments 1 to production refunds fail"),
        ("U0SAM", "hotfix payments 1 to production refunds fail"),
    ) == snapshot("""\
PRIYA: hotfix payments 1 to production refunds fail
  Nothing was changed (payments in production).
  You do not have the permission `hotfix`. It is held by <@U0SAM>.
SAM: hotfix payments 1 to production refunds fail
  Opened R-2, payments 1 (0000001) to production, as a HOTFIX: its card asks the approvers. What it waits for: `/deploy why payments production`.\
""")


async def test_there_may_be_no_fast_path(opening: Opening) -> None:
    world = await asked(opening, a_policy(permissions=PERMISSIONS))
    assert await heard(world, ("U0SAM", "hotfix payments 1 to production refunds fail")) == snapshot("""\
SAM: hotfix payments 1 to production refunds fail
  Nothing was changed (payments in production).
  The policy has no fast path for payments in production: ask for a release instead, with `/deploy payments VERSION to production`, or have a `hotfix` written for it.\
""")


async def test_the_freezes_are_read(opening: Opening) -> None:
    world = await asked(opening)
    message = await world.reception.read("freeze", "U0SAM", "T1")
    assert message is not None
    assert message.text == snapshot("The policy names no freezes: nothing waits for a date.")
