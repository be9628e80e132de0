"""How often a method may be called: a message a second in a channel, and the tiers per minute."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from math import ceil

from sandbox.slack.refusal import RefusalError

BURST = 3
"""Messages that a channel takes at once; Slack allows short bursts over one a second without saying how long."""
PER_MINUTE = {
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "views.open": 100,
    "views.push": 100,
    "views.update": 100,
    "views.publish": 100,
    "users.info": 100,
    "users.list": 20,
    "usergroups.list": 20,
    "usergroups.users.list": 20,
    "conversations.info": 50,
    "conversations.list": 20,
    "conversations.open": 50,
    "apps.connections.open": 50,
}


class Rates:
    """Counts calls by the workspace's clock. With `strict` off nothing is refused."""

    def __init__(self, clock: Callable[[], datetime], *, strict: bool = True) -> None:
        self.strict = strict
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._room: dict[str, tuple[float, float]] = {}

    def call(self, method: str) -> None:
        """Count a call of a method against its tier."""
        limit = PER_MINUTE.get(method)
        if limit is None or not self.strict:
            return
        now = self._clock().timestamp()
        calls = self._calls.setdefault(method, deque())
        while calls and now - calls[0] >= 60:
            calls.popleft()
        if len(calls) >= limit:
            raise _too_often(60 - (now - calls[0]))
        calls.append(now)

    def post(self, channel: str) -> None:
        """Count a message against its channel: one a second, after a burst."""
        if not self.strict:
            return
        now = self._clock().timestamp()
        room, since = self._room.get(channel, (float(BURST), now))
        room = min(float(BURST), room + now - since)
        if room < 1:
            self._room[channel] = (room, now)
            raise _too_often(1 - room)
        self._room[channel] = (room - 1, now)


def _too_often(wait: float) -> RefusalError:
    return RefusalError("ratelimited", status=429, headers={"Retry-After": str(max(1, ceil(wait)))})
