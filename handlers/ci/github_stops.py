"""Ends runs on GitHub. Implements the port Stopper for dispatched workflows.

https://docs.github.com/rest/actions/workflow-runs#cancel-a-workflow-run

A run that is told to end twice ends once, so a lost answer may simply be asked for again. The run is looked at before:
after a start under a policy that leads elsewhere its number names another one there, and what has ended needs no word.
What GitHub refuses with 409 has ended meanwhile, or cannot be ended just yet: it is looked at again.
"""

import re
from dataclasses import dataclass

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubWorkflow
from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, Trouble, TryLater
from handlers.ci.github_dispatch import OK, is_of_workflow
from handlers.ci.github_pages import api
from handlers.ci.github_payloads import Run
from handlers.ci.github_records import strangers
from handlers.ci.github_replies import after_start, message_of
from handlers.ci.github_runs import read_run, run_request
from handlers.ci.github_source import github_source
from handlers.ci.sender import Sends

ACCEPTED, CONFLICT = 202, 409
LATER = 15.0
"""Seconds until a run is told to end again that could not be."""
_KEY = re.compile(r"(?<![A-Za-z0-9-])R-[1-9][0-9]{0,17}-[a-z0-9]{8}(?![A-Za-z0-9-])", re.ASCII)


@dataclass(frozen=True, slots=True)
class GithubStops:
    """Tells runs to end through the one sender."""

    sender: Sends

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Tell the run of a release to end: the one whose number GitHub gave when it was dispatched."""
        ref, target = release.deployment.ref if release.deployment else None, release.policy.target
        if ref is None or not (ref.isascii() and ref.isdigit()) or not isinstance(target, GithubWorkflow):
            return GiveUp("the deployment has no id that GitHub would know")
        source = github_source(service)
        reply = await self.sender.send(run_request(source.repository, int(ref)))
        if not isinstance(reply, HttpReply):
            return reply
        run = read_run(reply) if reply.status == OK else None
        if run is None:
            return after_start(reply, self.sender.clock())
        if not _is_ours(run, source, target, release):
            return strangers(release, "run", run.id, source)
        if run.status == "completed":
            return Stopped(f"run {run.id} has ended")
        return await self._cancel(source, run)

    async def _cancel(self, source: GithubSource, run: Run) -> Stopped | Trouble:
        path = api(source.repository, "actions", "runs", str(run.id), "cancel")
        reply = await self.sender.send(HttpRequest("POST", path))
        if not isinstance(reply, HttpReply):
            return reply
        if reply.status == ACCEPTED:
            return Stopped(f"run {run.id} is told to end")
        if reply.status == CONFLICT:
            why = message_of(reply) or "it does not say why"
            return TryLater(LATER, f"GitHub answers {CONFLICT}: {why}", turn=True)
        return after_start(reply, self.sender.clock())


def _is_ours(run: Run, source: GithubSource, target: GithubWorkflow, release: Release) -> bool:
    """Whether it may be ended: a run of the workflow whose name shows our key, or none, as it need not."""
    shown = _KEY.findall(run.display_title or "")
    return is_of_workflow(run, source, target) and (not shown or release.key in shown)
