"""GitHub's JSON of jobs, environments, gates and reviews.

Fields from https://docs.github.com/rest/actions/workflow-jobs, /rest/deployments/environments and
/rest/actions/workflow-runs.
"""

from datetime import datetime
from typing import Any

from sandbox.github.payloads import API, account, node_id, time, workflow_name
from sandbox.github.records import Repository, Run
from sandbox.github.records_gates import Environment, Gate, Job, Review, Reviewer


def job(repo: Repository, run: Run, one: Job, web: str) -> dict[str, Any]:
    """Return a job."""
    url = f"{API}/repos/{repo.full_name}"
    return {
        "id": one.id,
        "run_id": run.id,
        "run_url": f"{url}/actions/runs/{run.id}",
        "run_attempt": one.attempt,
        "node_id": node_id("CheckRun", one.id),
        "head_sha": run.commit.sha,
        "head_branch": run.branch,
        "workflow_name": workflow_name(run.path),
        "url": f"{url}/actions/jobs/{one.id}",
        "html_url": f"{web}/{repo.full_name}/actions/runs/{run.id}/job/{one.id}",
        "status": one.status,
        "conclusion": one.conclusion,
        "created_at": time(one.created_at),
        "started_at": time(one.started_at or one.created_at),
        "completed_at": _time(one.completed_at),
        "name": one.name,
        "steps": [],
        "check_run_url": f"{url}/check-runs/{one.id}",
        "labels": ["ubuntu-latest"],
        "runner_id": None,
        "runner_name": None,
        "runner_group_id": None,
        "runner_group_name": None,
    }


def job_run(repo: Repository, run: Run, gate: Gate, web: str) -> dict[str, Any]:
    """Return a job as reviews tell it."""
    found = next(one for one in run.jobs if one.id == gate.job)
    return {
        "id": found.id,
        "name": found.name,
        "status": found.status,
        "conclusion": found.conclusion,
        "html_url": f"{web}/{repo.full_name}/actions/runs/{run.id}/job/{found.id}",
        "created_at": time(found.created_at),
        "updated_at": time(found.completed_at or found.started_at or found.created_at),
        "environment": gate.environment,
    }


def reviewer(one: Reviewer) -> dict[str, Any]:
    """Return a person or a team that an environment asks."""
    if not one.team:
        return {"type": "User", "reviewer": account(one.name, one.id)}
    team = {"id": one.id, "node_id": node_id("Team", one.id), "name": one.name, "slug": one.name.lower()}
    return {"type": "Team", "reviewer": team}


def environment_of(repo: Repository, one: Environment, web: str) -> dict[str, Any]:
    """Return what names an environment."""
    return {
        "id": one.id,
        "node_id": node_id("Environment", one.id),
        "name": one.name,
        "url": f"{API}/repos/{repo.full_name}/environments/{one.name}",
        "html_url": f"{web}/{repo.full_name}/deployments/activity_log?environments_filter={one.name}",
    }


def environment(repo: Repository, one: Environment, web: str) -> dict[str, Any]:
    """Return an environment with its rules."""
    rules: list[dict[str, Any]] = []
    if one.wait_minutes:
        rules.append({"type": "wait_timer", "wait_timer": one.wait_minutes})
    if one.reviewers:
        asked = [reviewer(somebody) for somebody in one.reviewers]
        rules.append({"type": "required_reviewers", "prevent_self_review": one.no_self_review, "reviewers": asked})
    numbered = [
        {"id": one.id * 10 + place, "node_id": node_id("Gate", one.id * 10 + place), **rule}
        for place, rule in enumerate(rules)
    ]
    times = {"created_at": time(one.created_at), "updated_at": time(one.created_at)}
    return environment_of(repo, one, web) | times | {"protection_rules": numbered, "deployment_branch_policy": None}


def custom_rule(one: Environment, place: int, slug: str, app_id: int) -> dict[str, Any]:
    """Return an App that is a rule of an environment."""
    number = one.id * 10 + 5 + place
    return {
        "id": number,
        "node_id": node_id("Gate", number),
        "enabled": True,
        "app": {
            "id": app_id,
            "slug": slug,
            "integration_url": f"{API}/apps/{slug}",
            "node_id": node_id("App", app_id),
        },
    }


def pending(repo: Repository, gate: Gate, web: str, *, may: bool) -> dict[str, Any]:
    """Return a gate at which a job waits; `may` tells whether whoever asks can review there."""
    found = repo.environments[gate.environment]
    return {
        "environment": environment_of(repo, found, web),
        "wait_timer": found.wait_minutes,
        "wait_timer_started_at": time(gate.since) if found.wait_minutes else None,
        "current_user_can_approve": may,
        "reviewers": [reviewer(one) for one in found.reviewers],
    }


def review(repo: Repository, one: Review, web: str) -> dict[str, Any]:
    """Return what somebody answered."""
    reviewed = [repo.environments[name] for name in one.environments if name in repo.environments]
    return {
        "state": one.state,
        "comment": one.comment,
        "environments": [
            environment_of(repo, found, web)
            | {"created_at": time(found.created_at), "updated_at": time(found.created_at)}
            for found in reviewed
        ],
        "user": account(one.login, one.person),
    }


def _time(at: datetime | None) -> str | None:
    return time(at) if at else None
