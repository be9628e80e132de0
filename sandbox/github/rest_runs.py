"""The API's routes about workflow runs: listing, one, dispatching, cancelling."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.exchange import Reply
from sandbox.github import payloads
from sandbox.github.answers import answer, json_in, number_in, optional, page_of, refuse, required
from sandbox.github.calls import Call, Route
from sandbox.github.records import Commit, Repository, Run, Workflow

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

RIGHT = "actions"
ALWAYS_TOLD = "2026-03-10"
"""From this version of the API on, a dispatch always tells its run."""
MOST_INPUTS = 25
MOST_FOUND = 1000
"""Runs that a filtered list gives at most."""
FILTERS = {"actor", "branch", "check_suite_id", "created", "event", "head_sha", "status"}
_RANGE = re.compile(r"(?P<op>>=|<=|>|<|)(?P<at>[^.]+(?:\.\d+)?Z?)(?:\.\.(?P<to>.+))?")


class RunRoutes:
    """Reads runs and starts them."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        return [
            Route("GET", "/actions/runs", self._runs, RIGHT),
            Route("GET", "/actions/runs/{run}", self._run, RIGHT),
            Route("DELETE", "/actions/runs/{run}", self._delete, RIGHT),
            Route("POST", "/actions/runs/{run}/cancel", self._cancel, RIGHT),
            Route("POST", "/actions/runs/{run}/force-cancel", self._cancel, RIGHT),
            Route("GET", "/actions/workflows", self._workflows, RIGHT),
            Route("GET", "/actions/workflows/{workflow}", self._workflow, RIGHT),
            Route("GET", "/actions/workflows/{workflow}/runs", self._runs, RIGHT),
            Route("POST", "/actions/workflows/{workflow}/dispatches", self._dispatch, RIGHT),
        ]

    def _workflows(self, request: Call, repo: Repository) -> Reply:
        found = _paths(repo)
        page, link = page_of(request, found)
        told = [payloads.workflow(repo, path) for path in page]
        return answer({"total_count": len(found), "workflows": told}, headers=link)

    def _workflow(self, request: Call, repo: Repository) -> Reply:
        path = _path(repo, request.match["workflow"])
        return answer(payloads.workflow(repo, path)) if path else refuse(404, "Not Found")

    def _runs(self, request: Call, repo: Repository) -> Reply:
        workflow = request.match.get("workflow")
        seen_until = self._forge.clock() - timedelta(seconds=self._forge.index_lag)
        found = [
            run
            for run in reversed(repo.runs)
            if run.created_at <= seen_until
            and (workflow is None or workflow in {run.path.rpartition("/")[2], str(payloads.workflow_id(run.path))})
            and _fits(run, request.query)
        ]
        found = found[:MOST_FOUND] if request.query.keys() & FILTERS else found
        page, link = page_of(request, found)
        body = [payloads.run(repo, run, self._forge.site) for run in page]
        return answer({"total_count": len(found), "workflow_runs": body}, headers=link)

    def _run(self, request: Call, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        return answer(payloads.run(repo, run, self._forge.site)) if run else refuse(404, "Not Found")

    def _cancel(self, request: Call, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        if run is None:
            return refuse(404, "Not Found")
        if run.status == "completed":
            return refuse(409, "Cannot cancel a workflow run that is completed.")
        self._forge.finish_run(repo.full_name, run, "cancelled")
        return answer({}, 202)

    def _delete(self, request: Call, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        if run is None:
            return refuse(404, "Not Found")
        if run.conclusion is None:
            return refuse(403, "Unable to delete a workflow run that is not completed")
        repo.runs.remove(run)
        self._forge.changed()
        return Reply(204)

    def _dispatch(self, request: Call, repo: Repository) -> Reply:
        body = json_in(request)
        ref = required(body, "ref", str)
        given: dict[str, object] = optional(body, "inputs", dict) or {}
        asked = optional(body, "return_run_details", bool)
        if "return_run_details" in body and not self._forge.run_details:
            return refuse(400, 'Invalid request.\n\n"return_run_details" is not a permitted key.')
        commit = _at(repo, ref)
        inputs = {key: _text(value) for key, value in given.items()}
        name = request.match["workflow"]
        path = _path(repo, name) or f".github/workflows/{name}"
        if commit is None:
            return refuse(422, f"No ref found for: {ref}")
        if path == repo.workflow:
            return refuse(422, "Workflow does not have 'workflow_dispatch' trigger")
        if repo.workflows and path not in repo.workflows:
            return refuse(404, "Not Found")
        declared = repo.workflows.get(path)
        if problem := _inputs_problem(inputs, declared):
            return refuse(422, problem)
        title = _named(declared.run_name if declared else RUN_NAME, inputs) or name.rpartition(".")[0]
        run = self._forge.dispatch(repo.full_name, commit, path, title, inputs, by=request.caller.who)
        newer = request.headers.get("X-GitHub-Api-Version") == ALWAYS_TOLD
        if not asked and not newer:
            return Reply(204)
        api = f"{request.url.origin()}{request.path.split('/actions/')[0]}/actions/runs/{run.id}"
        page = f"{self._forge.site}/{repo.full_name}/actions/runs/{run.id}"
        return answer({"workflow_run_id": run.id, "run_url": api, "html_url": page})


def _text(value: object) -> str:
    """Return an input as the workflow sees it."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _at(repo: Repository, ref: str) -> Commit | None:
    """Return the commit of a branch or a tag; a dispatch takes no hash."""
    tagged = repo.tags.get(ref.removeprefix("refs/tags/"))
    return repo.tip(ref) or (repo.commit(tagged) if tagged else None)


def _paths(repo: Repository) -> list[str]:
    """Return the workflow files that are known: declared, building, or seen in runs."""
    return list(dict.fromkeys([repo.workflow, *repo.workflows, *(run.path for run in repo.runs)]))


def _path(repo: Repository, asked: str) -> str | None:
    """Return the workflow file of a name or number."""
    for path in _paths(repo):
        if asked in {path.rpartition("/")[2], str(payloads.workflow_id(path))}:
            return path
    return None


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
