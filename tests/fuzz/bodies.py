"""What is really sent, before anything is done to it: every kind of request, in the senders' documented shapes.

Nobody in here may approve: whoever clicks and types is Alex, who is in no group. The handle, the key and the release are
those of `tests`' own, to be replaced by real ones where a test has some.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.views.home_settings import MUTE
from sandbox.github import events
from sandbox.github.records import Commit, Deployment, Repository, Run, Status
from tests.factories import a_sha
from tests.unit.handlers.ci.buildbot import told_push
from tests.unit.handlers.ci.payloads import a_deployment, a_run
from tests.unit.handlers.ci.standard import a_deploy_sent, a_report_sent
from tests.unit.handlers.slack.bodies import a_click, a_command, a_submission
from tests.unit.handlers.slack.home_bodies import opening, ticking
from tests.unit.handlers.slack.signing import event

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WEB = "https://github.example"
SHA = a_sha(1)
REPOSITORY = {"id": 77, "full_name": "acme/payments", "private": True, "owner": {"login": "acme", "id": 1}}
WORDS = (
    *("", "status", "status payments production", "why payments production", "list", "history payments production 5"),
    *(
        "payments",
        "payments 1 to production",
        "payments to production at 10:00",
        "docs",
        "help",
        "help lock",
        "diff docs",
    ),
    *("approve R-1", "reject R-1 It breaks refunds", "withdraw R-1", "cancel R-1", "retry R-1", "override R-1 now"),
    *(
        "schedule R-1 at 18:00",
        "rollback payments to 1 in production wrong totals",
        "hotfix payments 1 to production x",
    ),
    *("hold payments production for 2h looking at it", "resume payments production", "unlock payments production"),
    *(
        "stop-all everything burns",
        "go-all",
        "freeze",
        "mode payments production observe because",
        "quarantine docs 1 x",
    ),
    *("live payments production 1 it is", "mute", "approve <@U0ALEX>", "<@U0ALEX> *status*", "approve R-1 " * 20),
)


def texts(*payloads: Any) -> tuple[str, ...]:
    """Return payloads as their JSON, from Alex."""
    said = tuple(json.dumps(one) for one in payloads)
    return tuple(one.replace("U0PRIYA", "U0ALEX").replace("U0SAM", "U0GUEST") for one in said)


def _happened(kind: str, **about: Any) -> dict[str, Any]:
    return event(event_id=f"Ev{kind.replace('_', '')}", event={"type": kind, "event_ts": "1605853634.000400", **about})


EVENTS = texts(
    event(),
    opening(),
    _happened("app_mention", user="U0ALEX", text="<@U0BOT> why payments", ts="1605853634.0004", channel="C0PAYMENTS"),
    _happened("app_uninstalled"),
    _happened("channel_archive", channel="C0PAYMENTS", user="U0ALEX"),
    _happened("message", channel="C0PAYMENTS", user="U0ALEX", text="hello", bot_profile={"id": "B0BOT"}),
    {"type": "url_verification", "token": "ignored", "challenge": "3eZbrw1aBm2rZgRNFdxV"},
    {"type": "app_rate_limited", "team_id": "T0ACME", "minute_rate_limited": 1518467820, "api_app_id": "A0SIGNOFF"},
)
"""POST /slack/events as JSON."""


def _request_form() -> dict[str, Any]:
    def option(value: str) -> dict[str, Any]:
        return {"selected_option": {"value": value, "text": {"type": "plain_text", "text": value}}}

    values = {
        "service": {"form:service": {"type": "static_select", **option("payments")}},
        "environment:payments": {"form:environment": {"type": "static_select", **option("production")}},
        "version:payments:production": {"form:version": {"type": "static_select", **option(SHA)}},
        "when": {"form:when": {"type": "datetimepicker", "selected_date_time": 1_795_302_000}},
        "reason": {"form:reason": {"type": "plain_text_input", "value": "It is time"}},
    }
    view = {**a_submission()["view"], "callback_id": "signoff:release", "private_metadata": "C0PAYMENTS"}
    return a_submission(view={**view, "state": {"values": values}})


def _confirmation() -> dict[str, Any]:
    values = {
        "reason": {"reason": {"type": "plain_text_input", "value": "Looking at it"}},
        "at": {"at": {"type": "datetimepicker", "selected_date_time": 1_795_302_000}},
        "length": {"length": {"type": "static_select", "selected_option": {"value": "2h"}}},
    }
    view = {**a_submission()["view"], "callback_id": "signoff:hold"}
    return a_submission(view={**view, "state": {"values": values}})


INTERACTIONS = texts(
    a_click(),
    a_click("signoff:changes"),
    a_click("signoff:reject"),
    a_submission(),
    _confirmation(),
    _request_form(),
    {**_request_form(), "type": "block_actions", "actions": [{"type": "static_select", "action_id": "form:service"}]},
    ticking("mute"),
    ticking(action=MUTE),
    {**a_submission(), "type": "view_closed", "is_cleared": False},
    {
        "type": "shortcut",
        "callback_id": "ship",
        "user": {"id": "U0ALEX"},
        "team": {"id": "T0ACME"},
        "trigger_id": "1.2",
    },
    {"type": "message_action", "callback_id": "x", "user": {"id": "U0ALEX"}, "message": {"ts": "1.2", "text": "x"}},
    {"type": "block_suggestion", "action_id": "x", "value": "pay", "user": {"id": "U0ALEX"}, "view": None},
)
"""The field `payload` of a form."""
COMMANDS = texts(*(a_command(words) for words in WORDS), a_command("status", command="/other"))
"""The fields of a form."""


def _of_github() -> Mapping[str, tuple[str, ...]]:
    """Return the payloads of GitHub's webhooks by event: some whole, as the stand-in makes them, some cut down."""
    commit = Commit(SHA, "Add search", "Robin", "robin@acme.example", "robin", 1009, NOON)
    run = Run(9001, ".github/workflows/build.yml", 1, "push", "main", commit, "Add search", NOON, NOON, "completed")
    run.conclusion, run.started_at = "success", NOON
    repo = Repository("acme/payments", 77, commits=[commit], runs=[run])
    made = Deployment(301, SHA, SHA, "deploy", "production", {"version": "1"}, "by hand", NOON)
    status = Status(1, "success", NOON)
    whole = [
        events.run_event(repo, run, "completed", WEB),
        events.push_event(repo, [commit], None, WEB),
        events.deployment_event(repo, made, WEB),
        events.status_event(repo, made, status, WEB),
        events.ping_event(repo, WEB, WEB, ["*"]),
        events.renamed_event(repo, "acme/old", WEB),
    ]
    found: dict[str, list[Any]] = {hook.event: [json.loads(hook.body)] for hook in whole}
    around = {"repository": REPOSITORY, "sender": {"login": "robin", "id": 1009}}
    cut = {"id": 9001, "path": ".github/workflows/build.yml", "head_sha": SHA}
    callback = "https://api.github.com/repos/acme/payments/actions/runs/9001/deployment_protection_rule"
    small: dict[str, dict[str, Any]] = {
        "workflow_run": {"action": "completed", "workflow_run": cut},
        "deployment": {"action": "created", "deployment": a_deployment(), "workflow_run": cut},
        "deployment_status": {
            "action": "created",
            "deployment": a_deployment(),
            "deployment_status": {"state": "success"},
        },
        "workflow_job": {
            "action": "waiting",
            "workflow_job": {"id": 5, "run_id": 9001, "head_sha": SHA, "status": "waiting"},
        },
        "deployment_review": {"action": "requested", "workflow_run": cut, "environment": "production", "reviewers": []},
        "deployment_protection_rule": {"environment": "production", "sha": SHA, "deployment_callback_url": callback},
        "check_run": {
            "action": "completed",
            "check_run": {"id": 8, "name": "lint", "head_sha": SHA, "status": "completed"},
        },
        "check_suite": {"action": "completed", "check_suite": {"id": 9, "head_sha": SHA, "conclusion": "success"}},
        "status": {"id": 3, "sha": SHA, "context": "lint", "state": "success", "branches": [{"name": "main"}]},
        "installation": {"action": "created", "installation": {"id": 1, "account": {"login": "acme", "id": 1}}},
        "star": {"action": "created", "starred_at": None},
    }
    for name, payload in small.items():
        found.setdefault(name, []).append({**payload, **around})
    found["workflow_run"].append({"action": "completed", "workflow_run": a_run(), "repository": REPOSITORY})
    return {name: texts(*payloads) for name, payloads in found.items()}


