"""What Slack gives out for a short time: trigger ids (3 s, once) and response URLs (30 minutes, 5 posts)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.slack.refusal import RefusalError

TRIGGER_LIVES = timedelta(seconds=3)
RESPONSE_LIVES = timedelta(minutes=30)
RESPONSES = 5


@dataclass(slots=True)
class Trigger:
    """The right to open one modal in front of one person."""

    id: str
    person: str
    sent_at: datetime
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer where something was done. `message` is the ts of what was clicked, if anything was."""

    id: str
    person: str
    channel: str
    sent_at: datetime
    message: str | None = None
    thread_ts: str | None = None
    posts: int = 0


class OneShots:
    """Every trigger id and response URL that was given out."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}

    def trigger(self, person: str) -> str:
        """Give out a trigger id."""
        number = int(next(reversed(self._triggers), "0").partition(".")[0]) + 1
        trigger = Trigger(f"{number}.{int(self._clock().timestamp())}.{number:032x}", person, self._clock())
        self._triggers[trigger.id] = trigger
        return trigger.id

    def exchange(self, trigger_id: str) -> str:
        """Return the person of a trigger id, which is spent by that.

        Raises:
            RefusalError: it is unknown, too old, or was used before.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise RefusalError("invalid_trigger_id")
        if trigger.used:
            raise RefusalError("exchanged_trigger_id")
        if self._clock() - trigger.sent_at > TRIGGER_LIVES:
            raise RefusalError("expired_trigger_id")
        trigger.used = True
        return trigger.person

    def response(
        self, person: str, channel: str, message: str | None = None, thread_ts: str | None = None
    ) -> ResponseUrl:
        """Give out a response URL."""
        number = f"{int(next(reversed(self._responses), '0'), 16) + 1:024x}"
        given = ResponseUrl(number, person, channel, self._clock(), message, thread_ts)
        self._responses[given.id] = given
        return given

    def respond(self, response_id: str) -> ResponseUrl:
        """Count a post to a response URL.

        Raises:
            RefusalError: it is unknown, too old, or all its posts are spent.
        """
        given = self._responses.get(response_id)
        if given is None:
            raise RefusalError("invalid_url", status=404)
        if self._clock() - given.sent_at > RESPONSE_LIVES:
            raise RefusalError("expired_url", status=404)
        if given.posts >= RESPONSES:
            raise RefusalError("used_url", status=404)
        given.posts += 1
        return given
