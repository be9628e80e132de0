"""What a line that somebody types becomes as a message: names as mentions, addresses as links, the rest escaped."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.slack.workspace import Workspace

TOKEN = re.compile(
    r"(?P<slack><(?:[@#!]|https?://)[^<>\s]*>)"
    r"|(?P<link>https?://[^\s<>]+)"
    r"|(?<![\w@])@(?P<person>[\w.-]*\w)"
    r"|(?<![\w#&])#(?P<channel>[\w-]*\w)"
    r"|(?P<sign>[&<>])"
)
SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def typed(workspace: "Workspace", line: str) -> str:
    """Return a line as Slack keeps it; what Slack itself would write, such as <@U0SAM>, stays."""

    def written(token: re.Match[str]) -> str:
        kind, whole = token.lastgroup, token.group()
        if kind == "sign":
            return SIGNS[whole]
        if kind == "link":
            return f"<{whole}>"
        try:
            if kind == "person":
                return f"<@{workspace.person(token['person']).id}>"
            if kind == "channel":
                channel = workspace.channel(token["channel"])
                if channel.is_direct:
                    return whole
                return f"<#{channel.id}|{'' if channel.private else channel.name}>"
        except LookupError:
            return whole
        return whole

    return TOKEN.sub(written, line)
