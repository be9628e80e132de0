"""axe-core finds nothing on any part of the page, in light and dark, and the focus is where it can be seen."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import violations
from tests.browser.office import office
from tests.browser.window import browser_tests

pytestmark = browser_tests


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_anywhere(tmp_path: Path, scheme: Literal["light", "dark"]) -> None:
    async with office(tmp_path, color_scheme=scheme) as (_, page):
        log = page.get_by_role("log", name="Messages in #payments")
        await expect(log).to_contain_text("Waiting for approval: payments 2")
        found = {"channel and panel": await violations(page)}

        line = page.get_by_label("Message #payments")
        await line.fill("/")
        await expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
        found["suggestions"] = await violations(page)
        await line.fill("/deploy status")
        await line.press("Enter")
        await expect(log).to_contain_text("Only visible to you")
        found["ephemeral"] = await violations(page)

        await log.get_by_role("button", name="Approve").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        found["question"] = await violations(page)
        await page.keyboard.press("Escape")

        await log.get_by_role("button", name="replies").first.click()
        await expect(page.get_by_role("log", name="Messages in thread")).to_contain_text("Approved by @priya")
        found["thread"] = await violations(page)
        await page.get_by_role("button", name="Close thread").click()
        found |= await of_the_other_parts(page)
    assert found == {part: [] for part in found}


async def of_the_other_parts(page: Page) -> dict[str, list[str]]:
    """Look at the form, the inspector, the list of threads and the Home tab."""
    found = {}
    line = page.get_by_label("Message #payments")
    await line.fill("/deploy")
    await line.press("Enter")
    form = page.get_by_role("dialog", name="Ask for a release")
    await expect(form).to_be_visible()
    found["form"] = await violations(page)
    await form.get_by_role("button", name="Inspect").click()
    inspector = page.get_by_role("dialog", name="Modal as JSON")
    await expect(inspector).to_contain_text("Slack would take this")
    found["inspector"] = await violations(page)
    await inspector.get_by_label("As the app sends it").fill('{"type": "modal", "blocks": []}')
    await expect(inspector).to_contain_text("missing required field: title [json-pointer:/view]")
    await inspector.get_by_text("As Slack tells of it").click()
    found["what is refused"] = await violations(page)
    await page.keyboard.press("Escape")
    await expect(form.get_by_role("button", name="Inspect")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await page.get_by_role("link", name="Threads").click()
    await expect(page.get_by_role("region", name="Threads")).to_contain_text("4 replies")
    found["threads"] = await violations(page)
    await page.get_by_role("link", name="Signoff").click()
    await page.get_by_role("link", name="Home", exact=True).click()
    await expect(page.get_by_role("region", name="Home of Signoff")).to_contain_text("What waits for you (1)")
    found["home"] = await violations(page)
    return found
