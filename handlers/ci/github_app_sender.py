"""Sends as an installation of a GitHub App: with a token for each owner, renewed once where it is not taken."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci import github_app as pure
from handlers.ci.github_app import REFUSED_FOR, InstallationToken
from handlers.ci.github_app_tokens import InstallationTokens
from handlers.ci.github_replies import FORBIDDEN, UNAUTHORIZED, limited


@dataclass(frozen=True, slots=True)
class AppSender:
    """Implements Sends. The host's one sender does the calls, so that there is one who knows whether it answers."""

    tokens: InstallationTokens

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present, as the host's sender knows it."""
        return self.tokens.sender.clock

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Send once with a token that opens the repository; a token that is not taken is renewed, once.

        The second sending is none of a call that may have happened: 401 says that nothing did.
        """
        repository = pure.repository_of(request.path)
        if repository is None:
            return TryLater(REFUSED_FOR, "a GitHub App asks about repositories alone")
        token = await self.tokens.of(repository)
        if isinstance(token, TryLater):
            return token
        reply = await self._as(token, request, etag)
        if isinstance(reply, HttpReply) and reply.status == UNAUTHORIZED:
            token = await self.tokens.instead_of(token, repository)
            if isinstance(token, TryLater):
                return token
            reply = await self._as(token, request, etag)
        return self._told(reply, token, repository) if isinstance(reply, HttpReply) else reply

    async def _as(
        self, token: InstallationToken, request: HttpRequest, etag: str | None
    ) -> HttpReply | TryLater | Unsure:
        proven = replace(request, headers=(*request.headers, *pure.bearer(token.text)))
        return await self.tokens.sender.send(proven, etag=etag)

    def _told(self, reply: HttpReply, token: InstallationToken, repository: str) -> HttpReply | TryLater:
        """Give up a token that says too little, and word what only somebody at GitHub can mend."""
        if reply.status == FORBIDDEN and limited(reply, self.clock()) is None:
            self.tokens.outgrown(token, repository)
            if pure.is_suspension(reply):
                return pure.suspended(repository.partition("/")[0])
        return reply
