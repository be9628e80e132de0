"""The sandbox delivers over HTTP as Slack does: signed as slack_sdk checks it, events again on Slack's schedule."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import Clock, SignatureVerifier

from sandbox import server
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace
from tests.integration.test_sandbox_slack import CARD, FORM

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "sandbox-signing-secret"


class Noon(Clock):
    """slack_sdk's clock, standing still."""

    def now(self) -> float:
        return NOON.timestamp()


@dataclass
class Heard:
    """A request that the app received."""

    headers: dict[str, str]
    body: str
    valid: bool

    def field(self, name: str) -> str:
        return parse_qs(self.body, keep_blank_values=True)[name][0]


@dataclass
class Toy:
    """A sandbox whose app answers over HTTP what it is told to."""

    running: server.Running
    delivery: HttpDelivery
    heard: list[Heard] = field(default_factory=list)
    answers: list[Callable[[], web.Response]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return self.running.workspace

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        valid = SignatureVerifier(SECRET, Noon()).is_valid_request(body, headers)
        self.heard.append(Heard(headers, body, valid))
        return self.answers.pop(0)() if self.answers else web.Response()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def card(self) -> Message:
        return self.workspace.post(self.workspace.channel("C0OPEN"), self.workspace.app.bot_user, "Ship?", blocks=CARD)


@pytest.fixture
async def toy() -> AsyncIterator[Toy]:
    workspace = Workspace(lambda: NOON)
    workspace.add_person("U0SAM", "sam")
    workspace.add_channel("C0OPEN", "releases")
    workspace.app.events.add("app_mention")
    running = await server.start(workspace, ack_within=0.3)
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    delivery = running.deliver_to("http://127.0.0.1:9/slack/events", "another")
    made = Toy(running, delivery)
    app.add_routes([web.post("/slack/events", made.handle)])
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    assert running.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", SECRET) is delivery
    delivery.pause = made.pause
    yield made
    await runner.cleanup()
    await running.stop()


async def test_a_command_is_a_signed_form_and_its_answer_is_shown(toy: Toy) -> None:
    toy.answers += [lambda: web.Response(text="plain words"), lambda: web.json_response({"text": "in JSON"})]
    assert (await toy.running.driver.command("sam", "releases", "/deploy payload x")).acknowledged
    assert (await toy.running.driver.command("sam", "releases", "/deploy")).acknowledged
    assert [(one.valid, one.field("command"), one.field("text")) for one in toy.heard] == [
        (True, "/deploy", "payload x"),
        (True, "/deploy", ""),
    ]
    assert {one.headers["content-type"] for one in toy.heard} == {"application/x-www-form-urlencoded"}
    assert [one.text for one in toy.workspace.ephemerals("sam")] == ["plain words", "in JSON"]


async def test_a_click_is_a_signed_form_with_a_payload(toy: Toy) -> None:
    done = await toy.running.driver.click("sam", toy.card(), "Reject")
    assert (done.acknowledged, done.answer) == (True, None)
    (heard,) = toy.heard
    assert heard.valid
    assert '"type": "block_actions"' in heard.field("payload")
    await toy.running.driver.redeliver(done)
    assert toy.heard[1].field("payload") == heard.field("payload")


async def test_the_answer_to_a_form_takes_effect(toy: Toy) -> None:
    errors = {"response_action": "errors", "errors": {"reason": "Say more."}}
    toy.answers += [lambda: web.json_response(errors), web.Response]
    modal = toy.workspace.show_modal("U0SAM", FORM)
    assert (await toy.running.driver.submit("sam", {"Why?": "no"})).answer == errors
    assert modal.errors == {"reason": "Say more."}
    assert (await toy.running.driver.submit("sam", {"Why?": "slow"})).acknowledged
    assert toy.workspace.modal("sam") is None


@pytest.mark.parametrize("status", [401, 404, 500, 503, 301, 202])
async def test_anything_but_200_is_no_acknowledgement(toy: Toy, status: int) -> None:
    toy.answers.append(lambda: web.Response(status=status, headers={"Location": "/elsewhere"}))
    assert not (await toy.running.driver.click("sam", toy.card(), "Reject")).acknowledged
    assert [one.text for one in toy.workspace.ephemerals("sam")] == ["Signoff did not respond."]
    assert len(toy.heard) == 1


async def test_an_app_that_is_not_there_does_not_respond(toy: Toy) -> None:
    toy.delivery.url = "http://127.0.0.1:9/slack/events"
    assert not (await toy.running.driver.click("sam", toy.card(), "Reject")).acknowledged


async def test_an_event_comes_again_at_once_after_a_minute_and_after_five(toy: Toy) -> None:
    toy.answers += [lambda: web.Response(status=500) for _ in range(4)]
    assert not await toy.running.driver.event({"type": "app_mention", "user": "U0SAM"})
    while toy.delivery._redelivering:
        await next(iter(toy.delivery._redelivering))
    assert toy.pauses == [0.0, 60.0, 300.0]
    assert len({one.body for one in toy.heard}) == 1
    retried = [(one.headers.get("x-slack-retry-num"), one.headers.get("x-slack-retry-reason")) for one in toy.heard]
    assert retried == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert all(one.valid and one.headers["content-type"] == "application/json" for one in toy.heard)


async def test_an_event_comes_no_more_once_it_was_taken_or_refused_for_good(toy: Toy) -> None:
    toy.answers += [lambda: web.Response(status=500), web.Response]
    await toy.running.driver.event({"type": "app_mention", "user": "U0SAM"})
    while toy.delivery._redelivering:
        await next(iter(toy.delivery._redelivering))
    toy.answers.append(lambda: web.Response(status=500, headers={"X-Slack-No-Retry": "1"}))
    await toy.running.driver.event({"type": "app_mention", "user": "U0SAM"})
    while toy.delivery._redelivering:
        await next(iter(toy.delivery._redelivering))
    assert (len(toy.heard), toy.pauses) == (3, [0.0])


async def test_a_request_is_stamped_with_the_workspaces_time(toy: Toy) -> None:
    await toy.running.driver.event({"type": "app_mention", "user": "U0SAM"})
    toy.workspace.clock = lambda: NOON + timedelta(minutes=6)
    await toy.running.driver.event({"type": "app_mention", "user": "U0SAM"})
    assert [one.valid for one in toy.heard] == [True, False]
