"""What GitHub would send, after the shapes that it documents; name only what the test is about."""

import json
from typing import Any

from bot.ports.ci import HttpReply
from tests.factories import a_sha

WEB = "https://github.example"
KEY = "R-1-abcd2345"
REPOSITORY = {"id": 77, "full_name": "acme/payments"}
FORK = {"id": 78, "full_name": "mallory/payments"}


def a_run(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a successful run of the build workflow for commit `number`, as REST tells it."""
    return {
        "id": 9000 + number,
        "name": "build",
        "run_number": number,
        "run_attempt": 1,
        "path": ".github/workflows/build.yml@refs/heads/main",
        "head_sha": a_sha(number),
        "head_branch": "main",
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "created_at": "2026-11-21T12:00:00Z",
        "updated_at": "2026-11-21T12:00:00Z",
        "html_url": "https://evil.example/steals/clicks",
        "display_title": f"Change {number}",
        "pull_requests": [],
        "repository": REPOSITORY,
        "head_repository": REPOSITORY,
        "actor": {"login": "ann", "id": 2001},
        "triggering_actor": {"login": "ann", "id": 2001},
        "head_commit": {
            "id": a_sha(number),
            "message": f"Change {number}",
            "author": {"name": "Ann", "email": "ann@acme.example"},
        },
    } | changed


def a_deploy_run(run_id: int = 501, **changed: Any) -> dict[str, Any]:
    """Return a run of the deploy workflow that shows the key of release 1; its commit is the tip of the branch."""
    mine = {
        "id": run_id,
        "path": ".github/workflows/deploy.yml",
        "event": "workflow_dispatch",
        "head_sha": a_sha(99),
        "display_title": f"Deploy {a_sha(1)} ({KEY})",
    }
    return a_run() | mine | changed


def a_deployment(deployment_id: int = 301, **changed: Any) -> dict[str, Any]:
    """Return the deployment that release 1 asked for."""
    return {
        "id": deployment_id,
        "sha": a_sha(1),
        "ref": a_sha(1),
        "task": f"signoff:{KEY}",
        "environment": "production",
        "payload": {"signoff_key": KEY, "version": "1"},
        "created_at": "2026-11-21T12:00:00Z",
        "updated_at": "2026-11-21T12:00:00Z",
    } | changed


def a_status(status_id: int, state: str, **changed: Any) -> dict[str, Any]:
    """Return what somebody said of a deployment; greater ids are later by as many minutes."""
    return {
        "id": status_id,
        "state": state,
        "description": "",
        "log_url": "",
        "target_url": "",
        "created_at": f"2026-11-21T12:{status_id:02}:00Z",
    } | changed


def a_reply(body: Any, status: int = 200, **headers: str) -> HttpReply:
    """Return a reply with a JSON body; `retry_after=...` becomes the header `retry-after`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpReply(status, named, json.dumps(body).encode())
