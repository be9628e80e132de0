"""Calls to Buildbot in a session of its own, which is opened when it is needed and again when it has run out."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.buildbot_replies import FORBIDDEN, OK, UNAUTHORIZED, after_read, limited
from handlers.ci.buildbot_sign_in import basic, session_of, sign_in_request
from handlers.ci.sender import AGAIN, Sends, System

T = TypeVar("T")

BUILDBOT = System("buildbot", (("Accept", "application/json"),), limited)


@dataclass(slots=True)
class BuildbotCalls:
    """Sends to the one Buildbot that is configured. Without `user` everything is asked as nobody."""

    sender: Sends
    user: str = ""
    password: str = field(default="", repr=False)
    _session: str | None = field(default=None, repr=False)
    """The cookie; empty where there is nothing to sign in to."""

    async def send(self, request: HttpRequest) -> HttpReply | TryLater | Unsure:
        """Send once; again only what was turned away because the session has run out, so that nothing has happened.

        Or because there never was one: whoever stood before Buildbot when we signed in may have answered in its place.
        """
        if not self.user:
            return await self.sender.send(request)
        fresh = self._session is None
        trouble = await self._sign_in() if fresh else None
        if trouble is not None:
            return trouble
        used = self._session
        reply = await self.sender.send(self._signed(request))
        turned_away = isinstance(reply, HttpReply) and reply.status in {UNAUTHORIZED, FORBIDDEN}
        if fresh or not turned_away:
            return reply
        trouble = await self._sign_in()
        if trouble is not None:
            return trouble
        return await self.sender.send(self._signed(request)) if used or self._session else reply

    async def read(self, request: HttpRequest) -> HttpReply | TryLater:
        """Send what changes nothing: a lost answer is asked for again."""
        reply = await self.send(request)
        return TryLater(AGAIN, reply.why) if isinstance(reply, Unsure) else reply

    async def ask(self, request: HttpRequest, understand: Callable[[HttpReply], T | None]) -> T | TryLater:
        """Read, and return what was understood of the answer; `understand` gives None for what cannot be read."""
        reply = await self.read(request)
        if isinstance(reply, TryLater):
            return reply
        told = understand(reply) if reply.status == OK else None
        return after_read(reply, self.now) if told is None else told

    @property
    def now(self) -> datetime:
        """The present."""
        return self.sender.clock()

    async def _sign_in(self) -> TryLater | None:
        reply = await self.sender.send(replace(sign_in_request(), headers=(basic(self.user, self.password),)))
        if not isinstance(reply, HttpReply):
            return TryLater(AGAIN, reply.why)
        session = limited(reply, self.now) or session_of(reply)
        if isinstance(session, TryLater):
            return session
        self._session = session
        return None

    def _signed(self, request: HttpRequest) -> HttpRequest:
        """Return a request with the session, and with the password for whoever may stand before Buildbot."""
        cookie = (("Cookie", self._session),) if self._session else ()
        return replace(request, headers=(*request.headers, basic(self.user, self.password), *cookie))
