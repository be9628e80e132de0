"""The policy is replaced while the bot runs: what is open keeps its rules, and what is new is watched at once."""

import json
from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, Desk, desk

LOCKS = POLICY.replace("resolve: [sre]}", "resolve: [sre], lock: [everyone]}")
ONE, TWO = "approvals: [{from: [qa, sre], count: 1}]", "approvals: [{from: qa, count: 1}, {from: sre, count: 1}]"
TWO_RULES = LOCKS.replace(ONE, TWO)
WITHOUT_DOCS = POLICY[: POLICY.index("  docs:")]
WRONG = POLICY.replace("count: 1", "count: 0").replace("C0DOCS", "docs")


async def audited(here: Desk) -> list[tuple[str, str, dict[str, object]]]:
    """Return what the audit has of policies: what happened, under which policy, and its data."""
    assert here.signoff is not None
    page = await here.signoff.desk.store.read(lambda tx: tx.audit.page(0, 1000))
    rows = [row for row in page.rows if row.action.startswith("policy")]
    return [(row.action, row.policy_hash, json.loads(row.data)) for row in rows]


def watched(here: Desk) -> list[str]:
    """Return the names of the loops that watch services."""
    assert here.signoff is not None
    assert here.signoff.vitals.crew is not None
    return [name for name in here.signoff.vitals.crew.loops if name.startswith("watch ")]


async def test_t21_a_rule_that_is_added_blocks_what_was_approved_and_still_waits(tmp_path: Path) -> None:
    async with desk(tmp_path, LOCKS) as here:
        await here.types("priya", "/deploy lock payments production for 1h Drill")
        await here.hears("priya", "for yourself")
        await here.push("acme/payments", "First")
        card = await here.card("payments", "First")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Approved by")
        assert await here.reloads(TWO_RULES) == snapshot("""\
warning: `permissions` gives `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
payments/production: approvals: 1 of qa or sre -> 1 of qa, 1 of sre\
""")
        told = await here.card("ops", "POLICY CHANGED")
        assert here.reads(told).partition(",")[2] == snapshot("""\
 on the host, had Signoff read its policy again. Open releases also keep the rules they have.
• payments/production: approvals: 1 of qa or sre -> 1 of qa, 1 of sre\
""")
        await here.says(card, "0 of 1")
        await here.says(card, "Expires")  # time counts again once the lane has noted that approvals are missing
        assert here.reads(card) == snapshot("""\
Waiting for approval: payments 1 to production
Commit: [First] First
By: Robin, pushed by robin
Checks: build.yml succeeded (run 1, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Changes: nobody has told yet what is live in production
Approved by: @priya
Needs 1 of qa or sre: given
Needs 1 of qa: given
Needs 1 of sre: 0 of 1 given; may approve: @sam, @sre
In the way: @priya has payments in production for themselves until Nov 21, 2026 11:00: “Drill”. It can be unlocked with /deploy unlock payments production (by @priya, or by every full member).
R-1: opened Nov 21, 2026 10:00
Expires: Nov 22, 2026 10:00 if approvals are still missing
[Approve] [Reject] [Schedule] [Hold]\
""")
        await here.types("priya", "/deploy unlock payments production")
        await here.hears("priya", "unlocked payments")
        assert here.deploys() == {}
        await here.clicks("sam", card, "Approve")
        await here.card("releases", "payments")
        assert here.deploys() == {"First": 1}


async def test_t21_a_rule_that_is_taken_away_still_holds_for_what_is_open(tmp_path: Path) -> None:
    async with desk(tmp_path, TWO_RULES) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "First")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Approved by")
        assert await here.reloads(LOCKS) == snapshot("""\
warning: `permissions` gives `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
payments/production: approvals: 1 of qa, 1 of sre -> 1 of qa or sre\
""")
        await here.everything_is_told()
        assert here.reads(card) == snapshot("""\
Waiting for approval: payments 1 to production
Commit: [First] First
By: Robin, pushed by robin
Checks: build.yml succeeded (run 1, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Changes: nobody has told yet what is live in production
Approved by: @priya
Needs 1 of qa: given
Needs 1 of sre: 0 of 1 given; may approve: @sam, @sre
Needs 1 of qa or sre: given
R-1: opened Nov 21, 2026 10:00
Expires: Nov 22, 2026 10:00 if approvals are still missing
[Approve] [Reject] [Schedule] [Hold]\
""")
        assert here.deploys() == {}
        await here.clicks("sam", card, "Approve")
        await here.card("releases", "payments")
        await here.push("acme/payments", "Second")
        second = await here.card("payments", "Second")
        await here.clicks("priya", second, "Approve")
        await here.card("releases", "payments 2")
        assert here.deploys() == {"First": 1, "Second": 1}


