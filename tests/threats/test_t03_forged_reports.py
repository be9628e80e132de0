"""Reports that lie, signed and unsigned, about builds, deploys and addresses: what counts is what the API says."""

import ast
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from sandbox.github import events
from sandbox.github.hooks import Hook
from tests.acceptance.desk import Desk, desk
from tests.acceptance.truth import rows
from tests.threats.sources import trees
from tests.threats.trap import Trap, trap, with_addresses

REPO = "acme/payments"


async def tells(here: Desk, hook: Hook, body: Any, *, secret: str | None = None, **headers: str) -> int:
    """Send an altered body, signed with the right secret unless told otherwise; returns the answer's status."""
    assert here.signoff is not None
    sent = json.dumps(body).encode()
    signing = here.forge.webhook_secret if secret is None else secret
    signed = "sha256=" + hmac.new(signing.encode(), sent, hashlib.sha256).hexdigest()
    about = {"X-GitHub-Event": hook.event, "X-GitHub-Delivery": hook.guid, "X-Hub-Signature-256": signed}
    url = f"http://127.0.0.1:{here.signoff.bound_port}/webhooks/github"
    async with ClientSession() as session, session.post(url, data=sent, headers=about | headers) as answer:
        return answer.status


async def all_read(here: Desk) -> None:
    """Wait until everything that came in has been looked at."""
    await here.comes(lambda: not rows(here, "SELECT 1 FROM inbox WHERE state = 'waiting'"))


def altered(hook: Hook, there: Trap, part: str, **changed: Any) -> Any:
    """Return what a hook says, with other facts and with addresses that lead into the trap."""
    told = json.loads(hook.body)
    assert part in told
    told[part] |= changed
    return with_addresses(told, there)


CHECKED_BY = {
    "handlers/ci/buildbot_webhook.py",
    "handlers/ci/github_webhook.py",
    "handlers/ci/standard_signature.py",
    "handlers/slack/signature.py",
}
"""What tells who sent something."""
TELLING = re.compile(r"secret|signature|\bsigned|\bmac\b|hmac|digest|password", re.IGNORECASE)
NAMES_ALONE = re.compile(r"secret_env|without_secrets|len\(|\.SECRET\b")
"""Comparisons of the names of secrets, which nobody need keep."""


def test_t03_what_signs_is_compared_in_constant_time() -> None:
    constant, plain = set(), []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                constant |= {path} if node.func.attr == "compare_digest" else set()
            said = ast.unparse(node) if isinstance(node, ast.Compare) else ""
            equal = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn)
            if equal and TELLING.search(said) and not NAMES_ALONE.search(said):
                plain.append(f"{path}: {said}")
    assert constant == CHECKED_BY
    assert plain == []


async def test_t03_a_report_of_success_is_nothing_where_the_api_says_failed(tmp_path: Path) -> None:
    async with trap() as there, desk(tmp_path) as here:
        here.forge.auto = False
        await here.push(REPO, "Break everything")
        repository = here.forge.repositories[REPO]
        run = repository.runs[-1]
        here.forge.begin_run(REPO, run)
        here.forge.finish_run(REPO, run, "failure")
        hook = events.run_event(repository, run, "completed", here.forge.site)
        lie = altered(
            hook, there, "workflow_run", conclusion="success", run_attempt=9, updated_at="2026-11-21T11:00:00Z"
        )
        for secret in ("", "guessed", here.forge.webhook_secret + "x"):
            assert await tells(here, hook, lie, secret=secret) == 401
        assert await tells(here, hook, lie, **{"X-Hub-Signature-256": "sha256=" + "0" * 64}) == 401
        assert not [row for row in rows(here, "SELECT dedupe_key FROM inbox") if hook.guid in row["dedupe_key"]]
        assert await tells(here, hook, lie) == 200
        await all_read(here)
        assert [tuple(row) for row in rows(here, "SELECT state FROM builds")] == [("broken",)]
        assert rows(here, "SELECT 1 FROM releases") == []
        assert here.deploys() == {}


async def test_t03_a_report_of_a_deploys_end_is_nothing_where_the_api_says_it_runs(tmp_path: Path) -> None:
    async with trap() as there, desk(tmp_path) as here:
        await here.push(REPO, "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        here.forge.auto = False
        await here.clicks("priya", card, "Approve")
        repository = here.forge.repositories[REPO]
        (deployment,) = await here.until(lambda: repository.deployments)
        said = here.forge.progress_deployment(REPO, deployment, "in_progress")
        hook = events.status_event(repository, deployment, said, here.forge.site)
        for number, state in enumerate(("success", "failure", "error", "inactive")):
            fresh = Hook(f"72d3162e-cc78-11e3-81ab-4c9367dc000{number}", hook.event, hook.body)
            assert await tells(here, fresh, altered(hook, there, "deployment_status", state=state)) == 200
        other = altered(hook, there, "deployment", id=deployment.id + 1, sha="b" * 40, task="deploy")
        assert await tells(here, Hook("72d3162e-cc78-11e3-81ab-4c9367dc9999", hook.event, hook.body), other) == 200
        await all_read(here)
        assert [tuple(row) for row in rows(here, "SELECT state FROM releases")] == [("deploying",)]
        here.forge.progress_deployment(REPO, deployment, "success")
        await here.says(card, "Live")
        assert here.deploys() == {"Add refunds": 1}
