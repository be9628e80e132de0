"""The pipeline panel: who pushes what, and what is to go wrong; builds wait for the panel here."""

from pathlib import Path

from playwright.async_api import Locator, expect

from tests.browser.office import office
from tests.browser.window import browser_tests

pytestmark = browser_tests
REPO = "acme/payments"


def rows(section: Locator, title: str) -> Locator:
    return section.locator(".group", has=section.page.get_by_role("heading", name=title)).get_by_role("listitem")


async def test_somebody_pushes_a_migration_whose_build_fails_is_run_again_and_finishes(tmp_path: Path) -> None:
    async with office(tmp_path) as (here, page):
        here.forge.auto = False
        section = page.get_by_role("region", name=REPO)
        await section.get_by_label(f"Title of the next commit to {REPO}").fill("Keep receipts")
        await section.get_by_label(f"Author of the next commit to {REPO}").select_option(label="by Sam")
        await section.get_by_label("with a migration").check()
        await section.get_by_role("button", name=f"Push a commit to {REPO}").click()
        await expect(rows(section, "Runs").first).to_have_text("#3 Keep receiptsqueued")
        await expect(rows(section, "Commits").first).to_contain_text("Keep receipts, by Sam")
        assert here.forge.repositories[REPO].commits[-1].files == ["migrations/0003_change.sql"]
        await section.get_by_role("button", name=f"Fail the build of {REPO}").click()
        await expect(rows(section, "Runs").first).to_have_text("#3 Keep receiptsfailure")
        await section.get_by_role("button", name=f"Build again what {REPO} built last").click()
        await expect(rows(section, "Runs").first).to_have_text("#3 Keep receiptsqueued")
        await section.get_by_role("button", name=f"Finish what runs in {REPO}").click()
        await expect(rows(section, "Runs").first).to_have_text("#3 Keep receiptssuccess")
        card = page.get_by_role("log").get_by_role("article").filter(has_text="Waiting for approval: payments 3")
        await expect(card).to_contain_text("Keep receipts")


async def test_what_is_to_go_wrong_is_switched_on_and_off_and_a_webhook_sent_again(tmp_path: Path) -> None:
    async with office(tmp_path) as (here, page):
        panel = page.get_by_role("region", name="Pipeline")
        for switch, read in (
            ("The next deployment fails", lambda: here.forge.break_next_deploy),
            ("The answer to the next order is lost", lambda: here.forge.snapshot()["lose_next_answer"]),
        ):
            await panel.get_by_label(switch).check()
            await here.until(read)
            await panel.get_by_label(switch).uncheck()
            await here.until(lambda read=read: not read())  # type: ignore[misc]
        await panel.get_by_label("Webhooks are sent").uncheck()
        await here.until(lambda: not here.forge.webhooks_on)
        sent = len(here.forge.hooks.deliveries)
        await panel.get_by_role("button", name="Send the last webhook again").click()
        await here.comes(lambda: len(here.forge.hooks.deliveries) > sent)
        again, before = here.forge.hooks.deliveries[-1], here.forge.hooks.deliveries[-2]
        assert (again.hook.guid, again.redelivery, again.status) == (before.hook.guid, True, before.status)
