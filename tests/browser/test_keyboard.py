"""The main job by keyboard alone: read, approve, follow, roll back, ask, look at Home, move the clock."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.keys import Keys
from tests.browser.office import office
from tests.browser.window import browser_tests

pytestmark = browser_tests


async def test_the_main_job_by_keyboard_alone(tmp_path: Path) -> None:
    async with office(tmp_path) as (here, page):
        keys = Keys(page)
        await approves_and_follows(page, keys)
        await rolls_back(page, keys)
        await asks(page, keys)
        await looks_at_home(page, keys)
        await keys.use(page.get_by_role("button", name="Forward one hour"))
        await expect(page.get_by_label("Clock", exact=True)).to_contain_text("21 November 2026, 11:0")
        assert here.clock().hour == 11
        assert here.deploys() == {"Add refunds": 2, "Round amounts": 1}


async def approves_and_follows(page: Page, keys: Keys) -> None:
    log = page.get_by_role("log", name="Messages in #payments")
    card = log.get_by_role("article").last
    await expect(card).to_contain_text("Waiting for approval: payments 2 to production")
    await keys.reach(log)
    await keys.reach(card)
    await keys.press("ArrowUp")
    await expect(log.get_by_role("article").first).to_be_focused()
    await keys.press("End")
    await expect(card).to_be_focused()
    approve = card.get_by_role("button", name="Approve")
    await keys.use(approve)
    question = page.get_by_role("dialog", name="Approve R-2?")
    await expect(question.get_by_role("button", name="Approve")).to_be_focused()
    await keys.press("Tab")
    await expect(question.get_by_role("button", name="Not yet")).to_be_focused()
    await keys.press("Enter")
    await expect(approve).to_be_focused()
    await keys.press("Enter")
    await expect(question.get_by_role("button", name="Approve")).to_be_focused()
    await keys.press("Enter")
    await expect(card).to_contain_text("Live: payments 2 in production")
    await expect(card).to_be_focused()
    await keys.use(card.get_by_role("button", name="4 replies"))
    thread = page.get_by_role("log", name="Messages in thread")
    await expect(thread).to_contain_text("Live: payments 2")
    await expect(page.get_by_role("combobox", name="Reply")).to_be_focused()
    await keys.press("Escape")
    await expect(card.get_by_role("button", name="4 replies")).to_be_focused()


async def rolls_back(page: Page, keys: Keys) -> None:
    log = page.get_by_role("log", name="Messages in #payments")
    await keys.reach(log.get_by_role("button", name="Roll back"), "Shift+Tab")
    await keys.press("Enter")
    form = page.get_by_role("dialog", name="Roll back")
    await expect(form.get_by_label("Why?")).to_be_focused()
    await keys.use(form.get_by_role("button", name="Roll back"))
    await expect(form.get_by_role("alert")).to_be_visible()
    await expect(form.get_by_label("Why?")).to_be_focused()
    await keys.type("Amounts are wrong")
    await keys.use(form.get_by_role("button", name="Roll back"))
    await expect(form).to_have_count(0)
    await expect(log).to_contain_text("Live (ROLLBACK): payments 1 in production")


async def asks(page: Page, keys: Keys) -> None:
    line = page.get_by_role("combobox", name="Message #payments")
    await keys.reach(line)
    await keys.type("/")
    suggested = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(suggested).to_have_count(1)
    await expect(suggested).to_contain_text("/deploy SERVICE [VERSION]")
    await keys.press("Tab")
    await expect(line).to_have_value("/deploy ")
    await keys.press("ArrowDown", "ArrowDown", "ArrowUp")
    await expect(suggested.first).to_have_attribute("aria-selected", "true")
    await expect(line).to_have_attribute("aria-activedescendant", "line-hints-0")
    await keys.press("Enter")
    await expect(line).to_have_value("/deploy status ")
    await keys.press("Enter")
    log = page.get_by_role("log", name="Messages in #payments")
    await expect(log.get_by_role("article").last).to_contain_text("Only visible to you")
    await keys.press("ArrowUp")
    await expect(line).to_have_value("/deploy status")
    await keys.press("Control+A", "Delete")


async def looks_at_home(page: Page, keys: Keys) -> None:
    await keys.reach(page.get_by_role("link", name="Signoff"), "Shift+Tab")
    await keys.press("Enter")
    await keys.use(page.get_by_role("link", name="Home", exact=True))
    home = page.get_by_role("region", name="Home of Signoff")
    await expect(home).to_contain_text("payments in production (delivery): 1")
    setting = home.get_by_label("Tell me directly what becomes of my changes")
    await keys.reach(setting)
    await keys.press("Space")
    await expect(setting).not_to_be_checked()
    await expect(setting).to_be_focused()
