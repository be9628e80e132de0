"""Who calls the API: tokens, whose they are, which repositories they reach and what they may do there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from sandbox.github.records import BOT, Repository

READ, WRITE, ADMIN = "read", "write", "admin"
_REACH = {READ: {READ, WRITE, ADMIN}, WRITE: {WRITE, ADMIN}}


class Kind(Enum):
    """Kinds of tokens; GitHub words its refusals by them."""

    PERSONAL = "personal access token"
    INSTALLATION = "integration"


@dataclass(frozen=True, slots=True)
class Grant:
    """A token. No repositories named: all; no permissions named: every one, as a classic token with the scope `repo`.

    `app` is the slug of the App that an installation token belongs to, `owner` whose repositories the token reaches.
    """

    token: str
    login: str
    id: int
    kind: Kind = Kind.PERSONAL
    repositories: frozenset[int] | None = None
    permissions: Mapping[str, str] | None = None
    expires_at: datetime | None = None
    app: str | None = None
    installation: int | None = None
    owner: str | None = None

    @property
    def who(self) -> tuple[str, int]:
        """The account that acts."""
        return self.login, self.id

    @property
    def limited_as(self) -> str:
        """Whose rate limit a call counts against: an installation's, or a person's for all their tokens."""
        return f"installation {self.installation}" if self.installation else f"user {self.id}"

    def sees(self, repository: Repository) -> bool:
        """Whether it reaches a repository at all; if not, GitHub answers as if there were none."""
        if self.owner is not None and repository.full_name.split("/")[0].lower() != self.owner.lower():
            return False
        return self.repositories is None or repository.id in self.repositories

    def allows(self, permission: str, level: str) -> bool:
        """Whether it may read or write something. Everybody who sees a repository may read what it is."""
        if self.permissions is None or (permission, level) == ("metadata", READ):
            return True
        return self.permissions.get(permission) in _REACH[level]


EVERYTHING = Grant("", *BOT)
"""The one token that a forge is made with: it may do everything."""


@dataclass(slots=True)
class Access:
    """The tokens that were given out."""

    grants: dict[str, Grant] = field(default_factory=dict)

    def add(self, grant: Grant) -> str:
        """Give a token out; returns it."""
        self.grants[grant.token] = grant
        return grant.token

    def find(self, token: str, now: datetime) -> Grant | None:
        """Return what a token may; None: nobody knows it, it was revoked or is too old."""
        found = self.grants.get(token)
        if found is None or (found.expires_at is not None and found.expires_at <= now):
            return None
        return found

    def revoke(self, token: str) -> None:
        """Let a token be worth nothing."""
        self.grants.pop(token, None)


def token_in(header: str | None) -> str | None:
    """Return the token of an Authorization header; GitHub takes `Bearer` and `token`."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() in {"bearer", "token"} and token.strip() else None
