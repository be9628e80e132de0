"""The whole bot behind the page: one release that waits, one that is live, a command or two away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from sandbox.slack.messages import Message
from tests.acceptance.desk import Desk, desk
from tests.browser.window import window

POLICY = """
slack: {announcements: C0RELEASES, operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA, github: "1001"}
  - {name: sam, slack: U0SAM, github: "1002"}
groups:
  qa: {people: [priya]}
permissions: {request: [everyone], lock: [everyone], rollback: [qa]}
services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {repository: acme/payments, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{from: [qa], count: 1}]
        rollback: {approvals: []}
        deploy: {github_deployment: {environment: production}}
"""


@asynccontextmanager
async def office(folder: Path, **context: Any) -> AsyncIterator[tuple[Desk, Page]]:
    """Open the page of a workspace in which payments 1 is live and payments 2 waits for approval."""
    async with desk(folder, POLICY) as here:
        await ships(here, "Add refunds")
        await here.push("acme/payments", "Round amounts")
        await here.card("payments", "Waiting for approval: payments 2")
        await here.everything_is_told()
        async with window(here.running.url, **context) as page:
            yield here, page


async def ships(here: Desk, title: str) -> Message:
    """Push a commit, have it approved, and return its notice once it is live."""
    await here.push("acme/payments", title)
    card = await here.card("payments", "Waiting for approval: payments")
    await here.clicks("priya", card, "Approve")
    await here.says(card, "Live: payments")
    return card
