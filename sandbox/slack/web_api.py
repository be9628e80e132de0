"""Slack's Web API over HTTP: which methods there are, who may call them, how they answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack import chat_methods, directory_methods, view_methods
from sandbox.slack.calls import Call, arguments, token
from sandbox.slack.refusal import RefusalError
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.workspace import Workspace

Method = Callable[[Workspace, Call], dict[str, Any]]

METHODS: dict[str, tuple[Method, str | None]] = {
    "auth.test": (directory_methods.auth_test, None),
    "chat.postMessage": (chat_methods.post_message, "chat:write"),
    "chat.update": (chat_methods.update, "chat:write"),
    "chat.delete": (chat_methods.delete, "chat:write"),
    "chat.postEphemeral": (chat_methods.post_ephemeral, "chat:write"),
    "chat.getPermalink": (chat_methods.permalink, None),
    "views.open": (view_methods.open_view, None),
    "views.update": (view_methods.update_view, None),
    "users.info": (directory_methods.users_info, "users:read"),
    "users.list": (directory_methods.users_list, "users:read"),
    "usergroups.list": (directory_methods.usergroups_list, "usergroups:read"),
    "usergroups.users.list": (directory_methods.usergroups_users_list, "usergroups:read"),
    "conversations.info": (directory_methods.conversations_info, None),
    "conversations.list": (directory_methods.conversations_list, None),
    "conversations.open": (directory_methods.conversations_open, "im:write"),
}
"""The methods, each with the scope that it needs; conversations.* look at the channel to know theirs."""

CONNECT = "apps.connections.open"


@dataclass(frozen=True, slots=True)
class WebApi:
    """Answers /api/{method}."""

    workspace: Workspace
    sockets: SocketMode

    def routes(self) -> list[web.RouteDef]:
        """Return the routes: every method may be asked by GET or POST."""
        return [web.get("/api/{method}", self.answer), web.post("/api/{method}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one call; a refusal is a 200 with `ok: false`, but for too many calls."""
        app = self.workspace.app
        headers = {
            "x-oauth-scopes": ",".join(sorted(app.scopes)),
            "x-slack-req-id": str(self.workspace.changes.revision),
        }
        try:
            answer = await self._call(request)
        except RefusalError as refusal:
            return web.json_response(refusal.body, status=refusal.status, headers={**headers, **refusal.headers})
        return web.json_response({"ok": True, **answer}, headers=headers)

    async def _call(self, request: web.Request) -> dict[str, Any]:
        name = request.match_info["method"]
        found = await arguments(request)
        given = token(request, found)
        if not given:
            raise RefusalError("not_authed")
        call = Call(found, f"{request.scheme}://{request.host}")
        if name == CONNECT:
            return self._connect(given, call)
        if name not in METHODS:
            raise RefusalError("unknown_method", req_method=name)
        method, scope = METHODS[name]
        if given != self.workspace.app.bot_token:
            raise RefusalError("not_allowed_token_type" if given == self.workspace.app.app_token else "invalid_auth")
        if scope and scope not in self.workspace.app.scopes:
            raise RefusalError("missing_scope", needed=scope, provided=",".join(sorted(self.workspace.app.scopes)))
        self.workspace.rates.call(name)
        return method(self.workspace, call)

    def _connect(self, given: str, call: Call) -> dict[str, Any]:
        if given != self.workspace.app.app_token:
            raise RefusalError("not_allowed_token_type" if given == self.workspace.app.bot_token else "invalid_auth")
        self.workspace.rates.call(CONNECT)
        return {"url": self.sockets.ticket_url(call.base_url)}
