"""The main job in a real browser, on the real demo: read, approve, be refused, push, type."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.cli.demo_bot import opened_silently
from sandbox import demo

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 20_000
"""Milliseconds that a wait may take; what is waited for comes within two seconds."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@asynccontextmanager
async def page_of_the_demo(folder: Path) -> AsyncIterator[Page]:
    """Start the demo and open its page; nothing may be said on the browser's console."""
    running = await demo.start(opened_silently, folder)
    said: list[str] = []
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = await browser.new_page(viewport={"width": 1360, "height": 860})
            page.set_default_timeout(PATIENCE)
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            await page.goto(running.running.url)
            yield page
            await browser.close()
    finally:
        await running.stop()
    assert said == []


async def test_the_main_job_by_mouse(tmp_path: Path) -> None:
    async with page_of_the_demo(tmp_path) as page:
        log = page.get_by_role("log")
        await expect(log).to_contain_text("Waiting for approval: payments 3 to production", timeout=PATIENCE)
        await page.get_by_label("Acting as").select_option(label="Alex")
        await approve(page)
        await expect(log).to_contain_text("You are not among those who decide here", timeout=PATIENCE)
        await page.get_by_label("Acting as").select_option(label="Priya")
        await approve(page)
        await expect(log).to_contain_text("Live: payments 3 in production", timeout=PATIENCE)
        await page.get_by_role("link", name="releases").click()
        await expect(log).to_contain_text("payments 3 is live in production", timeout=PATIENCE)
        await page.get_by_label("Title of the next commit to acme/docs").fill("Explain rounding")
        await page.get_by_role("button", name="Push a commit to acme/docs").click()
        await page.get_by_role("link", name="docs").click()
        await expect(log).to_contain_text("Explain rounding", timeout=PATIENCE)
        await expect(log).to_contain_text("Live: docs 3 in production", timeout=PATIENCE)


async def approve(page: Page) -> None:
    """Press Approve and confirm."""
    await page.get_by_role("button", name="Approve").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Approve").click()
