"""Every method of Slack's Web API that the bot calls, its response URLs, and the opening of a socket."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports.slack import Message
from bot.ports.trouble import GiveUp, TryLater
from handlers.slack import directory
from handlers.slack.bolt import web_client
from handlers.slack.chat import SlackChat
from handlers.slack.directory import SlackDirectory
from handlers.slack.introduction import try_app_token, who_we_are
from handlers.slack.link import Events, Line, Link
from handlers.slack.problems import SlackProblem, SlackUnreachable
from sandbox import server
from tests.contract.slack_stages import CHANNEL, a_workspace
from tests.factories import NOON
from tests.faults.site import Call, Site, Sites
from tests.faults.wire import Answer, Asked

HELLO = Message("Hello.", ({"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}},))
HOME = directory.Workspace("T0SANDBOX", "U0BOT", "B0BOT", "https://acme.slack.com/")
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}}]
VIEW = {"title": {"type": "plain_text", "text": "T"}, "blocks": BLOCKS, "type": "modal"}
AT_HOME = {"type": "home", "blocks": BLOCKS}


@dataclass(frozen=True, slots=True)
class Slack:
    """The bot's Slack at an address."""

    web: AsyncWebClient
    chat: SlackChat
    people: SlackDirectory
    session: ClientSession
    url: str


def calling(token: str, use: Callable[[Slack], Awaitable[object]]) -> Call:
    """Return a call by the bot's own client."""

    async def call(url: str, session: ClientSession, _patience: float) -> object:
        web = web_client(f"{url}/api/", session, token)
        people = SlackDirectory(web, HOME, NOON.timestamp, sleep=_at_once)
        return await use(Slack(web, SlackChat(web, session), people, session, url))

    return call


async def _at_once(seconds: float) -> None:
    assert seconds <= directory.LONGEST_WAIT


async def slack_sites() -> list[Site]:
    """Record each method against the sandbox."""
    workspace = a_workspace()
    workspace.app.home_tab = True
    running = await server.start(workspace)
    sites = Sites("slack", running.url)

    async def add(name: str, use: Callable[[Slack], Awaitable[object]]) -> Any:
        await sites.add(f"Slack: {name}", calling(workspace.app.bot_token, use))
        return sites.found[-1].healthy

    await add("who we are", lambda one: _started(who_we_are(one.web)))
    await add("the app token", lambda one: _started(try_app_token(one.web, workspace.app.app_token)))
    ts = await add("post", lambda one: one.chat.post(CHANNEL, HELLO))
    await add("update", lambda one: one.chat.update(CHANNEL, ts, HELLO))
    await add("whisper", lambda one: one.chat.whisper(CHANNEL, "U0PRIYA", HELLO))
    await add("publish a home", lambda one: one.chat.publish_home("U0PRIYA", AT_HOME, None))
    trigger = workspace.one_shots.trigger("U0PRIYA")
    await add("open a form", lambda one: one.chat.open_form(trigger, VIEW))
    shown = workspace.show_modal("U0PRIYA", VIEW)
    await add("update a form", lambda one: one.chat.update_form(shown.id, VIEW, None))
    await add("a person", lambda one: one.people.account("U0PRIYA", "T0SANDBOX"))
    await add("a group", lambda one: one.people.members("S0SRE"))
    await add("a channel", lambda one: _started(one.people.channel_id("#releases")))
    answer = workspace.one_shots.response("U0PRIYA", CHANNEL).id
    await add("a response URL", lambda one: one.chat.respond(f"{one.url}/response/{answer}", HELLO))
    await running.stop()
    return [*sites.found, _socket(workspace.app.app_token)]


async def _started(asking: Awaitable[object]) -> object:
    """Return what the start makes of it: whoever cannot reach Slack tries again, whoever is refused says so."""
    try:
        return await asking
    except SlackUnreachable as problem:
        return TryLater(3600.0, str(problem))
    except SlackProblem as problem:
        return GiveUp(str(problem))


def _socket(app_token: str) -> Site:
    """Return the opening of a socket: a ticket, and the WebSocket that it is good for."""

    async def opened(one: Slack) -> object:
        line = await Link(0, one.web, app_token, one.session, Events())._open()
        if not isinstance(line, Line):
            return TryLater(line.after, line.ended.value)
        await line.ws.close()
        return "opened"

    ticket = json.dumps({"ok": True, "url": "ws://@wire@/link/?ticket=t"}).encode()
    form = (("Content-Type", "application/json; charset=utf-8"),)
    script = (
        (Asked("POST", "/api/apps.connections.open", {}, b""), Answer(200, form, ticket)),
        (Asked("GET", "/link/", {}, b""), Answer(101, (), b"")),
    )
    return Site("Slack: a socket", calling("xoxb-1", opened), script, "opened", "slack", "'opened'")
