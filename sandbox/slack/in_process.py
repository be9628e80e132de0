"""The Web API and the response URLs without a server: no sockets, no threads; the same methods as over HTTP."""

from collections.abc import Mapping

from sandbox.exchange import Reply, asked_in_process
from sandbox.slack.response_url import Responses
from sandbox.slack.web_api import WebApi
from sandbox.slack.workspace import Workspace


def answer(
    workspace: Workspace,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, dict[str, str], bytes]:
    """Answer one request at once: status, headers, body.

    Args:
        workspace: what is asked; its address is where the request would have been sent.
        method: in capitals.
        path: /api/{method} or /response/{id}, quoted as in a request line.
        query: of each name one value.
        headers: whatever their case.
        body: as it would be sent.
    """
    asked = asked_in_process(workspace.url, method, path, query=query, headers=headers, body=body)
    part, _, known = asked.path.lstrip("/").partition("/")
    if part == "api" and method in {"GET", "POST"}:
        reply = WebApi(workspace).answer(asked, known)
    elif part == "response" and method == "POST":
        reply = Responses(workspace).answer(asked, known)
    else:
        reply = Reply(404)
    return reply.status, reply.headers, reply.body
