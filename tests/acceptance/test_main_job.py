"""The main job in people's words: ask, approve, ship once, follow, announce."""

from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import desk


async def test_an_approved_build_ships_once_and_everybody_reads_of_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "Round amounts half to even")
        card = await here.card("payments", "Waiting for approval")
        assert here.reads(card) == snapshot("""\
Waiting for approval: payments 1 to production
Commit: [Round amounts half to even] Round amounts half to even
By: Robin, pushed by robin
Checks: build.yml succeeded (run 1, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Changes: nobody has told yet what is live in production
Approved by: nobody yet
Needs 1 of qa or sre: 0 of 1 given; may approve: @priya, @sam, @sre
R-1: opened Nov 21, 2026 10:00
Expires: Nov 22, 2026 10:00 if approvals are still missing
[Approve] [Reject] [Schedule] [Hold]\
""")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        announcement = await here.card("releases", "payments")
        assert here.reads(announcement) == snapshot("""\
payments 1 is live in production
What changed: Round amounts half to even
By: Robin
Approved by: @priya\
""")
        assert await here.thread(card, "Live") == snapshot(
            [
                "Approved by @priya (1 of 1 of qa or sre).",
                "Asking the CI system to deploy payments 1 ([Round amounts half to even]) to production.",
                "The CI system accepted the deploy. Open the deploy job.",
                "Live: payments 1 ([Round amounts half to even]) in production. Open the deploy job.",
            ]
        )
        assert here.reads(card) == snapshot("""\
Live: payments 1 in production
Live since: Nov 21, 2026 10:00
Job: open the deploy job
Commit: [Round amounts half to even] Round amounts half to even
By: Robin, pushed by robin
Checks: build.yml succeeded (run 1, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Approved by: @priya
R-1: opened Nov 21, 2026 10:00\
""")
        assert here.deploys() == {"Round amounts half to even": 1}


async def test_an_automatic_service_ships_by_itself_and_is_reported(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/docs", "Explain rounding")
        card = await here.card("docs", "Live")
        assert here.reads(card) == snapshot("""\
Live: docs 1 in production
Live since: Nov 21, 2026 10:00
Job: open the deploy job
Commit: [Explain rounding] Explain rounding
By: Robin, pushed by robin
Checks: build.yml succeeded (run 1, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Approvals: none needed, builds ship there by themselves
R-1: opened Nov 21, 2026 10:00\
""")
        assert here.deploys() == {"Explain rounding": 1}
        assert here.workspace.channel("releases").messages == []


async def test_a_newer_build_supersedes_the_one_that_waits(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First try")
        first = await here.card("payments", "First try")
        await here.push("acme/payments", "Second try")
        second = await here.card("payments", "Second try")
        await here.says(first, "Superseded")
        assert here.workspace.buttons(first) == []
        assert here.reads(first) == snapshot("""\
Superseded: payments 1 to production
Superseded: Nov 21, 2026 10:00 by R-2, which carries a newer build. Nothing failed
Commit: [First try] First try
By: Robin, pushed by robin
Checks: build.yml succeeded (run 1, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Approved by: nobody
R-1: opened Nov 21, 2026 10:00\
""")
        await here.clicks("sam", second, "Approve")
        await here.says(second, "Live")
        assert here.deploys() == {"Second try": 1}


async def test_a_rejection_needs_a_reason_and_ends_the_release(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "Change the ledger")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Reject")
        await here.until(lambda: here.workspace.modal("priya"))
        done = await here.running.driver.submit("priya", {"reason": "   "})
        assert done.answer == {
            "response_action": "errors",
            "errors": {"reason": snapshot("Please say why, so that others can go on from there.")},
        }
        await here.running.driver.submit("priya", {"reason": "Totals are off by one cent"})
        await here.says(card, "Rejected")
        assert await here.thread(card, "one cent") == snapshot(
            [
                """\
Rejected by @priya. For the authors, Robin:
Totals are off by one cent\
"""
            ]
        )
        assert here.deploys() == {}


async def test_a_failed_deploy_is_told_where_people_look(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        here.forge.break_next_deploy = True
        await here.push("acme/payments", "Drop a column")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Failed")
        told = await here.until(lambda: [m for m in here.workspace.channel("payments").messages if m is not card])
        assert here.reads(told[-1]) == snapshot("""\
Robin: the deploy of payments 1 ([Drop a column]) to production failed.
Why: the demo was told to break it
Job: open the deploy job
Release: R-1
Next: see what is live with /deploy status payments production; look at the job; try again with /deploy retry R-1; or, if it is live after all, mark it as done with /deploy override R-1 REASON
[Retry] [Mark as done]\
""")
        assert here.workspace.channel("releases").messages == []