async def test_a_service_that_comes_is_watched_and_one_that_goes_no_more(tmp_path: Path) -> None:
    async with desk(tmp_path, WITHOUT_DOCS) as here:
        assert watched(here) == ["watch payments"]
        await here.push("acme/docs", "Before")
        assert await here.reloads(POLICY) == snapshot("""\
warning: `permissions` gives `lock`, `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
service docs: added (production)\
""")
        assert watched(here) == ["watch payments", "watch docs"]
        await here.comes(lambda: here.part("ci").word == "answers")
        await here.push("acme/docs", "After")
        await here.card("docs", "Live")
        assert here.deploys() == {"After": 1}
        assert await here.reloads(WITHOUT_DOCS) == snapshot("""\
warning: `permissions` gives `lock`, `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
service docs: removed (production)\
""")
        assert watched(here) == ["watch payments"]


async def test_a_policy_with_problems_changes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        before = here.signoff.desk.policy
        assert await here.reloads(WRONG) == snapshot("""\
signoff.yml:19: `count` must be a number from 1 to 999; `0` is not.
signoff.yml:23: `channel` must be a channel id such as C0RELEASES, or "#name" in quotation marks; `docs` is not.
Nothing was changed.\
""")
        assert here.signoff.desk.policy is before
        ((action, policy, data),) = await audited(here)
        assert (action, policy, data["asked"]) == ("policy refused", before.hash, "reload")
        assert here.workspace.channel("ops").messages == []
        assert await here.reloads(POLICY) == "Nothing has changed."


async def test_a_signal_is_answered_in_operations(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        here.text = WRONG
        await here.signoff.hang_up()
        assert here.reads(await here.card("ops", "POLICY REFUSED")) == snapshot("""\
POLICY REFUSED: A signal on the host had Signoff read its policy again, and it cannot be used. Nothing was changed.
• signoff.yml:19: 'count' must be a number from 1 to 999; '0' is not.
• signoff.yml:23: 'channel' must be a channel id such as C0RELEASES, or "#name" in quotation marks; 'docs' is not.\
""")
        here.text = POLICY.replace("lookup_window: 1s", "lookup_window: 2s")
        await here.signoff.hang_up()
        assert here.reads(await here.card("ops", "POLICY CHANGED")) == snapshot("""\
POLICY CHANGED: A signal on the host had Signoff read its policy again. Open releases also keep the rules they have.
• payments/production: lookup_window: 1s -> 2s\
""")


async def test_what_only_a_start_changes_is_told_and_the_rest_is_in_force(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        before = here.signoff.desk.policy
        other = POLICY.replace("C0OPS", '"#releases"') + "command: /ship\nheartbeat: {url: 'https://up.example/1'}\n"
        assert await here.reloads(other) == snapshot("""\
warning: `permissions` gives `lock`, `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
slack.operations: C0OPS -> #releases
command: /deploy -> /ship
heartbeat: changed
`command` takes effect at the next start.
`heartbeat` takes effect at the next start.\
""")
        await here.card("releases", "POLICY CHANGED")
        after = here.signoff.desk.policy
        assert (after.operations, after.command, after.heartbeat) == ("C0RELEASES", "/deploy", None)
        assert here.signoff.policy is after
        ((action, policy, data),) = await audited(here)
        assert (action, policy) == ("policy changed", after.hash)
        assert (data["before"], data["after"], data["asked"]) == (before.hash, after.hash, "reload")
        assert data["detail"] == snapshot("""\
slack.operations: C0OPS -> #releases
command: /deploy -> /ship
heartbeat: changed
`command` takes effect at the next start.
`heartbeat` takes effect at the next start.\
""")
        assert await here.reloads(other) == "Nothing has changed."


async def test_a_channel_that_slack_does_not_know_is_a_problem_of_the_policy(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        before = here.signoff.desk.policy
        told = await here.reloads(POLICY.replace("C0OPS", '"#nowhere"'))
        assert told.partition(" in http")[0] == "There is no public channel '#nowhere'"
        assert told.endswith("\nNothing was changed.")
        assert here.signoff.desk.policy is before
        here.workspace.add_channel("C0LATER", "nowhere")
        await here.reloads(POLICY.replace("C0OPS", '"#nowhere"'))
        assert here.signoff.desk.policy.operations == "C0LATER"
