"""Who people are: the port Directory over Slack's Web API, remembered for a minute at most."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.inputs import Account
from bot.ports.slack import SlackAccount
from bot.ports.trouble import TryLater
from handlers.slack.calls import Refused, ask, surely
from handlers.slack.problems import SlackProblem, SlackUnreachable

log = structlog.get_logger()
T = TypeVar("T")

FRESH = 60.0
PAGE = 999  # Slack: «must be an integer under 1000»
TRIES = 5
LONGEST_WAIT = 60.0
NOT_A_USER = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
NO_SUCH_GROUP = frozenset({"no_such_subteam", "plan_upgrade_required"})
SLACKBOT = "USLACKBOT"
NOT_REACHED = TryLater(5.0, "Slack has not been reached yet")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that the app is installed in, and the app's own accounts there, as auth.test says."""

    team: str
    bot_user: str
    bot: str
    url: str
    enterprise: str | None = None


class _Profile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    display_name: str | None = None
    real_name: str | None = None


class _Enterprise(BaseModel):
    model_config = ConfigDict(extra="ignore")

    enterprise_id: str | None = None


class _User(BaseModel):
    """What we read of users.info. `is_app_user` says who has authorised the calling app: people, so it is not read."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: str
    team_id: str | None = None
    name: str | None = None
    real_name: str | None = None
    tz: str | None = None
    deleted: bool = False
    is_bot: bool = False
    is_workflow_bot: bool = False
    is_connector_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    profile: _Profile = _Profile()
    enterprise_user: _Enterprise = _Enterprise()


class Memory(Generic[T]):
    """What was learned by a key, for a minute. `seconds` may jump back: what lies in the future is not fresh."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._known: dict[str, tuple[float, T]] = {}

    async def get(self, key: str, learn: Callable[[], Awaitable[T | TryLater]]) -> T | TryLater:
        """Return what is known, or learn it; trouble is not remembered. Its age counts from before the asking."""
        now = self._seconds()
        known = self._known.get(key)
        if known is not None and 0 <= now - known[0] < FRESH:
            return known[1]
        learned = await learn()
        if not isinstance(learned, TryLater):
            self._known[key] = (now, learned)
        return learned


