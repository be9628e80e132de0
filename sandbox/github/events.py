"""The webhooks' bodies, by event: what happened, and around it the repository and who did it."""

from typing import Any

from sandbox.github import payloads
from sandbox.github.hooks import Hook, build_webhook
from sandbox.github.records import BOT, Commit, Deployment, Repository, Run, Status

NOTHING = "0" * 40


def run_event(repo: Repository, run: Run, action: str, web: str) -> Hook:
    """Return `workflow_run`: requested, in_progress or completed."""
    body = {
        "action": action,
        "workflow": {
            "id": payloads.workflow_id(run.path),
            "name": payloads.workflow_name(run.path),
            "path": run.path,
            "state": "active",
        },
        "workflow_run": payloads.run(repo, run, web, rest=False),
    }
    return build_webhook(
        "workflow_run", body | _around(repo, web, run.actor or (run.commit.login, run.commit.login_id))
    )


def push_event(repo: Repository, commits: list[Commit], before: Commit | None, web: str) -> Hook:
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
        "forced": False,
        "base_ref": None,
        "compare": f"{web}/{repo.full_name}/compare/{old[:12]}...{commit.sha[:12]}",
        "commits": told,
        "head_commit": told[-1],
        "pusher": {"name": commit.login, "email": commit.email},
    }
    return build_webhook("push", body | _around(repo, web, (commit.login, commit.login_id)))


def deployment_event(repo: Repository, deployment: Deployment, web: str) -> Hook:
    """Return `deployment`: created."""
    body = {
        "action": "created",
        "deployment": payloads.deployment(repo, deployment),
        "workflow": None,
        "workflow_run": None,
    }
    return build_webhook("deployment", body | _around(repo, web, BOT))


def status_event(repo: Repository, deployment: Deployment, status: Status, web: str) -> Hook:
    """Return `deployment_status`: created."""
    body = {
        "action": "created",
        "deployment_status": payloads.status(repo, deployment, status),
        "deployment": payloads.deployment(repo, deployment),
        "check_run": None,
        "workflow": None,
        "workflow_run": None,
    }
    return build_webhook("deployment_status", body | _around(repo, web, ("github-actions[bot]", 41898282)))


def ping_event(repo: Repository, url: str, web: str) -> Hook:
    """Return `ping`, which GitHub sends when a webhook is set up."""
    events = ["deployment_status", "workflow_run"]
    body = {
        "zen": "Keep it logically awesome.",
        "hook_id": 1,
        "hook": {
            "type": "Repository",
            "id": 1,
            "name": "web",
            "active": True,
            "events": events,
            "config": {"content_type": "json", "url": url, "insecure_ssl": "0"},
        },
    }
    return build_webhook("ping", body | _around(repo, web, (repo.full_name.partition("/")[0], 900)))


def _around(repo: Repository, web: str, sender: tuple[str, int]) -> dict[str, Any]:
    return {"repository": payloads.repository(repo, web), "sender": payloads.account(*sender)}
