"""The API's routes about deployments and their statuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.exchange import Asked, Reply
from sandbox.github import payloads
from sandbox.github.answers import answer, json_in, number_in, page_of, refuse
from sandbox.github.records import Commit, Deployment, Repository

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

Handler = Callable[[Asked, Repository], Reply]
STATES = {"queued", "pending", "in_progress", "success", "failure", "error", "inactive"}
LONGEST_DESCRIPTION = 140
_FILTERS = ("sha", "ref", "task", "environment")


class DeploymentRoutes:
    """Reads deployments, creates them, takes their statuses."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path below the repository, handler."""
        return [
            ("GET", "/deployments", self._list),
            ("POST", "/deployments", self._create),
            ("GET", "/deployments/{deployment}", self._one),
            ("GET", "/deployments/{deployment}/statuses", self._statuses),
            ("POST", "/deployments/{deployment}/statuses", self._say),
        ]

    def _list(self, request: Asked, repo: Repository) -> Reply:
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

    def _create(self, request: Asked, repo: Repository) -> Reply:
        body = json_in(request)
        ref = str(body.get("ref", ""))
        commit = repo.commit(ref)
        if commit is None:
            return refuse(422, f"No ref found for: {ref}")
        # The default is true, and true merges instead of deploying when the ref is behind the default branch.
        # https://docs.github.com/rest/deployments/deployments#create-a-deployment
        tip = repo.tip(repo.branch)
        if body.get("auto_merge", True) and tip is not None and tip.sha not in _hashes(repo, commit):
            return answer({"message": f"Auto-merged {repo.branch} into {ref} on deployment."}, 202)
        if not _green(repo, commit, body.get("required_contexts")):
            return refuse(409, f"Conflict: Commit status checks failed for {ref}.")
        deployment = Deployment(
            id=self._forge.next_id(),
            sha=commit.sha,
            ref=ref,
            task=str(body.get("task") or "deploy"),
            environment=str(body.get("environment") or "production"),
            payload=body.get("payload") or {},
            description=str(body.get("description") or ""),
            created_at=self._forge.clock(),
            transient=bool(body.get("transient_environment")),
            production=body.get("production_environment"),
        )
        self._forge.deploy(repo.full_name, deployment)
        return answer(payloads.deployment(repo, deployment), 201)

    def _one(self, request: Asked, repo: Repository) -> Reply:
        one = repo.deployment(number_in(request, "deployment"))
        return answer(payloads.deployment(repo, one)) if one else refuse(404, "Not Found")

    def _statuses(self, request: Asked, repo: Repository) -> Reply:
        one = repo.deployment(number_in(request, "deployment"))
        if one is None:
            return refuse(404, "Not Found")
        page, link = page_of(request, one.statuses[::-1])
        return answer([payloads.status(repo, one, said) for said in page], headers=link)

    def _say(self, request: Asked, repo: Repository) -> Reply:
        # `curl --data` says form-urlencoded; GitHub's own examples do so, and it reads JSON all the same.
        one = repo.deployment(number_in(request, "deployment"))
        body = json_in(request)
        if one is None:
            return refuse(404, "Not Found")
        description = str(body.get("description") or "")
        if body.get("state") not in STATES or len(description) > LONGEST_DESCRIPTION:
            return refuse(422, "Validation Failed")
        said = self._forge.progress_deployment(
            repo.full_name,
            one,
            str(body["state"]),
            description,
            log_url=str(body.get("log_url") or body.get("target_url") or ""),
            environment_url=str(body.get("environment_url") or ""),
            auto_inactive=bool(body.get("auto_inactive", True)),
        )
        return answer(payloads.status(repo, one, said), 201)


def _hashes(repo: Repository, commit: Commit) -> set[str]:
    return {one.sha for one in repo.history(commit)}


def _green(repo: Repository, commit: Commit, contexts: Any) -> bool:
    """Whether the checks that are asked for succeeded; without a list, every one that the commit has.

    Checks are the runs of workflows other than the dispatched ones, by the workflow's name.
    """
    runs = [run for run in repo.runs if run.commit.sha == commit.sha and not run.inputs]
    conclusions = {payloads.workflow_name(run.path): run.conclusion for run in runs}
    asked = list(conclusions) if contexts is None else contexts
    return all(conclusions.get(name) == "success" for name in asked)
