"""Modals above modals: each closing closes one, however fast somebody asks for it."""

from typing import Any

from playwright.async_api import expect

from tests.browser.toy import page_of, workspace_of_the_toy
from tests.browser.window import browser_tests

pytestmark = browser_tests


def modal(title: str) -> dict[str, Any]:
    words = {"type": "plain_text", "text": f"This is the {title.lower()}."}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "blocks": [{"type": "section", "text": words}],
    }


async def test_a_second_click_on_the_cross_leaves_the_modal_below_open() -> None:
    workspace = workspace_of_the_toy()
    workspace.show_modal("U0SAM", modal("Form"))
    workspace.show_modal("U0SAM", modal("Reason"))
    async with page_of(workspace) as (_, page):
        await page.get_by_role("dialog", name="Reason").get_by_role("button", name="Close").dblclick()
        await expect(page.get_by_role("dialog", name="Form")).to_be_visible()
        await expect(page.get_by_role("dialog")).to_have_count(1)
        assert [one.title for one in workspace.modals("sam")] == ["Form"]


async def test_escape_pressed_again_and_again_leaves_nothing_open_that_is_not_to_be_seen() -> None:
    workspace = workspace_of_the_toy()
    for title in ("Form", "Reason", "Details"):
        workspace.show_modal("U0SAM", modal(title))
    async with page_of(workspace) as (_, page):
        await expect(page.get_by_role("dialog", name="Details")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await workspace.changed(lambda: len(workspace.modals("sam")) < 3)
        await expect(page.get_by_role("dialog", name="Details")).to_have_count(0)
        await expect(page.get_by_role("dialog")).to_have_count(1)
        while left := len(workspace.modals("sam")):
            await expect(page.get_by_role("dialog", name=workspace.modals("sam")[-1].title)).to_be_visible()
            await page.keyboard.press("Escape")
            await workspace.changed(lambda left=left: len(workspace.modals("sam")) < left)  # type: ignore[misc]
        await expect(page.get_by_role("dialog")).to_have_count(0)
