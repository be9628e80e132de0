"""Every acting verb on the command line: done for whoever may, refused for whoever may not, and audited as such."""

from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.policy import ApprovalRule
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from handlers.phrases import ENTRIES
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_acts_of_rules import FAST, ruled
from tests.unit.handlers.test_control import says

READING = {"status", "why", "list", "history", "diff", "freeze", "help"}
STORY = (
    ("sam", "hold payments production for 2h the database moves"),
    ("sam", "resume payments production"),
    ("sam", "lock payments production load test"),
    ("sam", "unlock payments production"),
    ("sam", "stop-all the data centre burns"),
    ("sam", "go-all"),
    ("sam", "mode payments production observe the pipeline does it"),
    ("sam", "mode payments production delivery people again"),
    ("sam", "quarantine payments 1 it loses money"),
    ("sam", "release-quarantine payments 1 it is well"),
    ("priya", "schedule R-1 at 2026-11-24T14:00"),
    ("priya", "schedule R-1 at now"),
    ("sam", "hotfix payments 1 to production refunds fail"),
    ("sam", "cancel R-2"),
    ("sam", "payments 1"),
    ("priya", "reject R-3 not again"),
    ("sam", "payments 1"),
    ("sam", "hold payments production so that it waits"),
    ("priya", "approve R-4"),
    ("priya", "withdraw R-4"),
    ("sam", "override R-4 customers cannot pay"),
    ("sam", "resume payments production"),
)
AFTER_IT_FAILED = (
    ("priya", "retry R-4"),
    ("sam", "live payments production 1 by hand"),
    ("sam", "rollback payments to 1 in production it is slow"),
)


async def told(world: World, person: str, words: str) -> str:
    """Say words on the host; returns what is printed first, with the verdict."""
    reply = await says(world, words, person)
    return f"{person}: {words}\n  {reply.verdict.value}: {reply.text}"


