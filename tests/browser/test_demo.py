"""The main job in a real browser, on the real demo: read, approve, be refused, push, type."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from bot.cli.demo_bot import opened_silently
from sandbox import demo
from tests.browser.window import browser_tests, window

pytestmark = browser_tests


@asynccontextmanager
async def page_of_the_demo(folder: Path, **context: Any) -> AsyncIterator[Page]:
    """Start the demo and open its page."""
    running = await demo.start(opened_silently, folder)
    try:
        async with window(running.running.url, **context) as page:
            yield page
    finally:
        await running.stop()


async def test_the_main_job_by_mouse_in_the_dark(tmp_path: Path) -> None:
    async with page_of_the_demo(tmp_path, color_scheme="dark") as page:
        log = page.get_by_role("log")
        await expect(log).to_contain_text("Waiting for approval: payments 3 to production")
        await page.get_by_label("Acting as").select_option(label="Alex")
        await approve(page)
        await expect(log).to_contain_text("You are not among those who decide here")
        await page.get_by_label("Acting as").select_option(label="Priya")
        await approve(page)
        await expect(log).to_contain_text("Live: payments 3 in production")
        await log.get_by_role("button", name="replies").last.click()
        await expect(page.get_by_role("log", name="Messages in thread")).to_contain_text("Live: payments 3")
        await page.get_by_role("button", name="Close thread").click()
        await page.get_by_role("link", name="releases").click()
        await expect(log).to_contain_text("payments 3 is live in production")
        await page.get_by_label("Title of the next commit to acme/docs").fill("Explain rounding")
        await page.get_by_role("button", name="Push a commit to acme/docs").click()
        await page.get_by_role("link", name="docs").click()
        await expect(log).to_contain_text("Explain rounding")
        await expect(log).to_contain_text("Live: docs 3 in production")
        await rolls_back(page)
        await breaks_what_is_next(page)
        await lets_a_day_pass(page)


async def approve(page: Page) -> None:
    """Press Approve and confirm."""
    await page.get_by_role("button", name="Approve").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Approve").click()


async def rolls_back(page: Page) -> None:
    """Take payments back by the form, to the end, and look at Home."""
    await page.get_by_role("link", name="payments").click()
    log = page.get_by_role("log", name="Messages in #payments")
    await log.get_by_role("button", name="Roll back").last.click()
    form = page.get_by_role("dialog", name="Roll back")
    await form.get_by_label("Why?").fill("Amounts are wrong")
    await form.get_by_role("button", name="Roll back").click()
    await expect(form).to_have_count(0)
    await expect(log).to_contain_text("Live (ROLLBACK)")
    await page.get_by_role("link", name="Signoff").click()
    await page.get_by_role("link", name="Home", exact=True).click()
    await expect(page.get_by_role("region", name="Home of Signoff")).to_contain_text("What is live, and what is next")


async def lets_a_day_pass(page: Page) -> None:
    """Move the clock; what waited for a lock goes on by itself then."""
    clock = page.get_by_role("region", name="Clock")
    before = await clock.locator(".now").inner_text()
    await clock.get_by_role("button", name="+1 day").click()
    await expect(clock.locator(".now")).not_to_have_text(before)


async def breaks_what_is_next(page: Page) -> None:
    """Set on the panel what is to go wrong."""
    for switch in (
        "The next deployment fails",
        "What is deployed does not verify",
        "The answer to the next order is lost",
    ):
        await page.get_by_label(switch).check()
        await expect(page.get_by_label(switch)).to_be_checked()
