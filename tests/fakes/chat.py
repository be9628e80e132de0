"""Slack's posting side in memory: it keeps every message, and answers as it is told to, once each."""

from collections import deque
from dataclasses import dataclass, field

from bot.ports.slack import Message
from bot.ports.trouble import GiveUp, Trouble, Unsure


@dataclass(frozen=True, slots=True)
class Arrived:
    """The message did arrive, but the answer that says so is lost."""


Scripted = Trouble | Arrived | Exception


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
    calls: list[str] = field(default_factory=list)
    script: dict[str, deque[Scripted]] = field(default_factory=dict)

    def will(self, method: str, *answers: Scripted) -> None:
        """Have the next calls of a method come to this."""
        self.script.setdefault(method, deque()).extend(answers)

    def in_channel(self, channel: str) -> list[Posted]:
        """Return the messages of a channel that are not in a thread."""
        return [one for one in self.messages if one.channel == channel and one.thread is None]

    def in_thread(self, ts: str) -> list[str]:
        """Return the texts under a message, in order."""
        return [one.message.text for one in self.messages if one.thread == ts]

    async def post(self, channel: str, message: Message, *, thread: str | None = None) -> str | Trouble:
        """Post, unless told otherwise."""
        told = self._next("post")
        if told is not None and not isinstance(told, Arrived):
            return told
        posted = Posted(channel, f"1700000000.{len(self.messages) + 1:06}", thread, [message])
        self.messages.append(posted)
        return Unsure("the answer was lost") if told else posted.ts

    async def update(self, channel: str, ts: str, message: Message) -> Trouble | None:
        """Replace a message, unless told otherwise."""
        told = self._next("update")
        if told is not None and not isinstance(told, Arrived):
            return told
        posted = next((one for one in self.messages if (one.channel, one.ts) == (channel, ts)), None)
        if posted is None:
            return GiveUp("message_not_found")
        posted.versions.append(message)
        return Unsure("the answer was lost") if told else None

    async def whisper(self, channel: str, slack_user: str, message: Message) -> Trouble | None:
        """Tell one person, unless told otherwise."""
        told = self._next("whisper")
        if told is None or isinstance(told, Arrived):
            self.whispers.append((channel, slack_user, message.text))
        return Unsure("the answer was lost") if isinstance(told, Arrived) else told

    async def respond(self, response_url: str, message: Message) -> Trouble | None:
        """Answer through a URL, unless told otherwise."""
        told = self._next("respond")
        if told is None or isinstance(told, Arrived):
            self.responses.append((response_url, message.text))
        return Unsure("the answer was lost") if isinstance(told, Arrived) else told

    async def permalink(self, channel: str, ts: str) -> str | None:
        """Return a link in Slack's shape."""
        return f"https://acme.slack.example/archives/{channel}/p{ts.replace('.', '')}"

    def _next(self, method: str) -> Trouble | Arrived | None:
        self.calls.append(method)
        told = self.script.get(method)
        answer = told.popleft() if told else None
        if isinstance(answer, Exception):
            raise answer
        return answer
