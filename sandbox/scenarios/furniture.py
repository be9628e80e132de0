"""What there was before a scenario begins: repositories, and builds that are live there. Nothing listens yet."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sandbox.clock import MovableClock
from sandbox.github.forge import Forge
from sandbox.github.records import BOT, Commit, Deployment, Status
from sandbox.github.records_gates import Reviewer
from sandbox.scenarios.cast import ROBIN


@dataclass(frozen=True, slots=True)
class Furniture:
    """Furnishes a company's pipeline."""

    forge: Forge
    clock: MovableClock

    def past(self, repo: str, title: str, *, days: float, environments: Sequence[str] = ("production",)) -> Commit:
        """Make a build that is live since so many days before the scenario begins."""
        repository = self.forge.repositories[repo]
        at = self.clock() - timedelta(days=days)
        sha = hashlib.sha1(f"{repo} {title}".encode(), usedforsecurity=False).hexdigest()
        commit = Commit(sha, title, ROBIN.real_name, "robin@acme.example", ROBIN.name, ROBIN.github, at)
        repository.commits.append(commit)
        run = self.forge.start_run(repo, commit)
        self.forge.finish_run(repo, run)
        run.created_at = run.updated_at = run.started_at = at
        for where in environments:
            made = Deployment(self.forge.next_id(), sha, "main", "deploy", where, {}, "before Signoff", at)
            made.statuses.append(Status(self.forge.next_id(), "success", at))
            repository.deployments.append(made)
        return commit

    def waits(self, repo: str, environment: str) -> None:
        """Let builds of a repository go on to an environment, as far as its gate, at which the bot is to answer."""
        self.forge.repositories[repo].deploys_to = environment
        self.forge.gates.protect(repo, environment, reviewers=[Reviewer(*BOT)])
