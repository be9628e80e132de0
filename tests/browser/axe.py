"""axe-core, which is to find nothing: the script comes with a package of the tests, and runs inside the page."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


async def violations(page: Page) -> list[str]:
    """Return what is wrong with what is to be seen now, a line for each place."""
    await page.evaluate(SCRIPT)
    found: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe-core looked at nothing"
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]
