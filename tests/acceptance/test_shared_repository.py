"""Services that share a repository: each takes the commits that concern it for its builds."""

from pathlib import Path

from tests.acceptance.desk import POLICY, desk

WORKFLOW = "workflows: [build.yml]}"
SHARED = (
    POLICY.replace("acme/docs", "acme/payments")
    .replace(WORKFLOW, "workflows: [build.yml], paths: ['pay/**']}", 1)
    .replace(WORKFLOW, "workflows: [build.yml], paths: ['docs/**']}", 1)
)


async def test_a_commit_ships_what_it_concerns_and_nothing_else(tmp_path: Path) -> None:
    async with desk(tmp_path, SHARED) as here:
        await here.push("acme/payments", "The first concerns both")
        await here.card("payments", "The first concerns both")
        await here.card("docs", "Live")
        await here.forge.push("acme/payments", "Only docs", files=["docs/a.md"])
        await here.card("docs", "Only docs")
        await here.forge.push("acme/payments", "Only payments", files=["pay/a.py"])
        await here.card("payments", "Only payments")
        await here.forge.push("acme/payments", "Both", files=["pay/b.py", "docs/b.md"])
        await here.card("payments", "Both")
        await here.card("docs", "Both")
        assert not [one for one in here.workspace.channel("payments").messages if "Only docs" in here.reads(one)]
        assert not [one for one in here.workspace.channel("docs").messages if "Only payments" in here.reads(one)]
