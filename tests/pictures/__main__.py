"""`make pictures`: the pictures of the README and of docs/using.md, made from the sandbox's page."""

import asyncio
import shutil
import sys
from time import monotonic

from playwright.async_api import async_playwright

from tests.pictures import asking, endings, notices, troubles, waiting
from tests.pictures.camera import PICTURES

PARTS = (notices, endings, waiting, troubles, asking)
SCENES = {one.__name__: one for part in PARTS for one in part.SCENES}


async def main(wanted: list[str]) -> None:
    """Play the scenes that are named, or all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in wanted or SCENES:
            begun = monotonic()
            print(f"{name} …", flush=True)
            await SCENES[name](browser)
            print(f"  {monotonic() - begun:.0f} s", flush=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
