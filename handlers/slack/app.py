"""Slack as the rest of the bot uses it: one shared session, tokens tried out, listeners registered, kept connected."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Protocol

import structlog
from aiohttp import ClientSession, ClientTimeout
from pydantic import SecretStr
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.ports.meter import SILENT, Meter, Timed
from bot.ports.trouble import TryLater, Unsure
from handlers.slack import listeners, listeners_forms, listeners_home, listeners_mentions
from handlers.slack.bolt import bolt_app, web_client
from handlers.slack.calls import Refused, ask
from handlers.slack.chat import SlackChat
from handlers.slack.directory import SlackDirectory, Workspace
from handlers.slack.ingress import Ingress
from handlers.slack.introduction import try_app_token, who_we_are
from handlers.slack.link import Timing
from handlers.slack.metered import MeteredWebClient
from handlers.slack.pacing import A_SECOND, Pacing
from handlers.slack.problems import SlackProblem, SlackUnreachable
from handlers.slack.socket import SocketMode

__all__ = [
    "SlackConnection",
    "SlackPace",
    "SlackProblem",
    "SlackSettings",
    "SlackUnreachable",
    "slack_connection",
]

log = structlog.get_logger()

DEADLINE = ClientTimeout(total=10, connect=5)
"""For every call, and half of it for the connection: what was never connected was certainly not said.

With a session of our own, slack_sdk leaves the time limit to the session."""


class SlackSettings(Protocol):
    """What is read of the bot's settings."""

    @property
    def slack_bot_token(self) -> SecretStr | None:
        """The bot token, xoxb-."""

    @property
    def slack_app_token(self) -> SecretStr | None:
        """The app-level token, xapp-, for Socket Mode."""

    @property
    def slack_api_url(self) -> str:
        """Where the Web API is."""


@dataclass(frozen=True, slots=True)
class SlackPace:
    """How often Slack is asked, in seconds: who we are, while it was never reached; whether our token is still good.

    `message_every`: how often a channel gets a message; 0: as often as there is one, and edits likewise.
    """

    introduce_every: float = 5.0
    check_every: float = 60.0
    sockets: Timing = field(default_factory=Timing)
    message_every: float = A_SECOND
    clock: Callable[[], float] = monotonic
    """By which that is told: seconds that never go back."""


class Desk(listeners.Desk, listeners_forms.Desk, Protocol):
    """Where everything goes that Slack delivers, and where answers come from."""


Dispatch = Callable[[dict[str, Any]], Awaitable[BoltResponse]]


