"""Bolt and its Web API client, made so that they ask Slack nothing by themselves and read no environment."""

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.directory import Workspace
from handlers.slack.metered import MeteredWebClient

READ_BY_BOLT = (
    "SLACK_BOT_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_SIGNING_SECRET",
    "SLACK_VERIFICATION_TOKEN",
)


def bolt_app(web: AsyncWebClient, http: ClientSession, home: Callable[[], Workspace | None]) -> AsyncApp:
    """Return a Bolt app that asks Slack nothing by itself and takes nothing from the environment."""

    async def authorize() -> AuthorizeResult:
        known = home()
        return AuthorizeResult(
            enterprise_id=known.enterprise if known else None,
            team_id=known.team if known else None,
            bot_token=web.token,
            bot_id=known.bot if known else None,
            bot_user_id=known.bot_user if known else None,
        )

    with _without(READ_BY_BOLT):
        return AsyncApp(
            name="signoff",
            logger=_logger(),
            client=web_client(web.base_url, http, None),  # with a token, Bolt would warn that authorize= goes first
            authorize=authorize,
            signing_secret=secrets.token_hex(32),  # Socket Mode checks no signatures; nobody can sign with this
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
        )


def web_client(url: str, http: ClientSession, token: str | None) -> MeteredWebClient:
    """Return a client that calls once, never retries, and uses no proxy of the environment."""
    web = MeteredWebClient(token=token, base_url=url, session=http, retry_handlers=[], logger=_logger())
    web.proxy = None  # slack_sdk reads HTTPS_PROXY, and uses it for this machine's own addresses too
    return web


def _logger() -> logging.Logger:
    # at INFO Bolt logs whole bodies (slack_bolt.middleware.request_verification, warning_unhandled_request)
    logger = logging.getLogger("signoff.slack")
    logger.setLevel(logging.WARNING)
    return logger


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Hide variables while Bolt is built: it takes tokens from them, and two of them switch on OAuth."""
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
