"""GitHub's JSON as its documentation gives it: REST answers and webhook bodies share the shapes."""

from datetime import UTC, datetime
from typing import Any

from sandbox.github.records import Commit, Deployment, Repository, Run, Status


def time(at: datetime) -> str:
    """Return a time as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def account(login: str, number: int) -> dict[str, Any]:
    """Return a user."""
    return {"login": login, "id": number, "type": "User", "site_admin": False}


def repository(repo: Repository, web: str) -> dict[str, Any]:
    """Return a repository."""
    owner, name = repo.full_name.split("/")
    return {
        "id": repo.id,
        "name": name,
        "full_name": repo.full_name,
        "private": True,
        "owner": account(owner, 900),
        "html_url": f"{web}/{repo.full_name}",
        "default_branch": repo.branch,
        "fork": False,
    }


def run(repo: Repository, one: Run, web: str, *, rest: bool = True) -> dict[str, Any]:
    """Return a workflow run. REST gives `path@ref`, the webhook the bare path."""
    commit = one.commit
    return {
        "id": one.id,
        "name": one.path.rsplit("/", 1)[-1].removesuffix(".yml"),
        "path": f"{one.path}@{one.branch}" if rest else one.path,
        "head_branch": one.branch,
        "head_sha": commit.sha,
        "display_title": one.title,
        "run_number": one.number,
        "run_attempt": one.attempt,
        "event": one.event,
        "status": one.status,
        "conclusion": one.conclusion,
        "workflow_id": sum(one.path.encode()),
        "check_suite_id": one.id + 1,
        "html_url": f"{web}/{repo.full_name}/actions/runs/{one.id}",
        "pull_requests": [],
        "created_at": time(one.created_at),
        "updated_at": time(one.updated_at),
        "run_started_at": time(one.created_at),
        "actor": account(commit.login, commit.login_id),
        "triggering_actor": account(commit.login, commit.login_id),
        "head_commit": {
            "id": commit.sha,
            "message": commit.title,
            "timestamp": time(commit.at),
            "author": {"name": commit.name, "email": commit.email},
            "committer": {"name": commit.name, "email": commit.email},
        },
        "repository": repository(repo, web),
        "head_repository": {"id": repo.id, "full_name": one.head_repository or repo.full_name},
    }


def commit(repo: Repository, one: Commit, web: str) -> dict[str, Any]:
    """Return a commit."""
    return {
        "sha": one.sha,
        "html_url": f"{web}/{repo.full_name}/commit/{one.sha}",
        "commit": {"message": one.title, "author": {"name": one.name, "email": one.email, "date": time(one.at)}},
        "author": account(one.login, one.login_id),
    }


def deployment(one: Deployment) -> dict[str, Any]:
    """Return a deployment."""
    return {
        "id": one.id,
        "sha": one.sha,
        "ref": one.ref,
        "task": one.task,
        "environment": one.environment,
        "original_environment": one.environment,
        "payload": one.payload,
        "description": one.description,
        "creator": account("signoff-bot", 901),
        "created_at": time(one.created_at),
        "updated_at": time(one.statuses[-1].at if one.statuses else one.created_at),
        "production_environment": one.environment == "production",
        "transient_environment": False,
    }


def status(one: Status, environment: str) -> dict[str, Any]:
    """Return a status of a deployment."""
    return {
        "id": one.id,
        "state": one.state,
        "description": one.description,
        "environment": environment,
        "log_url": one.log_url,
        "target_url": one.log_url,
        "environment_url": "",
        "creator": account("github-actions[bot]", 41898282),
        "created_at": time(one.at),
        "updated_at": time(one.at),
    }
