"""A build that 50 scheduled runs have pushed off GitHub's first page is found by its id; the webhook was lost."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from bot.core.release import Lifecycle
from handlers.ci.github_connection import Github
from handlers.ci.sender import Sender
from handlers.watch import Watch
from sandbox.github.forge import Forge
from tests.factories import WORKFLOW, a_policy
from tests.fakes.world import World

REPO = "acme/payments"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[World, Forge, Watch]]:
    async with AsyncExitStack() as stack:
        here = World(tmp_path, a_policy())
        await here.open()
        stack.push_async_callback(here.store.close)
        forge = Forge(clock=lambda: here.now, token="t0ken")
        stack.push_async_callback(forge.close)
        forge.create(REPO, WORKFLOW)
        app = web.Application()
        app.add_routes(forge.routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        session = await stack.enter_async_context(ClientSession())
        sender = Sender(session, f"http://127.0.0.1:{runner.addresses[0][1]}", "t0ken", lambda: here.now)
        github = Github(sender, "https://github.com")
        yield here, forge, Watch(here.desk, github, github, here.policy.services[0])


async def test_a_lost_webhook_is_found_behind_50_runs_of_another_workflow(world: tuple[World, Forge, Watch]) -> None:
    here, forge, watch = world
    assert await watch.once() is None
    await forge.push(REPO, "Add refunds")
    (run,) = forge.repositories[REPO].runs
    forge.begin_run(REPO, run)
    assert await watch.once() is None
    for _ in range(50):
        here.passes(60)
        forge.start_run(REPO, run.commit, path=".github/workflows/nightly.yml", event="schedule")
    forge.finish_run(REPO, run)
    assert await here.states() == []
    assert await watch.once() is None
    assert await here.states() == [Lifecycle.OPEN]
