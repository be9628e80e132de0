"""The webhooks' bodies, by event: what happened, and around it the repository and who did it."""

from collections.abc import Iterable
from typing import Any

from sandbox.github import payloads
from sandbox.github.hooks import Hook, build_webhook
from sandbox.github.records import Commit, Deployment, Repository, Run, Status

NOTHING = "0" * 40


def run_event(repo: Repository, run: Run, action: str, web: str) -> Hook:
    """Return `workflow_run`: requested, in_progress or completed."""
    body = {
        "action": action,
        "workflow": payloads.workflow(repo, run.path),
        "workflow_run": payloads.run(repo, run, web, rest=False),
    }
    return build_webhook("workflow_run", body | around(repo, web, run.actor or (run.commit.login, run.commit.login_id)))


def push_event(
    repo: Repository, commits: list[Commit], before: Commit | None, web: str, *, forced: bool = False
) -> Hook:
    """Return `push` of some commits, oldest first, at least one."""
    commit = commits[-1]
    told = [payloads.head_commit(one) for one in commits]
    branch = commit.branch or repo.branch
    old = before.sha if before else NOTHING
    body = {
        "ref": f"refs/heads/{branch}",
        "before": old,
        "after": commit.sha,
        "created": before is None,
        "deleted": False,
        "forced": forced,
        "base_ref": None,
        "compare": f"{web}/{repo.full_name}/compare/{old[:12]}...{commit.sha[:12]}",
        "commits": told,
        "head_commit": told[-1],
        "pusher": {"name": commit.login, "email": commit.email},
    }
    return build_webhook("push", body | around(repo, web, (commit.login, commit.login_id)))


def deployment_event(repo: Repository, deployment: Deployment, web: str) -> Hook:
    """Return `deployment`: created."""
    run = repo.run(deployment.run or 0)
    body = {
        "action": "created",
        "deployment": payloads.deployment(repo, deployment),
        "workflow": payloads.workflow(repo, run.path) if run else None,
        "workflow_run": payloads.run(repo, run, web, rest=False) if run else None,
    }
    return build_webhook("deployment", body | around(repo, web, deployment.creator))


def status_event(repo: Repository, deployment: Deployment, status: Status, web: str) -> Hook:
    """Return `deployment_status`: created."""
    run = repo.run(deployment.run or 0)
    body = {
        "action": "created",
        "deployment_status": payloads.status(repo, deployment, status),
        "deployment": payloads.deployment(repo, deployment),
        "check_run": None,
        "workflow": payloads.workflow(repo, run.path) if run else None,
        "workflow_run": payloads.run(repo, run, web, rest=False) if run else None,
    }
    return build_webhook("deployment_status", body | around(repo, web, status.creator))


def ping_event(repo: Repository, url: str, web: str, events: Iterable[str]) -> Hook:
    """Return `ping`, which GitHub sends when a webhook is set up."""
    body = {
        "zen": "Keep it logically awesome.",
        "hook_id": 1,
        "hook": {
            "type": "Repository",
            "id": 1,
            "name": "web",
            "active": True,
            "events": sorted(events),
            "config": {"content_type": "json", "url": url, "insecure_ssl": "0"},
        },
    }
    owner = repo.full_name.partition("/")[0]
    return build_webhook("ping", body | around(repo, web, (owner, payloads.owner_id(owner))))


def renamed_event(repo: Repository, old: str, web: str) -> Hook:
    """Return `repository`: renamed."""
    owner = repo.full_name.partition("/")[0]
    body = {"action": "renamed", "changes": {"repository": {"name": {"from": old.partition("/")[2]}}}}
    return build_webhook("repository", body | around(repo, web, (owner, payloads.owner_id(owner))))


def around(repo: Repository, web: str, sender: tuple[str, int]) -> dict[str, Any]:
    """Return what every webhook has: where it happened and who did it."""
    return {
        "repository": payloads.repository(repo, web),
        "organization": payloads.organization(repo),
        "sender": payloads.account(*sender),
    }
