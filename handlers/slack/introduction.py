"""The first words with Slack: who are we there, and are both tokens good? What is refused is said with its remedy."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.ports.trouble import TryLater, Unsure
from handlers.slack.calls import Refused, ask
from handlers.slack.directory import Workspace
from handlers.slack.problems import SlackProblem, SlackUnreachable


async def who_we_are(web: AsyncWebClient) -> Workspace:
    """Return the workspace and our accounts there, as the bot token shows them.

    Raises:
        SlackProblem: Slack refuses the token; the sentence says what to do.
        SlackUnreachable: Slack did not answer, or nothing that can be read; try again.
    """
    answer = _at_start(
        await ask(web.auth_test()),
        "SLACK_BOT_TOKEN ({error}). Install the app and copy the Bot User OAuth Token from «OAuth & Permissions».",
    )
    known = {name: answer.get(name) for name in ("team_id", "user_id", "bot_id", "url", "enterprise_id")}
    text = {name: value for name, value in known.items() if isinstance(value, str) and value}
    if "bot_id" not in text:
        raise SlackProblem("SLACK_BOT_TOKEN is not a bot's token. Copy the one that begins with xoxb-.")
    if not {"team_id", "user_id", "url"} <= text.keys() or not _address(text["url"]):
        raise SlackUnreachable("Slack's answer to auth.test could not be read.")
    return Workspace(text["team_id"], text["user_id"], text["bot_id"], text["url"], text.get("enterprise_id"))


def _address(text: str) -> bool:
    try:
        return URL(text).scheme in {"https", "http"}
    except ValueError:
        return False


async def try_app_token(web: AsyncWebClient, app_token: str) -> None:
    """See whether Slack opens connections for the app token; raises as `who_we_are` does."""
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
