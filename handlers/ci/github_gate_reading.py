"""Finds out how far a run is at an environment's gate, by asking GitHub: the run, what it waits for, its records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest, Progress, ProgressStatus
from bot.ports.trouble import TryLater, Unsure
from handlers.ci import github_gate as gate
from handlers.ci import github_records as records
from handlers.ci import github_runs as runs
from handlers.ci.github_gate import Attempt, Coming, Over, Standing, Waits, WentOn
from handlers.ci.github_gate_payloads import GateRun, Job
from handlers.ci.github_pages import Pages
from handlers.ci.github_payloads import Deployment, DeploymentStatus
from handlers.ci.github_replies import after_read
from handlers.ci.sender import AGAIN, Sends

T = TypeVar("T")
Span = tuple[datetime | None, datetime | None]
"""From when to before when an attempt is under way; None where that is open."""

Record = tuple[Deployment, tuple[DeploymentStatus, ...]]
"""A record of a deployment with what was said of it, newest first."""

NOT_FOUND = 404
FIRST = (ProgressStatus.FAILED, ProgressStatus.RUNNING, ProgressStatus.WAITING, ProgressStatus.SUCCEEDED)
"""Which counts where several jobs of a run are at one environment: the first that any of them is."""
MOST_PAGES = 20
"""Pages of a hundred jobs of one run; GitHub allows 256 jobs per matrix, and more than one."""
MOST_RECORDS = 30
"""Records of one commit in one environment that are looked through, newest first."""
ENDED = {
    "failure": "its run ended there without going on: rejected, or timed out after GitHub's 30 days",
    "cancelled": "its run was cancelled on GitHub",
    "success": "its run has ended without coming to its gate",
}


@dataclass(frozen=True, slots=True)
class GateReader:
    """Reads through the one sender. `web_url` is the address of GitHub's pages."""

    sender: Sends
    web_url: str

    async def standing(self, source: GithubSource, sha: str, environment: str, attempt: Attempt) -> Standing | TryLater:
        """Return how far an attempt of a run is at an environment: waiting, gone on, not there yet, or at its end."""
        repository = source.repository
        run = await self._run(runs.run_request(repository, attempt.run_id))
        if isinstance(run, TryLater):
            return run
        if run is None:
            return Over(attempt, "GitHub does not know its run any more")
        if run.head_sha != sha:
            return Over(attempt, f"run {attempt.run_id} is of {run.head_sha[:12]}, and not of the commit approved")
        if run.run_attempt == attempt.number and run.status != "completed":
            waits = await self._waits(repository, environment, attempt)
            if waits is not None:
                return waits
        return await self._beyond(source, sha, environment, attempt, run)

    async def comes_later(
        self, source: GithubSource, sha: str, environment: str, attempt: Attempt
    ) -> frozenset[int] | TryLater:
        """Return the records of jobs that wait there though others of the attempt, which is the newest, have gone on.

        None waits so while all of them wait for somebody besides us.
        """
        run = await self._run(runs.run_request(source.repository, attempt.run_id)) if attempt.number > 1 else None
        if isinstance(run, TryLater):
            return run
        span = (run.run_started_at if run else None), None
        found = await self._records(source, sha, environment, attempt.run_id, span)
        if isinstance(found, TryLater):
            return found
        waiting = frozenset(record.id for record, said in found if not gate.has_gone_on(said))
        return waiting if len(waiting) < len(found) else frozenset()

    async def reviewed(self, repository: str, at: Attempt, environment: str, key: str) -> bool | TryLater:
        """Return whether a review with a key has approved it, though it waits for something else there as well."""
        return await self._ask(
            gate.reviews_request(repository, at.run_id), lambda reply: gate.approved_with(reply, environment, key)
        )

    async def _how_far(
        self, source: GithubSource, environment: str, at: Attempt, run: GateRun, made: Sequence[Record]
    ) -> Progress | TryLater:
        """Return how far all is that went on, by its records; what has no last word there ends with its attempt."""
        each = [self._progress(source, environment, said) for _, said in made]
        now = min(each, key=lambda one: FIRST.index(one.status))
        if now.status in {ProgressStatus.SUCCEEDED, ProgressStatus.FAILED}:
            return now
        ended = run if run.run_attempt == at.number else await self._attempt(source, at)
        if isinstance(ended, TryLater):
            return ended
        return now if ended is None or ended.status != "completed" else self._at_the_end(source, at, ended)

    def _at_the_end(self, source: GithubSource, at: Attempt, run: GateRun) -> Progress:
        ended = ProgressStatus.SUCCEEDED if run.conclusion == "success" else ProgressStatus.FAILED
        known = run.conclusion if run.conclusion in runs.CONCLUSIONS else None
        detail = f"the run ended: {known.replace('_', ' ')}" if known else "the run has ended"
        return Progress(ended, "" if ended is ProgressStatus.SUCCEEDED else detail, self._page(source, at))

    async def came_to(
        self, source: GithubSource, sha: str, environment: str, attempt: Attempt
    ) -> bool | TryLater | None:
        """Return whether an attempt of a run has gone on at an environment's gate; None when it never came there."""
        run = await self._run(runs.run_request(source.repository, attempt.run_id))
        span = run if isinstance(run, TryLater) or run is None else await self._span(source.repository, attempt, run)
        if isinstance(span, TryLater) or span is None:
            return span
        found = await self._records(source, sha, environment, attempt.run_id, span)
        if isinstance(found, TryLater):
            return found
        return any(gate.has_gone_on(said) for _, said in found) if found else None

    async def waits_at(self, repository: str, run: int) -> frozenset[str] | TryLater:
        """Return the environments at which a run waits now, in lower case."""
        return await self._ask(
            gate.pending_request(repository, run),
            lambda reply: (
                None
                if (told := gate.read_pending(reply)) is None
                else frozenset(one.environment.name.lower() for one in told)
            ),
        )

    async def others_green(self, repository: str, run: int) -> bool | TryLater | None:
        """Return whether all other jobs of all pages have ended well; None while one runs, or cannot be read."""
        jobs: list[Job | None] = []
        for page in range(1, MOST_PAGES + 1):
            reply = await self._read(gate.jobs_request(repository, run, page))
            if isinstance(reply, TryLater):
                return reply
            told = gate.read_jobs(reply)
            if told is None:
                return None
            jobs += told.jobs
            if len(jobs) >= told.total_count:
                return gate.all_others_green(jobs)
            if not told.jobs:
                break
        return gate.all_others_green([*jobs, None])  # some are missing: it is red at most, and green by no means

    async def _waits(self, repository: str, environment: str, attempt: Attempt) -> Waits | TryLater | None:
        told = await self._ask(gate.pending_request(repository, attempt.run_id), gate.read_pending)
        if isinstance(told, TryLater):
            return told
        here = [one for one in told if one.environment.name.lower() == environment.lower()]
        if not here:
            return None
        where = here[0].environment
        return Waits(attempt, where.id, where.name, here[0].current_user_can_approve)

    async def _beyond(
        self, source: GithubSource, sha: str, environment: str, attempt: Attempt, run: GateRun
    ) -> Standing | TryLater:
        """Tell of an attempt that does not wait there whether it went on, has not come yet, or never will."""
        span = await self._span(source.repository, attempt, run)
        if isinstance(span, TryLater):
            return span
        found = await self._records(source, sha, environment, attempt.run_id, span)
        if isinstance(found, TryLater):
            return found
        if any(gate.has_gone_on(said) for _, said in found):
            at = await self._how_far(source, environment, attempt, run, found)
            return at if isinstance(at, TryLater) else _went_on(attempt, at, run, found)
        if run.run_attempt > attempt.number:
            return Over(attempt, f"it was run again on GitHub: attempt {run.run_attempt} is another build")
        if run.status != "completed":
            return Coming(attempt)
        reviews = await self._read(gate.reviews_request(source.repository, attempt.run_id))
        said = "" if isinstance(reviews, TryLater) else gate.rejected_by(reviews, environment)
        return Over(attempt, said or ENDED.get(run.conclusion or "", "its run has ended on GitHub"))

    async def _span(self, repository: str, attempt: Attempt, run: GateRun) -> Span | TryLater:
        """Return when an attempt began and when the next one did, each None where nobody can tell or there is none."""
        if run.run_attempt == attempt.number:
            return (run.run_started_at if attempt.number > 1 else None), None
        began = await self._run(gate.attempt_request(repository, attempt.run_id, attempt.number))
        following = await self._run(gate.attempt_request(repository, attempt.run_id, attempt.number + 1))
        if isinstance(began, TryLater):
            return began
        if isinstance(following, TryLater):
            return following
        return (began.run_started_at if began else None), (following.run_started_at if following else None)

    async def _records(
        self, source: GithubSource, sha: str, environment: str, run: int, span: Span
    ) -> list[Record] | TryLater:
        """Return the records of a run in an environment, newest first: each of its jobs there has one of its own."""
        since, until = span
        made = await self._ask(gate.records_request(source.repository, environment, sha), records.read_deployments)
        if isinstance(made, TryLater):
            return made
        found: list[Record] = []
        in_time = [one for one in made if one.sha == sha and (until is None or one.created_at < until)]
        for one in sorted(in_time, key=lambda one: one.id, reverse=True)[:MOST_RECORDS]:
            told = await self._statuses(source, str(one.id))
            if isinstance(told, TryLater):
                return told
            if gate.made_by(one, told, run, since):
                found.append((one, told))
        return found

    async def _attempt(self, source: GithubSource, at: Attempt) -> GateRun | TryLater | None:
        return await self._run(gate.attempt_request(source.repository, at.run_id, at.number))

    async def _statuses(self, source: GithubSource, ref: str) -> tuple[DeploymentStatus, ...] | TryLater:
        return await self._ask(records.statuses_request(source, ref), records.read_statuses)

    def _progress(self, source: GithubSource, environment: str, told: tuple[DeploymentStatus, ...]) -> Progress:
        return records.progress_of(told, self._pages, self._pages.deployments(source.repository, environment))

    def _page(self, source: GithubSource, at: Attempt) -> str:
        return self._pages.run(source.repository, at.run_id)

    async def _run(self, request: HttpRequest) -> GateRun | TryLater | None:
        reply = await self._read(request)
        if isinstance(reply, TryLater):
            return reply
        if reply.status == NOT_FOUND:
            return None
        return gate.read_gate_run(reply) or after_read(reply, self.sender.clock())

    async def _ask(self, request: HttpRequest, understand: Callable[[HttpReply], T | None]) -> T | TryLater:
        """Return what an answer says, or when to ask again what cannot be understood."""
        reply = await self._read(request)
        if isinstance(reply, TryLater):
            return reply
        told = understand(reply)
        return after_read(reply, self.sender.clock()) if told is None else told

    async def _read(self, request: HttpRequest) -> HttpReply | TryLater:
        reply = await self.sender.send(request)
        return TryLater(AGAIN, reply.why) if isinstance(reply, Unsure) else reply

    @property
    def _pages(self) -> Pages:
        return Pages(self.web_url)


def _went_on(attempt: Attempt, progress: Progress, run: GateRun, found: Sequence[Record]) -> WentOn:
    began = [when for _, said in found if (when := gate.went_on_at(said))]
    ended = [when for _, said in found if (when := gate.ended_well_at(said))]
    goes_on = run.run_attempt == attempt.number and run.status != "completed"
    return WentOn(attempt, progress, max(began, default=None), max(ended, default=None) if goes_on else None)
