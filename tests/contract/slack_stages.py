"""The three ways to have the ports Chat and Directory, each around a workspace of the same people and channels."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.inputs import Account
from bot.ports.slack import Chat, Directory
from bot.ports.trouble import TryLater, Unsure
from handlers.slack import directory
from handlers.slack.chat import SlackChat
from handlers.slack.directory import SlackDirectory
from sandbox import server
from sandbox.exchange import JSON, Reply
from sandbox.slack.faults import Kind
from sandbox.slack.workspace import Workspace
from simulation.network import Mishap
from simulation.slack import SlackWay, slack_network
from tests.factories import NOON
from tests.fakes.chat import Arrived, FakeChat, Posted, Scripted
from tests.fakes.directory import FakeDirectory
from tests.unit.simulation.virtual import virtually

T = TypeVar("T")
CHANNEL = "C0OPEN"
BUSY = Reply(429, json.dumps({"ok": False}).encode(), {"Content-Type": JSON, "Retry-After": "7"})
PATIENCE = 1.0
"""Seconds over HTTP, where somebody really waits."""


class Stage(Protocol):
    """The two ports, and what is to be seen from outside."""

    @property
    def chat(self) -> Chat:
        """The port."""

    @property
    def directory(self) -> Directory:
        """The port."""

    def will(self, method: str, mishap: Mishap) -> None:
        """Let the next call of a method of the Web API go wrong."""

    def channel(self) -> list[list[str]]:
        """Return the messages of the channel and of its threads, each with the texts that it had."""

    def private(self, person: str) -> list[str]:
        """Return what one person was told alone."""

    def response_url(self, person: str) -> str:
        """Return a URL to answer somebody."""

    def home(self, person: str) -> list[str]:
        """Return the ids of the blocks that somebody's App Home shows."""


@dataclass(slots=True)
class Sandbox:
    """The sandbox, however it is reached."""

    workspace: Workspace
    chat: Chat
    directory: Directory
    fail: Callable[[str, Mishap], None]

    def will(self, method: str, mishap: Mishap) -> None:
        """Let the next call of a method of the Web API go wrong."""
        self.fail(method, mishap)

    def channel(self) -> list[list[str]]:
        """Return the messages of the channel and of its threads, each with the texts that it had."""
        return [[version.text for version in post.versions] for post in self.workspace.channels[CHANNEL].posts]

    def private(self, person: str) -> list[str]:
        """Return what one person was told alone."""
        told = [*self.workspace.ephemerals(person), *self.workspace.direct_messages(person)]
        return [message.text for message in told]

    def response_url(self, person: str) -> str:
        """Return a URL to answer somebody."""
        return f"{self.workspace.url}/response/{self.workspace.one_shots.response(person, CHANNEL).id}"

    def home(self, person: str) -> list[str]:
        """Return the ids of the blocks that somebody's App Home shows."""
        shown = self.workspace.home(person)
        return [block["block_id"] for block in shown.blocks] if shown else []


@dataclass(slots=True)
class Fakes:
    """The fakes of the unit tests."""

    chat: FakeChat
    directory: FakeDirectory

    def will(self, method: str, mishap: Mishap) -> None:
        """Let the next call of a method of the Web API go wrong."""
        if method in {"users.info", "usergroups.users.list"}:
            self.directory.down = TryLater(1.0, mishap.value)
            return
        port = {
            "chat.postMessage": "post",
            "chat.update": "update",
            "chat.postEphemeral": "whisper",
            "views.publish": "publish_home",
        }
        self.chat.will(port.get(method, "respond"), _scripted(mishap))

    def channel(self) -> list[list[str]]:
        """Return the messages of the channel and of its threads, each with the texts that it had."""
        return [[version.text for version in one.versions] for one in self._in(CHANNEL)]

    def private(self, person: str) -> list[str]:
        """Return what one person was told alone."""
        whispers = [text for _, who, text in self.chat.whispers if who == person]
        answers = [text for url, text in self.chat.responses if url.endswith(person)]
        return [*whispers, *answers, *(one.message.text for one in self._in(person))]

    def response_url(self, person: str) -> str:
        """Return a URL to answer somebody."""
        return f"https://hooks.slack.com/{person}"

    def home(self, person: str) -> list[str]:
        """Return the ids of the blocks that somebody's App Home shows."""
        versions = self.chat.homes.get(person)
        return [block["block_id"] for block in versions[-1]["blocks"]] if versions else []

    def _in(self, channel: str) -> list[Posted]:
        return [one for one in self.chat.messages if one.channel == channel]


