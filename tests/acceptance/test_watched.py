"""What whoever watches the bot is told while it does its main job: readiness, metrics, log lines, and no secret."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession

from bot import VERSION, logs
from bot.redaction import Redactor
from handlers.http_crowd import MOST_SCRAPING
from tests.acceptance.desk import TOKEN, Desk, desk


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Log as the process does, into a string; then give back what a process has only one of."""
    root, hook, configured = logging.getLogger(), sys.excepthook, structlog.get_config()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.set_up(Redactor(), stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.configure(**configured)


async def shipped(here: Desk) -> None:
    """Do the main job, with a click by somebody who may not and one delivery that nobody signed."""
    await here.push("acme/payments", "Round amounts half to even")
    card = await here.card("payments", "Waiting for approval")
    await here.clicks("alex", card, "Approve")
    await here.hears("alex", "Nothing was changed")
    await here.clicks("priya", card, "Approve")
    await here.says(card, "Live")


async def get(port: int, path: str) -> tuple[int, str]:
    async with ClientSession(f"http://127.0.0.1:{port}") as http, http.get(path) as answer:
        return answer.status, await answer.text()


async def test_the_main_job_shows_in_the_metrics_and_nobodys_name_does(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await shipped(here)
        assert here.signoff is not None
        status, text = await get(here.signoff.bound_metrics_port, "/metrics")
        samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        counts = {name: float(samples[name]) for name in samples if name.startswith("signoff_decisions_total")}
        assert status == 200
        assert counts['signoff_decisions_total{environment="production",kind="approve",outcome="accepted"}'] == 1
        assert counts['signoff_decisions_total{environment="production",kind="approve",outcome="refused"}'] == 1
        assert samples['signoff_authorization_denied_total{reason="not_an_approver"}'] == "1.0"
        assert float(samples['signoff_webhooks_total{outcome="stored"}']) >= 2
        assert float(samples['signoff_api_requests_total{api="slack",code="200",method="chat.postMessage"}']) >= 2
        assert samples['signoff_api_requests_total{api="github",code="201",method="POST"}'] == "1.0"
        assert samples['signoff_effect_attempts_total{kind="deploy",outcome="done"}'] == "1.0"
        assert float(samples['signoff_ack_duration_seconds_count{kind="slack"}']) == 2
        assert float(samples['signoff_db_tx_seconds_count{kind="write"}']) > 10
        assert samples["signoff_db_up"] == "1.0"
        assert float(samples["signoff_audit_head_seq"]) > 3
        ours = "\n".join(line for line in text.splitlines() if "signoff_" in line)
        assert [name for name in ("payments", "acme", "priya", "alex", "robin") if name in ours] == []
        assert (await get(here.signoff.bound_port, "/metrics"))[0] == 404


async def test_those_who_stand_at_the_port_of_the_metrics_leave_files_for_the_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        port = here.signoff.bound_metrics_port
        standing = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_SCRAPING)]
        assert (await get(port, "/metrics"))[0] == 200
        with suppress(ConnectionError):
            async with asyncio.timeout(5):
                assert await standing[0][0].read() == b""
        for _, writer in standing:
            writer.close()


async def test_a_bot_at_work_is_ready_and_alive(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        assert await get(here.signoff.bound_port, "/healthz") == (200, '{"status": "alive"}')
        status, text = await get(here.signoff.bound_port, "/readyz")
        body = json.loads(text)
        assert (status, body["status"]) == (200, "ready")
        assert body["parts"] == {
            "process": "started",
            "slack": "connected",
            "loops": "running",
            "ci": "answers",
            "database": "writable",
            "migrations": "current",
            "audit": "checked",
            "disk": "free",
            "effects": "delivered",
            "inbox": "clean",
        }


async def test_the_log_begins_with_what_runs_and_no_secret_is_written_anywhere(
    tmp_path: Path, log: io.StringIO
) -> None:
    async with desk(tmp_path) as here:
        await shipped(here)
        secrets = [here.workspace.app.bot_token, here.workspace.app.app_token, TOKEN, here.forge.webhook_secret]
        policy = here.policy.hash[:12]
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.getvalue().splitlines()]
    start = next(line for line in lines if line["event"] == "starting")
    assert start["version"] == VERSION
    assert start["policy"] == policy
    assert set(start) >= {
        "event", "level", "timestamp", "version", "python", "sqlite", "journal", "synchronous", "schema", "policy",
        "instance",
    }  # fmt: skip
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert [secret for secret in secrets if secret in log.getvalue() or secret.encode() in kept] == []
    assert "/response/" not in log.getvalue()
