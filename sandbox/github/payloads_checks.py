"""GitHub's JSON of statuses, check runs, branches and refs.

Fields from https://docs.github.com/rest/commits/statuses, /rest/checks/runs, /rest/branches and /rest/git/refs.
"""

from typing import Any

from sandbox.github.payloads import API, account, node_id, repository, time
from sandbox.github.records import LOST, Repository
from sandbox.github.records_gates import CheckRun, CommitStatus


def status(repo: Repository, one: CommitStatus) -> dict[str, Any]:
    """Return a status of a commit."""
    return brief_status(repo, one) | {"creator": account(one.login, one.person)}


def brief_status(repo: Repository, one: CommitStatus) -> dict[str, Any]:
    """Return a status as the combined one tells it."""
    return {
        "url": f"{API}/repos/{repo.full_name}/statuses/{one.sha}",
        "avatar_url": None,
        "id": one.id,
        "node_id": node_id("StatusContext", one.id),
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "context": one.context,
        "created_at": time(one.at),
        "updated_at": time(one.at),
    }


def combined(repo: Repository, sha: str, newest: list[CommitStatus], total: int, web: str) -> dict[str, Any]:
    """Return what a commit's statuses come to. None at all: pending."""
    states = {one.state for one in newest}
    green = "success" if states == {"success"} else "pending"
    state = "failure" if states & {"error", "failure"} else green
    return {
        "state": state,
        "statuses": [brief_status(repo, one) for one in newest],
        "sha": sha,
        "total_count": total,
        "repository": repository(repo, web),
        "commit_url": f"{API}/repos/{repo.full_name}/commits/{sha}",
        "url": f"{API}/repos/{repo.full_name}/commits/{sha}/status",
    }


def check_run(repo: Repository, one: CheckRun, web: str) -> dict[str, Any]:
    """Return a check run."""
    url = f"{API}/repos/{repo.full_name}/check-runs/{one.id}"
    page = f"{web}/{repo.full_name}/runs/{one.id}"
    return {
        "id": one.id,
        "node_id": node_id("CheckRun", one.id),
        "head_sha": one.sha,
        "external_id": one.external_id,
        "url": url,
        "html_url": page,
        "details_url": one.details_url or page,
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": time(one.started_at),
        "completed_at": time(one.completed_at) if one.completed_at else None,
        "output": {
            "title": one.title,
            "summary": one.summary,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "name": one.name,
        "check_suite": {"id": _suite(one)},
        "app": {"id": _app(one.app), "slug": one.app, "node_id": node_id("App", _app(one.app)), "name": one.app},
        "pull_requests": [],
    }


def branches(repo: Repository) -> list[str]:
    """Return the branches that have commits, by name."""
    return sorted({one.branch or repo.branch for one in repo.commits} - {LOST})


def branch(repo: Repository, name: str) -> dict[str, Any]:
    """Return a branch that has commits."""
    tip = repo.tip(name)
    sha = tip.sha if tip else ""
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{API}/repos/{repo.full_name}/commits/{sha}"},
        "protected": False,
    }


def ref(repo: Repository, name: str, sha: str) -> dict[str, Any]:
    """Return a ref, whose name is without `refs/`."""
    url = f"{API}/repos/{repo.full_name}/git"
    return {
        "ref": f"refs/{name}",
        "node_id": node_id("Ref", int(sha[:8], 16)),
        "url": f"{url}/refs/{name}",
        "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
    }


def _suite(one: CheckRun) -> int:
    return 40_000 + int(one.sha[:6], 16) + _app(one.app)


def _app(slug: str) -> int:
    """Return an App's number, always the same for its slug; that of GitHub's own is known."""
    return 15368 if slug == "github-actions" else 200_000 + sum(slug.encode())
