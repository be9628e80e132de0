"""The stand-in for GitHub, as tests and the page drive it: push, finish a build, follow a deploy."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.github import control, events, events_gates, jobs, panel, progress
from sandbox.github.apps import Apps
from sandbox.github.checks import Checks, check_of
from sandbox.github.gates import Gates
from sandbox.github.hooks import Hook
from sandbox.github.records import ACTIONS, BOT, Commit, Deployment, Pull, Repository, Run, Status, Workflow
from sandbox.github.records_gates import Job, PastAttempt
from sandbox.github.rest import Rest
from sandbox.github.serve import routes_of
from sandbox.github.state import TASK, ForgeState


@dataclass(slots=True)
class Forge(ForgeState):
    """Repositories and what happens in them.

    `auto` lets builds and deploys go on by themselves, pausing with `pause` between the steps; without it a test says
    what happens next. `deploys()` counts what was really started.
    """

    def routes(self) -> list[web.RouteDef]:
        """Return the REST API's routes and those of the control API, without a prefix."""
        return [*routes_of(Rest(self), self.paused), *control.routes(self)]

    @property
    def gates(self) -> Gates:
        """Environments, what protects them, and the jobs that wait there."""
        return Gates(self)

    @property
    def checks(self) -> Checks:
        """Statuses and check runs of commits."""
        return Checks(self)

    @property
    def apps(self) -> Apps:
        """GitHub Apps and where they are installed."""
        return Apps(self)

    # -- driving -----------------------------------------------------------------------------------------------------

    def create(self, full_name: str, workflow: str = ".github/workflows/build.yml") -> Repository:
        """Create a repository with one build workflow."""
        repository = Repository(full_name, self.next_id(), workflow=workflow)
        self.repositories[full_name] = repository
        return repository

    def rename(self, old: str, new: str) -> Repository:
        """Rename a repository; it keeps its id, and its old name leads to it."""
        repository = self.repositories.pop(old)
        repository.former_names.append(old)
        repository.full_name = new
        self.repositories[new] = repository
        self.hooks.send(events.renamed_event(repository, old, self.site))
        self.changed()
        return repository

    def declare(self, repo: str, file: str, inputs: Mapping[str, bool], run_name: str = "") -> None:
        """Give a repository a workflow to dispatch: from then on its inputs (name: required?) are checked."""
        path = f".github/workflows/{file}"
        self.repositories[repo].workflows[path] = Workflow(path, dict(inputs), run_name)

    async def push(
        self,
        repo: str,
        title: str,
        *,
        body: str = "",
        name: str = "Robin",
        email: str | None = None,
        login: str = "robin",
        login_id: int = 1009,
        sha: str | None = None,
        branch: str = "",
        files: Sequence[str] = (),
        onto: str | None = None,
    ) -> str:
        """Push a commit, with those made before, and start its build; returns the commit's hash.

        `onto` is an earlier commit of the branch: everything since then is taken off it, by force.
        """
        repository = self.repositories[repo]
        before = repository.pushed_tip(branch or repository.branch)
        if onto is not None:
            repository.rewind(branch or repository.branch, onto)
        commit = self._made(
            repository,
            title,
            body=body,
            name=name,
            email=email,
            login=login,
            login_id=login_id,
            sha=sha,
            branch=branch,
            files=files,
        )
        told = repository.push(commit)
        self.hooks.send(events.push_event(repository, told, before, self.site, forced=onto is not None))
        run = self.start_run(repo, commit)
        if self.auto:
            self.go(progress.build(self, repo, run))
        return commit.sha

    def commit(self, repo: str, title: str, **more: Any) -> str:
        """Make a commit that goes out with the next push to its branch, told as in `push`; returns its hash."""
        commit = self._made(self.repositories[repo], title, **more)
        commit.pushed = False
        return commit.sha

    def merge(
        self,
        repo: str,
        title: str,
        commits: Sequence[str],
        *,
        labels: Sequence[str] = (),
        number: int | None = None,
        login: str = "robin",
        login_id: int = 1009,
        base: str = "",
        merged: bool = True,
    ) -> Pull:
        """Let a pull request have brought commits in; not `merged`: it is open and has them, too."""
        repository, now = self.repositories[repo], self.clock()
        taken = number or 1 + max((one.number for one in repository.pulls), default=0)
        where = base or repository.branch
        at = now if merged else None
        pull = Pull(taken, title, login, login_id, list(commits), now, at, list(labels), where)
        repository.pulls.append(pull)
        return pull

    def _made(
        self,
        repository: Repository,
        title: str,
        *,
        body: str = "",
        name: str = "Robin",
        email: str | None = None,
        login: str = "robin",
        login_id: int = 1009,
        sha: str | None = None,
        branch: str = "",
        files: Sequence[str] = (),
    ) -> Commit:
        """Add a commit to the tip of its branch."""
        repo = repository.full_name
        made = hashlib.sha1(f"{repo} {title} {self.next_id()}".encode(), usedforsecurity=False).hexdigest()
        root = repository.tip(branch or repository.branch) or repository.tip(repository.branch)
        commit = Commit(
            sha=sha or made,
            title=title,
            name=name,
            email=email or f"{login}@acme.example",
            login=login,
            login_id=login_id,
            at=self.clock(),
            body=body,
            branch="" if branch == repository.branch else branch,
            parent=root.sha if root else None,
            files=list(files),
        )
        repository.commits.append(commit)
        return commit

    def tag(self, repo: str, name: str, sha: str) -> None:
        """Let a tag point at a commit."""
        self.repositories[repo].tags[name] = sha

    def start_run(
        self,
        repo: str,
        commit: Commit,
        *,
        path: str | None = None,
        event: str = "push",
        branch: str | None = None,
        title: str | None = None,
        inputs: Mapping[str, str] | None = None,
        head_repository: str | None = None,
        actor: tuple[str, int] | None = None,
    ) -> Run:
        """Start a run for a commit, queued. `head_repository` names the fork that it comes from."""
        repository = self.repositories[repo]
        where = path or repository.workflow
        now = self.clock()
        run = Run(
            id=self.next_id(),
            path=where,
            number=1 + sum(run.path == where for run in repository.runs),
            event=event,
            branch=branch or commit.branch or repository.branch,
            commit=commit,
            title=title or commit.title,
            created_at=now,
            updated_at=now,
            inputs=dict(inputs or {}),
            head_repository=head_repository,
            started_at=now,
            actor=actor,
        )
        repository.runs.append(run)
        self._queue(repo, run)
        return run

    def _queue(self, repo: str, run: Run) -> None:
        self.tell_run(repo, run, "requested")
        self.tell_job(repo, run, jobs.another_job(run, progress.job_of(run), self.clock()), "queued")

    def begin_run(self, repo: str, run: Run) -> None:
        """Let a queued run begin."""
        run.status, run.updated_at = "in_progress", self.clock()
        self.tell_run(repo, run, "in_progress")
        for job in jobs.begin(run, self.clock()):
            self.tell_job(repo, run, job, "in_progress")

    def finish_run(self, repo: str, run: Run, conclusion: str = "success") -> None:
        """End a run."""
        run.status, run.conclusion, run.updated_at = "completed", conclusion, self.clock()
        for job in jobs.end(run, self.clock()):
            self.tell_job(repo, run, job, "completed")
        self.gates.ended(repo, run)
        self.tell_run(repo, run, "completed")

    def rerun(self, repo: str, run: Run, by: tuple[str, int] | None = None) -> None:
        """Run it again: the same id, one attempt more; `by` is who asked for it."""
        began = run.started_at or run.created_at
        run.past.append(
            PastAttempt(run.attempt, run.status, run.conclusion, began, run.updated_at, run.triggering_actor)
        )
        run.attempt += 1
        run.status, run.conclusion, run.updated_at = "queued", None, self.clock()
        run.started_at, run.triggering_actor = run.updated_at, by
        self._queue(repo, run)
        if self.auto:
            self.go(progress.build(self, repo, run))

    def progress_deployment(
        self,
        repo: str,
        deployment: Deployment,
        state: str,
        description: str = "",
        *,
        log_url: str = "",
        environment_url: str = "",
        auto_inactive: bool = True,
        creator: tuple[str, int] = ACTIONS,
    ) -> Status:
        """Give a deployment its next status."""
        repository = self.repositories[repo]
        url = log_url or f"{self.site}/{repo}/actions/runs/{deployment.run or deployment.id}"
        said = Status(self.next_id(), state, self.clock(), url, description, environment_url, creator)
        deployment.statuses.append(said)
        if state == "success" and auto_inactive:
            progress.retire(self, repository, deployment)
        self.hooks.send(events.status_event(repository, deployment, said, self.site))
        self.changed()
        return said

    # -- what the API brings about -----------------------------------------------------------------------------------

    def deploy(self, repo: str, deployment: Deployment) -> None:
        """Take a new deployment in; a workflow `on: deployment` runs it where things go by themselves."""
        repository = self.repositories[repo]
        repository.deployments.append(deployment)
        self.hooks.send(events.deployment_event(repository, deployment, self.site))
        self.changed()
        if deployment.task.startswith(TASK):
            if self.executor is not None:
                self.go(self.executor.deployed(repo, deployment))
            elif self.auto:
                self.go(progress.deploy(self, repo, deployment))

    def dispatch(
        self, repo: str, commit: Commit, path: str, title: str, inputs: Mapping[str, str], *, by: tuple[str, int] = BOT
    ) -> Run:
        """Start the run of a dispatched workflow."""
        event = "workflow_dispatch"
        run = self.start_run(repo, commit, path=path, event=event, title=title, inputs=inputs, actor=by)
        if self.executor is not None:
            self.go(self.executor.dispatched(repo, run))
        elif self.auto:
            self.go(progress.dispatched(self, repo, run))
        return run

    def tell_run(self, repo: str, run: Run, action: str) -> None:
        """Send the webhook of a run's news."""
        self.hooks.send(events.run_event(self.repositories[repo], run, action, self.site))
        self.changed()

    def tell_job(self, repo: str, run: Run, job: Job, action: str) -> None:
        """Send the webhooks of a job's news, where anybody is to hear of jobs, or of checks: each job is one."""
        repository = self.repositories[repo]
        if self.hooks.wanted("workflow_job"):
            self.hooks.send(events_gates.job_event(repository, run, job, action, self.site))
        if self.hooks.wanted("check_run") and action in {"queued", "completed"}:
            news = "created" if action == "queued" else action
            self.hooks.send(events_gates.check_event(repository, check_of(run, job), news, self.site))

    def ping(self, repo: str) -> Hook | None:
        """Send what GitHub sends when a webhook is set up."""
        if self.hooks.url is None:
            return None
        hook = events.ping_event(self.repositories[repo], self.hooks.url, self.site, self.hooks.events)
        self.hooks.send(hook)
        return hook

    # -- looking -----------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Return what the page's panel shows, newest first."""
        return panel.snapshot(self)

    async def act(self, name: str, arguments: dict[str, Any]) -> None:
        """Do what a button of the page's panel says."""
        await panel.act(self, name, arguments)

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered, as JSON takes it."""
        from sandbox.github import saved, troubles  # noqa: PLC0415 - pydantic takes its time, and most keep nothing

        return saved.dump(self._ids, self.repositories) | {"troubles": troubles.dump(self)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take up what `dump` returned; what was under way goes on with `resume`."""
        from sandbox.github import saved, troubles  # noqa: PLC0415 - as said

        self._ids, self.repositories = saved.load(state)
        troubles.load(self, state.get("troubles", {}))
        self.changed()

    # -- by themselves -----------------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Let what is unfinished go on, where things go by themselves."""
        if self.auto:
            progress.resume(self)
