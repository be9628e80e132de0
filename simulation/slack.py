"""Slack in the simulation: the bot's own chat and directory, over a network that fails, to the sandbox in-process."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handlers.slack import directory
from handlers.slack.bolt import web_client
from handlers.slack.chat import SlackChat
from handlers.slack.directory import SlackDirectory
from handlers.slack.pacing import Pacing
from sandbox.exchange import JSON, Reply
from sandbox.slack import in_process
from sandbox.slack.workspace import Workspace
from simulation.network import Mishap, Network
from simulation.session import Sent, Session, as_client_session


@dataclass(frozen=True, slots=True)
class SlackWay:
    """The way to the workspace. It belongs to the world: a process that dies leaves it as it is."""

    workspace: Workspace
    network: Network
    message_every: float = 0.0
    """How often a channel gets a message, in seconds of the loop; 0: as often as there is one, and edits likewise."""

    def connect(
        self, clock: Callable[[], datetime], before: Callable[[str], None] = lambda _what: None
    ) -> tuple[SlackChat, SlackDirectory]:
        """Return the two ports for one process.

        Args:
            clock: says how old facts about people are.
            before: called before anything is sent; what it raises reaches whoever sends.
        """
        session = as_client_session(Session(self.carry, before=before))
        app, url = self.workspace.app, self.workspace.url
        web = web_client(f"{url}/api/", session, app.bot_token)
        home = directory.Workspace(self.workspace.team_id, app.bot_user, app.bot_id, f"{url}/")
        pacing = Pacing(asyncio.get_running_loop().time, self.message_every)
        return SlackChat(web, session, pacing), SlackDirectory(web, home, lambda: clock().timestamp())

    async def carry(self, sent: Sent) -> Reply:
        """Carry one request; plans know it by its method, such as «chat.postMessage», or as «response_url»."""

        def land() -> Reply:
            path, query = sent.url.raw_path, dict(sent.url.query)
            status, headers, body = in_process.answer(
                self.workspace, sent.method, path, query=query, headers=sent.headers, body=sent.body
            )
            return Reply(status, body, headers)

        path = sent.url.path
        what = path.removeprefix("/api/") if path.startswith("/api/") else "response_url"
        return await self.network.carry(what, land, sent.patience, sent.connect)


def slack_network(rng: random.Random) -> Network:
    """Return a network that speaks Slack's words where it is asked too often."""
    return Network(rng, {Mishap.LIMITED: _limited})


def _limited(rng: random.Random) -> Reply:
    headers = {"Content-Type": JSON, "Retry-After": str(rng.randint(1, 30))}
    return Reply(429, json.dumps({"ok": False, "error": "ratelimited"}).encode(), headers)
