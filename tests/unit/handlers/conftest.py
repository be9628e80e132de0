"""The workers on a database file of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.policy import Policy
from tests.factories import a_policy
from tests.fakes.world import World

Opening = Callable[[Policy], Awaitable[World]]


@pytest.fixture
async def opening(tmp_path: Path) -> AsyncIterator[Opening]:
    """Open a world under a policy of one's own."""
    async with AsyncExitStack() as stack:
        stack.enter_context(capture_logs())  # else each expected traceback is drawn in colour, which takes seconds

        async def opened(policy: Policy) -> World:
            world = World(tmp_path, policy)
            await world.open()
            stack.push_async_callback(lambda: world.store.close())  # noqa: PLW0108 - the store of then, not of now
            return world

        yield opened


@pytest.fixture
async def world(opening: Opening) -> World:
    """A world of one delivery lane that wants one of qa."""
    return await opening(a_policy())
