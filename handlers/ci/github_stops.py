"""Ends runs on GitHub. Implements the port Stopper for dispatched workflows.

https://docs.github.com/rest/actions/workflow-runs#cancel-a-workflow-run

A run that is told to end twice ends once, so a lost answer may simply be asked for again. What GitHub refuses with 409
has ended, or cannot be ended just yet: how the run stands is told by following it, and this is asked again meanwhile.
"""

from dataclasses import dataclass

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, Trouble, TryLater
from handlers.ci.github_pages import api
from handlers.ci.github_replies import after_start, message_of
from handlers.ci.github_source import github_source
from handlers.ci.sender import Sends

ACCEPTED, CONFLICT = 202, 409
LATER = 15.0
"""Seconds until a run is told to end again that could not be."""


@dataclass(frozen=True, slots=True)
class GithubStops:
    """Tells runs to end through the one sender."""

    sender: Sends

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Tell the run of a release to end: the one whose number GitHub gave when it was dispatched."""
        ref = release.deployment.ref if release.deployment else None
        if ref is None or not (ref.isascii() and ref.isdigit()):
            return GiveUp("the deployment has no id that GitHub would know")
        path = api(github_source(service).repository, "actions", "runs", ref, "cancel")
        reply = await self.sender.send(HttpRequest("POST", path))
        if not isinstance(reply, HttpReply):
            return reply
        if reply.status == ACCEPTED:
            return Stopped(f"run {ref} is told to end")
        if reply.status == CONFLICT:
            return TryLater(LATER, f"GitHub answers {CONFLICT}: {message_of(reply) or 'it does not say why'}")
        return after_start(reply, self.sender.clock())
