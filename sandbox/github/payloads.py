"""GitHub's JSON as its documentation gives it: REST answers and webhook bodies share the shapes.

Fields from https://docs.github.com/rest and https://docs.github.com/webhooks/webhook-events-and-payloads.
"""

import base64
from datetime import UTC, datetime
from typing import Any

from sandbox.github.records import Commit, Deployment, Pull, Repository, Run, Status

API = "https://api.github.com"
"""In the addresses that payloads name; nobody follows them here."""


def time(at: datetime) -> str:
    """Return a time as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def account(login: str, number: int) -> dict[str, Any]:
    """Return a user."""
    return {
        "login": login,
        "id": number,
        "node_id": node_id("User", number),
        "avatar_url": "",
        "url": f"{API}/users/{login}",
        "html_url": f"https://github.com/{login}",
        "type": "Bot" if login.endswith("[bot]") else "User",
        "site_admin": False,
    }


def node_id(kind: str, number: int) -> str:
    """Return the other id that everything has."""
    return base64.b64encode(f"{len(kind):03}:{kind}{number}".encode()).decode()


def workflow_id(path: str) -> int:
    """Return a workflow's number, always the same for its path."""
    return 10_000 + sum(place * letter for place, letter in enumerate(path.encode(), 1))


def workflow_name(path: str) -> str:
    """Return a workflow's name: its file's."""
    return path.rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")


def workflow(repo: Repository, path: str) -> dict[str, Any]:
    """Return a workflow."""
    number = workflow_id(path)
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": workflow_name(path),
        "path": path,
        "state": "active",
        "url": f"{API}/repos/{repo.full_name}/actions/workflows/{number}",
    }


def organization(repo: Repository) -> dict[str, Any]:
    """Return the organization that a repository belongs to."""
    login = repo.full_name.split("/")[0]
    number = owner_id(login)
    return {"login": login, "id": number, "node_id": node_id("Organization", number), "url": f"{API}/orgs/{login}"}


def owner_id(login: str) -> int:
    """Return the number of an organization, always the same for its name."""
    return 9_000_000 + sum(place * letter for place, letter in enumerate(login.lower().encode(), 1))


def repository(repo: Repository, web: str) -> dict[str, Any]:
    """Return a repository."""
    owner, name = repo.full_name.split("/")
    return {
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": name,
        "full_name": repo.full_name,
        "private": repo.is_private,
        "owner": account(owner, owner_id(owner)) | {"type": "Organization"},
        "html_url": f"{web}/{repo.full_name}",
        "url": f"{API}/repos/{repo.full_name}",
        "description": None,
        "default_branch": repo.branch,
        "fork": False,
        "archived": False,
        "disabled": False,
        "visibility": "private" if repo.is_private else "public",
    }


def run(repo: Repository, one: Run, web: str, *, rest: bool = True) -> dict[str, Any]:
    """Return a workflow run. REST gives `path@ref`, the webhook the bare path."""
    pusher = (one.commit.login, one.commit.login_id)
    actor = one.actor or pusher
    url = f"{API}/repos/{repo.full_name}/actions/runs/{one.id}"
    return {
        "id": one.id,
        "node_id": node_id("WorkflowRun", one.id),
        "name": workflow_name(one.path),
        "path": f"{one.path}@{one.branch}" if rest else one.path,
        "head_branch": one.branch,
        "head_sha": one.commit.sha,
        "display_title": one.title,
        "run_number": one.number,
        "run_attempt": one.attempt,
        "event": one.event,
        "status": one.status,
        "conclusion": one.conclusion,
        "workflow_id": workflow_id(one.path),
        "workflow_url": f"{API}/repos/{repo.full_name}/actions/workflows/{workflow_id(one.path)}",
        "check_suite_id": one.id + 1,
        "check_suite_node_id": node_id("CheckSuite", one.id + 1),
        "check_suite_url": f"{API}/repos/{repo.full_name}/check-suites/{one.id + 1}",
        "url": url,
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{one.attempt - 1}" if one.attempt > 1 else None,
        "referenced_workflows": [],
        "html_url": f"{web}/{repo.full_name}/actions/runs/{one.id}",
        "pull_requests": [],
        "created_at": time(one.created_at),
        "updated_at": time(one.updated_at),
        "run_started_at": time(one.started_at or one.created_at),
        "actor": account(*actor),
        "triggering_actor": account(*(one.triggering_actor or actor)),
        "head_commit": head_commit(one.commit),
        "repository": repository(repo, web),
        "head_repository": {
            "id": repo.id,
            "full_name": one.head_repository or repo.full_name,
            "fork": one.head_repository is not None,
        },
    }