@dataclass(slots=True)
class SlackConnection:
    """Slack as the rest of the bot sees it. Nothing is asked of Slack before `introduce`.

    Until then `chat` ends in TryLater where Slack cannot be reached, and `directory` lets nobody through.
    """

    web: MeteredWebClient
    http: ClientSession
    way_in: str | Ingress
    """The app token, for Socket Mode; or the door for Slack's requests over HTTP, and there are no sockets."""
    chat: SlackChat
    directory: SlackDirectory
    pace: SlackPace
    refused: str = ""
    """Slack's own name for why it refuses the bot's token now; empty while it does not."""
    silent: bool = False
    """Whether Slack did not answer when it was last asked about the token."""
    _socket: SocketMode | None = None

    @property
    def home(self) -> Workspace | None:
        """The workspace and our accounts there; None before Slack has told."""
        return self.directory.home

    @property
    def workspace(self) -> str:
        """The address of the workspace, like https://acme.slack.com/; empty before Slack has told."""
        return self.home.url if self.home is not None else ""

    @property
    def connected(self) -> bool:
        """Whether clicks and commands reach us now; over HTTP nobody can tell, so while Slack answers us."""
        if isinstance(self.way_in, Ingress):
            return self.home is not None and not self.silent
        return self._socket is not None and self._socket.connected

    @property
    def well(self) -> bool:
        """Whether they reach us and what we say reaches Slack, as far as it is known."""
        return self.connected and self.home is not None and not self.refused

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return, for people: the state of each connection, how many stand, why our token is refused."""
        sockets = {"connected": 0, "connections": []} if self._socket is None else self._socket.facts
        return {**sockets, "introduced": self.home is not None, "refused": self.refused or None}

    async def introduce(self) -> None:
        """Ask Slack who we are and try the other token out.

        Raises:
            SlackProblem: Slack refuses a token; the sentence says which and what to do.
            SlackUnreachable: Slack did not answer; try again.
        """
        home = await who_we_are(self.web)
        if isinstance(self.way_in, str):
            await try_app_token(self.web, self.way_in)
        self.directory.home = home

    async def mind(self) -> None:
        """Ask Slack for ever, now and then, whether our token is still good; what changes is said once."""
        while True:
            await asyncio.sleep(self.pace.check_every)
            if self.home is not None:
                await self._check()

    async def _check(self) -> None:
        ended = await ask(self.web.auth_test())
        self.silent = isinstance(ended, TryLater | Unsure)
        if isinstance(ended, Refused) and ended.revoked:
            if not self.refused:
                remedy = "Install the app again; restart if that gave it another token. Nothing is lost meanwhile."
                log.error("slack_token_refused", why=ended.error, remedy=remedy)
            self.refused = ended.error
        elif isinstance(ended, Mapping) and self.refused:
            log.info("slack_token_good_again")
            self.refused = ""

    def dispatcher(self, desk: Desk, command: str, home: listeners_home.Door) -> Dispatch:
        """Return what hands one of Slack's payloads to the listeners and gives the answer back, for any transport."""
        app = bolt_app(self.web, self.http, lambda: self.home)
        forms = listeners_forms.FormListeners(desk, self.chat)
        listeners.register(app, desk, command, self.chat, forms)
        listeners_forms.register(app, forms)
        listeners_mentions.register(app, desk)
        listeners_home.register(app, home)

        async def dispatch(payload: dict[str, Any]) -> BoltResponse:
            # Slack has been verified at the door, by the socket's ticket or by the signature: Bolt checks none of it
            begun = monotonic()
            try:
                return await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
            finally:
                self.web.meter.took(Timed.ACK, monotonic() - begun, "slack")

        return dispatch

    async def serve(self, desk: Desk, command: str, home: listeners_home.Door) -> None:
        """Listen until cancelled; what is being stored then is stored and acknowledged first."""
        dispatch = self.dispatcher(desk, command, home)
        if isinstance(self.way_in, Ingress):
            await self.way_in.serve(dispatch)
            return
        self._socket = SocketMode(self.web, self.way_in, self.http, dispatch, self.pace.sockets)
        await self._socket.start()
        try:
            await self._socket.wait()
        finally:
            await self._socket.close()

    async def close(self) -> None:
        """Close what is shared, after `serve` has ended."""
        await self.http.close()


def slack_connection(
    settings: SlackSettings,
    clock: Callable[[], datetime],
    pace: SlackPace | None = None,
    door: Ingress | None = None,
    meter: Meter = SILENT,
) -> SlackConnection:
    """Return Slack, not asked anything yet; call it within the running loop.

    Args:
        settings: the tokens and the address of the Web API.
        clock: says how old facts about people are.
        pace: how often Slack is asked.
        door: where Slack's requests come in over HTTP; without, it is Socket Mode and needs the app token.
        meter: hears of each call of the Web API, and how long listeners took until they acknowledged.

    Raises:
        SlackProblem: a token is missing or of another kind; the sentence says which and what to do.
    """
    bot_token = _given(settings.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-")
    way_in = door or _given(settings.slack_app_token, "SLACK_APP_TOKEN", "xapp-")
    http = ClientSession(timeout=DEADLINE)
    web = web_client(settings.slack_api_url, http, bot_token)
    web.meter = meter
    directory = SlackDirectory(web, None, lambda: clock().timestamp())
    pace = pace or SlackPace()
    chat = SlackChat(web, http, Pacing(pace.clock, pace.message_every))
    return SlackConnection(web, http, way_in, chat, directory, pace)


def _given(token: SecretStr | None, name: str, prefix: str) -> str:
    if token is None:
        raise SlackProblem(f"{name} is not set. It is the token that begins with {prefix}; docs/slack.md says where.")
    value = token.get_secret_value().strip()
    if not value.startswith(prefix):
        raise SlackProblem(f"{name} does not begin with {prefix}, so it is another token. docs/slack.md says where.")
    return value
