"""The API's routes about deployments and their statuses."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.exchange import Reply
from sandbox.github import payloads
from sandbox.github.answers import answer, invalid, json_in, number_in, optional, page_of, refuse, required
from sandbox.github.calls import Call, Route
from sandbox.github.checks import newest_statuses
from sandbox.github.records import Commit, Deployment, Repository

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

STATES = {"queued", "pending", "in_progress", "success", "failure", "error", "inactive"}
LONGEST_DESCRIPTION = 140
_FILTERS = ("sha", "ref", "task", "environment")


class DeploymentRoutes:
    """Reads deployments, creates them, takes their statuses."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        return [
            Route("GET", "/deployments", self._list, "deployments"),
            Route("POST", "/deployments", self._create, "deployments"),
            Route("GET", "/deployments/{deployment}", self._one, "deployments"),
            Route("GET", "/deployments/{deployment}/statuses", self._statuses, "deployments"),
            Route("DELETE", "/deployments/{deployment}", self._delete, "deployments"),
            Route("GET", "/deployments/{deployment}/statuses/{status}", self._status, "deployments"),
            Route("POST", "/deployments/{deployment}/statuses", self._say, "deployments"),
        ]

    def _list(self, request: Call, repo: Repository) -> Reply:
        asked = request.query
        seen_until = self._forge.clock() - timedelta(seconds=self._forge.index_lag)
        found = [
            one
            for one in reversed(repo.deployments)
            if one.created_at <= seen_until
            and all(asked.get(name, getattr(one, name)) == getattr(one, name) for name in _FILTERS)
        ]
        page, link = page_of(request, found)
        return answer([payloads.deployment(repo, one) for one in page], headers=link)

    def _create(self, request: Call, repo: Repository) -> Reply:
        body = json_in(request)
        ref = required(body, "ref", str)
        asked = _Asked.of(body)
        commit = repo.commit(ref)
        if commit is None:
            return refuse(422, f"No ref found for: {ref}")
        # The default is true, and true merges instead of deploying when the ref is behind the default branch.
        # https://docs.github.com/rest/deployments/deployments#create-a-deployment
        tip = repo.tip(repo.branch)
        if asked.auto_merge and tip is not None and tip.sha not in _hashes(repo, commit):
            return answer({"message": f"Auto-merged {repo.branch} into {ref} on deployment."}, 202)
        if not _green(repo, commit, asked.contexts):
            return refuse(409, f"Conflict: Commit status checks failed for {ref}.")
        deployment = Deployment(
            id=self._forge.next_id(),
            sha=commit.sha,
            ref=ref,
            task=asked.task,
            environment=asked.environment,
            payload=asked.payload,
            description=asked.description,
            created_at=self._forge.clock(),
            transient=asked.transient,
            production=asked.production,
            creator=request.caller.who,
        )
        self._forge.deploy(repo.full_name, deployment)
        return answer(payloads.deployment(repo, deployment), 201)

    def _one(self, request: Call, repo: Repository) -> Reply:
        one = repo.deployment(number_in(request, "deployment"))
        return answer(payloads.deployment(repo, one)) if one else refuse(404, "Not Found")

    def _delete(self, request: Call, repo: Repository) -> Reply:
        one = repo.deployment(number_in(request, "deployment"))
        if one is None:
            return refuse(404, "Not Found")
        others = [other for other in repo.deployments if other.environment == one.environment and other is not one]
        if others and one.state != "inactive":
            return refuse(
                422, "We cannot delete an active deployment unless it is the only deployment in a given environment."
            )
        repo.deployments.remove(one)
        self._forge.changed()
        return Reply(204)

    def _status(self, request: Call, repo: Repository) -> Reply:
        one, number = repo.deployment(number_in(request, "deployment")), number_in(request, "status")
        said = next((said for said in one.statuses if said.id == number), None) if one else None
        return answer(payloads.status(repo, one, said)) if one and said else refuse(404, "Not Found")

    def _statuses(self, request: Call, repo: Repository) -> Reply:
        one = repo.deployment(number_in(request, "deployment"))
        if one is None:
            return refuse(404, "Not Found")
        page, link = page_of(request, one.statuses[::-1])
        return answer([payloads.status(repo, one, said) for said in page], headers=link)

    def _say(self, request: Call, repo: Repository) -> Reply:
        # `curl --data` says form-urlencoded; GitHub's own examples do so, and it reads JSON all the same.
        one = repo.deployment(number_in(request, "deployment"))
        body = json_in(request)
        if one is None:
            return refuse(404, "Not Found")
        state = required(body, "state", str)
        description = optional(body, "description", str) or ""
        if state not in STATES:
            return invalid("DeploymentStatus", "state", "invalid")
        if len(description) > LONGEST_DESCRIPTION:
            return invalid(
                "DeploymentStatus", "description", message="description is too long (maximum is 140 characters)"
            )
        said = self._forge.progress_deployment(
            repo.full_name,
            one,
            state,
            description,
            log_url=optional(body, "log_url", str) or optional(body, "target_url", str) or "",
            environment_url=optional(body, "environment_url", str) or "",
            auto_inactive=optional(body, "auto_inactive", bool) is not False,
            creator=request.caller.who,
        )
        return answer(payloads.status(repo, one, said), 201)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of a new deployment, with GitHub's defaults."""

    auto_merge: bool
    contexts: list[Any] | None
    task: str
    environment: str
    payload: Any
    description: str
    transient: bool
    production: bool | None

    @classmethod
    def of(cls, body: dict[str, Any]) -> "_Asked":
        """Read it; what has the wrong type is refused."""
        payload = body.get("payload")
        return cls(
            auto_merge=optional(body, "auto_merge", bool) is not False,
            contexts=optional(body, "required_contexts", list),
            task=optional(body, "task", str) or "deploy",
            environment=optional(body, "environment", str) or "production",
            payload=payload if isinstance(payload, str) else optional(body, "payload", dict) or {},
            description=optional(body, "description", str) or "",
            transient=optional(body, "transient_environment", bool) is True,
            production=optional(body, "production_environment", bool),
        )


def _hashes(repo: Repository, commit: Commit) -> set[str]:
    return {one.sha for one in repo.history(commit)}


def _green(repo: Repository, commit: Commit, contexts: Any) -> bool:
    """Whether the checks that are asked for succeeded; without a list, every one that the commit has.

    Checks are the runs of workflows other than the dispatched ones, by the workflow's name, the check runs that Apps
    reported, and the statuses.
    """
    runs = [run for run in repo.runs if run.commit.sha == commit.sha and not run.inputs]
    found = {payloads.workflow_name(run.path): run.conclusion for run in runs}
    found |= {one.name: one.conclusion for one in repo.checks if one.sha == commit.sha}
    found |= {one.context: one.state for one in newest_statuses(repo, commit.sha)}
    asked = list(found) if contexts is None else contexts
    return all(found.get(str(name)) in {"success", "neutral", "skipped"} for name in asked)
