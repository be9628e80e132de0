"""A GitHub App: who it is, the requests for its installations and their tokens, and what is wrong with each. Pure.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app tells the two steps: the App proves
itself by an assertion that its private key has signed, and gets a token of an installation, which lives for an hour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pydantic import ValidationError

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater
from handlers.ci.github_app_payloads import InstallationPayload, TokenPayload
from handlers.ci.github_replies import FORBIDDEN, UNAUTHORIZED, after_read, message_of

OK, CREATED, NOT_FOUND, UNPROCESSABLE = 200, 201, 404, 422
BACKDATED = timedelta(seconds=60)
"""How far back an assertion says that it was issued: our clock may be ahead of theirs."""
ASSERTED_FOR = timedelta(minutes=9)
"""With the minute above the ten that GitHub allows, so that neither end is refused for a small difference."""
RENEWED_BEFORE = timedelta(minutes=5)
"""How long before its end a token is no longer used: the longest call has ended by then, whatever the clocks say."""
UNEQUAL = timedelta(seconds=30)
"""Clocks that differ by less agree."""
REFUSED_FOR = 60.0
"""Seconds until what somebody has to mend is tried again."""

READ, WRITE = "read", "write"
Permissions = Mapping[str, str]
"""Names of permissions of GitHub Apps, each with `read` or `write`."""

_REPOSITORY = re.compile(r"/repos/([A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100})(?:/.*)?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token is to open: repositories of one owner (as the policy spells them), and what may be done there."""

    repositories: frozenset[str]
    permissions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Installation:
    """The App at an account, with what its owner granted."""

    id: int
    account: str
    permissions: Permissions
    suspended: bool


@dataclass(frozen=True, slots=True)
class InstallationToken:
    """A token, kept in memory alone, with what it opens and until when it is used."""

    scope: Scope
    made: datetime
    until: datetime
    text: str = field(repr=False)

    def opens(self, scope: Scope, now: datetime) -> bool:
        """Whether it can be used now for everything that the scope names."""
        covered = scope.repositories <= self.scope.repositories and scope.permissions == self.scope.permissions
        return covered and now < self.until


def claims(app_id: str, now: datetime) -> dict[str, str | int]:
    """Return what an assertion says at a moment; GitHub takes the issuer as text, PyJWT nothing else."""
    return {
        "iss": app_id,
        "iat": int((now - BACKDATED).timestamp()),
        "exp": int((now + ASSERTED_FOR).timestamp()),
    }


def repository_of(path: str) -> str | None:
    """Return the repository (owner/name) that a request is about."""
    found = _REPOSITORY.fullmatch(path)
    return found[1] if found else None


def owner_of(repository: str) -> str:
    """Return whose a repository is, in the one spelling that tells owners apart."""
    return repository.partition("/")[0].lower()


def installation_request(repository: str, assertion: str) -> HttpRequest:
    """Return the request for the App's installation that reaches a repository."""
    return HttpRequest("GET", f"/repos/{repository}/installation", headers=bearer(assertion))


def token_request(installation: Installation, scope: Scope, assertion: str) -> HttpRequest:
    """Return the request for a token of some repositories, and of no more rights than are needed and were granted."""
    names = sorted({repository.partition("/")[2] for repository in scope.repositories})
    body = {"repositories": names, "permissions": granted(scope, installation)}
    path = f"/app/installations/{installation.id}/access_tokens"
    return HttpRequest("POST", path, body=body, headers=bearer(assertion))


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return the header by which a call proves who makes it."""
    return (("Authorization", f"Bearer {token}"),)


def granted(scope: Scope, installation: Installation) -> dict[str, str]:
    """Return what is both needed and granted: a token that asks for more is refused whole."""
    both = {name: _lesser(level, installation.permissions.get(name)) for name, level in scope.permissions}
    return {name: level for name, level in both.items() if level is not None}


def lacking(scope: Scope, installation: Installation) -> tuple[str, ...]:
    """Return the permissions that are needed and were not granted, such as `deployments: write`."""
    has = granted(scope, installation)
    return tuple(f"{name}: {level}" for name, level in scope.permissions if has.get(name) != level)


def read_installation(reply: HttpReply, repository: str) -> Installation | None:
    """Return the installation that reaches a repository, or None where the answer is none."""
    if reply.status != OK:
        return None
    try:
        told = InstallationPayload.model_validate_json(reply.body)
    except ValidationError:
        return None
    rights = {name: level for name, level in told.permissions.items() if level is not None}
    return Installation(told.id, repository.partition("/")[0], rights, told.suspended_at is not None)


def read_token(reply: HttpReply, scope: Scope, now: datetime) -> InstallationToken | None:
    """Return the token, or None where the answer is none. `now` is the present by GitHub's clock."""
    if reply.status != CREATED:
        return None
    try:
        told = TokenPayload.model_validate_json(reply.body)
    except ValidationError:
        return None
    return InstallationToken(scope, now, told.expires_at - RENEWED_BEFORE, told.token)


