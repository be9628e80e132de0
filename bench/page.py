"""The sandbox's page with 1,000 messages in a channel against 10, in Chromium: opening it, and a message coming up."""

import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from playwright.async_api import Page, async_playwright

from bench.figures import Figure, figure
from sandbox import server
from sandbox.slack.messages import Block
from sandbox.slack.workspace import Workspace

FEW, MANY = 10, 1000
ROUNDS = 7
FLAGS = ["--no-sandbox", "--disable-gpu"]
WHOLE = "#messages article"


async def measure(_folder: Path) -> list[Figure]:
    """Return the figures; none where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return []
    taken: dict[tuple[str, int], list[float]] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        pages = {size: await _page(await browser.new_page(), size) for size in (FEW, MANY)}
        for _ in range(ROUNDS):
            for size, (page, workspace, running) in pages.items():
                taken.setdefault(("open", size), []).append(await _opens(page, running.url))
                taken.setdefault(("new", size), []).append(await _comes_up(page, workspace))
        page, workspace, running = pages[MANY]
        await _shows_everything(page)
        everything = [await _comes_up(page, workspace) for _ in range(ROUNDS)]
        await browser.close()
        for _, _, running in pages.values():
            await running.stop()
    return [
        _ratio("opening a channel of 1,000 messages against one of 10", taken, "open"),
        _ratio("a new message on the screen there", taken, "new"),
        figure("the same, after somebody scrolled up to the first of them", [1000 * one for one in everything], "ms"),
    ]


def _ratio(name: str, taken: dict[tuple[str, int], list[float]], what: str) -> Figure:
    pairs = zip(taken[what, MANY], taken[what, FEW], strict=True)
    few = sorted(taken[what, FEW])[ROUNDS // 2]
    return figure(f"{name} ({1000 * few:.0f} ms)", [many / one for many, one in pairs], "x time")


async def _page(page: Page, size: int) -> tuple[Page, Workspace, server.Running]:
    workspace = Workspace(lambda: datetime.now(UTC))  # noqa: TID251 - the browser's time too
    workspace.add_person("U0SAM", "sam")
    workspace.add_channel("C0OPEN", "releases")
    for number in range(size):
        _post(workspace, f"Message {number}")
    return page, workspace, await server.start(workspace)


async def _shows_everything(page: Page) -> None:
    earlier = page.locator(".earlier button")  # looking by role would cost more than what is measured
    while await earlier.count():
        before = await page.locator(WHOLE).count()
        await earlier.click()
        await page.locator(WHOLE).nth(before).wait_for(state="attached")


async def _opens(page: Page, url: str) -> float:
    await page.goto("about:blank")
    return await _timed(lambda: page.goto(url), page)


async def _timed(work: Callable[[], Awaitable[object]], page: Page) -> float:
    begun = perf_counter()
    await work()
    await page.wait_for_selector(WHOLE)
    return perf_counter() - begun


async def _comes_up(page: Page, workspace: Workspace) -> float:
    await page.wait_for_selector(f'[data-ts="{workspace.channel("releases").posts[-1].ts}"]', state="attached")
    begun = perf_counter()
    ts = _post(workspace, "One more")
    await page.wait_for_selector(f'[data-ts="{ts}"]', state="attached")
    return perf_counter() - begun


def _post(workspace: Workspace, words: str) -> str:
    blocks: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": words}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*Commit:* <https://a.example|0a1b2c3> by <@U0SAM>\n" * 8},
        },
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": f"act-{n}", "text": {"type": "plain_text", "text": f"Act {n}"}}
                for n in range(5)
            ],
        },
    ]
    return workspace.post(workspace.channel("releases"), workspace.app.bot_user, words, blocks).ts
