"""Who and what is in the workspace: people, channels and user groups, as Slack's API shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.slack.messages import Message


@dataclass(slots=True)
class Person:
    """An account. `team_id` is None for the workspace's own members."""

    id: str
    name: str
    real_name: str = ""
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    team_id: str | None = None
    tz: str = "UTC"

    def as_json(self, team_id: str, at: datetime) -> dict[str, Any]:
        """Return the user object; a deactivated account comes without its flags of membership."""
        offset = at.astimezone(ZoneInfo(self.tz)).utcoffset()
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id or team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name or self.name,
            "profile": {
                "real_name": self.real_name or self.name,
                "display_name": self.name,
                "team": self.team_id or team_id,
            },
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 0,
        }
        if self.is_stranger:
            user["is_stranger"] = True
        if not self.deleted:
            user |= {
                "tz": self.tz,
                "tz_offset": int(offset.total_seconds()) if offset else 0,
                "is_admin": False,
                "is_owner": False,
                "is_primary_owner": False,
                "is_restricted": self.is_restricted,
                "is_ultra_restricted": self.is_ultra_restricted,
            }
        return user


@dataclass(slots=True)
class UserGroup:
    """A user group. `handle` is what follows the @."""

    id: str
    handle: str
    people: list[str]

    def as_json(self, team_id: str) -> dict[str, Any]:
        """Return the user group object, without its people, who have a method of their own."""
        return {
            "id": self.id,
            "team_id": team_id,
            "is_usergroup": True,
            "name": self.handle,
            "handle": self.handle,
            "is_external": False,
            "date_delete": 0,
            "user_count": len(self.people),
        }


READING = {
    "im": "im:read",
    "mpim": "mpim:read",
    "private_channel": "groups:read",
    "public_channel": "channels:read",
}
"""The scope that looking at a conversation needs, by its type."""
PAIR = 2


@dataclass(slots=True)
class Channel:
    """A channel, or a direct message: between the bot and `person`, or, where it is `direct`, between its `members`.

    `members` is None where everybody is in it. `is_member` is whether the bot is. `posts` are all messages ever sent,
    replies and deleted ones too.
    """

    id: str
    name: str
    private: bool = False
    archived: bool = False
    is_member: bool = True
    ext_shared: bool = False
    members: set[str] | None = None
    person: str | None = None
    direct: bool = False
    posts: list[Message] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        """Return what is to be seen in the channel: no replies, nothing deleted."""
        return [message for message in self.posts if not message.deleted and not message.is_reply]

    def has(self, person: str) -> bool:
        """Whether a person is in it."""
        return person == self.person if self.person else self.members is None or person in self.members

    @property
    def kind(self) -> str:
        """Return the channel's type as conversations.list names it."""
        if self.person:
            return "im"
        if self.direct:
            return "mpim" if len(self.members or ()) > PAIR else "im"
        return "private_channel" if self.private else "public_channel"

    @property
    def is_direct(self) -> bool:
        """Whether it is a direct message, of two or of several."""
        return self.person is not None or self.direct

    @property
    def told_as(self) -> str:
        """Return its name as payloads carry it."""
        return "directmessage" if self.kind == "im" else self.name

    @property
    def reading_scope(self) -> str:
        """Return the scope that the bot needs to look at it."""
        return READING[self.kind]

    def as_json(self, team_id: str) -> dict[str, Any]:
        """Return the conversation object."""
        if self.person:
            return {"id": self.id, "is_im": True, "user": self.person, "is_archived": False, "is_open": True}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private and not self.direct,
            "is_im": False,
            "is_mpim": self.direct,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": self.ext_shared,
            "is_ext_shared": self.ext_shared,
            "is_org_shared": False,
            "is_member": self.is_member,
            "context_team_id": team_id,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