async def test_every_acting_verb_by_somebody_who_may(opening: Opening) -> None:
    world = await opening(ruled(rollback=()))
    await world.looks()
    await world.looks(a_report(1))
    lines = [await told(world, *one) for one in STORY]
    world.executor.says(ProgressStatus.FAILED, nth=1)
    await world.follows()
    lines += [await told(world, *one) for one in AFTER_IT_FAILED]
    assert "\n".join(lines) == snapshot("""\
sam: hold payments production for 2h the database moves
  done: payments in production is held by @sam until 2026-11-21 14:00 UTC, since 2026-11-21 12:00 UTC: “the database moves”. What is being deployed goes on. `signoff resume payments production` ends the hold.
sam: resume payments production
  done: You resumed payments in production: what waits there goes on as soon as nothing else is in its way.
sam: lock payments production load test
  done: You have payments in production for yourself until 2026-11-21 13:00 UTC: “load test”. `signoff unlock payments production` ends that. That is one hour, since you did not say for how long: `signoff lock payments production for DURATION REASON` does.
sam: unlock payments production
  done: You unlocked payments in production: what waits there goes on as soon as nothing else is in its way.
sam: stop-all the data centre burns
  done: You stopped everything: “the data centre burns”. Nothing starts anywhere; what is being deployed goes on. `signoff go-all` lets it go on. Operations are told.
sam: go-all
  done: You let everything go on: what waits starts as soon as nothing else is in its way. Operations are told.
sam: mode payments production observe the pipeline does it
  done: payments in production is in the mode observe now. The policy file says delivery, which holds again once that line of it changes. Operations are told.
sam: mode payments production delivery people again
  done: payments in production is in the mode delivery now. It is what the policy file says. Operations are told.
sam: quarantine payments 1 it loses money
  done: You put payments 1 (0000001) in quarantine, with every build that contains it: none of them ships. `signoff release-quarantine payments VERSION REASON` confirms one that is well again. Operations are told.
sam: release-quarantine payments 1 it is well
  done: You confirmed payments 1 (0000001), with every build that contains it: quarantine is lifted for these. Operations are told.
priya: schedule R-1 at 2026-11-24T14:00
  done: R-1 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001), payments 1 (0000001) to production, does not ship before 2026-11-24 14:00 UTC, and goes on by itself then. That was read in UTC, since your time zone is not known.
priya: schedule R-1 at now
  done: R-1 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001), payments 1 (0000001) to production, ships as soon as nothing is in its way.
sam: hotfix payments 1 to production refunds fail
  done: Opened R-2, payments 1 (0000001) to production, as a HOTFIX: its card asks the approvers. What it waits for: `signoff why payments production`.
sam: cancel R-2
  done: You cancelled R-2 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000008), payments 1 (0000001) to production. Nothing was deployed.
sam: payments 1
  done: Opened R-3, payments 1 (0000001) to production: its card asks the approvers. What it waits for: `signoff why payments production`.
priya: reject R-3 not again
  done: You rejected R-3 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000011), payments 1 (0000001) to production. Its authors read your reason in the thread.
sam: payments 1
  done: Opened R-4, payments 1 (0000001) to production: its card asks the approvers. What it waits for: `signoff why payments production`.
sam: hold payments production so that it waits
  done: payments in production is held by @sam, since 2026-11-21 12:00 UTC: “so that it waits”. What is being deployed goes on. `signoff resume payments production` ends the hold.
priya: approve R-4
  done: You approved R-4 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000013), payments 1 (0000001) to production. Its card shows what is still missing. Until the deploy starts, `signoff withdraw R-4` takes your approval back.
priya: withdraw R-4
  done: You took back your approval of R-4 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000013), payments 1 (0000001) to production. The release stays open.
sam: override R-4 customers cannot pay
  done: You overrode missing approvals and freezes for R-4 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000013), payments 1 (0000001) to production. That holds for this one release only, is on the record, and operations are told.
sam: resume payments production
  done: You resumed payments in production: what waits there goes on as soon as nothing else is in its way.
priya: retry R-4
  done: You try R-4 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000013) again: R-5, payments 1 (0000001) to production.
sam: live payments production 1 by hand
  done: Noted: 1 is what is live in payments in production. Operations are told.
sam: rollback payments to 1 in production it is slow
  done: Opened R-6, payments 1 (0000001) to production, as a ROLLBACK: it ships as soon as nothing is in its way. What it waits for: `signoff why payments production`.\
""")
    said = {words.split()[0] for _, words in (*STORY, *AFTER_IT_FAILED)}
    assert said == {entry.word for entry in ENTRIES} - READING - {"request"} | {"payments"}
    surfaces = await world.sql(
        "SELECT DISTINCT surface, json_extract(data, '$.host_user') FROM audit WHERE actor = 'sam'"
    )
    assert surfaces == [("cli", "operator")]


async def test_every_acting_verb_by_somebody_who_may_not(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(hotfix=FAST, approvals=(ApprovalRule(("sre",), 1),)), permissions=()))
    await world.looks()
    await world.looks(a_report(1))
    verdicts = {words: (await says(world, words, "priya")).verdict.value for _, words in (*STORY, *AFTER_IT_FAILED)}
    assert set(verdicts.values()) == {"not done"}
    assert await world.states() == [Lifecycle.OPEN]
    rows = await world.sql("SELECT count(*) FROM audit WHERE actor = 'priya' AND action != 'refused'")
    assert rows == [(0,)]


async def test_the_freezes_are_read_on_the_host(world: World) -> None:
    assert (await says(world, "freeze")).text == "The policy names no freezes: nothing waits for a date."


async def test_a_time_of_day_on_the_host_is_where_the_person_is_and_else_in_utc(opening: Opening) -> None:
    world = await opening(ruled())
    await world.looks()
    await world.looks(a_report(1))
    world.directory.zones["U0PRIYA"] = "Europe/Berlin"
    assert "2026-11-21 13:00 UTC" in (await says(world, "schedule R-1 at 14:00", "priya")).text
    world.passes(timedelta(minutes=2).total_seconds())
    world.directory.zones.clear()
    assert "in UTC, since your time zone is not known" in (await says(world, "schedule R-1 at 14:00", "priya")).text
