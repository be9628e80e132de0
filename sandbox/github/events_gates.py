"""The webhooks of jobs, gates, statuses and checks, by event."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sandbox.github import payloads, payloads_checks, payloads_gates
from sandbox.github.events import around
from sandbox.github.hooks import Hook, build_webhook
from sandbox.github.records import ACTIONS, Repository, Run
from sandbox.github.records_gates import CheckRun, CommitStatus, Gate, Job, Review

if TYPE_CHECKING:
    from sandbox.github.forge import Forge


def job_event(repo: Repository, run: Run, job: Job, action: str, web: str) -> Hook:
    """Return `workflow_job`: queued, waiting, in_progress or completed."""
    body: dict[str, Any] = {"action": action, "workflow_job": payloads_gates.job(repo, run, job, web)}
    made = repo.deployment(job.deployment or 0)
    if made is not None:
        body["deployment"] = payloads.deployment(repo, made)
    return build_webhook("workflow_job", body | around(repo, web, run.actor or _pusher(run)))


def status_event(repo: Repository, status: CommitStatus, web: str) -> Hook:
    """Return `status`."""
    commit = repo.commit(status.sha)
    branches = [name for name in payloads_checks.branches(repo) if (tip := repo.tip(name)) and tip.sha == status.sha]
    body = {
        "id": status.id,
        "sha": status.sha,
        "name": repo.full_name,
        "target_url": status.target_url,
        "context": status.context,
        "description": status.description,
        "state": status.state,
        "commit": payloads.commit(repo, commit, web) if commit else None,
        "branches": [payloads_checks.branch(repo, name) for name in branches],
        "created_at": payloads.time(status.at),
        "updated_at": payloads.time(status.at),
    }
    return build_webhook("status", body | around(repo, web, (status.login, status.person)))


def check_event(repo: Repository, check: CheckRun, action: str, web: str) -> Hook:
    """Return `check_run`: created or completed."""
    body = {"action": action, "check_run": payloads_checks.check_run(repo, check, web)}
    return build_webhook("check_run", body | around(repo, web, (f"{check.app}[bot]", ACTIONS[1])))


def tell_waiting(forge: "Forge", repo: Repository, run: Run, gate: Gate) -> None:
    """Send what a job's arrival at a gate sends: to everybody that a review is asked for, to each App its rule."""
    sender = run.actor or _pusher(run)
    environment = repo.environments[gate.environment]
    if environment.reviewers:
        body = {
            "action": "requested",
            "workflow_run": payloads.run(repo, run, forge.site, rest=False),
            "since": payloads.time(gate.since),
            "workflow_job_run": payloads_gates.job_run(repo, run, gate, forge.site),
            "environment": gate.environment,
            "reviewers": [payloads_gates.reviewer(one) for one in environment.reviewers],
            "requestor": payloads.account(*sender),
        }
        forge.hooks.send(build_webhook("deployment_review", body | around(repo, forge.site, sender)))
    for app in gate.rules:
        tell_rule(forge, repo, run, gate, app)


def tell_rule(forge: "Forge", repo: Repository, run: Run, gate: Gate, app: str) -> None:
    """Send `deployment_protection_rule` to the App that is the rule, and to nobody else."""
    made = repo.deployment(gate.deployment)
    body: dict[str, Any] = {
        "action": "requested",
        "environment": gate.environment,
        "event": run.event,
        "sha": run.commit.sha,
        "ref": f"refs/heads/{run.branch}",
        "deployment_callback_url": (
            f"{payloads.API}/repos/{repo.full_name}/actions/runs/{run.id}/deployment_protection_rule"
        ),
        "deployment": payloads.deployment(repo, made) if made else None,
        "pull_requests": [],
    }
    hook = build_webhook("deployment_protection_rule", body | around(repo, forge.site, run.actor or _pusher(run)))
    forge.hooks.send(hook, app=app)


def tell_review(forge: "Forge", repo: Repository, run: Run, gates: Sequence[Gate], review: Review) -> None:
    """Send `deployment_review`: approved or rejected."""
    reviewers = [one for gate in gates for one in repo.environments[gate.environment].reviewers]
    body = {
        "action": review.state,
        "workflow_run": payloads.run(repo, run, forge.site, rest=False),
        "since": payloads.time(gates[0].since),
        "workflow_job_runs": [payloads_gates.job_run(repo, run, gate, forge.site) for gate in gates],
        "approver": payloads.account(review.login, review.person),
        "comment": review.comment,
        "reviewers": [payloads_gates.reviewer(one) for one in reviewers],
    }
    whose = (review.login, review.person)
    forge.hooks.send(build_webhook("deployment_review", body | around(repo, forge.site, whose)))


def _pusher(run: Run) -> tuple[str, int]:
    return run.commit.login, run.commit.login_id
