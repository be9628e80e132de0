"""What the page shows of a workspace: what is unread, for whom, until when, and what anything is made of."""

import json
import re
from datetime import timedelta
from urllib.parse import unquote

from playwright.async_api import Locator, Page, expect

from sandbox import server
from sandbox.clock import MovableClock
from tests.browser.toy import page_of, posts, workspace_of_the_toy
from tests.browser.window import browser_tests

pytestmark = browser_tests


async def acts_as(page: Page, name: str) -> None:
    await page.get_by_label("Acting as").select_option(label=name)


def place(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Workspace").get_by_role("link", name=name)


async def test_bold_says_that_something_is_new_and_a_number_that_it_is_about_you() -> None:
    workspace = workspace_of_the_toy()
    posts(workspace, "Hello", "C0OPS")
    posts(workspace, "<@U0SAM>, look", "C0OPS")
    posts(workspace, "<!subteam^S0SRE> too", "C0OPS")
    posts(workspace, "<!here> as well", "C0OPS")
    async with page_of(workspace) as (_, page):
        await expect(place(page, "ops")).to_have_text("#ops2")
        await expect(place(page, "ops")).to_have_class("unread")
        await acts_as(page, "Priya Rao")
        await expect(place(page, "ops")).to_have_accessible_name("ops 2 for you, unread")
        await acts_as(page, "Gus Guest (guest)")
        await expect(place(page, "ops")).to_have_text("#ops1")
        await place(page, "ops").click()
        await expect(page.get_by_role("log", name="Messages in #ops").get_by_text("New", exact=True)).to_be_visible()
        await expect(place(page, "ops")).not_to_have_class("unread")
        posts(workspace, "No news", "C0OPEN")
        await expect(place(page, "releases")).to_have_accessible_name("releases (unread)")
        await page.reload()
        await expect(place(page, "releases")).to_have_class("unread")
        await expect(place(page, "ops")).not_to_have_class("unread")
        await place(page, "releases").click()
        await expect(page.get_by_role("log", name="Messages in #releases")).to_contain_text("No news")
        await expect(place(page, "releases")).not_to_have_class("unread")
        await expect(place(page, "ops")).not_to_have_class("unread")
        await acts_as(page, "Sam Field")
        await expect(place(page, "ops")).to_have_text("#ops2")


async def test_a_direct_message_is_one_persons_and_about_them() -> None:
    workspace = workspace_of_the_toy()
    workspace.post(workspace.direct_channel("priya"), workspace.app.bot_user, "Your build is live")
    async with page_of(workspace) as (_, page):
        await expect(place(page, "Toy")).to_have_text("●Toy")
        await acts_as(page, "Priya Rao")
        await expect(place(page, "Toy")).to_have_text("●Toy1")
        await place(page, "Toy").click()
        await expect(page.get_by_role("log")).to_contain_text("Your build is live")
        await expect(place(page, "Toy")).to_have_text("●Toy")


async def test_threads_that_somebody_follows_are_listed_with_what_is_new() -> None:
    workspace = workspace_of_the_toy()
    asked = posts(workspace, "*Ship* <https://a.example|payments>, <@U0SAM>?", "C0OPS")
    posts(workspace, "Not yet", "C0OPS", thread_ts=asked.ts)
    posts(workspace, "Now", "C0OPS", thread_ts=asked.ts)
    async with page_of(workspace) as (_, page):
        await expect(place(page, "Threads")).to_have_accessible_name("Threads 1 with new replies")
        await place(page, "Threads").click()
        entry = page.get_by_role("region", name="Threads").get_by_role("link")
        await expect(entry).to_have_text(
            "#opsShip payments, <@U0SAM>?2 replies, 2 new".replace("<", "").replace(">", "")
        )
        await entry.click()
        await expect(page.get_by_role("log", name="Messages in thread").get_by_role("article")).to_have_count(3)
        await expect(place(page, "Threads")).to_have_accessible_name("Threads")
        await acts_as(page, "Priya Rao")
        await place(page, "Threads").click()
        await expect(page.get_by_role("region", name="Threads")).to_contain_text("No threads yet.")


async def test_what_one_person_alone_is_told_is_gone_on_reload() -> None:
    workspace = workspace_of_the_toy()
    posts(workspace, "Before the page", visible_to="U0SAM")
    async with page_of(workspace) as (_, page):
        log = page.get_by_role("log")
        posts(workspace, "Psst", visible_to="U0SAM")
        await expect(log.get_by_role("article")).to_have_text(re.compile("^TOnly visible to youToyAPP10:00Psst"))
        await acts_as(page, "Priya Rao")
        await expect(log.get_by_role("article")).to_have_count(0)
        await acts_as(page, "Sam Field")
        await expect(log.get_by_role("article")).to_have_count(1)
        await page.reload()
        posts(workspace, "For all")
        await expect(log.get_by_role("article")).to_have_text(re.compile("^TToyAPP10:00For all"))


async def test_people_say_what_they_are() -> None:
    async with page_of(workspace_of_the_toy()) as (_, page):
        me = page.get_by_label("Acting as")
        await expect(me.get_by_role("option")).to_have_text(
            ["Sam Field", "Priya Rao", "Gus Guest (guest)", "Kim Gone (deactivated)", "Eli Else (from another company)"]
        )
        await expect(me.get_by_role("option", name="Kim Gone")).to_be_disabled()
        await acts_as(page, "Priya Rao")
        await expect(me).to_have_accessible_description("full member · @sre · Asia/Kolkata")


async def test_the_line_suggests_commands_people_and_channels() -> None:
    async with page_of(workspace_of_the_toy()) as (_, page):
        line = page.get_by_role("combobox", name="Message #releases")
        offered = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
        await line.press_sequentially("/")
        await expect(offered).to_have_text(
            ["/deploy SERVICE [VERSION] | status | why | help [WORD]Ask for a release", "/draw ANIMALDraw something"]
        )
        await line.press("ArrowUp")
        await line.press("Enter")
        await expect(line).to_have_value("/draw ")
        await line.fill("/deploy ")
        await expect(offered).to_have_text(["status", "why", "help [WORD]"])
        await offered.nth(2).click()
        await expect(line).to_have_value("/deploy help ")
        await expect(line).to_be_focused()
        await line.fill("look, @p")
        await expect(offered).to_have_text(["@priya Priya Rao"])
        await line.press("Tab")
        await line.press_sequentially("in #o")
        await line.press("Tab")
        await expect(line).to_have_value("look, @priya in #ops ")
        await line.fill("@")
        await line.press("Escape")
        await expect(offered).to_have_count(0)
        await line.press("Tab")
        await expect(page.get_by_role("button", name="Send")).to_be_focused()


async def test_a_message_is_inspected_changed_checked_and_copied() -> None:
    workspace = workspace_of_the_toy()
    divider = {"type": "divider", "block_id": "line"}
    posts(workspace, "A line", blocks=[divider])
    async with page_of(workspace, permissions=["clipboard-read", "clipboard-write"]) as (_, page):
        await page.get_by_role("article").hover()
        await page.get_by_role("button", name="Inspect").click()
        dialog = page.get_by_role("dialog", name="Message as JSON")
        sent = dialog.get_by_label("As the app sends it")
        assert json.loads(await sent.input_value()) == {"blocks": [divider]}
        link = str(await dialog.get_by_role("link", name="Open in Block Kit Builder").get_attribute("href"))
        assert link.startswith("https://app.slack.com/block-kit-builder/#")
        assert json.loads(unquote(link.partition("#")[2])) == {"blocks": [divider]}
        await expect(dialog.get_by_role("status")).to_have_text("Slack would take this, as far as the sandbox knows.")
        await sent.fill('{"blocks": [{"type": "divider"}, {"type": "poem"}]}')
        await expect(dialog.get_by_role("status")).to_have_text(
            "Slack would refuse this:unsupported type: poem [json-pointer:/blocks/1/type]"
        )
        await sent.fill('{"blocks": ')
        await expect(dialog.get_by_role("status")).to_contain_text("This is no JSON")
        await sent.fill('{"blocks": []}')
        await dialog.get_by_role("button", name="Copy").click()
        await expect(page.get_by_role("alert")).to_have_text("Copied.")
        assert await page.evaluate("navigator.clipboard.readText()") == '{"blocks": []}'
        await dialog.get_by_role("button", name="Close").focus()
        await page.keyboard.press("Tab")
        await expect(sent).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(dialog.get_by_role("button", name="Close")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("button", name="Inspect")).to_be_focused()


async def test_each_new_message_is_announced_once_and_no_change_of_it() -> None:
    workspace = workspace_of_the_toy()
    card = posts(workspace, "Waiting")
    async with page_of(workspace) as (running, page):
        log, news = page.get_by_role("log"), page.locator("#news p")
        await expect(log).to_contain_text("Waiting")
        posts(workspace, "First")
        await expect(news).to_have_text(["Toy: First"])
        workspace.edit(card, "Live", [])
        await expect(log).to_contain_text("Live")
        await running.driver.say("sam", "#releases", "Mine")
        await expect(log).to_contain_text("Mine")
        posts(workspace, "Psst", visible_to="U0SAM")
        await expect(news).to_have_text(["Toy: First", "Toy, to you only: Psst"])


async def test_a_sandbox_that_was_away_comes_back_with_nothing_twice() -> None:
    workspace = workspace_of_the_toy()
    posts(workspace, "Before")
    lost = ("net::ERR_", "console: Failed to load resource")
    async with page_of(workspace, forgiven=lost) as (running, page):
        articles = page.get_by_role("log").get_by_role("article")
        await expect(articles).to_have_count(1)
        line = page.get_by_role("combobox", name="Message #releases")
        await acts_as(page, "Priya Rao")
        await expect(page.get_by_label("Acting as")).to_have_value("U0PRIYA")
        await line.fill("Is anybody there?")
        await running.stop()
        await expect(page.locator("#link-state")).to_have_text("The sandbox does not answer. Trying again…")
        await line.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("so that did not happen")
        await expect(line).to_have_value("Is anybody there?")
        posts(workspace, "Meanwhile")
        assert isinstance(workspace.clock, MovableClock)
        again = await server.start(workspace, port=int(running.url.rpartition(":")[2]), clock=workspace.clock)
        try:
            await expect(page.locator("#link-state")).to_have_text("Toy is not connected")
            await expect(articles.locator(".text")).to_have_text(["Before", "Meanwhile"])
            await expect(page.get_by_label("Acting as")).to_have_value("U0PRIYA")
            await line.press("Enter")
            await expect(articles.locator(".text")).to_have_text(["Before", "Meanwhile", "Is anybody there?"])
        finally:
            await again.stop()


async def test_of_a_long_channel_the_end_is_drawn_and_more_when_asked_for() -> None:
    workspace = workspace_of_the_toy()
    for number in range(180):
        posts(workspace, f"Message {number}")
    async with page_of(workspace) as (_, page):
        articles = page.get_by_role("log").get_by_role("article")
        await expect(articles.first).to_contain_text("Message 130")
        await expect(articles).to_have_count(50)
        await expect(articles.last).to_be_in_viewport()
        await page.get_by_role("button", name="Show earlier messages (130)").click()
        await expect(articles).to_have_count(150)
        await expect(page.get_by_text("Message 130", exact=True)).to_be_in_viewport()
        await expect(articles.last).not_to_be_in_viewport()
        await page.goto(
            f"{page.url.split('#')[0]}archives/C0OPEN/p{workspace.channel('C0OPEN').posts[3].ts.replace('.', '')}"
        )
        await expect(articles.nth(3)).to_be_in_viewport()
        await expect(articles.nth(3)).to_be_focused()


async def test_the_clock_goes_forward_by_steps_and_to_a_moment() -> None:
    workspace = workspace_of_the_toy()
    at = int(workspace.clock().timestamp())
    posts(workspace, f"<!date^{at}^Begun {{date_pretty}} at {{time}}|?>")
    async with page_of(workspace) as (_, page):
        clock, log = page.get_by_role("region", name="Clock"), page.get_by_role("log")
        await expect(clock).to_contain_text("Saturday, 21 November 2026, 10:00 (Europe/Lisbon)")
        await expect(log).to_contain_text("Begun today at 10:00")
        await clock.get_by_role("button", name="+10 min").click()
        await clock.get_by_role("button", name="+1 h").click()
        await expect(clock).to_contain_text("Saturday, 21 November 2026, 11:10")
        await clock.get_by_role("button", name="+1 day").click()
        await expect(clock).to_contain_text("Sunday, 22 November 2026, 11:10")
        await expect(log).to_contain_text("Begun yesterday at 10:00")
        await clock.get_by_label("Forward to").fill("2026-11-23T09:30")
        await clock.get_by_role("button", name="Go").click()
        await expect(clock).to_contain_text("Monday, 23 November 2026, 09:30")
        assert isinstance(workspace.clock, MovableClock)
        assert (
            timedelta(days=1, hours=23, minutes=29) < workspace.clock.offset <= timedelta(days=1, hours=23, minutes=31)
        )
