"""Slack's Web API: which methods there are, who may call them, how they answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from sandbox.exchange import Asked, Reply, asked_over_http, json_reply, over_http
from sandbox.slack import chat_methods, directory_methods, view_methods
from sandbox.slack.calls import Call, arguments, token
from sandbox.slack.refusal import RefusalError
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
    "views.push": (view_methods.push_view, None),
    "views.update": (view_methods.update_view, None),
    "views.publish": (view_methods.publish_view, None),
    "users.info": (directory_methods.users_info, "users:read"),
    "users.list": (directory_methods.users_list, "users:read"),
    "usergroups.list": (directory_methods.usergroups_list, "usergroups:read"),
    "usergroups.users.list": (directory_methods.usergroups_users_list, "usergroups:read"),
    "conversations.info": (directory_methods.conversations_info, None),
    "conversations.list": (directory_methods.conversations_list, None),
    "conversations.open": (directory_methods.conversations_open, None),
}
"""The methods, each with the scope that it needs; conversations.* look at the channel to know theirs."""

CONNECT = "apps.connections.open"


class Tickets(Protocol):
    """Gives out where Socket Mode connects."""

    def ticket_url(self, base_url: str) -> str:
        """Return the URL of one connection."""


@dataclass(frozen=True, slots=True)
class WebApi:
    """Answers /api/{method}. Without `sockets` there is no Socket Mode."""

    workspace: Workspace
    sockets: Tickets | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes: every method may be asked by GET or POST."""
        return [web.get("/api/{method}", self._over_http), web.post("/api/{method}", self._over_http)]

    async def _over_http(self, request: web.Request) -> web.Response:
        return over_http(self.answer(await asked_over_http(request), request.match_info["method"]))

    def answer(self, request: Asked, method: str) -> Reply:
        """Answer one call; a refusal is a 200 with `ok: false`, but for too many calls."""
        app = self.workspace.app
        headers = {
            "x-oauth-scopes": ",".join(sorted(app.scopes)),
            "x-slack-req-id": str(self.workspace.changes.revision),
        }
        try:
            answer = self._call(request, method)
        except RefusalError as refusal:
            return json_reply(refusal.body, refusal.status, {**headers, **refusal.headers})
        return json_reply({"ok": True, **answer}, headers=headers)

    def _call(self, request: Asked, name: str) -> dict[str, Any]:
        found = arguments(request)
        given = token(request, found)
        if not given:
            raise RefusalError("not_authed")
        call = Call(found, str(request.url.origin()))
        if name == CONNECT and self.sockets is not None:
            if request.method != "POST":
                raise RefusalError("insecure_request")
            return self._connect(self.sockets, given, call)
        if name not in METHODS:
            raise RefusalError("unknown_method", req_method=name)
        method, scope = METHODS[name]
        if given != self.workspace.app.bot_token:
            raise RefusalError("not_allowed_token_type" if given == self.workspace.app.app_token else "invalid_auth")
        if scope and scope not in self.workspace.app.scopes:
            raise RefusalError("missing_scope", needed=scope, provided=",".join(sorted(self.workspace.app.scopes)))
        self.workspace.rates.call(name)
        return method(self.workspace, call)

    def _connect(self, sockets: Tickets, given: str, call: Call) -> dict[str, Any]:
        if given != self.workspace.app.app_token:
            raise RefusalError("not_allowed_token_type" if given == self.workspace.app.bot_token else "invalid_auth")
        self.workspace.rates.call(CONNECT)
        return {"url": sockets.ticket_url(call.base_url)}
