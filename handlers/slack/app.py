"""Slack, connected: tokens tried out at the start, one shared session, and what the rest of the bot uses of it."""

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aiohttp import ClientSession, ClientTimeout
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.ports.trouble import TryLater, Unsure
from handlers.slack.calls import Refused, ask
from handlers.slack.chat import SlackChat
from handlers.slack.directory import SlackDirectory, Workspace
from handlers.slack.listeners import Desk, register
from handlers.slack.problems import SlackProblem, SlackUnreachable
from handlers.slack.socket import SocketMode

__all__ = ["SlackConnection", "SlackProblem", "SlackSettings", "SlackUnreachable", "bolt_app", "connect"]

DEADLINE = ClientTimeout(total=10)
"""For every call. With a session of our own, slack_sdk leaves the time limit to the session."""
READ_BY_BOLT = (
    "SLACK_BOT_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_SIGNING_SECRET",
    "SLACK_VERIFICATION_TOKEN",
)


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


@dataclass(slots=True)
class SlackConnection:
    """Slack as the rest of the bot sees it. `workspace` is the address of the workspace, for links."""

    web: AsyncWebClient
    http: ClientSession
    app_token: str
    home: Workspace
    chat: SlackChat
    directory: SlackDirectory
    _socket: SocketMode | None = None

    @property
    def workspace(self) -> str:
        """The address of the workspace, like https://acme.slack.com/."""
        return self.home.url

    @property
    def connected(self) -> bool:
        """Whether clicks and commands reach us now."""
        return self._socket is not None and self._socket.connected

    async def serve(self, desk: Desk, command: str) -> None:
        """Listen until cancelled; what is being stored then is stored and acknowledged first."""
        app = bolt_app(self.web, self.http, self.home)
        register(app, desk, command, self.chat)

        async def dispatch(payload: dict[str, Any]) -> BoltResponse:
            return await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))

        socket = SocketMode(self.web, self.app_token, self.http, dispatch)
        self._socket = socket
        await socket.start()
        try:
            await socket.wait()
        finally:
            await socket.close()

    async def close(self) -> None:
        """Close what is shared, after `serve` has ended."""
        await self.http.close()


async def connect(settings: SlackSettings, clock: Callable[[], datetime]) -> SlackConnection:
    """Try both tokens out and return the connection; nothing is received before `serve`.

    Args:
        settings: the tokens and the address of the Web API.
        clock: says how old facts about people are.

    Raises:
        SlackProblem: a token is missing or Slack refuses it; the sentence says which and what to do.
        SlackUnreachable: Slack did not answer; try again.
    """
    bot_token = _given(settings.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-")
    app_token = _given(settings.slack_app_token, "SLACK_APP_TOKEN", "xapp-")
    http = ClientSession(timeout=DEADLINE)
    try:
        web = _web(settings.slack_api_url, http, bot_token)
        home = await _introduce(web)
        await _try_app_token(web, app_token)
    except BaseException:
        await http.close()
        raise
    directory = SlackDirectory(web, home, lambda: clock().timestamp())
    return SlackConnection(web, http, app_token, home, SlackChat(web, http), directory)


def bolt_app(web: AsyncWebClient, http: ClientSession, home: Workspace) -> AsyncApp:
    """Return a Bolt app that asks Slack nothing by itself and takes nothing from the environment."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=home.enterprise,
            team_id=home.team,
            bot_token=web.token,
            bot_id=home.bot,
            bot_user_id=home.bot_user,
        )

    with _without(READ_BY_BOLT):
        return AsyncApp(
            name="signoff",
            logger=_logger(),
            client=_web(web.base_url, http, None),  # with a token, Bolt would warn that authorize= goes first
            authorize=authorize,
            signing_secret=secrets.token_hex(32),  # Socket Mode checks no signatures; nobody can sign with this
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
        )


def _given(token: SecretStr | None, name: str, prefix: str) -> str:
    if token is None:
        raise SlackProblem(f"{name} is not set. It is the token that begins with {prefix}; docs/slack.md says where.")
    value = token.get_secret_value().strip()
    if not value.startswith(prefix):
        raise SlackProblem(f"{name} does not begin with {prefix}, so it is another token. docs/slack.md says where.")
    return value


def _web(url: str, http: ClientSession, token: str | None) -> AsyncWebClient:
    web = AsyncWebClient(token=token, base_url=url, session=http, retry_handlers=[], logger=_logger())
    web.proxy = None  # slack_sdk reads HTTPS_PROXY, and uses it for this machine's own addresses too
    return web


def _logger() -> logging.Logger:
    # at INFO Bolt logs whole bodies (slack_bolt.middleware.request_verification, warning_unhandled_request)
    logger = logging.getLogger("signoff.slack")
    logger.setLevel(logging.WARNING)
    return logger


async def _introduce(web: AsyncWebClient) -> Workspace:
    answer = _at_start(
        await ask(web.auth_test()),
        "SLACK_BOT_TOKEN ({error}). Install the app and copy the Bot User OAuth Token from «OAuth & Permissions».",
    )
    known = {name: answer.get(name) for name in ("team_id", "user_id", "bot_id", "url", "enterprise_id")}
    text = {name: value for name, value in known.items() if isinstance(value, str) and value}
    if "bot_id" not in text:
        raise SlackProblem("SLACK_BOT_TOKEN is not a bot's token. Copy the one that begins with xoxb-.")
    if not {"team_id", "user_id", "url"} <= text.keys() or URL(text["url"]).scheme not in {"https", "http"}:
        raise SlackUnreachable("Slack's answer to auth.test could not be read.")
    return Workspace(text["team_id"], text["user_id"], text["bot_id"], text["url"], text.get("enterprise_id"))


async def _try_app_token(web: AsyncWebClient, app_token: str) -> None:
    _at_start(
        await ask(web.apps_connections_open(app_token=app_token)),
        "SLACK_APP_TOKEN ({error}). Make an app-level token with the scope connections:write under «Basic "
        "Information», and switch on Socket Mode.",
    )


def _at_start(ended: Mapping[str, Any] | Refused | TryLater | Unsure, refused: str) -> Mapping[str, Any]:
    if isinstance(ended, Refused):
        raise SlackProblem(f"Slack refuses {refused.format(error=ended.error)}")
    if isinstance(ended, TryLater | Unsure):
        raise SlackUnreachable(f"Slack did not answer: {ended.why}.")
    return ended


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Hide variables while Bolt is built: it takes tokens from them, and two of them switch on OAuth."""
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
