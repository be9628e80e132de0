"""The stand-in's state and how tests and the page drive it: push, finish a build, follow a deploy, count."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.github import payloads
from sandbox.github.faults import Faults
from sandbox.github.hooks import Hooks, build_webhook
from sandbox.github.records import Commit, Deployment, Repository, Run, Status

TASK = "signoff:"


@dataclass(slots=True)
class Forge:
    """Repositories and what happens in them.

    `auto` lets builds and deploys go on by themselves, pausing with `pause` between the steps; without it a test says
    what happens next. `deploys()` counts what was really started.
    """

    clock: Callable[[], datetime]
    token: str | None = None
    webhook_secret: str = "a secret of the sandbox"  # noqa: S105 - made up
    site: str = "https://github.com"
    auto: bool = False
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    index_lag: float = 0.0
    break_next_deploy: bool = False
    repositories: dict[str, Repository] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    on_change: list[Callable[[], None]] = field(default_factory=list)
    hooks: Hooks = field(init=False)
    _ids: int = 1000
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hooks = Hooks(self.webhook_secret)

    def deliver_to(self, url: str | None) -> None:
        """Send webhooks there; None for nowhere."""
        self.hooks.url = url

    def routes(self) -> list[web.RouteDef]:
        """Return the REST API's routes, without a prefix."""
        from sandbox.github.rest import Rest  # noqa: PLC0415 - the API is built on the forge

        return Rest(self).routes()

    # -- driving -----------------------------------------------------------------------------------------------------

    def create(self, full_name: str, workflow: str = ".github/workflows/build.yml") -> Repository:
        """Create a repository with one build workflow."""
        repository = Repository(full_name, self.next_id(), workflow=workflow)
        self.repositories[full_name] = repository
        return repository

    def next_id(self) -> int:
        """Return a number that nothing has yet."""
        self._ids += 1
        return self._ids

    async def push(
        self,
        repo: str,
        title: str,
        *,
        name: str = "Robin",
        login: str = "robin",
        login_id: int = 1009,
        sha: str | None = None,
    ) -> str:
        """Push a commit and start its build; returns the commit's hash."""
        repository = self.repositories[repo]
        made = hashlib.sha1(f"{repo} {title} {self.next_id()}".encode(), usedforsecurity=False).hexdigest()
        commit = Commit(sha or made, title, name, f"{login}@acme.example", login, login_id, self.clock())
        repository.commits.append(commit)
        run = self.start_run(repo, commit)
        if self.auto:
            self._go(self._build(repo, run))
        return commit.sha

    def start_run(self, repo: str, commit: Commit, *, path: str | None = None, event: str = "push") -> Run:
        """Start a run for a commit, queued."""
        repository = self.repositories[repo]
        where = path or repository.workflow
        number = 1 + sum(run.path == where for run in repository.runs)
        now = self.clock()
        run = Run(self.next_id(), where, number, event, repository.branch, commit, commit.title, now, now)
        repository.runs.append(run)
        self.tell_run(repo, run, "requested")
        return run

    def finish_run(self, repo: str, run: Run, conclusion: str = "success") -> None:
        """End a run."""
        run.status, run.conclusion, run.updated_at = "completed", conclusion, self.clock()
        self.tell_run(repo, run, "completed")

    def rerun(self, repo: str, run: Run) -> None:
        """Run it again: the same id, one attempt more."""
        run.attempt += 1
        run.status, run.conclusion, run.updated_at = "queued", None, self.clock()
        self.tell_run(repo, run, "requested")

    def progress_deployment(self, repo: str, deployment: Deployment, state: str, description: str = "") -> None:
        """Give a deployment its next status."""
        url = f"{self.site}/{repo}/actions/runs/{deployment.id}"
        deployment.statuses.append(Status(self.next_id(), state, self.clock(), url, description))
        repository = self.repositories[repo]
        body = {
            "action": "created",
            "deployment_status": payloads.status(deployment.statuses[-1], deployment.environment),
            "deployment": payloads.deployment(deployment),
            "repository": payloads.repository(repository, self.site),
        }
        self.hooks.send(build_webhook("deployment_status", body))
        self.changed()

    # -- what the API brings about -----------------------------------------------------------------------------------

    def deploy(self, repo: str, deployment: Deployment) -> None:
        """Take a new deployment in; a workflow `on: deployment` runs it where things go by themselves."""
        self.repositories[repo].deployments.append(deployment)
        self.changed()
        if self.auto and deployment.task.startswith(TASK):
            self._go(self._deploy(repo, deployment))

    def dispatched(self, repo: str, run: Run) -> None:
        """Take a dispatched run in."""
        self.repositories[repo].runs.append(run)
        self.tell_run(repo, run, "requested")
        if self.auto:
            self._go(self._build(repo, run))

    def tell_run(self, repo: str, run: Run, action: str) -> None:
        """Send the webhook of a run's news."""
        repository = self.repositories[repo]
        body = {
            "action": action,
            "workflow_run": payloads.run(repository, run, self.site, rest=False),
            "repository": payloads.repository(repository, self.site),
            "sender": payloads.account(run.commit.login, run.commit.login_id),
        }
        self.hooks.send(build_webhook("workflow_run", body))
        self.changed()

    def changed(self) -> None:
        """Tell whoever watches."""
        for listener in self.on_change:
            listener()

    # -- looking -----------------------------------------------------------------------------------------------------

    def deploys(self) -> Counter[tuple[str, str, str]]:
        """Count what was started, by environment, key and commit: the oracle."""
        counted: Counter[tuple[str, str, str]] = Counter()
        for repository in self.repositories.values():
            for one in repository.deployments:
                if one.task.startswith(TASK):
                    counted[one.environment, one.task.removeprefix(TASK), one.sha] += 1
            for run in repository.runs:
                if "signoff_key" in run.inputs:
                    environment = run.inputs.get("environment", "")
                    counted[environment, run.inputs["signoff_key"], run.inputs.get("sha", "")] += 1
        return counted

    def snapshot(self) -> dict[str, Any]:
        """Return what the page's panel shows, newest first."""
        return {
            "break_next_deploy": self.break_next_deploy,
            "repositories": [
                {
                    "name": repository.full_name,
                    "commits": [{"sha": c.sha[:7], "title": c.title} for c in repository.commits[:-6:-1]],
                    "runs": [
                        {"id": r.id, "title": r.title, "number": r.number, "state": r.conclusion or r.status}
                        for r in repository.runs[:-6:-1]
                    ],
                    "deployments": [
                        {"id": d.id, "environment": d.environment, "sha": d.sha[:7], "state": d.state}
                        for d in repository.deployments[:-6:-1]
                    ],
                }
                for repository in self.repositories.values()
            ],
        }

    async def act(self, name: str, arguments: dict[str, Any]) -> None:
        """Do what a button of the page's panel says: push, fail_build, break_deploy."""
        repo = str(arguments.get("repository", ""))
        match name:
            case "push":
                await self.push(repo, str(arguments.get("title") or "Improve things")[:200])
            case "fail_build":
                running = next((run for run in reversed(self.repositories[repo].runs) if run.conclusion is None), None)
                if running is not None:
                    self.finish_run(repo, running, "failure")
            case "break_deploy":
                self.break_next_deploy = not self.break_next_deploy
                self.changed()
            case _:
                raise ValueError(f"the pipeline knows no act {name!r}")

    async def close(self) -> None:
        """Stop what goes by itself."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hooks.close()

    # -- by themselves -----------------------------------------------------------------------------------------------

    def _go(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _build(self, repo: str, run: Run) -> None:
        await self.pause(0.4)
        if run.conclusion is not None:
            return
        run.status, run.updated_at = "in_progress", self.clock()
        self.tell_run(repo, run, "in_progress")
        await self.pause(1.0)
        if run.conclusion is None:
            self.finish_run(repo, run)

    async def _deploy(self, repo: str, deployment: Deployment) -> None:
        broken, self.break_next_deploy = self.break_next_deploy, False
        for state, seconds in (("queued", 0.4), ("in_progress", 0.8), ("failure" if broken else "success", 1.6)):
            await self.pause(seconds)
            self.progress_deployment(
                repo, deployment, state, "the demo was told to break it" if state == "failure" else ""
            )
