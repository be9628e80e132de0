"""The target `github_workflow`: a dispatched workflow, found again by our key in its run's name. Pure.

https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from bot.core.build import RunStatus
from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubWorkflow
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci.github_pages import Pages, api
from handlers.ci.github_payloads import Dispatched, Run, Runs, same_repository, workflow_path
from handlers.ci.github_records import strangers
from handlers.ci.github_replies import after_read, after_start, message_of
from handlers.ci.github_runs import CONCLUSIONS, read_run, run_request, status_of
from handlers.placeholders import filled, values_of

OK = 200
NO_CONTENT = 204
BAD_REQUEST = 400
UNPROCESSABLE = 422

_CLOCKS_DIFFER = timedelta(hours=1)

SNIPPET = (
    "on: {workflow_dispatch: {inputs: {sha: {type: string, required: true},"
    " signoff_key: {type: string, required: true}}}}"
)
RUN_NAME = "run-name: Deploy ${{ inputs.sha }} (${{ inputs.signoff_key }})"

_STATUSES = {
    RunStatus.QUEUED: ProgressStatus.WAITING,
    RunStatus.RUNNING: ProgressStatus.RUNNING,
    RunStatus.SUCCEEDED: ProgressStatus.SUCCEEDED,
    RunStatus.FAILED: ProgressStatus.FAILED,
    RunStatus.CANCELLED: ProgressStatus.FAILED,
}


def is_of_workflow(run: Run, source: GithubSource, target: GithubWorkflow) -> bool:
    """Whether a run is one that was dispatched of a target's workflow: our number may name another elsewhere."""
    return (
        run.event == "workflow_dispatch"
        and workflow_path(run.path) == workflow_path(target.workflow)
        and run.repository is not None
        and same_repository(run.repository.full_name, source.repository)
    )


@dataclass(frozen=True, slots=True)
class DispatchOrder:
    """The requests and readings for one release."""

    source: GithubSource
    target: GithubWorkflow
    release: Release
    pages: Pages

    def start(self) -> HttpRequest:
        """Return the request that dispatches the workflow and asks which run it became."""
        return self._dispatch({"return_run_details": True})

    def again(self, reply: HttpReply) -> HttpRequest | None:
        """Return the same request without the question for a GitHub that does not know it, else None.

        GitHub Enterprise Server up to 3.20 answers 400 to the unknown field: certainly nothing has started then.
        """
        return self._dispatch({}) if reply.status == BAD_REQUEST else None

    def started(self, reply: HttpReply, now: datetime) -> Placed | Trouble:
        """Return what became of `start`; 204 says that it was taken and not which run it is."""
        if reply.status == NO_CONTENT:
            return Unsure("GitHub took the request without telling which run it became")
        if reply.status == UNPROCESSABLE:
            return GiveUp(self._undeclared(message_of(reply)))
        if reply.status == OK:
            try:
                return self._placed(Dispatched.model_validate_json(reply.body).workflow_run_id)
            except ValidationError:
                return after_start(reply, now)
        return after_start(reply, now)

    def find(self) -> HttpRequest:
        """Return the request for the runs among which ours must be, newest first."""
        since = (self.release.opened_at.astimezone(UTC) - _CLOCKS_DIFFER).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = (("event", "workflow_dispatch"), ("created", f">={since}"), ("per_page", "100"))
        return HttpRequest("GET", api(self.source.repository, "actions", "workflows", self._file, "runs"), query)

    def found(self, reply: HttpReply, now: datetime) -> Placed | TryLater | None:
        """Return the run that shows our key, the first if there should be several, or None when there is none.

        REST does not tell a run's inputs; its name, made from them, does. Never `head_sha`: it is the tip of `ref`.
        """
        if reply.status != OK:
            return after_read(reply, now)
        try:
            runs = Runs.model_validate_json(reply.body).workflow_runs
        except ValidationError:
            return after_read(reply, now)
        ours = [run.id for run in runs if run and self._is_ours(run)]
        if ours:
            return self._placed(min(ours))
        return None if all(runs) else after_read(reply, now)  # one that cannot be read may be just ours

    def named(self, ref: str) -> None:
        """Return nothing: what tells how far the run is tells whose it is as well."""
        del ref

    def doubt(self, reply: HttpReply, now: datetime) -> None:
        """Return nothing: it is not asked."""
        del reply, now

    def follow(self, ref: str) -> HttpRequest:
        """Return the request for the run."""
        return run_request(self.source.repository, int(ref))

    def progress(self, reply: HttpReply, now: datetime) -> Progress | Trouble:
        """Return how far the run is. Its name need not show our key: GitHub told its number when it was dispatched."""
        run = read_run(reply) if reply.status == OK else None
        if run is None:
            return after_read(reply, now)
        if not is_of_workflow(run, self.source, self.target):
            return strangers(self.release, "run", run.id, self.source)
        status = status_of(run)
        known = run.conclusion if run.conclusion in CONCLUSIONS else None
        detail = f"the run ended: {known.replace('_', ' ')}" if known else ""
        return Progress(_STATUSES[status], detail, self.pages.run(self.source.repository, run.id))

    def _dispatch(self, question: dict[str, bool]) -> HttpRequest:
        body = {"ref": self.target.ref, "inputs": self._inputs(), **question}
        path = api(self.source.repository, "actions", "workflows", self._file, "dispatches")
        return HttpRequest("POST", path, body=body)

    def _inputs(self) -> dict[str, str]:
        """Return the configured inputs, filled in, and always the two that make the deploy ours."""
        release = self.release
        values = values_of(release)
        inputs = {name: filled(text, values) for name, text in self.target.inputs}
        return {**inputs, "sha": release.build.sha, "signoff_key": release.key}

    @property
    def _file(self) -> str:
        return workflow_path(self.target.workflow).rpartition("/")[2]

    def _is_ours(self, run: Run) -> bool:
        shown = re.search(rf"(?<![A-Za-z0-9-]){re.escape(self.release.key)}(?![A-Za-z0-9-])", run.display_title or "")
        return shown is not None and is_of_workflow(run, self.source, self.target)

    def _placed(self, run_id: int) -> Placed:
        return Placed(str(run_id), self.pages.run(self.source.repository, run_id))

    def _undeclared(self, message: str) -> str:
        return (
            f"GitHub refuses to start {self._file}: {message or 'it does not say why'}. The workflow must stand on the"
            f" default branch with these lines: {SNIPPET} and {RUN_NAME}"
        )
