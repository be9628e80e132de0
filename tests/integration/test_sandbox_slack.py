"""The sandbox as Slack's own Python libraries see it: slack_sdk's client and Bolt over Socket Mode."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import server
from sandbox.slack.workspace import Workspace

CARD: list[dict[str, Any]] = [
    {"type": "section", "block_id": "what", "text": {"type": "mrkdwn", "text": "*Ship* <@U0SAM>?"}},
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "reject",
                "text": {"type": "plain_text", "text": "Reject"},
                "value": "r-1",
                "style": "danger",
                "accessibility_label": "Reject release 1",
            }
        ],
    },
]
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "why",
    "private_metadata": "r-1",
    "title": {"type": "plain_text", "text": "Reject"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        }
    ],
}


@dataclass
class Watch:
    """A clock that moves only when told."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Desk:
    """A running sandbox with a toy app, and what that app saw."""

    running: server.Running
    client: AsyncWebClient
    watch: Watch
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return self.running.workspace


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def desk(watch: Watch) -> AsyncIterator[Desk]:
    """A workspace with two people and two channels, and nobody who answers yet."""
    workspace = Workspace(watch)
    workspace.add_person("U0SAM", "sam", tz="Europe/Berlin")
    workspace.add_person("U0PRIYA", "priya")
    workspace.add_channel("C0OPEN", "releases")
    workspace.add_channel("C0AWAY", "elsewhere", is_member=False)
    running = await server.start(workspace, ack_within=0.3)
    client = AsyncWebClient(workspace.app.bot_token, base_url=running.slack_api_url)
    yield Desk(running, client, watch)
    await running.stop()


