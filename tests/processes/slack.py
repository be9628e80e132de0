"""A second, small Slack for the tests that kill the bot: written apart from the sandbox, not to be wrong alike.

It keeps what was posted, and delivers clicks and commands over Socket Mode to whatever connection is open.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web


@dataclass(slots=True)
class Posted:
    """A message in a channel, with every version of it."""

    channel: str
    ts: str
    thread: str | None
    versions: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """What it says now."""
        return str(self.versions[-1]["text"])

    def button(self, words: str) -> tuple[str, dict[str, Any]] | None:
        """Return the block id and the button of that name, if the message has it now."""
        for block in self.versions[-1].get("blocks", []):
            for element in block.get("elements", []) if block["type"] == "actions" else []:
                if element["text"]["text"] == words:
                    return block["block_id"], element
        return None


@dataclass(slots=True)
class SmallSlack:
    """The workspace T0 with whoever acts in it."""

    changed: Callable[[], None]
    url: str = ""
    posts: list[Posted] = field(default_factory=list)
    whispers: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    delivered: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    """Who did it and the frame, by envelope."""
    lines: list[web.WebSocketResponse] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    def routes(self) -> list[web.RouteDef]:
        """Return the Web API, the socket and the response address."""
        return [
            web.route("*", "/api/{method}", self._api),
            web.get("/link", self._link),
            web.post("/response", self._response),
        ]

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        asked = await _arguments(request)
        answers: dict[str, dict[str, Any]] = {
            "auth.test": {"url": f"{self.url}/", "team_id": "T0", "user_id": "U0BOT", "bot_id": "B0BOT"},
            "apps.connections.open": {"url": f"{self.url.replace('http', 'ws', 1)}/link"},
            "users.info": {"user": {"id": asked.get("user"), "team_id": "T0", "name": "somebody"}},
            "usergroups.users.list": {"users": []},
        }
        answer = answers.get(method)
        if method == "chat.postMessage":
            ts = f"{1763719200 + next(self._numbers)}.000100"
            self.posts.append(Posted(asked["channel"], ts, asked.get("thread_ts"), [asked]))
            answer = {"ts": ts, "channel": asked["channel"]}
        if method == "chat.update":
            post = next(post for post in self.posts if (post.channel, post.ts) == (asked["channel"], asked["ts"]))
            post.versions.append(asked)
            answer = {"ts": asked["ts"], "channel": asked["channel"]}
        if method == "chat.postEphemeral":
            self.whispers.append(asked)
            answer = {"message_ts": "1.1"}
        self.changed()
        return web.json_response({"ok": True, **answer} if answer else {"ok": False, "error": "unknown_method"})

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse()
        await line.prepare(request)
        await line.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0"}})
        self.lines.append(line)
        self.changed()
        try:
            async for message in line:
                if message.type is WSMsgType.TEXT:
                    reply = json.loads(message.data)
                    self.acknowledged[reply["envelope_id"]] = reply
                    self.changed()
        finally:  # however it ends: a line of the dead would look as if somebody listened
            self.lines.remove(line)
            self.changed()
        return line

    async def _response(self, request: web.Request) -> web.Response:
        self.whispers.append(await request.json())
        self.changed()
        return web.Response(text="ok")

    async def click(self, user: str, post: Posted, words: str) -> str | None:
        """Click a button; returns the envelope's id, or None when nobody listens or there is no such button."""
        found = post.button(words)
        if found is None or not self.lines:
            return None
        block, button = found
        number = next(self._numbers)
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "team_id": "T0"},
            "api_app_id": "A0",
            "team": {"id": "T0", "domain": "acme"},
            "enterprise": None,
            "channel": {"id": post.channel, "name": "payments"},
            "container": {"type": "message", "message_ts": post.ts, "channel_id": post.channel, "is_ephemeral": False},
            "message": {"type": "message", "ts": post.ts, "bot_id": "B0BOT", "text": post.text},
            "trigger_id": f"trigger.{number}",
            "response_url": f"{self.url}/response",
            "actions": [
                {
                    "type": "button",
                    "action_id": button["action_id"],
                    "block_id": block,
                    "value": button["value"],
                    "text": button["text"],
                    "action_ts": f"1763719200.{number:06d}",
                }
            ],
        }
        envelope = f"envelope-{number}"
        frame = {"envelope_id": envelope, "type": "interactive", "payload": payload, "accepts_response_payload": False}
        self.delivered[envelope] = (user, frame)
        return envelope if await self.deliver(envelope) else None

    async def types(self, user: str, words: str, channel: str) -> str | None:
        """Type `/deploy` with words; returns the envelope's id, or None when nobody listens."""
        number = next(self._numbers)
        payload = {
            "command": "/deploy",
            "text": words,
            "user_id": user,
            "user_name": user.lower(),
            "team_id": "T0",
            "team_domain": "acme",
            "api_app_id": "A0",
            "channel_id": channel,
            "channel_name": "somewhere",
            "is_enterprise_install": "false",
            "trigger_id": f"trigger.{number}",
            "response_url": f"{self.url}/response",
        }
        envelope = f"envelope-{number}"
        frame = {
            "envelope_id": envelope,
            "type": "slash_commands",
            "payload": payload,
            "accepts_response_payload": True,
        }
        self.delivered[envelope] = (user, frame)
        return envelope if await self.deliver(envelope) else None

    async def deliver(self, envelope: str) -> bool:
        """Deliver what somebody did, perhaps not for the first time; False when nobody listens."""
        _, frame = self.delivered[envelope]
        try:
            await self.lines[-1].send_json(frame)
        except (ConnectionError, IndexError):
            return False
        return True

    def acknowledged_of(self, user: str) -> int:
        """Return how many of a person's acts were acknowledged."""
        return sum(1 for envelope in self.acknowledged if self.delivered[envelope][0] == user)

    def told(self, words: str) -> int:
        """Return how many private answers hold the words."""
        return sum(1 for whisper in self.whispers if words in str(whisper["text"]))


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {**request.query, **await request.post()}