def head_commit(one: Commit) -> dict[str, Any]:
    """Return a commit as runs and pushes tell it."""
    person = {"name": one.name, "email": one.email}
    return {
        "id": one.sha,
        "tree_id": one.sha[::-1],
        "message": one.message,
        "timestamp": time(one.at),
        "author": person,
        "committer": person,
    }


def commit(repo: Repository, one: Commit, web: str) -> dict[str, Any]:
    """Return a commit as the API tells it."""
    person = {"name": one.name, "email": one.email, "date": time(one.at)}
    return {
        "sha": one.sha,
        "node_id": node_id("Commit", int(one.sha[:8], 16)),
        "url": f"{API}/repos/{repo.full_name}/commits/{one.sha}",
        "html_url": f"{web}/{repo.full_name}/commit/{one.sha}",
        "commit": {"message": one.message, "author": person, "committer": person},
        "author": account(one.login, one.login_id),
        "committer": account(one.login, one.login_id),
        "parents": [{"sha": before.sha} for before in repo.history(one)[1:2]],
    }


def pull(repo: Repository, one: Pull, web: str) -> dict[str, Any]:
    """Return a pull request as the list of a commit's tells it."""
    url = f"{API}/repos/{repo.full_name}/pulls/{one.number}"
    return {
        "url": url,
        "id": 70_000 + one.number,
        "node_id": node_id("PullRequest", one.number),
        "html_url": f"{web}/{repo.full_name}/pull/{one.number}",
        "number": one.number,
        "state": "closed" if one.merged_at else "open",
        "locked": False,
        "title": one.title,
        "user": account(one.login, one.login_id),
        "body": None,
        "labels": [
            {"id": 800 + place, "name": name, "description": None, "color": "ededed", "default": False}
            for place, name in enumerate(one.labels)
        ],
        "created_at": time(one.created_at),
        "updated_at": time(one.merged_at or one.created_at),
        "closed_at": time(one.merged_at) if one.merged_at else None,
        "merged_at": time(one.merged_at) if one.merged_at else None,
        "draft": False,
        "base": {"label": f"{repo.full_name.split('/')[0]}:{one.base}", "ref": one.base},
    }


def changed_file(name: str) -> dict[str, Any]:
    """Return a file that differs between two commits."""
    return {"sha": "0" * 40, "filename": name, "status": "modified", "additions": 1, "deletions": 0, "changes": 1}


def tag(repo: Repository, name: str, sha: str) -> dict[str, Any]:
    """Return a tag."""
    url = f"{API}/repos/{repo.full_name}"
    return {
        "name": name,
        "node_id": node_id("Ref", int(sha[:8], 16)),
        "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
        "zipball_url": f"{url}/zipball/refs/tags/{name}",
        "tarball_url": f"{url}/tarball/refs/tags/{name}",
    }


def deployment(repo: Repository, one: Deployment) -> dict[str, Any]:
    """Return a deployment."""
    url = f"{API}/repos/{repo.full_name}/deployments/{one.id}"
    return {
        "url": url,
        "id": one.id,
        "node_id": node_id("Deployment", one.id),
        "sha": one.sha,
        "ref": one.ref,
        "task": one.task,
        "environment": one.environment,
        "original_environment": one.environment,
        "payload": one.payload,
        "description": one.description,
        "creator": account(*one.creator),
        "created_at": time(one.created_at),
        "updated_at": time(one.statuses[-1].at if one.statuses else one.created_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": f"{API}/repos/{repo.full_name}",
        "production_environment": one.is_production,
        "transient_environment": one.transient,
    }


def status(repo: Repository, of: Deployment, one: Status) -> dict[str, Any]:
    """Return a status of a deployment."""
    deployed = f"{API}/repos/{repo.full_name}/deployments/{of.id}"
    return {
        "url": f"{deployed}/statuses/{one.id}",
        "id": one.id,
        "node_id": node_id("DeploymentStatus", one.id),
        "state": one.state,
        "description": one.description,
        "environment": of.environment,
        "log_url": one.log_url,
        "target_url": one.log_url,
        "environment_url": one.environment_url,
        "creator": account(*one.creator),
        "created_at": time(one.at),
        "updated_at": time(one.at),
        "deployment_url": deployed,
        "repository_url": f"{API}/repos/{repo.full_name}",
    }