@dataclass(slots=True)
class SlackDirectory:
    """Directory over users.info and usergroups.users.list. `seconds` is a clock that counts seconds."""

    web: AsyncWebClient
    home: Workspace | None
    """None until Slack has told who we are: nobody is let through before."""
    seconds: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _users: Memory[_User | Account] = field(init=False)
    _groups: Memory[frozenset[str]] = field(init=False)
    _channels: dict[str, str] | None = None

    def __post_init__(self) -> None:
        self._users = Memory(self.seconds)
        self._groups = Memory(self.seconds)

    async def account(self, slack_user: str, team: str | None) -> SlackAccount | TryLater:
        """Return what kind of account it is; `team` is the workspace that Slack said the person belongs to."""
        home = self.home
        if home is None:
            return NOT_REACHED
        user = await self._users.get(slack_user, lambda: self._user(slack_user))
        if isinstance(user, TryLater):
            return user
        if isinstance(user, Account):
            return SlackAccount(slack_user, user, slack_user)
        name = user.profile.display_name or user.profile.real_name or user.real_name or user.name or slack_user
        return SlackAccount(slack_user, _kind(user, team, home), name, user.tz)

    async def members(self, usergroup: str) -> frozenset[str] | TryLater:
        """Return the Slack ids of a user group's members; empty when there is no such group."""
        if self.home is None:
            return NOT_REACHED
        return await self._groups.get(usergroup, lambda: self._members(usergroup))

    async def channel_id(self, channel: str) -> str:
        """Return the id of a public channel named like «#releases»; an id stays as it is.

        Raises:
            SlackProblem: there is no such channel, with what to do.
            SlackUnreachable: Slack did not answer after several tries.
        """
        if not channel.startswith("#"):
            return channel
        if self.home is None:
            raise SlackUnreachable(f"{NOT_REACHED.why}.")
        if self._channels is None:
            self._channels = await self._public_channels()
        known = self._channels.get(channel[1:])
        if known is None:
            raise SlackProblem(
                f"There is no public channel {channel!r} in {self.home.url}. Correct the policy, or write the "
                "channel's id (in Slack: the channel's details, at the bottom); private channels need the id."
            )
        return known

    def forget_channels(self) -> None:
        """Ask Slack anew for its channels when the next name is looked up: there may be new ones."""
        self._channels = None

    async def _user(self, slack_user: str) -> _User | Account | TryLater:
        ended = surely(await ask(self.web.users_info(user=slack_user)))
        if isinstance(ended, TryLater):
            return ended
        if isinstance(ended, Refused):
            return Account.STRANGER if ended.error in NOT_A_USER else _not_now("users.info", ended)
        try:
            user = _User.model_validate(ended.get("user"))
        except ValidationError as problem:
            log.warning("slack_user_not_understood", user=slack_user, problems=problem.error_count())
            return Account.UNKNOWN
        return user if user.id == slack_user else Account.UNKNOWN

    async def _members(self, usergroup: str) -> frozenset[str] | TryLater:
        ended = surely(await ask(self.web.usergroups_users_list(usergroup=usergroup)))
        if isinstance(ended, TryLater):
            return ended
        if isinstance(ended, Refused):
            if ended.error not in NO_SUCH_GROUP:
                return _not_now("usergroups.users.list", ended)
            log.warning("slack_usergroup_missing", usergroup=usergroup, why=ended.error)
            return frozenset()
        users = ended.get("users")
        if not isinstance(users, list):
            return TryLater(30.0, "Slack's answer to usergroups.users.list could not be read")
        return frozenset(user for user in users if isinstance(user, str))

    async def _public_channels(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursors: list[str | None] = [None]
        while True:
            page = await self._page(cursors[-1])
            channels = page.get("channels")
            for channel in channels if isinstance(channels, list) else []:
                told = channel if isinstance(channel, dict) else {}
                name, known = told.get("name"), told.get("id")
                if isinstance(name, str) and isinstance(known, str) and re.fullmatch(r"[A-Z0-9]{1,64}", known):
                    found[name] = known
            after = page.get("response_metadata")
            cursor = after.get("next_cursor") if isinstance(after, dict) else None
            if not isinstance(cursor, str) or not cursor or cursor in cursors:  # the last page, or the same for ever
                return found
            cursors.append(cursor)

    async def _page(self, cursor: str | None) -> Mapping[str, Any]:
        why = ""
        for _ in range(TRIES):
            ended = surely(
                await ask(
                    self.web.conversations_list(
                        types="public_channel", exclude_archived=True, limit=PAGE, cursor=cursor
                    )
                )
            )
            if isinstance(ended, Refused):
                raise SlackProblem(
                    f"Slack refused to list its channels ({ended.error}). "
                    "Write channel ids in the policy, or give the app the scope channels:read."
                )
            if not isinstance(ended, TryLater):
                return ended
            why = ended.why
            await self.sleep(min(LONGEST_WAIT, ended.after))
        raise SlackUnreachable(f"Slack did not list its channels: {why}. Write channel ids to do without.")


def _kind(user: _User, team: str | None, home: Workspace) -> Account:
    if user.deleted:
        return Account.DEACTIVATED
    if user.is_bot or user.is_workflow_bot or user.is_connector_bot or user.id == SLACKBOT:
        return Account.BOT
    if user.is_stranger or any(_elsewhere(user, known, home) for known in (user.team_id, team)):
        return Account.STRANGER
    if user.is_restricted or user.is_ultra_restricted:
        return Account.GUEST
    return Account.MEMBER


def _elsewhere(user: _User, team: str | None, home: Workspace) -> bool:
    """Whether a workspace is neither ours nor, by the user's own record, of the enterprise that owns ours."""
    if team is None or team in {home.team, home.enterprise}:
        return False
    enterprise = user.enterprise_user.enterprise_id
    return enterprise is None or enterprise != home.enterprise


def _not_now(method: str, refused: Refused) -> TryLater:
    log.warning("slack_directory_refused", method=method, why=refused.error)
    return TryLater(60.0, f"Slack refused {method} ({refused.error})")
