"""A workspace without the bot: an app that only listens, and messages that a test posts itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Page

from sandbox import server
from sandbox.clock import MovableClock
from sandbox.slack.app import App, SlashCommand
from sandbox.slack.messages import Block, Message
from sandbox.slack.workspace import Workspace
from tests.browser.window import window

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def workspace_of_the_toy() -> Workspace:
    """Return a workspace with people of every kind, where it is ten until somebody moves the clock."""
    commands = [
        SlashCommand("/deploy", "Ask for a release", "SERVICE [VERSION] | status | why | help [WORD]"),
        SlashCommand("/draw", "Draw something", "ANIMAL"),
    ]
    workspace = Workspace(MovableClock(lambda: START), app=App(name="Toy", bot_name="toy", commands=commands))
    workspace.rates.strict = False
    workspace.add_person("U0SAM", "sam", real_name="Sam Field", tz="Europe/Lisbon")
    workspace.add_person("U0PRIYA", "priya", real_name="Priya Rao", tz="Asia/Kolkata")
    workspace.add_person("U0GUEST", "gus", real_name="Gus Guest", is_restricted=True)
    workspace.add_person("U0GONE", "kim", real_name="Kim Gone", deleted=True)
    workspace.add_person("U0ELSE", "eli", real_name="Eli Else", is_stranger=True, team_id="T0ELSE")
    workspace.add_usergroup("S0SRE", "sre", ["U0PRIYA"])
    workspace.add_channel("C0OPEN", "releases")
    workspace.add_channel("C0OPS", "ops")
    return workspace


@asynccontextmanager
async def page_of(
    workspace: Workspace, *, forgiven: tuple[str, ...] = (), **context: Any
) -> AsyncIterator[tuple[server.Running, Page]]:
    """Open the page of a workspace."""
    assert isinstance(workspace.clock, MovableClock)
    running = await server.start(workspace, clock=workspace.clock)
    try:
        async with window(running.url, forgiven=forgiven, **context) as page:
            yield running, page
    finally:
        await running.stop()


def posts(
    workspace: Workspace, text: str, where: str = "C0OPEN", *, blocks: list[Block] | None = None, **more: Any
) -> Message:
    """Let the app post something."""
    return workspace.post(workspace.channel(where), workspace.app.bot_user, text, blocks, **more)
