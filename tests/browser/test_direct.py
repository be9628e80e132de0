"""Direct messages between people on the page, which the app neither sees nor hears of."""

from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.toy import page_of, workspace_of_the_toy
from tests.browser.window import browser_tests

pytestmark = browser_tests


async def test_people_write_to_each_other_and_the_app_hears_of_nothing() -> None:
    async with page_of(workspace_of_the_toy()) as (running, page):
        sidebar = page.get_by_role("navigation", name="Workspace")
        await page.locator("summary", has_text="Write to somebody").press("Enter")
        people = sidebar.get_by_role("list", name="People")
        await expect(people.get_by_role("checkbox")).to_have_count(3)
        assert await people.inner_text() == "Priya Rao\nGus Guest\nEli Else"
        found = await violations(page)
        await sidebar.get_by_label("Priya Rao").press("Space")
        await sidebar.get_by_role("button", name="Open").press("Enter")
        line = page.get_by_label("Message Priya Rao")
        await expect(line).to_be_focused()
        await page.keyboard.type("Shall we ship?")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log", name="Messages in Priya Rao")).to_contain_text("Shall we ship?")
        await expect(page.get_by_role("link", name="Home")).to_have_count(0)
        assert running.sockets.sent == []

        await page.get_by_label("Acting as").select_option("U0GUEST")
        await expect(sidebar.get_by_role("list", name="Direct messages")).to_have_text("●Toy")
        await page.get_by_label("Acting as").select_option("U0PRIYA")
        await sidebar.get_by_role("link", name="Sam Field").click()
        await expect(page.get_by_role("log", name="Messages in Sam Field")).to_contain_text("Shall we ship?")
        assert found == []


async def test_several_write_to_each_other_in_one_place() -> None:
    async with page_of(workspace_of_the_toy()) as (running, page):
        sidebar = page.get_by_role("navigation", name="Workspace")
        await page.locator("summary", has_text="Write to somebody").click()
        await sidebar.get_by_label("Priya Rao").check()
        await sidebar.get_by_label("Gus Guest").check()
        await sidebar.get_by_role("button", name="Open").click()
        await page.get_by_label("Message Gus Guest, Priya Rao").fill("Both of you")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text("Both of you")
        assert [one.kind for one in running.workspace.channels.values() if one.direct] == ["mpim"]
        await sidebar.get_by_role("link", name="releases").click()
        await running.driver.say("gus", next(one for one in running.workspace.channels.values() if one.direct), "yes")
        await expect(sidebar.get_by_role("link", name="Gus Guest, Priya Rao")).to_contain_text("1")
