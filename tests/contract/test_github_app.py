"""A GitHub App against the sandbox's API over real sockets: assertions, narrowed tokens, renewal, clocks that differ."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.github_app import Scope
from handlers.ci.github_app_assertion import asserting
from handlers.ci.github_app_sender import AppSender
from handlers.ci.github_app_tokens import InstallationTokens
from handlers.ci.sender import Sender
from sandbox.github.apps import Installation
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from tests.factories import NOON

REPO = "acme/payments"
RUNS = HttpRequest("GET", f"/repos/{REPO}/actions/runs")
ORDER = HttpRequest(
    "POST", f"/repos/{REPO}/deployments", body={"ref": "main", "required_contexts": [], "auto_merge": False}
)
NEEDED = Scope(frozenset({REPO}), (("actions", "read"), ("contents", "read"), ("deployments", "write")))
SUSPENDED = (
    "the GitHub App's installation at acme is suspended; somebody who owns acme unsuspends it under "
    "Settings > GitHub Apps"
)


@dataclass
class World:
    """A forge behind a socket, an App that is installed there, and its sender."""

    forge: Forge
    now: datetime = NOON
    ahead: timedelta = timedelta()

    def ours(self) -> datetime:
        """Return the present by our clock."""
        return self.now + self.ahead

    @property
    def tokens(self) -> list[str]:
        """The tokens that were given out, oldest first."""
        return [token for token, one in self.forge.access.grants.items() if one.app == "signoff"]


@asynccontextmanager
async def app_at_work(ahead: timedelta = timedelta()) -> AsyncIterator[tuple[World, AppSender, Installation]]:
    world = World(Forge(lambda: world.now, token="nobody has it"), ahead=ahead)
    world.forge.create(REPO)
    world.forge.create("acme/secret")
    await world.forge.push(REPO, "First")
    app = world.forge.apps.register("signoff", dict(NEEDED.permissions), owner="acme")
    installed = world.forge.apps.install("signoff", "acme")
    served = web.Application()
    served.add_routes(world.forge.routes())
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession() as http:
            sender = Sender(http, f"http://127.0.0.1:{runner.addresses[0][1]}", "", world.ours)
            proves = asserting(str(app.id), app.private_key.pem())
            yield world, AppSender(InstallationTokens(sender, proves, lambda _repository: NEEDED)), installed
    finally:
        await runner.cleanup()
        await world.forge.close()


def status(reply: HttpReply | TryLater | Unsure) -> int | TryLater | Unsure:
    return reply.status if isinstance(reply, HttpReply) else reply


async def test_it_reads_and_writes_where_it_may_and_nothing_else() -> None:
    async with app_at_work() as (world, sender, _):
        assert status(await sender.send(RUNS)) == 200
        assert status(await sender.send(ORDER)) == 201
        assert status(await sender.send(HttpRequest("GET", "/repos/acme/secret"))) == 404
        assert status(await sender.send(HttpRequest("GET", f"/repos/{REPO}/hooks"))) == 403
        assert len(world.tokens) == 1


async def test_what_did_not_change_is_told_so_under_another_token_too() -> None:
    async with app_at_work() as (world, sender, _):
        first = await sender.send(RUNS)
        assert isinstance(first, HttpReply)
        world.now += timedelta(minutes=56)
        again = await sender.send(RUNS, etag=first.headers["etag"])
        assert status(again) == 304
        assert len(world.tokens) == 2


async def test_a_revoked_token_is_renewed_and_the_order_placed_once() -> None:
    async with app_at_work() as (world, sender, _):
        await sender.send(RUNS)
        world.forge.access.revoke(world.tokens[0])
        assert status(await sender.send(ORDER)) == 201
        assert len(world.forge.repositories[REPO].deployments) == 1


async def test_an_order_whose_answer_is_lost_is_not_sent_again() -> None:
    async with app_at_work() as (world, sender, _):
        await sender.send(RUNS)
        world.forge.faults.add(Fault.RESET_AFTER, "POST", "*/deployments")
        assert isinstance(await sender.send(ORDER), Unsure)
        assert len(world.forge.repositories[REPO].deployments) == 1


async def test_an_order_without_a_token_was_certainly_not_sent() -> None:
    async with app_at_work() as (world, sender, _):
        world.forge.faults.add(Fault.RESET_AFTER, "POST", "*/access_tokens")
        assert isinstance(await sender.send(ORDER), TryLater)
        assert world.forge.repositories[REPO].deployments == []


async def test_a_suspended_and_a_removed_installation_are_told() -> None:
    async with app_at_work() as (world, sender, installed):
        await sender.send(RUNS)
        world.forge.apps.suspend(installed.id)
        assert await sender.send(ORDER) == TryLater(60.0, SUSPENDED)
        world.forge.apps.uninstall(installed.id)
        ended = await sender.send(ORDER)
        assert isinstance(ended, TryLater)
        assert ended.why.startswith("the GitHub App is not installed for acme/payments, or not any more; ")
        assert world.forge.repositories[REPO].deployments == []


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
async def test_a_clock_that_is_wrong_by_hours_is_found_out_by_the_answers_date(hours: int) -> None:
    async with app_at_work(timedelta(hours=hours)) as (_, sender, _installed):
        with capture_logs() as logs:
            assert status(await sender.send(ORDER)) == 201
        told = [one["seconds"] for one in logs if one["event"] == "clock_differs"]
        assert [round(one, -1) for one in told] == [-3600 * hours]
