"""The API's routes about workflow runs: listing, one, dispatching, cancelling."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.exchange import Asked, Reply
from sandbox.github import payloads
from sandbox.github.answers import answer, json_in, number_in, page_of, refuse
from sandbox.github.records import Repository, Run, Workflow

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

Handler = Callable[[Asked, Repository], Reply]
MOST_INPUTS = 25
_RANGE = re.compile(r"(?P<op>>=|<=|>|<|)(?P<at>[^.]+(?:\.\d+)?Z?)(?:\.\.(?P<to>.+))?")


class RunRoutes:
    """Reads runs and starts them."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path below the repository, handler."""
        return [
            ("GET", "/actions/runs", self._runs),
            ("GET", "/actions/runs/{run}", self._run),
            ("POST", "/actions/runs/{run}/cancel", self._cancel),
            ("GET", "/actions/workflows/{workflow}/runs", self._runs),
            ("POST", "/actions/workflows/{workflow}/dispatches", self._dispatch),
        ]

    def _runs(self, request: Asked, repo: Repository) -> Reply:
        workflow = request.match.get("workflow")
        seen_until = self._forge.clock() - timedelta(seconds=self._forge.index_lag)
        found = [
            run
            for run in reversed(repo.runs)
            if run.created_at <= seen_until
            and (workflow is None or workflow in {run.path.rpartition("/")[2], str(payloads.workflow_id(run.path))})
            and _fits(run, request.query)
        ]
        page, link = page_of(request, found)
        body = [payloads.run(repo, run, self._forge.site) for run in page]
        return answer({"total_count": len(found), "workflow_runs": body}, headers=link)

    def _run(self, request: Asked, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        return answer(payloads.run(repo, run, self._forge.site)) if run else refuse(404, "Not Found")

    def _cancel(self, request: Asked, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        if run is None:
            return refuse(404, "Not Found")
        if run.status == "completed":
            return refuse(409, "Cannot cancel a workflow run that is completed.")
        self._forge.finish_run(repo.full_name, run, "cancelled")
        return answer({}, 202)

    def _dispatch(self, request: Asked, repo: Repository) -> Reply:
        body = json_in(request)
        commit = repo.tip(str(body.get("ref", "")))  # a branch or a tag; GitHub takes no hash here
        inputs = {str(key): str(value) for key, value in (body.get("inputs") or {}).items()}
        name = request.match["workflow"]
        path = f".github/workflows/{name}"
        if commit is None:
            return refuse(422, f"No ref found for: {body.get('ref')}")
        if path == repo.workflow:
            return refuse(422, "Workflow does not have 'workflow_dispatch' trigger")
        declared = repo.workflows.get(path)
        if problem := _inputs_problem(inputs, declared):
            return refuse(422, problem)
        title = _named(declared.run_name if declared else RUN_NAME, inputs) or name.rpartition(".")[0]
        run = self._forge.dispatch(repo.full_name, commit, path, title, inputs)
        if not body.get("return_run_details"):
            return Reply(204)
        api = f"{request.url.origin()}{request.path.split('/actions/')[0]}/actions/runs/{run.id}"
        page = f"{self._forge.site}/{repo.full_name}/actions/runs/{run.id}"
        return answer({"workflow_run_id": run.id, "run_url": api, "html_url": page})


RUN_NAME = "Deploy ${{ inputs.version }} to ${{ inputs.environment }} [${{ inputs.signoff_key }}]"
"""The `run-name` of a workflow that nobody declared."""


def _inputs_problem(inputs: Mapping[str, str], declared: Workflow | None) -> str | None:
    """Return what GitHub says of the inputs; a workflow that nobody declared takes any."""
    if len(inputs) > MOST_INPUTS:
        return f"you may only define up to {MOST_INPUTS} inputs for a workflow_dispatch event"
    if declared is None:
        return None
    if unexpected := [name for name in inputs if name not in declared.inputs]:
        return "Unexpected inputs provided: [" + ", ".join(f'"{name}"' for name in unexpected) + "]"
    missing = [name for name, required in declared.inputs.items() if required and not inputs.get(name)]
    return f"Required input '{missing[0]}' not provided" if missing else None


def _named(run_name: str, inputs: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{\s*inputs\.(\w+)\s*\}\}", lambda found: inputs.get(found[1], ""), run_name)


def _fits(run: Run, asked: Mapping[str, str]) -> bool:
    actor = (run.actor or (run.commit.login, 0))[0]
    return (
        asked.get("branch", run.branch) == run.branch
        and asked.get("event", run.event) == run.event
        and asked.get("head_sha", run.commit.sha) == run.commit.sha
        and asked.get("status", run.status) in {run.status, run.conclusion}
        and asked.get("actor", actor) == actor
        and ("created" not in asked or _created(run.created_at, asked["created"]))
    )


def _created(at: datetime, asked: str) -> bool:
    """Whether a moment is in a range of GitHub's search syntax; a date alone means its whole day.

    https://docs.github.com/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax
    """
    found = _RANGE.fullmatch(asked)
    if found is None:
        return False
    moment = at.replace(microsecond=0)
    try:
        begin, end = _span(found["at"])
        last = _span(found["to"])[1] if found["to"] else None
    except ValueError:
        return False
    if last is not None:
        return begin <= moment <= last
    match found["op"]:
        case ">=":
            return moment >= begin
        case ">":
            return moment > end
        case "<=":
            return moment <= end
        case "<":
            return moment < begin
        case _:
            return begin <= moment <= end


def _span(text: str) -> tuple[datetime, datetime]:
    begin = datetime.fromisoformat(text)
    begin = begin if begin.tzinfo else begin.replace(tzinfo=UTC)
    whole_day = "T" not in text
    return begin, begin + timedelta(days=1, seconds=-1) if whole_day else begin