GITHUB = _of_github()
BUILDBOT = texts(
    told_push(),
    told_push(complete=False, complete_at=None, results=None),
    told_push(builder={"builderid": 2, "name": "deploy legacy", "tags": ["x"]}),
    told_push(builder={"builderid": 3, "name": "somebody else's", "tags": []}),
)
BUILDS = texts(*(a_report_sent(f"build.{how}") for how in ("started", "succeeded", "failed")))
DEPLOYS = texts(
    *(a_deploy_sent(f"deploy.{how}", key="R-1-abcd2345") for how in ("started", "succeeded", "failed")),
    a_deploy_sent(version="2.4.1", url="https://ci.acme.example/runs/1", detail="all green"),
    a_deploy_sent("deploy.requested", key="R-1-abcd2345"),
)
"""Of what the pipeline signs; a deploy target of its own says the same without `source`."""


def a_signal(kind: str = "signal.healthy", **data: Any) -> dict[str, Any]:
    """Return a word of whoever watches an environment."""
    about = {"source": "prometheus", "service": "docs", "environment": "production", "sha": SHA, "detail": "7 % fail"}
    return {"type": kind, "timestamp": "2026-11-21T11:59:00Z", "data": {**about, **data}}


SIGNALS = texts(a_signal(), a_signal("signal.unhealthy"), a_signal(key="R-1-abcd2345", sha=None))
