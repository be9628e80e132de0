"""Response URLs: answering where something was done, 5 times within 30 minutes."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

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
        return [web.post("/response/{id}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """Take one post; Slack answers `ok` as plain text, and a refusal with a 4xx."""
        try:
            given = self.workspace.one_shots.respond(request.match_info["id"])
            body = await request.json()
            respond(self.workspace, given, body)
        except RefusalError as refusal:
            return web.json_response(refusal.body, status=refusal.status if refusal.status != 200 else 400)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        return web.Response(text="ok")


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
