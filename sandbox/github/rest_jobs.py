"""The API's routes about attempts and jobs of runs, and running them again."""

from typing import TYPE_CHECKING, Any

from sandbox.exchange import Reply
from sandbox.github import payloads, payloads_gates
from sandbox.github.answers import answer, number_in, page_of, refuse
from sandbox.github.calls import Call, Route
from sandbox.github.records import Repository, Run
from sandbox.github.records_gates import Job

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

RIGHT = "actions"


class JobRoutes:
    """Reads attempts and jobs; runs again."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        run = "/actions/runs/{run}"
        return [
            Route("GET", f"{run}/attempts/{{attempt}}", self._attempt, RIGHT),
            Route("GET", f"{run}/attempts/{{attempt}}/jobs", self._jobs_of_attempt, RIGHT),
            Route("GET", f"{run}/jobs", self._jobs, RIGHT),
            Route("GET", "/actions/jobs/{job}", self._job, RIGHT),
            Route("POST", f"{run}/rerun", self._rerun, RIGHT),
            Route("POST", f"{run}/rerun-failed-jobs", self._rerun, RIGHT),
        ]

    def _attempt(self, request: Call, repo: Repository) -> Reply:
        run, number = repo.run(number_in(request, "run")), number_in(request, "attempt")
        if run is None:
            return refuse(404, "Not Found")
        told = payloads.run(repo, run, self._forge.site)
        if number == run.attempt:
            return answer(told)
        past = next((one for one in run.past if one.attempt == number), None)
        if past is None:
            return refuse(404, "Not Found")
        actor = past.triggering_actor
        was: dict[str, Any] = {
            "run_attempt": past.attempt,
            "status": past.status,
            "conclusion": past.conclusion,
            "run_started_at": payloads.time(past.started_at),
            "updated_at": payloads.time(past.updated_at),
            "triggering_actor": payloads.account(*actor) if actor else told["actor"],
        }
        return answer(told | was)

    def _jobs_of_attempt(self, request: Call, repo: Repository) -> Reply:
        run, number = repo.run(number_in(request, "run")), number_in(request, "attempt")
        if run is None or not 1 <= number <= run.attempt:
            return refuse(404, "Not Found")
        return self._told(request, repo, run, [one for one in run.jobs if one.attempt == number])

    def _jobs(self, request: Call, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        if run is None:
            return refuse(404, "Not Found")
        all_of_them = request.query.get("filter") == "all"
        return self._told(request, repo, run, run.jobs if all_of_them else run.current_jobs())

    def _told(self, request: Call, repo: Repository, run: Run, jobs: list[Job]) -> Reply:
        page, link = page_of(request, jobs)
        body = [payloads_gates.job(repo, run, one, self._forge.site) for one in page]
        return answer({"total_count": len(jobs), "jobs": body}, headers=link)

    def _job(self, request: Call, repo: Repository) -> Reply:
        number = number_in(request, "job")
        for run in repo.runs:
            for job in run.jobs:
                if job.id == number:
                    return answer(payloads_gates.job(repo, run, job, self._forge.site))
        return refuse(404, "Not Found")

    def _rerun(self, request: Call, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        if run is None:
            return refuse(404, "Not Found")
        if run.conclusion is None:
            return refuse(403, "This workflow is already running")
        failed_only = request.path.endswith("-failed-jobs")
        if failed_only and run.conclusion == "success":
            return refuse(403, "This workflow run cannot be retried, since none of its jobs failed")
        self._forge.rerun(repo.full_name, run, by=request.caller.who)
        return answer({}, 201)
