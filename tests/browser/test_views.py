"""Forms, the Home tab and mentions in a real browser, with a toy app that shows one of everything."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Locator, Page, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import server
from sandbox.slack.app import from_manifest
from sandbox.slack.workspace import Workspace
from tests.browser.window import browser_tests, window

pytestmark = browser_tests
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Toy"},
    "features": {"bot_user": {"display_name": "toy"}, "app_home": {"home_tab_enabled": True}},
    "oauth_config": {"scopes": {"bot": ["app_mentions:read", "chat:write"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened", "app_mention"]}},
}
Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def options(*words: str) -> list[Block]:
    return [{"text": plain(one), "value": one.lower()} for one in words]


def asks(label: str, kind: str, *, dispatch: bool = False, optional: bool = False, **more: Any) -> Block:
    return {
        "type": "input",
        "block_id": label,
        "label": plain(label),
        "element": {"type": kind, "action_id": "form:it", **more},
        "dispatch_action": dispatch,
        "optional": optional,
    }


def form(*versions: str) -> Block:
    """Return a form with one of everything; the versions come once the service is known."""
    chosen = [asks("Version", "static_select", options=options(*versions))] if versions else []
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Ask for a release"),
        "submit": plain("Ask"),
        "blocks": [
            asks("Service", "static_select", dispatch=True, options=options("Payments", "Docs")),
            *chosen,
            asks("When", "radio_buttons", options=options("Now", "Later")),
            asks("Tell", "checkboxes", optional=True, options=options("Authors", "Everybody")),
            asks("Places", "multi_static_select", optional=True, options=options("Berlin", "Lisbon")),
            asks("Day", "datepicker", optional=True),
            asks("Time", "timepicker", optional=True),
            asks("Moment", "datetimepicker", optional=True),
            asks("Who", "users_select", optional=True),
            asks("Builds", "number_input", is_decimal_allowed=False, initial_value="1"),
            asks("Reason", "plain_text_input", multiline=True),
        ],
    }


def home(muted: bool, said: str = "Nothing waits for you.") -> Block:
    mute = options("Mute direct messages")
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Toy")},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": f"*Settings*\n{said}"},
                "accessory": {"type": "checkboxes", "action_id": "home:mute", "options": mute}
                | ({"initial_options": mute} if muted else {}),
            },
            {"type": "divider"},
            {
                "type": "section",
                "text": plain("payments 41 in production"),
                "accessory": {"type": "overflow", "action_id": "home:more", "options": options("History", "Why")},
            },
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "action_id": "home:ask", "text": plain("Ask for a release"), "style": "primary"},
                    {"type": "datepicker", "action_id": "home:day", "placeholder": plain("Pick a day")},
                ],
            },
            {"type": "context", "elements": [plain("Kept up to date.")]},
        ],
    }


def toy(client: AsyncWebClient) -> AsyncApp:
    """Return an app that says what it was told."""
    app = AsyncApp(client=client, signing_secret="unused")

    @app.event("app_home_opened")
    async def opened(event: Block) -> None:
        if event["tab"] == "home" and "view" not in event:
            await client.views_publish(user_id=event["user"], view=home(muted=False))

    @app.event("app_mention")
    async def mentioned(event: Block) -> None:
        said = f"You said: {event['text']}"
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text=said)

    @app.action(re.compile("home:.*"))
    async def used(ack: Any, body: Block, action: Block) -> None:
        await ack()
        if action["action_id"] == "home:ask":
            await client.views_open(trigger_id=body["trigger_id"], view=form())
            return
        values = body["view"]["state"]["values"].values()
        muted = any(state.get("home:mute", {}).get("selected_options") for state in values)
        said = action.get("selected_date") or action.get("selected_option", {}).get("value") or f"muted: {muted}"
        await client.views_publish(user_id=body["user"]["id"], view=home(muted, f"You used {said}."))

    @app.action("form:it")
    async def chose(ack: Any, body: Block) -> None:
        await ack()
        view = body["view"]
        versions = [
            f"{view['state']['values']['Service']['form:it']['selected_option']['value']} {n}" for n in (42, 41)
        ]
        await client.views_update(view_id=view["id"], hash=view["hash"], view=form(*versions))

    @app.view("form")
    async def sent(ack: Any, body: Block) -> None:
        values = {label: held["form:it"] for label, held in body["view"]["state"]["values"].items()}
        if values["Reason"]["value"] == "no":
            await ack(response_action="errors", errors={"Reason": "Say more."})
            return
        await ack()
        told = "\n".join(f"{label}: {read(state)}" for label, state in values.items())
        await client.chat_postMessage(channel=body["user"]["id"], text=told)

    return app


def read(state: Block) -> str:
    [content] = [value for key, value in state.items() if key != "type"]
    several = content if isinstance(content, list) else [content]
    return ", ".join(str(one["value"] if isinstance(one, dict) else one) for one in several)


@asynccontextmanager
async def page_of_the_toy(**context: Any) -> AsyncIterator[Page]:
    """Start a sandbox with the toy app and open its page."""
    workspace = Workspace(lambda: datetime.now(UTC), app=from_manifest(MANIFEST))  # noqa: TID251 - the browser's time too
    workspace.add_person("U0SAM", "sam", real_name="Sam Field", tz="Europe/Lisbon")
    workspace.add_person("U0PRIYA", "priya", real_name="Priya Rao", tz="Asia/Kolkata")
    workspace.add_channel("C0OPEN", "releases")
    running = await server.start(workspace)
    app = toy(AsyncWebClient(workspace.app.bot_token, base_url=running.slack_api_url))
    handler = AsyncSocketModeHandler(app, workspace.app.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await workspace.changed(lambda: running.sockets.connections)
    try:
        async with window(running.url, **{"viewport": {"width": 1280, "height": 860}, **context}) as page:
            yield page
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
        await running.stop()


async def open_home(page: Page) -> Locator:
    """Go to the Home tab and return it."""
    await page.get_by_role("link", name="Toy").click()
    await page.get_by_role("link", name="Home").click()
    return page.get_by_role("region", name="Home of Toy")


async def test_a_form_is_opened_filled_in_and_sent() -> None:
    async with page_of_the_toy() as page:
        await (await open_home(page)).get_by_role("button", name="Ask for a release").click()
        dialog = page.get_by_role("dialog", name="Ask for a release")
        await dialog.get_by_label("Reason").fill("no")
        await dialog.get_by_label("Service").select_option(label="Docs")
        await dialog.get_by_label("Version").select_option(label="docs 41")
        await expect(dialog.get_by_label("Reason")).to_have_value("no")
        await expect(dialog.get_by_label("Service")).to_have_value("docs")
        await dialog.get_by_role("radiogroup", name="When").get_by_label("Later").check()
        await dialog.get_by_role("group", name="Tell").get_by_label("Everybody").check()
        await dialog.get_by_role("group", name="Places").get_by_label("Lisbon").check()
        await dialog.get_by_label("Day (optional)").fill("2026-11-23")
        await dialog.get_by_label("Time (optional)").fill("09:30")
        await dialog.get_by_label("Moment").fill("2026-07-01T09:30")
        await dialog.get_by_label("Who").select_option(label="Priya Rao")
        await dialog.get_by_role("button", name="Ask").click()
        await expect(dialog.get_by_role("alert")).to_have_text("Say more.")
        await dialog.get_by_label("Reason").fill("a fix")
        await dialog.get_by_role("button", name="Ask").click()
        await expect(dialog).to_have_count(0)
        await page.get_by_role("link", name="Messages").click()
        told = await page.get_by_role("log").get_by_role("article").locator(".text").inner_text()
    assert told.splitlines() == [
        "Service: docs",
        "Version: docs 41",
        "When: later",
        "Tell: everybody",
        "Places: lisbon",
        "Day: 2026-11-23",
        "Time: 09:30",
        "Moment: 1782894600",
        "Who: U0PRIYA",
        "Builds: 1",
        "Reason: a fix",
    ]


async def test_a_setting_is_ticked_in_the_home_tab_of_one_person() -> None:
    async with page_of_the_toy() as page:
        pane = await open_home(page)
        await pane.get_by_label("Mute direct messages").check()
        await expect(pane).to_contain_text("You used muted: True.")
        await expect(pane.get_by_label("Mute direct messages")).to_be_checked()
        await expect(pane.get_by_label("Mute direct messages")).to_be_focused()
        await pane.get_by_label("Pick a day").fill("2026-11-23")
        await expect(pane).to_contain_text("You used 2026-11-23.")
        await page.get_by_label("Acting as").select_option(label="Priya Rao")
        await expect(pane).to_contain_text("Nothing waits for you.")
        await expect(pane.get_by_label("Mute direct messages")).not_to_be_checked()


async def test_an_overflow_menu_is_used_by_keyboard() -> None:
    async with page_of_the_toy() as page:
        pane = await open_home(page)
        await pane.get_by_label("More actions").focus()
        await page.keyboard.press("Enter")
        await expect(pane.get_by_role("button", name="History")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(pane.get_by_role("button", name="History")).to_be_hidden()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(pane).to_contain_text("You used why.")
        await expect(pane.get_by_label("More actions")).to_be_focused()


async def test_a_mention_is_suggested_written_and_answered_in_a_thread() -> None:
    async with page_of_the_toy() as page:
        log = page.get_by_role("log", name="Messages in #releases")
        line = page.get_by_label("Message #releases")
        await line.fill("good morning")
        await line.press("Enter")
        await expect(log.get_by_role("article")).to_have_count(1)
        await line.press_sequentially("@to")
        await expect(page.get_by_role("option", name="@toy Toy")).to_be_visible()
        await line.press("Tab")
        await line.press_sequentially("status for @priya")
        await line.press("Enter")
        await log.get_by_role("button", name="1 reply").click()
        thread = page.get_by_role("log", name="Messages in thread")
        await expect(thread).to_contain_text("You said: @toy status for @priya")