@pytest.fixture
async def toy(desk: Desk) -> AsyncIterator[Desk]:
    """The desk with an app that asks for a reason and puts it into the message."""
    app = AsyncApp(client=desk.client, signing_secret="unused")

    @app.command("/deploy")
    async def deploy(ack: Any, body: dict[str, Any]) -> None:
        desk.bodies.append(body)
        await ack(text=f"you typed {body['text']}")

    @app.action("reject")
    async def reject(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        desk.bodies.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("why")
    async def why(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        desk.bodies.append(body)
        reason = body["view"]["state"]["values"]["reason"]["text"]["value"]
        if reason == "no":
            await ack(response_action="errors", errors={"reason": "Say more."})
            return
        await ack()
        [message] = desk.workspace.channel("C0OPEN").messages
        await client.chat_update(channel="C0OPEN", ts=message.ts, text=f"Rejected: {reason}", blocks=[])

    handler = AsyncSocketModeHandler(app, desk.workspace.app.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await desk.workspace.changed(lambda: desk.running.sockets.connections)
    yield desk
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_a_click_opens_a_form_whose_answer_changes_the_message(toy: Desk) -> None:
    await toy.client.chat_postMessage(channel="C0OPEN", text="Ship?", blocks=CARD)
    [message] = toy.workspace.channel("releases").messages
    assert toy.workspace.plain(message) == "Ship @sam?\n[Reject]"

    clicked = await toy.running.driver.click("sam", message, "Reject")
    assert clicked.acknowledged
    modal = await toy.workspace.changed(lambda: toy.workspace.modal("sam"))
    assert modal.title == "Reject"
    assert (await toy.running.driver.submit("sam", {"Why?": "too early"})).acknowledged
    await toy.workspace.changed(lambda: message.text == "Rejected: too early")
    assert toy.workspace.modal("sam") is None
    assert [version.text for version in message.versions] == ["Ship?", "Rejected: too early"]
    assert (toy.workspace.buttons(message), message.edited) == ([], True)


async def test_the_payload_of_a_click_has_the_fields_of_the_real_one(toy: Desk) -> None:
    await toy.client.chat_postMessage(channel="C0OPEN", text="Ship?", blocks=CARD)
    [message] = toy.workspace.channel("releases").messages
    await toy.running.driver.click("sam", message, "Reject release 1")
    await toy.workspace.changed(lambda: toy.workspace.modal("sam"))
    [body] = toy.bodies
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C0OPEN",
        "is_ephemeral": False,
    }
    assert body["user"] == {"id": "U0SAM", "username": "sam", "name": "sam", "team_id": "T0SANDBOX"}
    assert body["actions"][0].keys() == {"action_id", "block_id", "text", "type", "value", "style", "action_ts"}
    assert body["message"]["bot_id"] == "B0SANDBOX"
    assert body["response_url"].startswith(f"{toy.running.url}/response/")


async def test_a_form_is_checked_by_the_client_and_then_by_the_app(toy: Desk) -> None:
    await toy.client.chat_postMessage(channel="C0OPEN", text="Ship?", blocks=CARD)
    [message] = toy.workspace.channel("releases").messages
    await toy.running.driver.click("sam", message, "reject")
    modal = await toy.workspace.changed(lambda: toy.workspace.modal("sam"))
    assert not (await toy.running.driver.submit("sam")).sent
    assert modal.errors == {"reason": "Please complete this required field."}
    assert not (await toy.running.driver.submit("sam", {"reason": "x" * 21})).sent
    await toy.running.driver.submit("sam", {"reason": "no"})
    assert modal.errors == {"reason": "Say more."}
    await toy.running.driver.close_modal("sam")
    assert toy.workspace.modal("sam") is None


async def test_what_a_command_is_answered_is_seen_by_one_person(toy: Desk) -> None:
    await toy.running.driver.command("priya", "#releases", "/deploy status")
    assert [toy.workspace.plain(one) for one in toy.workspace.ephemerals("priya")] == ["you typed status"]
    assert toy.workspace.ephemerals("sam") == []
    assert toy.bodies[0]["channel_name"] == "releases"


async def test_a_command_that_nobody_answers_shows_an_error(desk: Desk) -> None:
    done = await desk.running.driver.command("priya", "releases", "/deploy status")
    assert not done.acknowledged
    [error] = desk.workspace.ephemerals("priya")
    assert (error.author, error.text) == ("USLACKBOT", "/deploy failed because the app did not respond.")


async def test_a_click_that_is_not_acknowledged_in_time_shows_an_error_and_is_not_repeated(desk: Desk) -> None:
    async with ClientSession() as http, http.ws_connect(await _ticket(desk)) as socket:
        assert (await socket.receive_json())["num_connections"] == 1
        await desk.client.chat_postMessage(channel="C0OPEN", text="Ship?", blocks=CARD)
        [message] = desk.workspace.channel("releases").messages
        await desk.running.driver.click("sam", message, "Reject")
        assert (await socket.receive_json())["type"] == "interactive"
    assert [one.text for one in desk.workspace.ephemerals("sam")] == ["Signoff did not respond."]
    assert len(desk.running.sockets.sent) == 1


async def test_an_event_that_is_not_acknowledged_is_delivered_again(desk: Desk) -> None:
    desk.workspace.app.events.add("app_mention")
    desk.running.sockets.redelivered_after = (0.0,)
    async with ClientSession() as http, http.ws_connect(await _ticket(desk)) as socket:
        await socket.receive_json()
        assert not await desk.running.driver.event({"type": "app_mention", "user": "U0SAM"})
        first, second = await socket.receive_json(), await socket.receive_json()
        assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "timeout")
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        await socket.send_json({"envelope_id": second["envelope_id"]})


async def test_a_ticket_connects_once_and_a_disconnect_says_why(desk: Desk) -> None:
    url = await _ticket(desk)
    async with ClientSession() as http:
        async with http.ws_connect(url) as socket:
            await socket.receive_json()
            await desk.running.sockets.disconnect("refresh_requested")
            assert (await socket.receive_json())["reason"] == "refresh_requested"
        async with http.get(url) as again:
            assert again.status == 401


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-other", "invalid_auth"),
        ("auth.test", "xapp-sandbox", "not_allowed_token_type"),
        ("chat.shout", "xoxb-sandbox", "unknown_method"),
        ("chat.postMessage?channel=C0OPEN", "xoxb-sandbox", "no_text"),
        ("conversations.open", "xoxb-sandbox", "missing_scope"),
    ],
)
async def test_a_call_is_refused_with_slacks_own_word(desk: Desk, method: str, token: str, error: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with ClientSession() as http, http.get(f"{desk.running.slack_api_url}{method}", headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]) == (200, error)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NONE", "text": "hi"}, "channel_not_found"),
        ({"channel": "C0AWAY", "text": "hi"}, "not_in_channel"),
        ({"channel": "C0OPEN", "text": "hi", "blocks": [{"type": "header"}]}, "invalid_blocks"),
        ({"channel": "USLACKBOT", "text": "hi"}, "cannot_dm_bot"),
    ],
)
async def test_a_message_is_refused_with_slacks_own_word(desk: Desk, arguments: dict[str, Any], error: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await desk.client.chat_postMessage(**arguments)
    assert refused.value.response["error"] == error


async def test_posting_to_a_person_opens_the_direct_message(desk: Desk) -> None:
    posted = await desk.client.chat_postMessage(channel="U0SAM", text="psst")
    assert posted["channel"] == "D0SAM"
    assert [one.text for one in desk.workspace.direct_messages("sam")] == ["psst"]
    link = await desk.client.chat_getPermalink(channel="D0SAM", message_ts=posted["ts"])
    assert link["permalink"] == f"{desk.running.url}/archives/D0SAM/p{posted['ts'].replace('.', '')}"


async def test_a_channel_takes_a_message_a_second_after_a_burst(desk: Desk) -> None:
    for _ in range(3):
        await desk.client.chat_postMessage(channel="C0OPEN", text="hi")
    with pytest.raises(SlackApiError) as refused:
        await desk.client.chat_postMessage(channel="C0OPEN", text="hi")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "1")
    desk.watch.forward(seconds=1)
    await desk.client.chat_postMessage(channel="C0OPEN", text="hi")
    assert len(desk.workspace.channel("C0OPEN").messages) == 4


