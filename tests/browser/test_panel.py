"""The panel: who pushes what, and what is to go wrong with the pipeline and Slack; builds wait for the panel here."""

import re
from pathlib import Path

from playwright.async_api import Locator, expect

from sandbox.slack.faults import Fault
from sandbox.slack.weather import Weather
from tests.browser.axe import violations
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


async def test_what_is_to_go_wrong_with_slack_is_chosen_seen_and_taken_back(tmp_path: Path) -> None:
    async with office(tmp_path) as (here, page):
        panel = page.get_by_role("region", name="Slack")
        await expect(panel).to_have_text(re.compile("Slack: nothing goes wrong"))
        await page.locator("summary", has_text="Slack: nothing goes wrong").press("Enter")
        await panel.get_by_label("How many of these calls").fill("3")
        await panel.get_by_label("Calls that go wrong").select_option(label="changed messages")
        await panel.get_by_label("What goes wrong with them").select_option(label="too many calls (429)")
        await panel.get_by_role("button", name="Let them go wrong").click()
        await expect(panel.get_by_role("listitem")).to_have_text("changed messages: too many calls (429)3 to go")
        assert here.running.faults.rules == [Fault("chat.update", "429", count=3, retry_after=2)]
        await panel.get_by_label("The app hears of everything 2 s late").check()
        await expect(panel).to_contain_text("Slack: 2 set to go wrong")
        assert here.running.faults.weather == Weather(late=2.0)
        found = await violations(page)
        await panel.get_by_label("The app hears of everything 2 s late").uncheck()
        await panel.get_by_role("button", name="Let calls go right").click()
        await expect(panel).to_contain_text("Slack: nothing goes wrong")
        assert (here.running.faults.rules, here.running.faults.weather) == ([], Weather())
        assert found == []


async def test_a_cut_network_is_seen_mended_and_survived(tmp_path: Path) -> None:
    async with office(tmp_path) as (here, page):
        panel, link = page.get_by_role("region", name="Slack"), page.get_by_role("status")
        await expect(link).to_have_text("Signoff is connected")
        await page.locator("summary", has_text="Slack: nothing goes wrong").click()
        await panel.get_by_label("The network is cut").check()
        await expect(link).to_have_text("Signoff is not connected")
        await panel.get_by_label("The network is cut").uncheck()
        await here.until(lambda: here.running.sockets.connections)
        await expect(link).to_have_text("Signoff is connected")
        line = page.get_by_label("Message #payments")
        await line.fill("/deploy status payments")
        await line.press("Enter")
        await expect(page.get_by_role("log", name="Messages in #payments")).to_contain_text("Only visible to you")
