"""`make pictures`: the pictures of the README, made from the demo's page."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from sandbox import demo

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"


def serve(policy: Path, port: int) -> list[str]:
    """Return the command that runs the bot."""
    return [sys.executable, "-m", "bot", "serve", "--config", str(policy), "--port", str(port)]


async def main() -> None:
    """Take a picture of a notice that waits, and of one that went live with its thread open."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        running = await demo.start(serve, Path(folder))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            page = await browser.new_page(viewport={"width": 1280, "height": 720})
            await page.goto(running.running.url)
            log = page.get_by_role("log", name="Messages in #payments")
            await expect(log).to_contain_text("Waiting for approval", timeout=20_000)
            await page.screenshot(path=PICTURES / "notice.png")
            await page.get_by_role("button", name="Approve").first.click()
            await page.get_by_role("dialog").get_by_role("button", name="Approve").click()
            await expect(log).to_contain_text("Live: payments", timeout=20_000)
            await expect(log).to_contain_text("replies", timeout=20_000)
            await page.get_by_role("button", name="replies").first.click()
            await expect(page.get_by_role("log", name="Messages in thread")).to_contain_text("Live", timeout=20_000)
            await page.screenshot(path=PICTURES / "live.png")
            await browser.close()
        await running.stop()


if __name__ == "__main__":
    asyncio.run(main())