async def test_a_trigger_opens_one_form_within_three_seconds(desk: Desk) -> None:
    trigger = desk.workspace.one_shots.trigger("U0SAM")
    await desk.client.views_open(trigger_id=trigger, view=FORM)
    assert await _refused(desk, trigger) == "exchanged_trigger_id"
    late = desk.workspace.one_shots.trigger("U0SAM")
    desk.watch.forward(seconds=3.1)
    assert await _refused(desk, late) == "expired_trigger_id"
    assert await _refused(desk, "1.2.3") == "invalid_trigger_id"


async def test_a_response_url_takes_five_posts_within_half_an_hour(desk: Desk) -> None:
    statuses = []
    given = desk.workspace.one_shots.response("U0SAM", "C0OPEN")
    late = desk.workspace.one_shots.response("U0SAM", "C0OPEN")
    async with ClientSession() as http:
        for number in range(6):
            async with http.post(f"{desk.running.url}/response/{given.id}", json={"text": f"{number}"}) as answer:
                statuses.append(answer.status)
        desk.watch.forward(minutes=30, seconds=1)
        async with http.post(f"{desk.running.url}/response/{late.id}", json={"text": "late"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")
    assert statuses == [200, 200, 200, 200, 200, 404]
    assert [one.text for one in desk.workspace.ephemerals("sam")] == ["0", "1", "2", "3", "4"]


async def test_a_response_can_replace_and_delete_what_was_clicked(desk: Desk) -> None:
    await desk.client.chat_postEphemeral(channel="C0OPEN", user="U0SAM", text="Ship?", blocks=CARD)
    [private] = desk.workspace.ephemerals("sam")
    clicked = await desk.running.driver.click("sam", private, "Reject")
    assert "message" not in clicked.payload
    async with ClientSession() as http:
        async with http.post(clicked.response_url, json={"replace_original": True, "text": "Done"}) as answer:
            assert (answer.status, private.text) == (200, "Done")
        async with http.post(clicked.response_url, json={"delete_original": True}) as answer:
            assert (answer.status, private.deleted) == (200, True)


async def test_faults_hit_the_calls_they_name_so_many_times(desk: Desk) -> None:
    desk.running.faults.add("chat.*", "429", retry_after=7)
    with pytest.raises(SlackApiError) as refused:
        await desk.client.chat_postMessage(channel="C0OPEN", text="one")
    assert refused.value.response.headers["Retry-After"] == "7"
    await desk.client.chat_postMessage(channel="C0OPEN", text="two")
    desk.running.faults.add("chat.postMessage", "reset-after-delivery")
    desk.client.retry_handlers.clear()
    with pytest.raises(ClientConnectionError):
        await desk.client.chat_postMessage(channel="C0OPEN", text="three")
    desk.running.faults.add("chat.postMessage", "reset-before")
    with pytest.raises(ClientConnectionError):
        await desk.client.chat_postMessage(channel="C0OPEN", text="four")
    assert [one.text for one in desk.workspace.channel("C0OPEN").messages] == ["two", "three"]
    assert [kind for _, kind in desk.running.faults.met] == ["429", "reset-after-delivery", "reset-before"]


async def test_a_429_may_not_say_when_to_come_again_and_an_answer_may_drip(desk: Desk) -> None:
    desk.client.retry_handlers.clear()
    desk.running.faults.add("chat.postMessage", "429", retry_after=0)
    with pytest.raises(SlackApiError) as refused:
        await desk.client.chat_postMessage(channel="C0OPEN", text="one")
    assert "Retry-After" not in refused.value.response.headers
    desk.running.faults.add("chat.postMessage", "drip")
    drips = asyncio.create_task(desk.client.chat_postMessage(channel="C0OPEN", text="two"))
    await desk.workspace.changed(lambda: desk.workspace.channel("C0OPEN").messages)
    assert not drips.done()
    desk.running.faults.clear()
    assert (await drips)["message"]["text"] == "two"


async def test_slack_refuses_on_demand_whatever_it_might_refuse(desk: Desk) -> None:
    desk.running.faults.add("chat.postMessage", "refusal", error="restricted_action", count=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="restricted_action"):
            await desk.client.chat_postMessage(channel="C0OPEN", text="one")
    await desk.client.chat_postMessage(channel="C0OPEN", text="two")
    assert [one.text for one in desk.workspace.channel("C0OPEN").messages] == ["two"]


async def test_a_call_that_hangs_is_let_go_when_faults_are_cleared(desk: Desk) -> None:
    desk.running.faults.add("auth.test", "timeout")
    hanging = asyncio.create_task(desk.client.auth_test())
    await desk.workspace.changed(lambda: desk.running.faults.met)
    assert not hanging.done()
    desk.running.faults.clear()
    with pytest.raises(SlackApiError):
        await hanging


async def test_the_page_sees_changes_and_acts_over_http(toy: Desk) -> None:
    url = toy.running.url
    async with ClientSession() as http:
        line = {"person": "U0SAM", "channel": "C0OPEN", "line": "/deploy why"}
        async with http.post(f"{url}/sandbox/act/command", json=line) as acted:
            assert acted.status == 200
        async with http.get(f"{url}/sandbox/state?person=U0SAM") as state:
            seen = await state.json()
        async with http.get(f"{url}/sandbox/state?person=U0PRIYA") as state:
            other = await state.json()
        async with http.get(f"{url}/sandbox/changes") as stream:
            assert await stream.content.readline() == f"data: {seen['revision']}\n".encode()
    assert [one["text"] for one in seen["channels"][0]["messages"]] == ["you typed why"]
    assert other["channels"][0]["messages"] == []


async def test_a_stale_client_clicks_what_is_gone_and_slack_delivers_it(toy: Desk) -> None:
    posted = await toy.client.chat_postMessage(channel="C0OPEN", text="Ship?", blocks=CARD)
    [message] = toy.workspace.channel("releases").messages
    await toy.client.chat_update(channel="C0OPEN", ts=posted["ts"], text="Shipped", blocks=[])
    with pytest.raises(LookupError, match="nothing is called 'Reject'"):
        await toy.running.driver.click("sam", message, "Reject")
    clicked = await toy.running.driver.click("sam", message, "Reject", version=0)
    assert (clicked.acknowledged, clicked.payload["message"]["text"]) == (True, "Ship?")


async def test_the_same_interaction_can_be_delivered_twice(toy: Desk) -> None:
    first = await toy.running.driver.command("sam", "releases", "/deploy list")
    assert (await toy.running.driver.redeliver(first)).acknowledged
    assert [body["trigger_id"] for body in toy.bodies] == [first.trigger_id, first.trigger_id]


async def test_what_is_chosen_in_a_message_comes_with_its_state(desk: Desk) -> None:
    option = {"text": {"type": "plain_text", "text": "In an hour"}, "value": "1h"}
    select = {"type": "static_select", "action_id": "when", "options": [option]}
    blocks = [{"type": "actions", "block_id": "row", "elements": [select]}]
    await desk.client.chat_postMessage(channel="C0OPEN", text="When?", blocks=blocks)
    [message] = desk.workspace.channel("releases").messages
    chosen = await desk.running.driver.choose("sam", message, "when", "In an hour")
    [action] = chosen.payload["actions"]
    assert (action["type"], action["selected_option"]["value"]) == ("static_select", "1h")
    assert chosen.payload["state"]["values"]["row"]["when"]["selected_option"]["value"] == "1h"


async def test_a_command_that_is_not_installed_reaches_nobody(toy: Desk) -> None:
    assert not (await toy.running.driver.command("sam", "releases", "/release now")).sent
    assert [one.text for one in toy.workspace.ephemerals("sam")] == ["/release is not a valid command."]
    assert toy.running.sockets.sent == []


async def test_connections_that_are_cut_are_gone_and_a_disabled_link_gives_no_ticket(desk: Desk) -> None:
    async with ClientSession() as http, http.ws_connect(await _ticket(desk)) as socket:
        await socket.receive_json()
        desk.running.sockets.drop()
        assert desk.running.sockets.connections == []
        assert (await socket.receive()).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    await desk.running.sockets.disconnect("link_disabled")
    with pytest.raises(SlackApiError, match="link_disabled"):
        await _ticket(desk)


async def test_a_warning_leaves_the_connection_open(desk: Desk) -> None:
    async with ClientSession() as http, http.ws_connect(await _ticket(desk)) as socket:
        await socket.receive_json()
        await desk.running.sockets.disconnect("warning")
        assert (await socket.receive_json())["reason"] == "warning"
        assert len(desk.running.sockets.connections) == 1


async def test_who_is_there_is_told_by_pages(desk: Desk) -> None:
    desk.workspace.add_usergroup("S0SRE", "sre", ["U0SAM"])
    desk.workspace.add_channel("C0OLD", "old", archived=True)
    desk.workspace.person("priya").is_restricted = True
    assert (await desk.client.usergroups_users_list(usergroup="S0SRE"))["users"] == ["U0SAM"]
    assert (await desk.client.users_info(user="U0PRIYA"))["user"]["is_restricted"]
    first = await desk.client.conversations_list(limit=1, exclude_archived=True)
    cursor = first["response_metadata"]["next_cursor"]
    second = await desk.client.conversations_list(limit=1, exclude_archived=True, cursor=cursor)
    assert [page["channels"][0]["id"] for page in (first, second)] == ["C0OPEN", "C0AWAY"]
    assert second["response_metadata"]["next_cursor"] == ""


async def test_an_update_with_neither_text_nor_blocks_keeps_both(desk: Desk) -> None:
    posted = await desk.client.chat_postMessage(channel="C0OPEN", text="Ship?", blocks=CARD)
    [message] = desk.workspace.channel("releases").messages
    await desk.client.api_call("chat.update", json={"channel": "C0OPEN", "ts": posted["ts"]})
    assert (message.text, [button.text for button in desk.workspace.buttons(message)]) == ("Ship?", ["Reject"])
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await desk.client.chat_update(channel="C0OPEN", ts=posted["ts"], text="x" * 4001)
    with pytest.raises(SlackApiError, match="message_not_found"):
        await desk.client.chat_update(channel="C0OPEN", ts="1.0", text="x")
    theirs = await desk.running.driver.say("sam", "releases", "hello")
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await desk.client.chat_update(channel="C0OPEN", ts=theirs.ts, text="x")


async def test_faults_are_set_over_http(desk: Desk) -> None:
    faults = [{"method": "auth.test", "kind": "html", "count": 2}]
    async with ClientSession() as http, http.put(f"{desk.running.url}/sandbox/faults", json=faults) as answer:
        assert (await answer.json())[0]["count"] == 2
    with pytest.raises(SlackApiError):
        await desk.client.auth_test()
    assert desk.running.faults.as_json()[0]["count"] == 1


async def _ticket(desk: Desk) -> str:
    opened = await desk.client.apps_connections_open(app_token=desk.workspace.app.app_token)
    return str(opened["url"])


async def _refused(desk: Desk, trigger: str) -> str:
    with pytest.raises(SlackApiError) as refused:
        await desk.client.views_open(trigger_id=trigger, view=FORM)
    return str(refused.value.response["error"])
