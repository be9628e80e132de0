"""What people read as version, where tags say it."""

from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, desk


async def test_the_version_is_the_tag_of_the_commit_or_else_the_commit(tmp_path: Path) -> None:
    async with desk(tmp_path, POLICY.replace("version_from: run_number", "version_from: 'tag:v*'", 1)) as here:
        sha = await here.push("acme/payments", "First")
        here.forge.tag("acme/payments", "v1.2", sha)
        here.forge.tag("acme/payments", "nightly", sha)
        card = await here.card("payments", "First")
        assert here.reads(card).splitlines()[0] == snapshot("Waiting for approval: payments v1.2 to production")
        untagged = await here.push("acme/payments", "Second")
        second = await here.card("payments", "Second")
        assert here.workspace.plain(second).splitlines()[0].replace(untagged[:12], "SHA") == snapshot(
            "Waiting for approval: payments SHA to production"
        )
