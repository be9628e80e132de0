"""Two connections to Slack: each is replaced, dropped, doubled, refused or falls silent, and no click is lost by it."""

from dataclasses import replace
from pathlib import Path

from structlog.testing import capture_logs

from handlers.health import ill
from tests.acceptance.desk import SLACK_PACE, Desk, desk


async def connected(here: Desk, count: int) -> None:
    """Wait until the bot holds so many connections, and Slack as many."""
    await here.comes(lambda: stand(here) == count and len(here.running.sockets.connections) == count)


def stand(here: Desk) -> int:
    """Count the connections that the bot says stand."""
    assert here.signoff is not None
    assert here.signoff.vitals.slack is not None
    return int(here.signoff.vitals.slack.facts["connected"])


async def test_commands_arrive_while_slack_replaces_the_connections(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await connected(here, 2)
        for _ in range(5):
            first = here.running.sockets.connections[0]
            await here.running.sockets.disconnect_one(first, "warning")
            for _ in range(4):
                await here.types("priya", "/deploy status")
            await here.until(lambda: len(here.running.sockets.connections) >= 3)
            await here.running.sockets.disconnect_one(first, "refresh_requested")
            await here.types("priya", "/deploy status")
        await connected(here, 2)


async def test_an_envelope_that_comes_over_both_counts_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await connected(here, 2)
        here.running.sockets.doubled = True
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        await here.everything_is_told()
        assert here.deploys() == {"First": 1}
        assert here.workspace.ephemerals("priya") == []


async def test_a_form_whose_click_comes_over_both_opens_once_and_is_not_called_a_failure(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await connected(here, 2)
        here.running.sockets.doubled = True
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.rejects("priya", card, "Not today")
        await here.says(card, "Rejected")
        await here.everything_is_told()
        assert here.workspace.ephemerals("priya") == []


async def test_it_works_on_with_the_one_connection_that_slack_allows(tmp_path: Path) -> None:
    async with desk(tmp_path, started=False) as here:
        here.running.sockets.most = 1
        with capture_logs() as logs:
            await here.start()
            await here.comes(lambda: any(line["event"] == "slack_connection_missing" for line in logs))
            await here.types("priya", "/deploy status")
            here.running.sockets.most = 10
            await connected(here, 2)
        assert len([line for line in logs if line["event"] == "slack_connection_missing"]) == 1


async def test_connections_that_fall_silent_are_made_anew(tmp_path: Path) -> None:
    async with desk(tmp_path, started=False) as here:
        here.slack_pace = replace(SLACK_PACE, sockets=replace(SLACK_PACE.sockets, ping_every=0.1, silent_after=0.7))
        await here.start()
        await connected(here, 2)
        here.running.sockets.mute()
        await connected(here, 2)
        await here.types("priya", "/deploy status")


async def test_a_link_that_is_switched_off_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await connected(here, 2)
        with capture_logs() as logs:
            await here.running.sockets.disconnect("link_disabled")
            await here.comes(lambda: here.part("slack") == ill("disabled"))
            await here.push("acme/payments", "First")
            card = await here.card("payments", "Waiting for approval")
            await here.on_the_host("approve R-1", "priya")
            await here.says(card, "Live")
        assert [line["event"] for line in logs if line["log_level"] == "error"] == ["slack_link_disabled"]


async def test_connections_of_another_process_are_named(tmp_path: Path) -> None:
    async with desk(tmp_path, started=False) as here:
        here.running.sockets.ghosts = 2
        with capture_logs() as logs:
            await here.start()
            await connected(here, 2)
        last = [line for line in logs if line["event"] == "slack_ghost_connections"][-1]
        assert (last["counted_by_slack"], last["ours"]) == (4, 2)
