"""A push of several commits: people read them all, and whoever wrote one of them is not the only one to approve it."""

from pathlib import Path

from inline_snapshot import snapshot

from sandbox.github.faults import Fault
from tests.acceptance.desk import Desk, desk

REPO = "acme/payments"


async def first_is_live(here: Desk) -> None:
    """Let a first build be live."""
    await here.push(REPO, "First")
    card = await here.card("payments", "Waiting for approval")
    await here.clicks("priya", card, "Approve")
    await here.says(card, "Live")


async def test_t08_who_wrote_a_commit_in_between_does_not_ship_it_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await first_is_live(here)
        fix = here.forge.commit(REPO, "fix: round once", name="Priya", login="priya", login_id=1001)
        here.forge.merge(REPO, "Round once", [fix], number=7, labels=["bug"])
        await here.push(REPO, "feat: refunds")
        card = await here.card("payments", "Waiting for approval: payments 2")
        await here.says(card, "Round once")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "approved by nobody but its own authors")
        assert here.deploys() == {"First": 1}
        assert here.reads(card) == snapshot("""\
Waiting for approval: payments 2 to production
Commit: [feat: refunds] feat: refunds
By: Robin, pushed by robin
Checks: build.yml succeeded (run 2, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Changes: 2 commits, 1 in 1 pull request and 1 in none, since 1 ([First]), live in production (compare)
Features: 1
• Refunds ([feat: refunds]) by Robin
Fixes: 1
• Round once (#7) by @priya
Approved by: @priya
Needs 1 of qa or sre: given
In the way: A commit of it is approved by nobody but its own authors: somebody else must approve too (@sam, @sre).
R-2: opened Nov 21, 2026 10:00
Expires: Nov 22, 2026 10:00 if approvals are still missing
[Approve] [Reject] [Changes] [Schedule] [Hold]\
""")
        await here.clicks("sam", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1, "feat: refunds": 1}


async def test_while_github_does_not_compare_nothing_ships_by_approvals(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await first_is_live(here)
        here.forge.faults.add(Fault.SERVER_ERROR, "GET", "*/compare/*", count=1_000_000)
        await here.push(REPO, "Second")
        card = await here.card("payments", "Waiting for approval: payments 2")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "finding out who wrote its commits")
        here.forge.faults.clear()
        here.passes(600)
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1, "Second": 1}
