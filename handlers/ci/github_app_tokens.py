"""The tokens of a GitHub App's installations: made when they are needed, kept in memory alone, renewed in time.

One renewal at a time for each owner: whoever comes meanwhile waits and takes the same token, or hears the same trouble.
What was refused is not asked again at once. Clocks that differ are found out by an answer's own time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci import github_app as pure
from handlers.ci.github_app import Installation, InstallationToken, Scope
from handlers.ci.github_app_assertion import Assert
from handlers.ci.github_replies import UNAUTHORIZED
from handlers.ci.sender import AGAIN, Sends

log = structlog.get_logger()

ScopeOf = Callable[[str], Scope]
"""Returns what a token has to open for a request about a repository (owner/name), as it is now."""
APART_FOR = timedelta(hours=1)
"""How long the repositories of an owner get tokens of their own, after one of them could not be had for all."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """A trouble that whoever comes next need not find out anew."""

    trouble: TryLater
    until: datetime


@dataclass(slots=True)
class _Owner:
    """What is known of one owner's installation."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    tokens: list[InstallationToken] = field(default_factory=list, repr=False)
    refused: dict[str, _Refused] = field(default_factory=dict)
    """By repository; what concerns all of them stands under the empty name."""
    apart_until: datetime | None = None


EVERYWHERE = ""
YOUNG = timedelta(minutes=1)
"""So old a token must be before it is given up for opening too little: nobody asks for a new one at each call."""


@dataclass(slots=True)
class InstallationTokens:
    """The tokens of one App on one host.

    Attributes:
        sender: the host's, which sends no token of its own.
        proves: signs what the App says of itself.
        scope_of: what a token has to open.
    """

    sender: Sends
    proves: Assert = field(repr=False)
    scope_of: ScopeOf
    _owners: dict[str, _Owner] = field(default_factory=lambda: defaultdict(_Owner), repr=False)
    _skew: timedelta = timedelta()
    """How far GitHub's clock is ahead of ours."""

    async def of(self, repository: str) -> InstallationToken | TryLater:
        """Return a token that opens a repository; TryLater: none could be had, and nothing else was sent."""
        owner = self._owners[pure.owner_of(repository)]
        found = self._kept(owner, repository)
        if found is not None:
            return found
        async with owner.turn:  # somebody may have renewed it, or been refused, meanwhile
            return self._kept(owner, repository) or await self._renewed(owner, repository)

    async def instead_of(self, stale: InstallationToken, repository: str) -> InstallationToken | TryLater:
        """Return another token than one that GitHub did not take any more."""
        self._forget(stale, repository)
        return await self.of(repository)

    def outgrown(self, token: InstallationToken, repository: str) -> None:
        """Have a token replaced that opens too little: what was granted since it was made, only a new one opens."""
        if self.now - token.made > YOUNG:
            self._forget(token, repository)

    def _forget(self, stale: InstallationToken, repository: str) -> None:
        owner = self._owners[pure.owner_of(repository)]
        owner.tokens = [one for one in owner.tokens if one is not stale]

    @property
    def now(self) -> datetime:
        """The present by GitHub's clock, as far as it is known."""
        return self.sender.clock() + self._skew

    def _kept(self, owner: _Owner, repository: str) -> InstallationToken | TryLater | None:
        """Return the token that is there, or why there is none, as long as that holds."""
        wanted = self._wanted(owner, repository)
        for token in owner.tokens:
            if token.opens(wanted, self.now):
                return token
        for name in (EVERYWHERE, repository):
            refused = owner.refused.get(name)
            if refused is not None and (left := (refused.until - self.now).total_seconds()) > 0:
                return TryLater(left, refused.trouble.why)
        return None

    def _wanted(self, owner: _Owner, repository: str) -> Scope:
        scope = self.scope_of(repository)
        return Scope(frozenset({repository}), scope.permissions) if self._apart(owner) else scope

    def _apart(self, owner: _Owner) -> bool:
        return owner.apart_until is not None and self.now < owner.apart_until

    async def _renewed(self, owner: _Owner, repository: str) -> InstallationToken | TryLater:
        owner.tokens = [one for one in owner.tokens if self.now < one.until]
        installation = await self._installation(owner, repository)
        if isinstance(installation, TryLater):
            return installation
        made = await self._made(owner, repository, installation)
        if isinstance(made, TryLater):
            return self._refuse(owner, repository if self._apart(owner) else EVERYWHERE, made)
        owner.tokens = [one for one in owner.tokens if not one.scope.repositories <= made.scope.repositories] + [made]
        return made

    async def _installation(self, owner: _Owner, repository: str) -> Installation | TryLater:
        reply = await self._as_app(lambda proof: pure.installation_request(repository, proof))
        if isinstance(reply, TryLater):
            return self._refuse(owner, EVERYWHERE, reply)
        found = pure.read_installation(reply, repository)
        if found is None and pure.is_missing(reply):
            return self._refuse(owner, repository, pure.not_installed(repository))
        if found is None:
            return self._refuse(owner, EVERYWHERE, pure.refused(reply, self.now))
        if found.suspended:
            return self._refuse(owner, EVERYWHERE, pure.suspended(found.account))
        return found

    async def _made(self, owner: _Owner, repository: str, installation: Installation) -> InstallationToken | TryLater:
        """Have a token made, for all the owner's repositories at once where they can be had so."""
        scope = self._wanted(owner, repository)
        if not scope.repositories or not pure.granted(scope, installation):  # GitHub takes nothing for everything
            return pure.nothing_to_open(repository, scope)
        reply = await self._as_app(lambda proof: pure.token_request(installation, scope, proof))
        if isinstance(reply, HttpReply) and reply.status == pure.UNPROCESSABLE and len(scope.repositories) > 1:
            log.warning("github_app_apart", account=installation.account, repositories=len(scope.repositories))
            owner.apart_until = self.now + APART_FOR
            return await self._made(owner, repository, installation)
        if isinstance(reply, TryLater):
            return reply
        made = pure.read_token(reply, scope, self.now)
        if made is None:
            return pure.no_token(reply, installation, scope, self.now)
        missing = pure.lacking(scope, installation)
        if missing:
            log.warning("github_app_lacks", account=installation.account, permissions=list(missing))
        log.info(
            "github_app_renewed",
            account=installation.account,
            repositories=len(scope.repositories),
            until=made.until.isoformat(),
        )
        return made

    async def _as_app(self, request: Callable[[str], HttpRequest]) -> HttpReply | TryLater:
        """Ask as the App itself; where its proof is not taken because the clocks differ, once more by GitHub's."""
        reply = await self._asked(request)
        if isinstance(reply, HttpReply) and reply.status == UNAUTHORIZED:
            skew = pure.skew_of(reply, self.sender.clock())
            if skew is not None and abs(skew - self._skew) > pure.UNEQUAL:
                log.warning("clock_differs", seconds=round(skew.total_seconds()), system="github")
                self._skew = skew
                return await self._asked(request)
        return reply

    async def _asked(self, request: Callable[[str], HttpRequest]) -> HttpReply | TryLater:
        reply = await self.sender.send(request(self.proves(self.now)))
        # A token that was made and never arrived is used by nobody and ends within the hour.
        return TryLater(AGAIN, reply.why) if isinstance(reply, Unsure) else reply

    def _refuse(self, owner: _Owner, where: str, trouble: TryLater) -> TryLater:
        log.warning("github_app_refused", why=trouble.why)
        owner.refused[where] = _Refused(trouble, self.now + timedelta(seconds=trouble.after))
        return trouble
