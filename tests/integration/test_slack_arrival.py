"""Slack arriving late: what is remembered, what is asked again, and what never ends the bot."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.policy import Policy
from bot.ports.trouble import TryLater
from handlers.bell import Bell
from handlers.desk import Desk
from handlers.slack.app import SlackPace, SlackProblem, slack_connection
from handlers.slack.arrival import Arrival, Known
from handlers.slack.link import Timing
from storage.database import SqliteStore, open_store
from tests.factories import NOON, a_lane_policy, a_policy
from tests.integration.test_slack_connection import ME, Box, Settings
from tests.unit.handlers.slack.server import Reply, SlackServer, no, slack_server

PACE = SlackPace(0.01, 0.01, Timing(stagger=0.0, pause=lambda _ended, _tries: 0.01))
CHANNELS = Reply({"ok": True, "channels": [{"id": "C0NAMED", "name": "payments"}]})
DOWN = Reply("oops", 503)


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as running:
        yield running


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_store(tmp_path / "signoff.db", clock=lambda: NOON, token=lambda: "x" * 32)
    yield opened
    await opened.close()


def by_name() -> Policy:
    """Return a policy whose lane has a channel by its name."""
    return a_policy(a_lane_policy(channel="#payments"))


def channel(policy: Policy) -> str:
    """Return the channel of the one lane."""
    return policy.services[0].lanes[0].channel


@asynccontextmanager
async def arrival(server: SlackServer, store: SqliteStore, written: Policy) -> AsyncIterator[Arrival]:
    """Make a connection that nobody has asked anything yet, as at a start."""
    slack = slack_connection(Settings(f"{server.base}/api/"), lambda: NOON, PACE)
    try:
        yield Arrival(slack, store, written)
    finally:
        await slack.close()


@asynccontextmanager
async def serving(arriving: Arrival, policy: Policy, store: SqliteStore, workspace: str = "") -> AsyncIterator[Desk]:
    """Serve, as one of the crew does."""
    desk = Desk(store, policy, lambda: NOON, lambda length: "0" * length, Bell(), lambda: 0.5, workspace=workspace)
    task = asyncio.create_task(arriving.serve(desk, Box()))
    try:
        yield desk
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(found: Callable[[], object]) -> None:
    """Let everything else go on until something is so."""
    async with asyncio.timeout(5):
        while not found():  # noqa: ASYNC110 - the client's own state; no event tells of it
            await asyncio.sleep(0.001)


async def test_before_slack_was_asked_nobody_is_let_through(server: SlackServer, store: SqliteStore) -> None:
    async with arrival(server, store, a_policy()) as arriving:
        slack = arriving.slack
        expected = TryLater(5.0, "Slack has not been reached yet")
        assert await slack.directory.account("U0PRIYA", "T0ACME") == expected
        assert await slack.directory.members("S0SRE") == expected
        assert (slack.workspace, slack.connected, slack.well) == ("", False, False)
        assert slack.facts == {"connected": 0, "connections": [], "introduced": False, "refused": None}
        assert server.asked == []


async def test_what_slack_tells_is_remembered_for_a_start_without_it(server: SlackServer, store: SqliteStore) -> None:
    server.will("auth.test", ME, DOWN)
    server.will("conversations.list", CHANNELS)
    async with arrival(server, store, by_name()) as arriving:
        known = await arriving.first()
        assert (channel(known.policy), known.workspace) == ("C0NAMED", "https://acme.slack.com/")
    async with arrival(server, store, by_name()) as arriving:
        again = await arriving.first()
        assert again == known
        assert arriving.slack.home is None


async def test_an_address_of_the_workspace_that_is_none_is_no_answer(server: SlackServer, store: SqliteStore) -> None:
    server.will("auth.test", Reply({**ME.body, "url": "https://[acme"}))
    async with arrival(server, store, a_policy()) as arriving:
        assert await arriving.first() == Known(a_policy(), "")


async def test_ids_alone_need_nothing_to_be_remembered(server: SlackServer, store: SqliteStore) -> None:
    server.will("auth.test", DOWN)
    async with arrival(server, store, a_policy()) as arriving:
        assert await arriving.first() == Known(a_policy(), "")


async def test_a_channel_that_slack_does_not_know_ends_the_start(server: SlackServer, store: SqliteStore) -> None:
    server.will("auth.test", ME)
    server.will("conversations.list", Reply({"ok": True, "channels": []}))
    async with arrival(server, store, by_name()) as arriving:
        with pytest.raises(SlackProblem, match="There is no public channel '#payments'"):
            await arriving.first()


async def test_slack_arrives_later_and_names_are_looked_up_anew(server: SlackServer, store: SqliteStore) -> None:
    await store.write(lambda tx: tx.remembered.set("slack channel #payments", "C0OLD"))
    server.will("auth.test", DOWN, DOWN, no("token_revoked"), no("token_revoked"), ME)
    server.will("conversations.list", CHANNELS)
    with capture_logs() as logs:
        async with arrival(server, store, by_name()) as arriving:
            known = await arriving.first()
            assert (channel(known.policy), known.workspace) == ("C0OLD", "")
            async with serving(arriving, known.policy, store) as desk:
                await server.line()
                await until(lambda: arriving.learnt)
                assert (channel(desk.policy), desk.workspace) == ("C0NAMED", "https://acme.slack.com/")
                assert await store.read(lambda tx: tx.remembered.get("slack channel #payments")) == "C0NAMED"
    assert [line["why"] for line in logs if line["event"] == "slack_refused"] == [
        "Slack refuses SLACK_BOT_TOKEN (token_revoked). Install the app and copy the Bot User OAuth Token from «OAuth & Permissions»."
    ]
    assert [line["workspace"] for line in logs if line["event"] == "slack_reached"] == ["https://acme.slack.com/"]


async def test_a_channel_that_is_gone_meanwhile_keeps_its_id(server: SlackServer, store: SqliteStore) -> None:
    await store.write(lambda tx: tx.remembered.set("slack channel #payments", "C0OLD"))
    server.will("auth.test", DOWN, ME)
    server.will("conversations.list", Reply({"ok": True, "channels": []}))
    with capture_logs() as logs:
        async with arrival(server, store, by_name()) as arriving:
            known = await arriving.first()
            async with serving(arriving, known.policy, store) as desk:
                await until(lambda: arriving.learnt)
                assert (channel(desk.policy), desk.workspace) == ("C0OLD", "https://acme.slack.com/")
                await server.line()
                await until(lambda: arriving.slack.well)
    assert len([line for line in logs if line["event"] == "slack_channel_renamed"]) == 1


async def test_a_channel_that_was_renamed_or_archived_keeps_its_id_at_the_next_start(
    server: SlackServer, store: SqliteStore
) -> None:
    server.will("auth.test", ME, ME)
    server.will("conversations.list", CHANNELS, Reply({"ok": True, "channels": [{"id": "C0NAMED", "name": "pay"}]}))
    async with arrival(server, store, by_name()) as arriving:
        await arriving.first()
    with capture_logs() as logs:
        async with arrival(server, store, by_name()) as arriving:
            assert channel((await arriving.first()).policy) == "C0NAMED"
            server.will("conversations.list", Reply({"ok": True, "channels": [{"id": "C0NEW", "name": "payments"}]}))
            assert channel(await arriving.named(by_name())) == "C0NEW"
    (said,) = [line for line in logs if line["event"] == "slack_channel_renamed"]
    assert (said["channel"], said["id"], said["remedy"]) == (
        "#payments",
        "C0NAMED",
        "It was found under that name before and is used on, renamed or archived. Write its id, C0NAMED, in the policy.",
    )


async def test_a_token_that_is_revoked_is_said_once_and_so_is_that_it_is_good_again(
    server: SlackServer, store: SqliteStore
) -> None:
    server.will("auth.test", ME, *[no("token_revoked")] * 3, DOWN, no("account_inactive"), ME)
    with capture_logs() as logs:
        async with arrival(server, store, a_policy()) as arriving:
            await arriving.first()
            minding = asyncio.create_task(arriving.slack.mind())
            refused = []
            async with asyncio.timeout(5):
                while len(server.asked_of("auth.test")) < 7 or arriving.slack.refused:
                    refused.append(arriving.slack.refused)
                    await asyncio.sleep(0.001)
            minding.cancel()
            await asyncio.gather(minding, return_exceptions=True)
    assert {"token_revoked", "account_inactive"} <= set(refused)
    told = [(line["event"], line.get("why")) for line in logs if line["event"].startswith("slack_token")]
    assert told == [("slack_token_refused", "token_revoked"), ("slack_token_good_again", None)]


async def test_another_policy_is_named_by_what_slack_tells_now(server: SlackServer, store: SqliteStore) -> None:
    server.will("auth.test", ME)
    server.will("conversations.list", Reply({"ok": True, "channels": []}), CHANNELS)
    async with arrival(server, store, a_policy()) as arriving:
        await arriving.first()
        with pytest.raises(SlackProblem, match="There is no public channel '#payments'"):
            await arriving.named(by_name())
        assert channel(await arriving.named(by_name())) == "C0NAMED"
        assert arriving.written == a_policy()


async def test_another_policy_is_named_by_what_slack_told_once_while_it_is_away(
    server: SlackServer, store: SqliteStore
) -> None:
    async with arrival(server, store, a_policy()) as arriving:
        with pytest.raises(SlackProblem, match=r"write ids in the policy instead of #payments\.$"):
            await arriving.named(by_name())
        await store.write(lambda tx: tx.remembered.set("slack channel #payments", "C0OLD"))
        assert channel(await arriving.named(by_name())) == "C0OLD"


async def test_a_policy_that_comes_while_slack_arrives_is_not_replaced_by_the_former_one(
    server: SlackServer, store: SqliteStore
) -> None:
    server.will("auth.test", ME)
    async with arrival(server, store, by_name()) as arriving:
        await arriving.slack.introduce()
        desk = Desk(store, a_policy(), lambda: NOON, lambda length: "0" * length, Bell(), lambda: 0.5)
        server.will("conversations.list", CHANNELS)
        naming = asyncio.create_task(arriving._name_anew(desk))
        await asyncio.sleep(0)
        arriving.written = later = a_policy(hash="policy-2")
        desk.policy = later
        await naming
        assert desk.policy is later
