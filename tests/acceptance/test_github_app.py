"""The main job by a GitHub App alone, and what people read when its owner takes something from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from structlog.testing import capture_logs

from sandbox.github.apps import App, Installation
from tests.acceptance.desk import POLICY, Desk, desk

TARGET = "{github_deployment: {environment: production}}"
RIGHTS = {"actions": "write", "contents": "read", "pull_requests": "read", "deployments": "write"}


@asynccontextmanager
async def with_an_app(
    folder: Path, *repositories: str, text: str = POLICY
) -> AsyncIterator[tuple[Desk, App, Installation]]:
    """Set everything up with an App in place of the token, which opens nothing any more."""
    async with desk(folder, text, started=False) as here:
        app = here.forge.apps.register("signoff", RIGHTS, owner="acme")
        installed = here.forge.apps.install("signoff", "acme", repositories or None)
        here.forge.token = "nobody has it"
        key = folder / "app.pem"
        key.write_text(app.private_key.pem(), encoding="ascii")
        here.environ = {"GITHUB_TOKEN": "", "GITHUB_APP_ID": str(app.id), "GITHUB_APP_PRIVATE_KEY": str(key)}
        await here.start()
        yield here, app, installed


async def test_an_approved_build_ships_once_by_an_app(tmp_path: Path) -> None:
    async with with_an_app(tmp_path) as (here, app, _):
        await here.push("acme/payments", "Round amounts half to even")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        await here.push("acme/docs", "Explain rounding")
        await here.card("docs", "Live")
        assert here.deploys() == {"Round amounts half to even": 1, "Explain rounding": 1}
        used = [one for one in here.forge.access.grants.values() if one.app == app.slug]
        assert [(one.login, one.permissions) for one in used] == [
            (
                "signoff[bot]",
                {
                    "metadata": "read",
                    "actions": "write",
                    "contents": "read",
                    "deployments": "write",
                    "pull_requests": "read",
                },
            )
        ]


async def test_a_deploy_goes_on_over_the_end_of_a_token(tmp_path: Path) -> None:
    async with with_an_app(tmp_path) as (here, app, _):
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        for grant in [one for one in here.forge.access.grants.values() if one.app == app.slug]:
            here.forge.access.revoke(grant.token)
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}


async def test_an_approval_during_a_suspension_is_kept_and_ships_after_it(tmp_path: Path) -> None:
    async with with_an_app(tmp_path) as (here, _, installed):
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        here.forge.apps.suspend(installed.id)
        await here.clicks("priya", card, "Approve")
        await here.says(card, "the GitHub App's installation at acme is suspended")
        assert here.deploys() == {}
        here.forge.apps.suspend(installed.id, suspended=False)
        here.passes(61)
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}


async def test_a_lane_that_is_deployed_otherwise_by_now_ships_what_was_approved_before(tmp_path: Path) -> None:
    """What was approved goes the way that it was opened with, for which today's policy would ask no right."""
    by_workflow = POLICY.replace(TARGET, "{github_workflow: {workflow: deploy.yml}}")
    without_docs = by_workflow[: by_workflow.index("  docs:")]
    async with with_an_app(tmp_path, text=without_docs) as (here, _, _):
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        today = POLICY[: POLICY.index("  docs:")]
        assert "github_workflow" in await here.reloads(today)
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}


async def test_a_removed_app_is_told_on_the_card(tmp_path: Path) -> None:
    async with with_an_app(tmp_path) as (here, _, installed):
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        here.forge.apps.uninstall(installed.id)
        await here.clicks("priya", card, "Approve")
        await here.says(card, "the GitHub App is not installed for acme/payments, or not any more")
        here.forge.apps.install("signoff", "acme")
        here.passes(61)
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}


async def test_neither_the_key_nor_a_token_is_in_the_log_or_the_database(tmp_path: Path) -> None:
    with capture_logs() as logs:  # before anything is hidden: what nobody logs need not be
        async with with_an_app(tmp_path) as (here, app, installed):
            await here.push("acme/payments", "First")
            card = await here.card("payments", "Waiting for approval")
            tokens = [token for token, one in here.forge.access.grants.items() if one.app == app.slug]
            here.forge.access.revoke(tokens[0])
            await here.clicks("priya", card, "Approve")
            await here.says(card, "Live")
            tokens += [token for token, one in here.forge.access.grants.items() if one.app == app.slug]
            here.forge.apps.suspend(installed.id)
            await here.push("acme/payments", "Second")
            await here.comes(lambda: any(one["event"] == "inbox_row_waits" for one in logs))
    assert len(tokens) == 2
    lines = [line for line in app.private_key.pem().splitlines() if len(line) > 30]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("signoff.db*") if path.is_file())
    assert b"R-1" in stored
    for secret in (*tokens, *lines):
        assert secret not in repr(logs)
        assert secret.encode() not in stored
    assert "github_app_renewed" in {one["event"] for one in logs}
