"""The desk beside the cards in a real browser, on the real demo: a question by mention, the form, the Home tab."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.test_demo import page_of_the_demo
from tests.browser.window import browser_tests

pytestmark = browser_tests


async def test_asking_by_mention_by_form_and_a_setting_that_stays(tmp_path: Path) -> None:
    async with page_of_the_demo(tmp_path) as page:
        log = page.get_by_role("log", name="Messages in #payments")
        await expect(log).to_contain_text("Waiting for approval: payments 3 to production")
        line = page.get_by_label("Message #payments")
        await line.fill("@signoff status payments")
        await line.press("Enter")
        await log.get_by_role("button", name="1 reply").click()
        await expect(page.get_by_role("log", name="Messages in thread")).to_contain_text("is live since")

        await line.fill("/deploy")
        await line.press("Enter")
        form = page.get_by_role("dialog", name="Ask for a release")
        await form.get_by_label("Service").select_option(label="gateway")
        await expect(form).to_contain_text("This build has an open release there already: R-6.")
        await expect(form.get_by_label("Service")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)

        await page.get_by_role("link", name="Signoff").click()
        await page.get_by_role("link", name="Home").click()
        home = page.get_by_role("region", name="Home of Signoff")
        await expect(home).to_contain_text("payments 3")
        setting = home.get_by_label("Tell me directly what becomes of my changes")
        await setting.uncheck()
        await page.reload()
        await expect(setting).not_to_be_checked()
        await page.get_by_label("Acting as").select_option(label="Sam")
        await expect(setting).to_be_checked()
