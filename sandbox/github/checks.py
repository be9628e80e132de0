"""What others report of commits: statuses of the older kind, and check runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.github import events_gates
from sandbox.github.records import BOT, Repository, Run
from sandbox.github.records_gates import CheckRun, CommitStatus, Job

if TYPE_CHECKING:
    from sandbox.github.forge import Forge


@dataclass(frozen=True, slots=True)
class Checks:
    """Takes reports in."""

    forge: "Forge"

    def status(
        self,
        repo: str,
        sha: str,
        state: str,
        context: str = "default",
        *,
        target_url: str | None = None,
        description: str | None = None,
        by: tuple[str, int] = BOT,
    ) -> CommitStatus:
        """Give a commit a status."""
        repository, now = self.forge.repositories[repo], self.forge.clock()
        made = CommitStatus(self.forge.next_id(), sha, state, context, now, target_url, description, *by)
        repository.statuses.append(made)
        if self.forge.hooks.wanted("status"):
            self.forge.hooks.send(events_gates.status_event(repository, made, self.forge.site))
        self.forge.changed()
        return made

    def report(
        self,
        repo: str,
        sha: str,
        name: str,
        status: str = "completed",
        conclusion: str | None = "success",
        *,
        app: str,
        details_url: str | None = None,
        external_id: str = "",
    ) -> CheckRun:
        """Let an App, by its slug, report a check of a commit."""
        repository, now = self.forge.repositories[repo], self.forge.clock()
        done = status == "completed"
        made = CheckRun(
            self.forge.next_id(),
            sha,
            name,
            app,
            status,
            conclusion if done else None,
            now,
            now if done else None,
            details_url,
            external_id,
        )
        repository.checks.append(made)
        self.tell(repository, made, "completed" if done else "created")
        return made

    def conclude(self, repo: str, check: CheckRun, conclusion: str) -> None:
        """End a check."""
        check.status, check.conclusion, check.completed_at = "completed", conclusion, self.forge.clock()
        self.tell(self.forge.repositories[repo], check, "completed")

    def tell(self, repository: Repository, check: CheckRun, action: str) -> None:
        """Send the webhook of a check's news, where anybody is to hear of checks."""
        if self.forge.hooks.wanted("check_run"):
            self.forge.hooks.send(events_gates.check_event(repository, check, action, self.forge.site))
        self.forge.changed()


def newest_statuses(repo: Repository, sha: str) -> list[CommitStatus]:
    """Return the newest status of each context, the newest first."""
    found: dict[str, CommitStatus] = {}
    for one in reversed(repo.statuses):
        if one.sha == sha:
            found.setdefault(one.context, one)
    return list(found.values())


def check_of(run: Run, job: Job) -> CheckRun:
    """Return the check that a job of a workflow's run is."""
    return CheckRun(
        job.id,
        run.commit.sha,
        job.name,
        "github-actions",
        job.status,
        job.conclusion,
        job.started_at or job.created_at,
        job.completed_at,
        external_id=f"{run.id}/{job.attempt}",
    )


def checks_of(repo: Repository, sha: str) -> list[CheckRun]:
    """Return the checks of a commit, with the jobs of its workflow runs, the newest first."""
    jobs = [check_of(run, job) for run in repo.runs if run.commit.sha == sha for job in run.jobs]
    found = [*jobs, *(one for one in repo.checks if one.sha == sha)]
    return sorted(found, key=lambda one: (one.started_at, one.id), reverse=True)
