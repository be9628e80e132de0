"""Views of the sandbox as slack_sdk and Bolt see them, over both transports: forms, the Home tab, mentions."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import server
from sandbox.slack.app import ManifestError, from_manifest
from sandbox.slack.driver import Driver
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "sandbox-signing-secret"
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Toy"},
    "features": {
        "bot_user": {"display_name": "toy"},
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [{"command": "/toy"}],
    },
    "oauth_config": {"scopes": {"bot": ["app_mentions:read", "channels:read", "chat:write", "commands"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened", "app_mention"]}},
}

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[Block]:
    return [{"text": plain(value.capitalize()), "value": value} for value in values]


def option(value: str) -> Block:
    """Return an option as Slack sends it back."""
    return {"text": {**plain(value.capitalize()), "emoji": True}, "value": value}


def element(kind: str, name: str | None = None, **more: Any) -> Block:
    return {"type": kind, "action_id": f"form:{name or kind}", **more}


def asks(label: str, one: Block, **more: Any) -> Block:
    return {"type": "input", "block_id": label.lower(), "label": plain(label), "element": one, **more}


GROUPS = [
    {"label": plain("Shops"), "options": options("payments")},
    {"label": plain("Text"), "options": options("docs")},
]
ELEMENTS: dict[str, tuple[Block, Any, dict[str, Any], dict[str, Any]]] = {
    "menu": (
        element("static_select", option_groups=GROUPS),
        "Docs",
        {"selected_option": None},
        {"selected_option": option("docs")},
    ),
    "menu of many": (
        element("multi_static_select", options=options("a", "b", "c"), initial_options=options("b")),
        ["C", "a"],
        {"selected_options": [option("b")]},
        {"selected_options": [option("a"), option("c")]},
    ),
    "boxes": (
        element("checkboxes", options=options("live", "late")),
        ["late"],
        {"selected_options": []},
        {"selected_options": [option("late")]},
    ),
    "buttons": (
        element("radio_buttons", options=options("now", "later")),
        "Later",
        {"selected_option": None},
        {"selected_option": option("later")},
    ),
    "day": (
        element("datepicker", initial_date="2026-11-22"),
        "2026-11-23",
        {"selected_date": "2026-11-22"},
        {"selected_date": "2026-11-23"},
    ),
    "time": (
        element("timepicker", timezone="Europe/Berlin"),
        "09:30",
        {"selected_time": None, "timezone": "Europe/Berlin"},
        {"selected_time": "09:30", "timezone": "Europe/Berlin"},
    ),
    "moment": (
        element("datetimepicker"),
        datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        {"selected_date_time": None},
        {"selected_date_time": 1795339800},
    ),
    "person": (element("users_select"), "priya", {"selected_user": None}, {"selected_user": "U0PRIYA"}),
    "place": (
        element("conversations_select"),
        "#releases",
        {"selected_conversation": None},
        {"selected_conversation": "C0OPEN"},
    ),
    "words": (
        element("plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]}),
        "because",
        {"value": None},
        {"value": "because"},
    ),
    "number": (
        element("number_input", is_decimal_allowed=False, min_value="1"),
        "12",
        {"value": None},
        {"value": "12"},
    ),
}
"""Each element with what is put into it, its state before that, and its state after it."""


def form(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "callback_id": "form", "title": plain("Toy"), "submit": plain("Send")} | {
        "blocks": list(blocks) or [asks("Why", element("plain_text_input"))],
        **more,
    }


def home(*blocks: Block, **more: Any) -> Block:
    return {"type": "home", "blocks": list(blocks), **more}


SETTINGS = {
    "type": "section",
    "block_id": "settings",
    "text": plain("Messages to you"),
    "accessory": {"type": "checkboxes", "action_id": "home:mute", "options": options("mute")},
}


@dataclass
class Toy:
    """A sandbox with a toy app, which keeps what it heard and answers forms with what it is told to."""

    running: server.Running
    client: AsyncWebClient
    heard: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return self.running.workspace

    @property
    def driver(self) -> Driver:
        return self.running.driver

    async def opens(self, *blocks: Block, **more: Any) -> None:
        """Open a form in front of Sam."""
        await self.client.views_open(trigger_id=self.workspace.one_shots.trigger("U0SAM"), view=form(*blocks, **more))


@pytest.fixture(params=["socket", "http"])
async def toy(request: pytest.FixtureRequest) -> AsyncIterator[Toy]:
    workspace = Workspace(lambda: NOON, app=from_manifest(MANIFEST))
    workspace.rates.strict = False
    workspace.add_person("U0SAM", "sam")
    workspace.add_person("U0PRIYA", "priya")
    workspace.add_channel("C0OPEN", "releases")
    workspace.add_channel("C0AWAY", "elsewhere", is_member=False)
    running = await server.start(workspace, ack_within=1.0)
    made = Toy(running, AsyncWebClient(workspace.app.bot_token, base_url=running.slack_api_url))
    app = AsyncApp(client=made.client, signing_secret=SECRET, request_verification_enabled=False)

    @app.middleware
    async def hear(body: dict[str, Any], next_: Any) -> None:
        made.heard.append(body)
        await next_()

    @app.action({"type": "block_actions", "action_id": re.compile(".*")})
    @app.event("app_home_opened")
    @app.event("app_mention")
    @app.view_closed("form")
    async def take(ack: Any) -> None:
        await ack()

    @app.view("form")
    async def sent(ack: Any) -> None:
        await ack(**made.answers.pop(0) if made.answers else {})

    @app.options("form:service")
    async def offer(ack: Any, payload: dict[str, Any]) -> None:
        if payload["value"] == "wrong":
            await ack(options=[{"text": plain("No value")}])
            return
        await ack(options=[one for one in options("payments", "docs") if payload["value"].lower() in one["value"]])

    async with _answering(request.param, app, running):
        yield made
    await running.stop()


@asynccontextmanager
async def _answering(transport: str, app: AsyncApp, running: server.Running) -> AsyncIterator[None]:
    if transport == "socket":
        handler = AsyncSocketModeHandler(app, running.workspace.app.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await running.workspace.changed(lambda: running.sockets.connections)
        yield
        await handler.close_async()  # type: ignore[no-untyped-call]
        return

    async def take(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    there = web.Application()
    there.add_routes([web.post("/slack/events", take)])
    runner = web.AppRunner(there, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    running.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", SECRET)
    yield
    await runner.cleanup()


@pytest.mark.parametrize("name", ELEMENTS)
async def test_what_is_put_into_a_form_is_sent_in_slacks_shape(toy: Toy, name: str) -> None:
    one, value, before, after = ELEMENTS[name]
    await toy.opens(asks("Field", one))
    modal = toy.workspace.modal("sam")
    assert modal is not None
    assert modal.values == {"field": {one["action_id"]: {"type": one["type"], **before}}}
    assert (await toy.driver.submit("sam", {"Field": value})).acknowledged
    [sent] = toy.heard
    assert (sent["type"], sent["view"]["callback_id"]) == ("view_submission", "form")
    assert sent["view"]["state"]["values"] == {"field": {one["action_id"]: {"type": one["type"], **after}}}
    assert toy.workspace.modal("sam") is None


@pytest.mark.parametrize("name", ELEMENTS)
async def test_what_is_used_in_a_form_is_told_at_once_with_the_whole_view(toy: Toy, name: str) -> None:
    one, value, _, after = ELEMENTS[name]
    await toy.opens(asks("Field", one, dispatch_action=True))
    modal = toy.workspace.modal("sam")
    assert modal is not None
    assert (await toy.driver.put("sam", modal, "Field", value)).acknowledged
    [told] = toy.heard
    [action] = told["actions"]
    assert {key: action[key] for key in after} == after
    assert (action["type"], action["action_id"], action["block_id"]) == (one["type"], one["action_id"], "field")
    assert told["container"] == {"type": "view", "view_id": modal.id}
    assert told["view"]["state"]["values"]["field"][one["action_id"]] == {"type": one["type"], **after}
    assert told["view"]["hash"] == modal.hash
    assert told.keys().isdisjoint({"message", "channel", "response_url", "state"})


async def test_what_waits_for_the_form_to_be_sent_is_not_told_before(toy: Toy) -> None:
    await toy.opens(asks("Service", element("static_select", options=options("payments"))))
    modal = toy.workspace.modal("sam")
    assert modal is not None
    assert not (await toy.driver.choose("sam", modal, "Service", "Payments")).sent
    assert toy.heard == []
    await toy.driver.submit("sam")
    [sent] = toy.heard
    assert sent["view"]["state"]["values"]["service"]["form:static_select"]["selected_option"] == option("payments")


async def test_a_form_changes_while_it_is_filled_in(toy: Toy) -> None:
    service = asks("Service", element("static_select", options=options("payments", "docs")), dispatch_action=True)
    why = asks("Why", element("plain_text_input"))
    await toy.opens(service, why, external_id="request-1")
    modal = toy.workspace.modal("sam")
    assert modal is not None
    await toy.driver.put("sam", modal, "Why", "because")
    await toy.driver.choose("sam", modal, "Service", "Docs")
    [told] = toy.heard
    version = asks("Version", element("static_select", "version", options=options("one", "two")))
    fresh = form(service, version, why, external_id="request-1")
    await toy.client.views_update(external_id="request-1", hash=told["view"]["hash"], view=fresh)
    assert [block["label"]["text"] for block in modal.inputs] == ["Service", "Version", "Why"]
    assert modal.values["service"]["form:static_select"]["selected_option"] == option("docs")
    assert modal.values["version"]["form:version"] == {"type": "static_select", "selected_option": None}
    assert modal.values["why"]["form:plain_text_input"]["value"] == "because"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await toy.client.views_update(view_id=modal.id, hash=told["view"]["hash"], view=fresh)
    other = form({**service, "element": element("static_select", options=options("search"))}, why)
    await toy.client.views_update(view_id=modal.id, view=other)
    assert modal.values["service"]["form:static_select"] == {"type": "static_select", "selected_option": None}
    number = element("number_input", "plain_text_input", is_decimal_allowed=True)
    await toy.client.views_update(view_id=modal.id, view=form({**why, "element": number}))
    assert modal.values["why"]["form:plain_text_input"] == {"type": "number_input", "value": None}


async def test_a_form_is_answered_with_errors_another_view_one_above_or_its_end(toy: Toy) -> None:
    toy.answers += [
        {"response_action": "errors", "errors": {"why": "Say more."}},
        {"response_action": "update", "view": form(title=plain("Second"))},
        {"response_action": "push", "view": form(title=plain("Above"))},
        {"response_action": "clear"},
    ]
    seen = []
    await toy.opens()
    for _ in range(4):
        await toy.driver.submit("sam", {"Why": "because"})
        seen.append([(modal.title, modal.errors) for modal in toy.workspace.modals("sam")])
    assert seen == [
        [("Toy", {"why": "Say more."})],
        [("Second", {})],
        [("Second", {}), ("Above", {})],
        [],
    ]


async def test_three_forms_stand_above_each_other_and_the_app_hears_of_those_that_close(toy: Toy) -> None:
    with pytest.raises(SlackApiError, match="not_found"):
        await toy.client.views_push(trigger_id=toy.workspace.one_shots.trigger("U0SAM"), view=form())
    await toy.opens(notify_on_close=True)
    for title in ("Second", "Third"):
        trigger = toy.workspace.one_shots.trigger("U0SAM")
        await toy.client.views_push(trigger_id=trigger, view=form(title=plain(title), clear_on_close=title == "Third"))
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await toy.client.views_push(trigger_id=toy.workspace.one_shots.trigger("U0SAM"), view=form())
    await toy.driver.close_modal("sam")
    assert toy.workspace.modals("sam") == []
    assert [(body["type"], body["view"]["title"]["text"], body["is_cleared"]) for body in toy.heard] == [
        ("view_closed", "Toy", True)
    ]
    await toy.opens()
    await toy.driver.close_modal("sam")
    assert len(toy.heard) == 1


async def test_a_menu_asks_the_app_for_its_options(toy: Toy) -> None:
    await toy.opens(asks("Service", element("external_select", "service", min_query_length=1), dispatch_action=True))
    modal = toy.workspace.modal("sam")
    assert modal is not None
    assert [one["value"] for one in await toy.driver.options("sam", modal, "Service", "pay")] == ["payments"]
    assert (await toy.driver.choose("sam", modal, "Service", "Docs")).acknowledged
    asked, again, told = toy.heard
    assert (asked["type"], asked["value"], asked["action_id"]) == ("block_suggestion", "pay", "form:service")
    assert asked["container"] == {"type": "view", "view_id": modal.id}
    assert again["value"] == "Docs"
    assert told["actions"][0]["selected_option"]["value"] == "docs"
    assert await toy.driver.options("sam", modal, "Service", "wrong") == []


async def test_opening_the_home_tab_is_told_and_what_is_published_is_seen_by_one_person(toy: Toy) -> None:
    assert await toy.driver.open_home("sam")
    [first] = toy.heard
    assert {key: first["event"][key] for key in ("type", "user", "channel", "tab")} == {
        "type": "app_home_opened",
        "user": "U0SAM",
        "channel": "D0SAM",
        "tab": "home",
    }
    assert "view" not in first["event"]
    published = await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS, private_metadata="m"))
    assert (published["view"]["type"], published["view"]["private_metadata"]) == ("home", "m")
    assert toy.workspace.reads(toy.driver.home("sam")) == "Messages to you\n( ) Mute"
    assert toy.workspace.home("priya") is None
    assert await toy.driver.open_home("sam")
    assert toy.heard[1]["event"]["view"]["hash"] == published["view"]["hash"]
    assert await toy.driver.open_home("sam", "messages")
    assert (toy.heard[2]["event"]["tab"], "view" in toy.heard[2]["event"]) == ("messages", False)


async def test_a_setting_that_is_ticked_in_the_home_tab_is_told_with_its_view(toy: Toy) -> None:
    await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS))
    shown = toy.driver.home("sam")
    assert (await toy.driver.tick("sam", shown, "home:mute", ["Mute"])).acknowledged
    [told] = toy.heard
    assert told["actions"][0]["selected_options"] == [option("mute")]
    assert (told["container"], told["view"]["type"]) == ({"type": "view", "view_id": shown.id}, "home")
    assert told["view"]["state"]["values"]["settings"]["home:mute"]["selected_options"] == [option("mute")]
    await toy.client.views_open(trigger_id=told["trigger_id"], view=form())
    assert toy.workspace.modal("sam") is not None
    assert (await toy.driver.tick("sam", shown, "home:mute", [])).acknowledged
    assert toy.heard[1]["actions"][0]["selected_options"] == []


async def test_a_hash_guards_what_was_published_meanwhile(toy: Toy) -> None:
    first = await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS))
    before = first["view"]["hash"]
    second = await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS), hash=before)
    assert second["view"]["id"] == first["view"]["id"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS), hash=before)
    await toy.client.views_update(view_id=second["view"]["id"], view=home({"type": "divider"}))
    assert [block["type"] for block in toy.driver.home("sam").blocks] == ["divider"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"user_id": "U0NOBODY", "view": home(SETTINGS)}, "invalid_arguments"),
        ({"user_id": "U0SANDBOT", "view": home(SETTINGS)}, "invalid_arguments"),
        ({"user_id": "U0SAM", "view": home(SETTINGS), "hash": "1.0"}, "hash_conflict"),
        ({"user_id": "U0SAM", "view": form()}, "invalid_arguments"),
        ({"user_id": "U0SAM", "view": home(SETTINGS, title=plain("Toy"))}, "invalid_arguments"),
        ({"user_id": "U0SAM", "view": home(*[{"type": "divider"}] * 101)}, "invalid_arguments"),
        ({"user_id": "U0SAM", "view": home(*[{"type": "section", "text": plain("x" * 3000)}] * 90)}, "view_too_large"),
    ],
)
async def test_what_slack_would_not_publish_is_refused(toy: Toy, arguments: dict[str, Any], error: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await toy.client.views_publish(**arguments)
    assert refused.value.response["error"] == error


async def test_an_external_id_names_one_view_alone(toy: Toy) -> None:
    await toy.opens(external_id="request-1")
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS, external_id="request-1"))


async def test_what_is_called_the_same_is_told_apart_by_its_block(toy: Toy) -> None:
    more = {"type": "overflow", "action_id": "home:more", "options": options("history", "why")}
    rows = [{"type": "section", "block_id": one, "text": plain(one), "accessory": more} for one in ("payments", "docs")]
    await toy.client.views_publish(user_id="U0SAM", view=home(*rows))
    shown = toy.driver.home("sam")
    assert (await toy.driver.choose("sam", shown, "home:more", "Why", block="docs")).acknowledged
    [told] = toy.heard
    [action] = told["actions"]
    assert (action["block_id"], action["selected_option"]) == ("docs", option("why"))
    assert told["view"]["state"] == {"values": {}}


async def test_a_view_is_read_in_the_time_zone_of_its_person(toy: Toy) -> None:
    toy.workspace.person("sam").tz = "Europe/Berlin"
    live = {"type": "mrkdwn", "text": f"Live at <!date^{int(NOON.timestamp())}^{{time}}|noon>"}
    await toy.client.views_publish(user_id="U0SAM", view=home({"type": "section", "text": live}))
    assert toy.workspace.reads(toy.driver.home("sam")) == "Live at 13:00"


async def test_a_view_says_that_the_app_did_not_answer_until_it_does(toy: Toy) -> None:
    await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS))
    shown, transport = toy.driver.home("sam"), toy.driver.transport
    toy.driver.transport = HttpDelivery(toy.workspace, "http://127.0.0.1:9/slack/events", SECRET)
    assert not (await toy.driver.tick("sam", shown, "home:mute", ["Mute"])).acknowledged
    assert shown.trouble == "The app did not respond. Please try again."
    await toy.driver.transport.close()
    toy.driver.transport = transport
    assert (await toy.driver.tick("sam", shown, "home:mute", [])).acknowledged
    assert shown.trouble == ""


async def test_an_app_that_takes_no_messages_is_written_none(toy: Toy) -> None:
    toy.workspace.app.messages_read_only = True
    with pytest.raises(LookupError, match="takes no messages"):
        await toy.driver.say("sam", toy.workspace.direct_channel("sam"), "hello")


async def test_an_app_without_home_tab_or_messages_tab_has_neither(toy: Toy) -> None:
    toy.workspace.app = from_manifest({**MANIFEST, "features": {"app_home": {"messages_tab_enabled": False}}})
    with pytest.raises(SlackApiError, match="not_enabled"):
        await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS))
    with pytest.raises(LookupError, match="no Home tab"):
        await toy.driver.open_home("sam")
    with pytest.raises(SlackApiError, match="messages_tab_disabled"):
        await toy.client.chat_postMessage(channel="U0SAM", text="psst")


async def test_a_mention_is_told_where_the_app_is_and_answered_below_it(toy: Toy) -> None:
    said = await toy.driver.say("sam", "#releases", "@toy status payments & <docs> for @priya, see #releases")
    assert said.text == "<@U0SANDBOT> status payments &amp; &lt;docs&gt; for <@U0PRIYA>, see <#C0OPEN|releases>"
    [told] = toy.heard
    assert told["event"] == {
        "type": "app_mention",
        "user": "U0SAM",
        "text": said.text,
        "ts": said.ts,
        "team": "T0SANDBOX",
        "channel": "C0OPEN",
        "event_ts": said.ts,
    }
    await toy.client.chat_postMessage(channel="C0OPEN", thread_ts=said.ts, text="all well")
    await toy.client.chat_postEphemeral(channel="C0OPEN", user="U0SAM", thread_ts=said.ts, text="for you")
    assert [one.text for one in toy.workspace.thread(said)] == ["all well"]
    assert [(one.text, one.thread_ts) for one in toy.workspace.ephemerals("sam")] == [("for you", said.ts)]
    await toy.driver.mention("sam", "#releases", "help", thread=said)
    assert (toy.heard[1]["event"]["text"], toy.heard[1]["event"]["thread_ts"]) == ("<@U0SANDBOT> help", said.ts)


async def test_the_app_hears_nothing_where_it_is_not_and_nothing_it_did_not_ask_for(toy: Toy) -> None:
    await toy.driver.mention("sam", "#elsewhere", "help")
    await toy.driver.mention("sam", toy.workspace.direct_channel("sam"), "help")
    await toy.driver.say("sam", "#releases", "good morning")
    toy.workspace.app.events.clear()
    await toy.driver.mention("sam", "#releases", "help")
    assert not await toy.driver.open_home("sam")
    assert toy.heard == []


def test_an_app_may_listen_only_to_what_its_scopes_allow() -> None:
    with pytest.raises(ManifestError, match="the event app_mention needs the scope app_mentions:read"):
        from_manifest({**MANIFEST, "oauth_config": {"scopes": {"bot": ["chat:write"]}}})


async def test_the_page_acts_in_the_home_tab_and_sees_what_is_there(toy: Toy) -> None:
    await toy.client.views_publish(user_id="U0SAM", view=home(SETTINGS))
    acts = f"{toy.running.url}/sandbox/act"
    ticked = {"person": "U0SAM", "view": toy.driver.home("sam").id, "block_id": "settings", "action_id": "home:mute"}
    async with ClientSession() as http:
        for act, body in (("home", {"person": "U0SAM"}), ("choose", {**ticked, "option": ["mute"]})):
            async with http.post(f"{acts}/{act}", json=body) as answer:
                assert await answer.json() == {"ok": True, "said": None}
        async with http.get(f"{toy.running.url}/sandbox/state?person=U0SAM") as state:
            seen = await state.json()
        async with http.post(f"{acts}/choose", json={**ticked, "option": ["other"]}) as answer:
            assert (answer.status, await answer.json()) == (
                400,
                {"error": "no option is called 'other'; there are Mute"},
            )
    assert [body.get("type") for body in toy.heard] == ["event_callback", "block_actions"]
    assert seen["home"]["values"]["settings"]["home:mute"]["selected_options"] == [option("mute")]
    assert seen["app"]["home_tab"] is True


async def test_what_stands_in_a_form_on_the_page_comes_with_what_is_used_in_it(toy: Toy) -> None:
    service = asks("Service", element("static_select", options=options("payments")), dispatch_action=True)
    await toy.opens(service, asks("Why", element("plain_text_input")), asks("Who", element("multi_users_select")))
    body = {"person": "U0SAM", "block_id": "service", "action_id": "form:static_select", "option": "payments"}
    values = {"why": "because", "who": ["U0PRIYA"]}
    async with ClientSession() as http:
        url = f"{toy.running.url}/sandbox/act/choose"
        async with http.post(url, json={**body, "values": values}) as answer:
            assert answer.status == 200
    [told] = toy.heard
    stated = told["view"]["state"]["values"]
    assert stated["why"]["form:plain_text_input"]["value"] == "because"
    assert stated["who"]["form:multi_users_select"]["selected_users"] == ["U0PRIYA"]
