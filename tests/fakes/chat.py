"""Slack's posting side in memory: it keeps every message, and answers as it is told to, once each."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bot.ports.slack import Gone, HomeDiffers, Message
from bot.ports.trouble import Trouble, Unsure

NOT_FOUND = "Slack refused to edit a message in {} (message_not_found). The message was deleted in Slack."


@dataclass(frozen=True, slots=True)
class Arrived:
    """The message did arrive, but the answer that says so is lost."""


class Killed(BaseException):
    """The process dies in the middle of the call, before or after it arrived."""

    def __init__(self, *, arrived: bool) -> None:
        super().__init__(f"killed, arrived: {arrived}")
        self.arrived = arrived


Scripted = Trouble | Arrived | Exception | Killed
"""What a call comes to: trouble, an answer that is lost, an adapter's own error, the end of the process."""


@dataclass(slots=True)
class Posted:
    """A message as it stands in a channel, with every version that it had."""

    channel: str
    ts: str
    thread: str | None
    versions: list[Message]

    @property
    def message(self) -> Message:
        """What people read now."""
        return self.versions[-1]

    def button(self, act: str) -> str:
        """Return the handle in a button; fails when there is none."""
        rows = [block["elements"] for block in self.message.blocks if block["type"] == "actions"]
        handles = [str(b["value"]) for row in rows for b in row if b["action_id"] == f"signoff:{act}"]
        assert len(handles) == 1, f"{len(handles)} buttons {act} in: {self.message.text}"
        return handles[0]


@dataclass(slots=True)
class FakeChat:
    """Keeps the promises of the port Chat. `script` holds, per method, what the next calls come to."""

    messages: list[Posted] = field(default_factory=list)
    whispers: list[tuple[str, str, str]] = field(default_factory=list)
    responses: list[tuple[str, str]] = field(default_factory=list)
    homes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Every version of a person's App Home; the hash of the last one is how many there are."""
    calls: list[str] = field(default_factory=list)
    script: dict[str, deque[Scripted]] = field(default_factory=dict)
    deleted: list[Posted] = field(default_factory=list)

    def delete(self, posted: Posted) -> None:
        """Take a message away, as people do."""
        self.messages.remove(posted)
        self.deleted.append(posted)

    def will(self, method: str, *answers: Scripted) -> None:
        """Have the next calls of a method come to this; "post C0OPS" is a post to that channel."""
        self.script.setdefault(method, deque()).extend(answers)

    def in_channel(self, channel: str) -> list[Posted]:
        """Return the messages of a channel that are not in a thread."""
        return [one for one in self.messages if one.channel == channel and one.thread is None]

    def in_thread(self, ts: str) -> list[str]:
        """Return the texts under a message, in order."""
        return [one.message.text for one in self.messages if one.thread == ts]

    async def post(
        self, channel: str, message: Message, *, thread: str | None = None, place: str | None = None
    ) -> str | Trouble:
        """Post, unless told otherwise."""
        del place
        told = self._next("post", f"post {channel}")
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        posted = Posted(channel, f"1700000000.{len(self.messages) + len(self.deleted) + 1:06}", thread, [message])
        self.messages.append(posted)
        return lost(told) if told else posted.ts

    async def update(self, channel: str, ts: str, message: Message) -> Trouble | Gone | None:
        """Replace a message, unless told otherwise."""
        told = self._next("update")
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        posted = next((one for one in self.messages if (one.channel, one.ts) == (channel, ts)), None)
        if posted is None:
            return Gone(NOT_FOUND.format(channel))
        posted.versions.append(message)
        return lost(told) if told else None

    async def whisper(self, channel: str, slack_user: str, message: Message) -> Trouble | None:
        """Tell one person, unless told otherwise."""
        told = self._next("whisper")
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        self.whispers.append((channel, slack_user, message.text))
        return lost(told) if told else None

    async def respond(self, response_url: str, message: Message) -> Trouble | None:
        """Answer through a URL, unless told otherwise."""
        told = self._next("respond")
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        self.responses.append((response_url, message.text))
        return lost(told) if told else None

    async def publish_home(
        self, slack_user: str, view: dict[str, Any], known: str | None
    ) -> str | HomeDiffers | Trouble:
        """Publish, unless told otherwise or over a version that is not the last one."""
        told = self._next("publish_home")
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        versions = self.homes.get(slack_user, [])
        if known not in {None, f"h{len(versions)}"}:
            return HomeDiffers()
        self.homes[slack_user] = [*versions, view]
        return lost(told) if told else f"h{len(versions) + 1}"

    def _next(self, method: str, first: str | None = None) -> Trouble | Arrived | Killed | None:
        self.calls.append(method)
        return next_of(self.script.get(first or method) or self.script.get(method))


def next_of(script: deque[Scripted] | None) -> Trouble | Arrived | Killed | None:
    """Return what the next call comes to, or raise it where nothing arrives."""
    answer = script.popleft() if script else None
    if isinstance(answer, Exception) or (isinstance(answer, Killed) and not answer.arrived):
        raise answer
    return answer


def lost(told: Arrived | Killed) -> Unsure:
    """Return how a call ends that arrived, but whose answer nobody hears."""
    if isinstance(told, Killed):
        raise told
    return Unsure("the answer was lost")