def skew_of(reply: HttpReply, now: datetime) -> timedelta | None:
    """Return how far GitHub's clock is ahead of ours, as an answer tells; None where it tells no time."""
    try:
        theirs = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None
    return (theirs if theirs.tzinfo is not None else theirs.replace(tzinfo=UTC)) - now


def is_missing(reply: HttpReply) -> bool:
    """Whether an answer says that the App, which is known, is not installed for a repository."""
    return reply.status == NOT_FOUND and message_of(reply) != "Integration not found"


def not_installed(repository: str) -> TryLater:
    """Return the words for a repository that no installation of the App reaches."""
    owner = repository.partition("/")[0]
    return TryLater(
        REFUSED_FOR,
        f"the GitHub App is not installed for {repository}, or not any more; somebody who owns {owner} installs it "
        "there, or adds the repository to those that it may reach",
    )


def nothing_to_open(repository: str, scope: Scope) -> TryLater:
    """Return the words for a token that would be asked for without saying for what: GitHub would give all there is."""
    if scope.permissions:
        those = ", ".join(f"{name}: {level}" for name, level in scope.permissions)
        return TryLater(REFUSED_FOR, f"the GitHub App was granted nothing of what {repository} needs ({those})")
    return TryLater(REFUSED_FOR, f"nothing in the policy says what the GitHub App may do in {repository}")


def no_token(reply: HttpReply, installation: Installation, scope: Scope, now: datetime) -> TryLater:
    """Return why an installation got no token, in words that say what to do."""
    if reply.status == FORBIDDEN and "suspended" in message_of(reply):
        return suspended(installation.account)
    if reply.status == UNPROCESSABLE:
        those = ", ".join(sorted(scope.repositories))
        return TryLater(
            REFUSED_FOR,
            f"the GitHub App's installation at {installation.account} does not reach {those} with what it needs "
            f"(GitHub says: {message_of(reply)})",
        )
    return refused(reply, now)


def suspended(account: str) -> TryLater:
    """Return the words for an installation whose owner has suspended it."""
    return TryLater(
        REFUSED_FOR,
        f"the GitHub App's installation at {account} is suspended; somebody who owns {account} unsuspends it under "
        "Settings > GitHub Apps",
    )


def is_suspension(reply: HttpReply) -> bool:
    """Whether an answer to an installation's call says that it is suspended: then certainly nothing happened."""
    return reply.status == FORBIDDEN and message_of(reply) == "This installation has been suspended"


def refused(reply: HttpReply, now: datetime) -> TryLater:
    """Return why the App itself was not believed, or whatever else came instead of an answer."""
    if reply.status in {UNAUTHORIZED, NOT_FOUND}:
        said = message_of(reply) or str(reply.status)
        return TryLater(
            REFUSED_FOR,
            f"GitHub does not take the App for who it says it is ({said}); compare its id and its private key with "
            "those in the App's settings",
        )
    told = after_read(reply, now)
    return TryLater(told.after, f"no token of the GitHub App could be had: {told.why}")


def _lesser(needed: str, has: str | None) -> str | None:
    return has if has is None or has == needed else READ