def _scripted(mishap: Mishap) -> Scripted:
    match mishap:
        case Mishap.LOST_AFTER:
            return Arrived()
        case Mishap.REFUSED:
            return TryLater(1.0, "refused")
        case Mishap.LIMITED:
            return TryLater(7.0, "limited")
        case _:
            return Unsure("lost")


def a_workspace() -> Workspace:
    """Return the workspace that all stages have."""
    workspace = Workspace(lambda: NOON)
    workspace.add_channel(CHANNEL, "releases", members={"U0PRIYA"})
    workspace.add_person("U0PRIYA", "priya")
    workspace.add_person("U0AWAY", "away")
    workspace.add_person("U0GUEST", "guest", is_restricted=True)
    workspace.add_person("U0GONE", "gone", deleted=True)
    workspace.add_person("U0BOT", "bot", is_bot=True)
    workspace.add_usergroup("S0SRE", "sre", ["U0PRIYA", "U0AWAY"])
    return workspace


@asynccontextmanager
async def over_http() -> AsyncIterator[Stage]:
    """Run the sandbox's server and ask it over loopback."""
    workspace = a_workspace()
    running = await server.start(workspace)
    kinds: Mapping[Mishap, Kind] = {
        Mishap.LOST_BEFORE: "reset-before",
        Mishap.LOST_AFTER: "reset-after-delivery",
        Mishap.LIMITED: "429",
        Mishap.ERROR: "500",
        Mishap.SILENT: "timeout",
    }

    def fail(method: str, mishap: Mishap) -> None:
        if mishap is Mishap.REFUSED:
            web.base_url = "http://127.0.0.1:1/api/"  # nobody may listen there without being root
        else:
            running.faults.add(method, kinds[mishap], retry_after=7)

    async with ClientSession(timeout=ClientTimeout(total=PATIENCE)) as http:
        web = AsyncWebClient(
            token=workspace.app.bot_token, base_url=running.slack_api_url, session=http, retry_handlers=[]
        )
        web.proxy = None
        home = directory.Workspace(workspace.team_id, workspace.app.bot_user, workspace.app.bot_id, running.url)
        yield Sandbox(workspace, SlackChat(web, http), SlackDirectory(web, home, NOON.timestamp), fail)
    await running.stop()


@asynccontextmanager
async def in_process() -> AsyncIterator[Stage]:
    """Ask the sandbox without a server."""
    way = SlackWay(a_workspace(), slack_network(random.Random(1)))
    way.network.limits = {Mishap.LIMITED: lambda _: BUSY}
    chat, people = way.connect(lambda: NOON)
    yield Sandbox(way.workspace, chat, people, way.network.plan)


@asynccontextmanager
async def in_memory() -> AsyncIterator[Stage]:
    """Use the fakes."""
    accounts = {"U0GUEST": Account.GUEST, "U0GONE": Account.DEACTIVATED, "U0BOT": Account.BOT}
    groups = {"S0SRE": frozenset({"U0PRIYA", "U0AWAY"})}
    yield Fakes(FakeChat(), FakeDirectory(accounts, groups))


Way = Callable[[], AbstractAsyncContextManager[Stage]]
REAL: tuple[Way, ...] = (over_http, in_process)
ALL: tuple[Way, ...] = (*REAL, in_memory)


def play(way: Way, story: Callable[[Stage], Awaitable[T]]) -> T:
    """Return what a story comes to on a stage; only HTTP takes real time."""

    async def whole() -> T:
        async with way() as stage:
            return await story(stage)

    return asyncio.run(whole()) if way is over_http else virtually(whole)
