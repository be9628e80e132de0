"""The API's routes about statuses and check runs of commits."""

from typing import TYPE_CHECKING

from sandbox.exchange import Reply
from sandbox.github import payloads_checks
from sandbox.github.answers import answer, invalid, json_in, number_in, optional, page_of, refuse, required
from sandbox.github.calls import Call, Route
from sandbox.github.checks import checks_of, newest_statuses
from sandbox.github.records import Commit, Repository

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

STATES = {"error", "failure", "pending", "success"}
CONCLUSIONS = {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"}
UNFINISHED = {"queued", "in_progress", "waiting", "requested", "pending"}


class CheckRoutes:
    """Reads statuses and checks, and takes them."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        return [
            Route("POST", "/statuses/{sha}", self._say, "statuses"),
            Route("GET", "/commits/{ref}/status", self._combined, "statuses"),
            Route("GET", "/commits/{ref}/statuses", self._statuses, "statuses"),
            Route("GET", "/commits/{ref}/check-runs", self._checks, "checks"),
            Route("GET", "/check-runs/{check}", self._check, "checks"),
            Route("POST", "/check-runs", self._report, "checks"),
            Route("PATCH", "/check-runs/{check}", self._change, "checks"),
        ]

    def _say(self, request: Call, repo: Repository) -> Reply:
        body = json_in(request)
        state = required(body, "state", str)
        commit = next((one for one in repo.commits if one.sha == request.match["sha"]), None)
        if commit is None:
            return refuse(422, f"No commit found for SHA: {request.match['sha']}")
        if state not in STATES:
            return invalid("Status", "state", message="state is not included in the list")
        made = self._forge.checks.status(
            repo.full_name,
            commit.sha,
            state,
            optional(body, "context", str) or "default",
            target_url=optional(body, "target_url", str),
            description=optional(body, "description", str),
            by=request.caller.who,
        )
        return answer(payloads_checks.status(repo, made), 201)

    def _combined(self, request: Call, repo: Repository) -> Reply:
        commit = repo.commit(request.match["ref"])
        if commit is None:
            return _no_commit(request)
        newest = newest_statuses(repo, commit.sha)
        page, link = page_of(request, newest)
        site = self._forge.site
        told = payloads_checks.combined(repo, commit.sha, newest, len(newest), site)
        return answer(told | {"statuses": [payloads_checks.brief_status(repo, one) for one in page]}, headers=link)

    def _statuses(self, request: Call, repo: Repository) -> Reply:
        commit = repo.commit(request.match["ref"])
        if commit is None:
            return _no_commit(request)
        page, link = page_of(request, [one for one in reversed(repo.statuses) if one.sha == commit.sha])
        return answer([payloads_checks.status(repo, one) for one in page], headers=link)

    def _checks(self, request: Call, repo: Repository) -> Reply:
        """The newest of each name of an App, unless all are asked for."""
        commit = repo.commit(request.match["ref"])
        if commit is None:
            return _no_commit(request)
        asked, found = request.query, checks_of(repo, commit.sha)
        if asked.get("filter", "latest") == "latest":
            newest = {(one.app, one.name): one for one in reversed(found)}
            found = [one for one in found if newest[one.app, one.name] is one]
        found = [
            one
            for one in found
            if asked.get("check_name", one.name) == one.name and asked.get("status", one.status) == one.status
        ]
        page, link = page_of(request, found)
        told = [payloads_checks.check_run(repo, one, self._forge.site) for one in page]
        return answer({"total_count": len(found), "check_runs": told}, headers=link)

    def _check(self, request: Call, repo: Repository) -> Reply:
        number = number_in(request, "check")
        known = (one for commit in _commits(repo) for one in checks_of(repo, commit.sha))
        found = next((one for one in known if one.id == number), None)
        return answer(payloads_checks.check_run(repo, found, self._forge.site)) if found else refuse(404, "Not Found")

    def _report(self, request: Call, repo: Repository) -> Reply:
        """Take a check of an App's; people cannot report any."""
        body = json_in(request)
        name, sha = required(body, "name", str), required(body, "head_sha", str)
        conclusion = optional(body, "conclusion", str)
        status = "completed" if conclusion else optional(body, "status", str) or "queued"
        if request.caller.app is None:
            return refuse(403, "You must authenticate via a GitHub App.")
        if all(one.sha != sha for one in repo.commits):
            return refuse(422, f"No commit found for SHA: {sha}")
        if not _possible(status, conclusion):
            return invalid("CheckRun", "conclusion" if status == "completed" else "status", "invalid")
        made = self._forge.checks.report(
            repo.full_name,
            sha,
            name,
            status,
            conclusion,
            app=request.caller.app,
            details_url=optional(body, "details_url", str),
            external_id=optional(body, "external_id", str) or "",
        )
        return answer(payloads_checks.check_run(repo, made, self._forge.site), 201)

    def _change(self, request: Call, repo: Repository) -> Reply:
        body, number = json_in(request), number_in(request, "check")
        found = next((one for one in repo.checks if one.id == number), None)
        if found is None:
            return refuse(404, "Not Found")
        if found.app != request.caller.app:
            return refuse(
                403, f"Invalid app_id `{number}` - check run can only be modified by the GitHub App that created it."
            )
        conclusion = optional(body, "conclusion", str)
        status = "completed" if conclusion else optional(body, "status", str) or found.status
        if not _possible(status, conclusion or found.conclusion):
            return invalid("CheckRun", "conclusion" if status == "completed" else "status", "invalid")
        if conclusion:
            self._forge.checks.conclude(repo.full_name, found, conclusion)
        else:
            found.status = status
        return answer(payloads_checks.check_run(repo, found, self._forge.site))


def _possible(status: str, conclusion: str | None) -> bool:
    return conclusion in CONCLUSIONS if status == "completed" else status in UNFINISHED


def _no_commit(request: Call) -> Reply:
    return refuse(422, f"No commit found for SHA: {request.match['ref']}")


def _commits(repo: Repository) -> list[Commit]:
    return list({one.sha: one for one in repo.commits}.values())
