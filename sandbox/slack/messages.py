"""A message with every version that was ever shown."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said from a moment on."""

    at: datetime
    text: str
    blocks: list[Block]


@dataclass(slots=True, eq=False)
class Message:
    """A message. `visible_to` names the only reader of an ephemeral one; `author` is a person's id or the bot's."""

    channel: str
    ts: str
    author: str
    versions: list[Version]
    thread_ts: str | None = None
    visible_to: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    deleted: bool = False
    edited: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return what notifications and screen readers say now."""
        return self.versions[-1].text

    @property
    def blocks(self) -> list[Block]:
        """Return the blocks that are shown now."""
        return self.versions[-1].blocks

    @property
    def is_reply(self) -> bool:
        """Whether it sits in a thread, below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def is_ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return self.visible_to is not None

    def as_json(self, team_id: str, version: int = -1) -> dict[str, Any]:
        """Return the message object that Slack puts into payloads and answers."""
        shown = self.versions[version]
        message: dict[str, Any] = {
            "type": "message",
            "user": self.author,
            "ts": self.ts,
            "text": shown.text,
            "team": team_id,
        }
        if self.bot_id:
            message |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if shown.blocks:
            message["blocks"] = shown.blocks
        if self.thread_ts:
            message["thread_ts"] = self.thread_ts
        if self.edited:
            message["edited"] = {"user": self.bot_id or self.author, "ts": f"{shown.at.timestamp():.6f}"}
        if self.metadata:
            message["metadata"] = self.metadata
        return message
