"""What happens at an environment's gate: a job arrives, people and Apps answer, it goes on or its run fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.github import events_gates, progress
from sandbox.github.jobs import another_job
from sandbox.github.records import ACTIONS, BOT, Deployment, Repository, Run
from sandbox.github.records_gates import APPROVED, CANCELLED, REJECTED, WAITING, Environment, Gate, Review, Reviewer

if TYPE_CHECKING:
    from sandbox.github.forge import Forge


@dataclass(frozen=True, slots=True)
class Gates:
    """Protects environments and brings jobs to them."""

    forge: "Forge"

    def protect(
        self,
        repo: str,
        name: str,
        *,
        reviewers: Sequence[Reviewer] = (),
        rules: Sequence[str] = (),
        wait_minutes: int = 0,
        no_self_review: bool = False,
    ) -> Environment:
        """Set an environment up: who reviews there, which Apps (by slug) are asked, how long a job waits at least."""
        repository = self.forge.repositories[repo]
        known = repository.environments.get(name)
        made = Environment(
            known.id if known else self.forge.next_id(),
            name,
            self.forge.clock(),
            list(reviewers),
            list(rules),
            wait_minutes,
            no_self_review,
        )
        repository.environments[name] = made
        self.forge.changed()
        return made

    def arrive(self, repo: str, run: Run, environment: str, job: str = "deploy") -> Gate:
        """Let a run's other jobs be green and its next job come to an environment; it waits if that is protected."""
        repository, now = self.forge.repositories[repo], self.forge.clock()
        found = repository.environments.get(environment) or self.protect(repo, environment)
        for one in run.current_jobs():
            if one.conclusion is None:
                one.status, one.conclusion, one.completed_at = "completed", "success", now
                self.forge.tell_job(repo, run, one, "completed")
        made = self._deployment(run, environment)
        next_job = another_job(run, job, now)
        next_job.environment, next_job.deployment = environment, made.id
        gate = Gate(run.id, run.attempt, next_job.id, environment, made.id, now)
        gate.review = WAITING if found.reviewers else APPROVED
        gate.asked = found.protected
        gate.rules = dict.fromkeys(found.rules, WAITING)
        repository.gates.append(gate)
        self.forge.deploy(repo, made)
        if found.protected:
            next_job.status = run.status = "waiting"
            run.updated_at = now
            self.forge.progress_deployment(repo, made, "waiting")
            self.forge.tell_job(repo, run, next_job, "waiting")
            events_gates.tell_waiting(self.forge, repository, run, gate)
            self.forge.changed()
        else:
            self._open(repository, run, gate)
        return gate

    def answer(self, repo: str, gates: Sequence[Gate], review: Review) -> None:
        """Take the review of somebody who may give it, for gates of one run."""
        repository = self.forge.repositories[repo]
        run = _run(repository, gates[0])
        repository.reviews.append(review)
        events_gates.tell_review(self.forge, repository, run, gates, review)
        for gate in gates:
            gate.review = review.state
            self._settle(repository, run, gate)
        self.forge.changed()

    def decide(self, repo: str, environment: str, state: str, comment: str = "", by: tuple[str, int] = BOT) -> None:
        """Let somebody answer everything that the newest waiting job at an environment waits for.

        Raises:
            LookupError: nothing waits there.
        """
        repository = self.forge.repositories[repo]
        waiting = [one for one in repository.gates if (one.environment, one.state) == (environment, WAITING)]
        if not waiting:
            raise LookupError(f"nothing waits at {environment} of {repo}")
        gate = waiting[-1]
        gate.rules = dict.fromkeys(gate.rules, state)
        review = Review(gate.run, [environment], state, comment, *by, self.forge.clock())
        self.answer(repo, [gate], review)

    def answer_rule(self, repo: str, gate: Gate, app: str, state: str) -> None:
        """Take what an App answered for its rule."""
        repository = self.forge.repositories[repo]
        gate.rules[app] = state
        self._settle(repository, _run(repository, gate), gate)
        self.forge.changed()

    def look(self, repo: str) -> None:
        """Let jobs go on whose waiting time is over."""
        repository = self.forge.repositories[repo]
        for gate in repository.gates:
            if gate.state == WAITING:
                self._settle(repository, _run(repository, gate), gate)

    def ended(self, repo: str, run: Run) -> None:
        """Let a run's end, whatever brought it about, be the end of its gates and of what it deployed."""
        repository = self.forge.repositories[repo]
        states = {"success": "success", "cancelled": "error"}
        for gate in repository.gates:
            if (gate.run, gate.attempt) != (run.id, run.attempt):
                continue
            if gate.state == WAITING:
                gate.state = CANCELLED
            made = repository.deployment(gate.deployment)
            if made is not None and made.state not in progress.FINAL:
                self.forge.progress_deployment(repo, made, states.get(run.conclusion or "", "failure"))

    def _settle(self, repository: Repository, run: Run, gate: Gate) -> None:
        answers = {gate.review, *gate.rules.values()}
        if REJECTED in answers:
            gate.state = REJECTED
            self.forge.finish_run(repository.full_name, run, "failure")
        elif answers == {APPROVED} and waited(repository, gate, self.forge.clock()):
            self._open(repository, run, gate)

    def _open(self, repository: Repository, run: Run, gate: Gate) -> None:
        now, repo = self.forge.clock(), repository.full_name
        gate.state, gate.opened_at = APPROVED, now
        job = next(one for one in run.jobs if one.id == gate.job)
        job.status, job.started_at = "in_progress", now
        made = repository.deployment(gate.deployment)
        if made is not None:
            self.forge.progress_deployment(repo, made, "in_progress")
        self.forge.tell_job(repo, run, job, "in_progress")
        if all(one.state != WAITING for one in repository.gates if one.run == run.id and one.attempt == run.attempt):
            run.status, run.updated_at = "in_progress", now
            self.forge.tell_run(repo, run, "in_progress")
        if self.forge.auto:
            self.forge.go(progress.beyond_the_gate(self.forge, repo, run))

    def _deployment(self, run: Run, environment: str) -> Deployment:
        return Deployment(
            id=self.forge.next_id(),
            sha=run.commit.sha,
            ref=run.branch,
            task="deploy",
            environment=environment,
            payload={},
            description="",
            created_at=self.forge.clock(),
            creator=ACTIONS,
            run=run.id,
        )


def waited(repository: Repository, gate: Gate, now: datetime) -> bool:
    """Whether a gate's waiting time is over."""
    return now >= gate.since + timedelta(minutes=repository.environments[gate.environment].wait_minutes)


def waiting_gates(repository: Repository, run: Run) -> list[Gate]:
    """Return the gates at which a run's newest attempt waits."""
    return [one for one in repository.gates if (one.run, one.attempt, one.state) == (run.id, run.attempt, WAITING)]


def _run(repository: Repository, gate: Gate) -> Run:
    found = repository.run(gate.run)
    if found is None:
        raise LookupError(f"{repository.full_name} has no run {gate.run}")
    return found
