"""Response URLs: answering where something was done, 5 times within 30 minutes."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.exchange import Asked, Reply, asked_over_http, json_reply, over_http
from sandbox.slack.chat_methods import content
from sandbox.slack.messages import Message
from sandbox.slack.one_shot import ResponseUrl
from sandbox.slack.refusal import RefusalError
from sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Responses:
    """Answers /response/{id}."""

    workspace: Workspace

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.post("/response/{id}", self._over_http)]

    async def _over_http(self, request: web.Request) -> web.Response:
        return over_http(self.answer(await asked_over_http(request), request.match_info["id"]))

    def answer(self, request: Asked, known: str) -> Reply:
        """Take one post; Slack answers `ok` as plain text, and a refusal with a 4xx."""
        try:
            given = self.workspace.one_shots.respond(known)
            respond(self.workspace, given, json.loads(request.body))
        except RefusalError as refusal:
            return json_reply(refusal.body, refusal.status if refusal.status != 200 else 400)
        except ValueError:
            return json_reply({"ok": False, "error": "invalid_payload"}, 400)
        return Reply(200, b"ok", {"Content-Type": "text/plain; charset=utf-8"})


def respond(workspace: Workspace, given: ResponseUrl, body: Any) -> None:
    """Do what a post to a response URL, or the acknowledgement of a command, asks for."""
    if not isinstance(body, dict):
        raise RefusalError("invalid_payload")
    original = workspace.message(given.channel, given.message) if given.message else None
    if original is not None and body.get("delete_original"):
        workspace.delete(original)
        return
    text, blocks = content(body)
    if original is not None and body.get("replace_original"):
        workspace.edit(original, text, blocks)
        return
    public = body.get("response_type") == "in_channel" and not _is_private(original)
    workspace.post(
        workspace.channels[given.channel],
        workspace.app.bot_user,
        text,
        blocks,
        thread_ts=body.get("thread_ts") or given.thread_ts,
        visible_to=None if public else given.person,
    )


def _is_private(original: Message | None) -> bool:
    # an answer to an ephemeral message cannot be made public
    return original is not None and original.is_ephemeral
