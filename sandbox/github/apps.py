"""GitHub Apps: their keys, where they are installed, the tokens that they get, and the check of their assertions."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeGuard

from sandbox.github.access import Grant, Kind
from sandbox.github.records import Repository
from sandbox.github.rs256 import PrivateKey, generate

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

LONGEST = timedelta(minutes=10)
"""How far ahead an assertion may end."""
TOKENS_LIVE = timedelta(hours=1)
UNREADABLE = "A JSON web token could not be decoded"


@dataclass(frozen=True, slots=True)
class App:
    """A registered App."""

    id: int
    slug: str
    owner: str
    permissions: Mapping[str, str]
    events: frozenset[str]

    @property
    def private_key(self) -> PrivateKey:
        """What its owner downloaded; the sandbox itself uses its public half."""
        return generate(self.slug)

    @property
    def client_id(self) -> str:
        """The other name that an assertion may be issued by."""
        return f"Iv23{hashlib.sha256(self.slug.encode()).hexdigest()[:16]}"


@dataclass(slots=True)
class Installation:
    """An App at an account. `repositories` are those that were selected, by id; None: all."""

    id: int
    app: App
    account: str
    permissions: dict[str, str]
    at: datetime
    repositories: set[int] | None = None
    suspended: bool = False

    def covers(self, repository: int) -> bool:
        """Whether the account's repository of that id is among them."""
        return self.repositories is None or repository in self.repositories


@dataclass(slots=True)
class Registered:
    """The Apps and installations of a forge."""

    apps: dict[str, App] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Apps:
    """What is done with Apps."""

    forge: "Forge"

    def register(self, slug: str, permissions: Mapping[str, str], events: Iterable[str] = (), owner: str = "") -> App:
        """Register an App; its key pair comes from its slug and is the same each time."""
        owns = owner or next(iter(self.forge.repositories), "acme/x").split("/")[0]
        app = App(self.forge.next_id(), slug, owns, dict(permissions), frozenset(events))
        self.forge.registered.apps[slug] = app
        return app

    def install(self, slug: str, account: str, repositories: Iterable[str] | None = None) -> Installation:
        """Install an App at an account, for some of its repositories (by full name) or for all."""
        app = self.forge.registered.apps[slug]
        chosen = None if repositories is None else {self.forge.repositories[name].id for name in repositories}
        now = self.forge.clock()
        made = Installation(self.forge.next_id(), app, account, dict(app.permissions), now, chosen)
        self.forge.registered.installations[made.id] = made
        return made

    def suspend(self, number: int, *, suspended: bool = True) -> None:
        """Suspend an installation, or take that back: nothing is answered to it meanwhile."""
        self.forge.registered.installations[number].suspended = suspended

    def uninstall(self, number: int) -> None:
        """End an installation, and its tokens with it."""
        del self.forge.registered.installations[number]
        for grant in [one for one in self.forge.access.grants.values() if one.installation == number]:
            self.forge.access.revoke(grant.token)

    def at(self, full_name: str, slug: str | None = None) -> Installation | None:
        """Return the installation that covers a repository."""
        return installed_at(self.forge.registered, self.forge.repository(full_name), slug)

    def token(self, of: Installation, repositories: frozenset[int] | None, permissions: Mapping[str, str]) -> Grant:
        """Give out a token, narrowed to repositories (by id) and permissions; it lives an hour."""
        number = self.forge.next_id()
        secret = hashlib.sha256(f"{of.app.slug} {of.id} {number}".encode()).hexdigest()
        grant = Grant(
            token=f"ghs_{of.app.id}_{secret}.{secret[::-1]}",  # the long form, which begins with the App's id
            login=f"{of.app.slug}[bot]",
            id=of.app.id,
            kind=Kind.INSTALLATION,
            repositories=repositories if repositories is not None or of.repositories is None else _all(of),
            permissions={"metadata": "read", **permissions},
            expires_at=self.forge.clock().replace(microsecond=0) + TOKENS_LIVE,
            app=of.app.slug,
            installation=of.id,
            owner=of.account,
        )
        self.forge.access.add(grant)
        return grant

    def asserted(self, token: str) -> App | str:
        """Return the App that an assertion proves, or what GitHub says is wrong with it."""
        parts = token.split(".")
        try:
            header, claims = (_object(part) for part in parts[:2])
            signature = _bytes(parts[2])
        except (ValueError, IndexError):
            return UNREADABLE
        if len(parts) != 3 or header.get("alg") != "RS256":
            return UNREADABLE
        if (problem := _times(claims, self.forge.clock())) is not None:
            return problem
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or not issuer:
            return "Missing 'issuer' claim ('iss') in assertion"
        app = next((one for one in self.forge.registered.apps.values() if issuer in {str(one.id), one.client_id}), None)
        if app is None:
            return "Integration not found"
        signed = f"{parts[0]}.{parts[1]}".encode()
        return app if app.private_key.public.verifies(signed, signature) else UNREADABLE


def installed_at(known: Registered, repository: Repository | None, slug: str | None) -> Installation | None:
    """Return the installation, of some App or of that one, that covers a repository."""
    if repository is None:
        return None
    owner = repository.full_name.split("/")[0].lower()
    for one in known.installations.values():
        if (slug is None or one.app.slug == slug) and one.account.lower() == owner and one.covers(repository.id):
            return one
    return None


def assertion(issuer: str, key: PrivateKey, issued: datetime, ends: datetime) -> str:
    """Return a signed assertion, as an App makes one; for tests and for whoever drives the sandbox by hand."""
    claims = {"iat": int(issued.timestamp()), "exp": int(ends.timestamp()), "iss": issuer}
    return signed_as({"alg": "RS256", "typ": "JWT"}, claims, key)


def signed_as(header: Mapping[str, Any], claims: Mapping[str, Any], key: PrivateKey) -> str:
    """Return any header and claims with a signature."""
    text = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{_text(key.sign(text.encode()))}"


def _all(of: Installation) -> frozenset[int]:
    return frozenset(of.repositories or ())


def _times(claims: Mapping[str, Any], now: datetime) -> str | None:
    issued, ends = claims.get("iat"), claims.get("exp")
    if not _is_number(ends) or ends <= now.timestamp():
        return (
            "'Expiration time' claim ('exp') must be a numeric value representing the future time "
            "at which the assertion expires"
        )
    if ends > (now + LONGEST).timestamp():
        return "'Expiration time' claim ('exp') is too far in the future"
    if not _is_number(issued) or issued > now.timestamp():
        return (
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued, "
            "in the past"
        )
    return None


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _object(part: str) -> dict[str, Any]:
    found = json.loads(_bytes(part))
    if not isinstance(found, dict):
        raise ValueError  # noqa: TRY004 - the same trouble as text that is no JSON
    return found


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as problem:
        raise ValueError from problem


def _text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
