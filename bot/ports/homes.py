"""Who has opened App Home, and what Slack was last given to show them there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Home:
    """One person's App Home, claimed to be looked at."""

    slack: str
    team: str | None  # the workspace that Slack named when it was opened
    opened_at: datetime  # the last time
    want: int  # grows whenever the person opens it or sets something in it
    have_hash: str | None  # of the content that Slack has; None when that is to be sent whatever it is
    view_hash: str | None  # Slack's own, which guards against publishing over what we do not know
    looks: int  # how often it was claimed
    tries: int  # how often since it was last known to be as it should be


@dataclass(frozen=True, slots=True)
class Look:
    """What a home was rendered from, and what Slack has now."""

    changes: int
    policy: str  # its hash
    content: str | None  # its hash; None where Slack may have something else
    view_hash: str | None
    refresh_at: datetime | None  # when time alone may change it; None: not before the person opens it


class Homes(Protocol):
    """App Homes, each a projection of the stored state. One that nobody has opened for a week is forgotten."""

    def opened(self, slack: str, team: str | None, now: datetime, *, empty: bool) -> None:
        """Ask for somebody's home, at once unless it is put off. `empty`: Slack has nothing to show there."""

    def touch(self, slack: str, now: datetime) -> None:
        """Ask for a home that is known to be sent once more, whatever Slack has."""

    def claim(self, policy: str, now: datetime) -> Home | None:
        """Take the next home that is due and may not be as it should be, at most one a second; None when there is none.

        Those come first who opened theirs since it was last looked at, then whoever has waited the longest. `policy` is
        the hash of today's. What is claimed and never answered for is due again a minute later.
        """

    def changes(self) -> int:
        """Return a count that grows with each change of what homes show."""

    def shown(self, home: Home, look: Look, now: datetime) -> None:
        """Record what Slack has now. What changes by itself is looked at again after 15 s at the earliest."""

    def later(self, home: Home, due: datetime, *, lost: bool) -> None:
        """Try again at `due`, and no other home before: it is Slack that is not well.

        `lost`: nobody knows what Slack has now, so whatever is to be shown then is sent.
        """

    def forget(self, home: Home) -> None:
        """Take it off the list, until the person opens it again."""

    def next_due(self, policy: str, now: datetime) -> datetime | None:
        """Return when the next home can be claimed, as far as it is known now."""
