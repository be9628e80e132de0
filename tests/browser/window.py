"""A browser window on a sandbox: nothing may be said on its console, no request may fail, none may go elsewhere."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, Response, async_playwright, expect

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 20_000
"""Milliseconds that a wait may take; what is waited for comes within two seconds."""
STREAM = "/sandbox/changes"

browser_tests = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@dataclass  # Playwright keeps notes on it, so it has no slots
class Trouble:
    """What went wrong in a window: said on the console, failed, asked of another address than the sandbox's."""

    home: str
    said: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Take note of everything from now on."""
        page.on("console", lambda message: self.said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.home).netloc:
            self.said.append(f"elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        # the stream of changes ends with the page, and so may what a page that is left was still asking
        if request.failure != "net::ERR_ABORTED":
            self.said.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.said.append(f"{response.status}: {response.url}")


@asynccontextmanager
async def window(url: str, *, forgiven: tuple[str, ...] = (), **context: Any) -> AsyncIterator[Page]:
    """Open the page of a sandbox; what holds one of the words that are forgiven is no trouble."""
    trouble = Trouble(url)
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(**{"viewport": {"width": 1360, "height": 860}, **context})
        page.set_default_timeout(PATIENCE)
        trouble.watch(page)
        try:
            await page.goto(url)
            yield page
        except Exception as problem:  # what the console says explains what was waited for in vain
            problem.add_note("\n".join(trouble.said))
            raise
        await browser.close()
    assert [one for one in trouble.said if not any(word in one for word in forgiven)] == []
