"""GitHub's REST API as far as a release bot uses it: bearer auth, ETags, GitHub's errors, faults on request."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.github import payloads
from sandbox.github.faults import Fault
from sandbox.github.records import Deployment, Repository, Run, Status

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

Handler = Callable[[web.Request, Repository], Awaitable[web.StreamResponse]]
MOST_INPUTS = 25
STATES = {"queued", "pending", "in_progress", "success", "failure", "error", "inactive"}


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return JSON with the headers that every answer of GitHub has."""
    limits = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999", "x-ratelimit-resource": "core"}
    return web.json_response(body, status=status, headers=limits | (headers or {}))


def refuse(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return an error as GitHub words it."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return answer(body, status, headers)


class Rest:
    """The routes over a forge."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def routes(self) -> list[web.RouteDef]:
        """Return every route, without a prefix."""
        at = "/repos/{owner}/{name}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "", self._repository),
            ("GET", "/actions/runs", self._runs),
            ("GET", "/actions/runs/{run}", self._run),
            ("GET", "/actions/workflows/{workflow}/runs", self._runs),
            ("POST", "/actions/workflows/{workflow}/dispatches", self._dispatch),
            ("GET", "/deployments", self._deployments),
            ("POST", "/deployments", self._deploy),
            ("GET", "/deployments/{deployment}", self._deployment),
            ("GET", "/deployments/{deployment}/statuses", self._statuses),
            ("POST", "/deployments/{deployment}/statuses", self._set_status),
            ("GET", "/commits/{ref}", self._commit),
            ("GET", "/compare/{range}", self._compare),
        ]
        return [web.route(method, at + path, self._guarded(handler)) for method, path, handler in table]

    def _guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            fault = self._forge.faults.next(request.method, request.path)
            if fault is not None and fault is not Fault.RESET_AFTER:
                return _broken(request, fault)
            if self._forge.token and request.headers.get("Authorization") != f"Bearer {self._forge.token}":
                return refuse(401, "Bad credentials")
            repo = self._forge.repositories.get(f"{request.match_info['owner']}/{request.match_info['name']}")
            answered = await handler(request, repo) if repo else refuse(404, "Not Found")
            if fault is Fault.RESET_AFTER:
                return _broken(request, Fault.RESET_BEFORE)
            return _conditional(request, answered)

        return handle

    async def _repository(self, _request: web.Request, repo: Repository) -> web.StreamResponse:
        return answer(payloads.repository(repo, self._forge.site))

    async def _runs(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        asked = request.query
        workflow = request.match_info.get("workflow")
        seen_until = self._forge.clock() - timedelta(seconds=self._forge.index_lag)
        found = [
            run
            for run in reversed(repo.runs)
            if run.created_at <= seen_until
            and (workflow is None or run.path.endswith(f"/{workflow}"))
            and asked.get("branch", run.branch) == run.branch
            and asked.get("event", run.event) == run.event
            and asked.get("head_sha", run.commit.sha) == run.commit.sha
            and asked.get("status", run.status) in {run.status, run.conclusion}
        ]
        page = found[: int(asked.get("per_page", "30"))]
        body = [payloads.run(repo, run, self._forge.site) for run in page]
        return answer({"total_count": len(found), "workflow_runs": body})

    async def _run(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        run = repo.run(_number(request, "run"))
        return answer(payloads.run(repo, run, self._forge.site)) if run else refuse(404, "Not Found")

    async def _dispatch(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        body = await request.json()
        commit = repo.commit(str(body.get("ref", "")))
        inputs = {str(key): str(value) for key, value in (body.get("inputs") or {}).items()}
        if commit is None:
            return refuse(422, f"No ref found for: {body.get('ref')}")
        if len(inputs) > MOST_INPUTS:
            return refuse(422, f"you may only define up to {MOST_INPUTS} inputs for a workflow_dispatch event")
        forge, now = self._forge, self._forge.clock()
        path = f".github/workflows/{request.match_info['workflow']}"
        number = 1 + sum(run.path == path for run in repo.runs)
        title = f"Deploy {inputs.get('version', '')} [{inputs.get('signoff_key', '')}]"
        run = Run(
            forge.next_id(), path, number, "workflow_dispatch", repo.branch, commit, title, now, now, inputs=inputs
        )
        forge.dispatched(repo.full_name, run)
        if not body.get("return_run_details"):
            return web.Response(status=204)
        api = f"{request.url.origin()}{request.path.split('/actions/')[0]}/actions/runs/{run.id}"
        page = f"{forge.site}/{repo.full_name}/actions/runs/{run.id}"
        return answer({"workflow_run_id": run.id, "run_url": api, "html_url": page})

    async def _deployments(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        asked = request.query
        seen_until = self._forge.clock() - timedelta(seconds=self._forge.index_lag)
        found = [
            one
            for one in reversed(repo.deployments)
            if one.created_at <= seen_until
            and all(asked.get(name, getattr(one, name)) == getattr(one, name) for name in _FILTERS)
        ]
        return answer([payloads.deployment(one) for one in found[: int(asked.get("per_page", "30"))]])

    async def _deploy(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        body = await request.json()
        commit = repo.commit(str(body.get("ref", "")))
        if commit is None:
            return refuse(422, f"No ref found for: {body.get('ref')}")
        if body.get("auto_merge", True) or body.get("required_contexts") != []:
            return refuse(409, "Conflict: Commit status checks failed for " + commit.sha[:7])
        deployment = Deployment(
            id=self._forge.next_id(),
            sha=commit.sha,
            ref=str(body["ref"]),
            task=str(body.get("task", "deploy")),
            environment=str(body.get("environment", "production")),
            payload=body.get("payload") or {},
            description=str(body.get("description") or ""),
            created_at=self._forge.clock(),
        )
        self._forge.deploy(repo.full_name, deployment)
        return answer(payloads.deployment(deployment), 201)

    async def _deployment(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        one = repo.deployment(_number(request, "deployment"))
        return answer(payloads.deployment(one)) if one else refuse(404, "Not Found")

    async def _statuses(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        one = repo.deployment(_number(request, "deployment"))
        if one is None:
            return refuse(404, "Not Found")
        return answer([payloads.status(status, one.environment) for status in reversed(one.statuses)])

    async def _set_status(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        one = repo.deployment(_number(request, "deployment"))
        body = await request.json()
        if one is None or body.get("state") not in STATES:
            return refuse(404 if one is None else 422, "Not Found" if one is None else "Validation Failed")
        self._forge.progress_deployment(repo.full_name, one, str(body["state"]), str(body.get("description") or ""))
        newest: Status = one.statuses[-1]
        newest.log_url = str(body.get("log_url") or newest.log_url)
        return answer(payloads.status(newest, one.environment), 201)

    async def _commit(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        found = repo.commit(request.match_info["ref"])
        if found is None:
            return refuse(422, f"No commit found for SHA: {request.match_info['ref']}")
        return answer(payloads.commit(repo, found, self._forge.site))

    async def _compare(self, request: web.Request, repo: Repository) -> web.StreamResponse:
        base, _, head = request.match_info["range"].partition("...")
        first, last = repo.commit(base), repo.commit(head)
        if first is None or last is None:
            return refuse(404, "Not Found")
        begin, end = repo.commits.index(first), repo.commits.index(last)
        between = repo.commits[begin + 1 : end + 1]
        status = "identical" if begin == end else "ahead" if begin < end else "behind"
        body = {
            "status": status,
            "ahead_by": len(between),
            "behind_by": max(0, begin - end),
            "total_commits": len(between),
            "commits": [payloads.commit(repo, commit, self._forge.site) for commit in between],
            "files": [],
        }
        return answer(body)


_FILTERS = ("sha", "ref", "task", "environment")


def _number(request: web.Request, name: str) -> int:
    text = request.match_info[name]
    return int(text) if text.isascii() and text.isdigit() else 0


def _broken(request: web.Request, fault: Fault) -> web.Response:
    if fault is Fault.RATE_LIMIT:
        return refuse(429, "You have exceeded a secondary rate limit.", {"retry-after": "1"})
    if fault is Fault.SERVER_ERROR:
        return refuse(502, "Server Error")
    if fault is Fault.HTML:
        return web.Response(text="<html>Unicorn!</html>", content_type="text/html")
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _conditional(request: web.Request, answered: web.StreamResponse) -> web.StreamResponse:
    """Answer 304 to whoever has it already."""
    if request.method != "GET" or not isinstance(answered, web.Response) or answered.status != 200:
        return answered
    etag = f'W/"{hashlib.sha256(answered.body or b"").hexdigest()}"' if isinstance(answered.body, bytes) else None
    if etag is None:
        return answered
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    answered.headers["ETag"] = etag
    return answered
