"""The fields of GitHub's webhooks with their types, by event, as its documentation lists them.

https://docs.github.com/webhooks/webhook-events-and-payloads. What a webhook has from the REST API has the same fields.
"""

from collections.abc import Mapping
from typing import Any

from tests.contract.github_fields import (
    ACCOUNT,
    BRANCH,
    CHECK_RUN,
    COMMIT,
    DEPLOYMENT,
    DEPLOYMENT_STATUS,
    FLAG,
    HEAD_COMMIT,
    HOOK,
    JOB,
    LIST,
    MAYBE_OBJECT,
    MAYBE_TEXT,
    NUMBER,
    OBJECT,
    ORGANIZATION,
    REPOSITORY,
    REVIEWER,
    RUN,
    TEXT,
    TIMES,
    WORKFLOW,
    Shape,
    names,
)

_AROUND: dict[str, Any] = {"repository": OBJECT, "organization": OBJECT, "sender": OBJECT}
_INSIDE = {"repository": REPOSITORY, "organization": ORGANIZATION, "sender": ACCOUNT}
_BESIDE = names("installation enterprise")
_JOB_RUN = Shape(
    {
        "id": NUMBER,
        "name": MAYBE_TEXT,
        "status": TEXT,
        "conclusion": MAYBE_TEXT,
        "html_url": TEXT,
        **TIMES,
        "environment": TEXT,
    }
)


def _event(sent: Mapping[str, Any], inside: Mapping[str, Shape], left_out: str = "") -> Shape:
    return Shape({**sent, **_AROUND}, _BESIDE | names(left_out), {**inside, **_INSIDE})


EVENTS = {
    "push": _event(
        {
            "ref": TEXT,
            "before": TEXT,
            "after": TEXT,
            "created": FLAG,
            "deleted": FLAG,
            "forced": FLAG,
            "base_ref": MAYBE_TEXT,
            "compare": TEXT,
            "commits": LIST,
            "head_commit": MAYBE_OBJECT,
            "pusher": OBJECT,
        },
        {"commits": HEAD_COMMIT, "head_commit": HEAD_COMMIT},
    ),
    "workflow_run": _event(
        {"action": TEXT, "workflow": MAYBE_OBJECT, "workflow_run": OBJECT}, {"workflow": WORKFLOW, "workflow_run": RUN}
    ),
    "workflow_job": _event(
        {"action": TEXT, "workflow_job": OBJECT}, {"workflow_job": JOB, "deployment": DEPLOYMENT}, "deployment"
    ),
    "check_run": _event({"action": TEXT, "check_run": OBJECT}, {"check_run": CHECK_RUN}, "requested_action"),
    "status": _event(
        {
            "id": NUMBER,
            "sha": TEXT,
            "name": TEXT,
            "target_url": MAYBE_TEXT,
            "context": TEXT,
            "description": MAYBE_TEXT,
            "state": TEXT,
            "commit": OBJECT,
            "branches": LIST,
            **TIMES,
        },
        {"commit": COMMIT, "branches": BRANCH},
        "avatar_url",
    ),
    "deployment": _event(
        {"action": TEXT, "deployment": OBJECT, "workflow": MAYBE_OBJECT, "workflow_run": MAYBE_OBJECT},
        {"deployment": DEPLOYMENT, "workflow": WORKFLOW, "workflow_run": RUN},
    ),
    "deployment_status": _event(
        {
            "action": TEXT,
            "deployment_status": OBJECT,
            "deployment": OBJECT,
            "check_run": MAYBE_OBJECT,
            "workflow": MAYBE_OBJECT,
            "workflow_run": MAYBE_OBJECT,
        },
        {"deployment": DEPLOYMENT, "deployment_status": DEPLOYMENT_STATUS, "workflow": WORKFLOW, "workflow_run": RUN},
    ),
    "deployment_protection_rule": _event(
        {
            "action": TEXT,
            "environment": TEXT,
            "event": TEXT,
            "sha": TEXT,
            "ref": TEXT,
            "deployment_callback_url": TEXT,
            "deployment": OBJECT,
            "pull_requests": LIST,
        },
        {"deployment": DEPLOYMENT},
    ),
    "deployment_review.requested": _event(
        {
            "action": TEXT,
            "workflow_run": OBJECT,
            "since": TEXT,
            "workflow_job_run": OBJECT,
            "environment": TEXT,
            "reviewers": LIST,
            "requestor": OBJECT,
        },
        {"workflow_run": RUN, "workflow_job_run": _JOB_RUN, "reviewers": REVIEWER, "requestor": ACCOUNT},
    ),
    "deployment_review": _event(
        {
            "action": TEXT,
            "workflow_run": OBJECT,
            "since": TEXT,
            "workflow_job_runs": LIST,
            "approver": OBJECT,
            "comment": TEXT,
            "reviewers": LIST,
        },
        {"workflow_run": RUN, "workflow_job_runs": _JOB_RUN, "approver": ACCOUNT, "reviewers": REVIEWER},
    ),
    "ping": _event({"zen": TEXT, "hook_id": NUMBER, "hook": OBJECT}, {"hook": HOOK}),
    "repository": _event({"action": TEXT, "changes": OBJECT}, {}),
}
