"""Signed reports over a real socket: the door's answers, and the page's examples as people would paste them."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from bot.core.policy import Policy
from bot.core.target import DeployWebhook
from bot.ports.ci import Placed
from bot.ports.outage import StoreUnavailable
from bot.ports.trouble import GiveUp
from handlers.ci.deploy_webhook import DeployWebhooks
from handlers.ci.standard_payloads import SAID, BuildSaid, DeploySaid
from handlers.hints import SignedNews
from handlers.http_connections import runner_of
from handlers.http_refusals import Refusals
from handlers.webhooks import LARGEST_BODY, Webhooks
from tests.factories import a_lane_policy, a_policy, a_release
from tests.fakes.meter import FakeMeter
from tests.fakes.receiver import post
from tests.unit.handlers.ci.standard import (
    SECRET,
    SECRETS,
    TARGET_SECRET,
    a_deploy_sent,
    a_report_sent,
    a_standard_policy,
    as_bytes,
)
from tests.unit.handlers.fake_store import FakeStore

DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"
PAGE = DOCS.read_text(encoding="utf-8")


def present() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the examples sign by the real clock


def block(kind: str, holds: str) -> str:
    """Return the one block of the page that holds some words."""
    found = [one for one in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) if holds in one]
    assert len(found) == 1, f"{holds!r} stands in {len(found)} blocks"
    return str(found[0])


@dataclass
class Door:
    """The route on a socket."""

    policy: Policy = field(default_factory=a_standard_policy)
    secrets: dict[str, str] = field(default_factory=lambda: dict(SECRETS))
    store: FakeStore = field(default_factory=FakeStore)
    url: str = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Door"]:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes(
            Webhooks(
                self.store,
                lambda: self.policy,
                self.secrets.get,
                clock=present,
                wake=lambda: None,
                request_id=lambda: "req1",
            ).routes()
        )
        runner = runner_of(app, Refusals(lambda: "req1", FakeMeter()), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/standard"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def send(self, said: Any, secret: str = SECRET, message: str = "msg_1", **given: Any) -> int:
        return await post(self.url, said, secret, message, int(present().timestamp()), **given)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """Return the reports in the inbox, as they were signed."""
        return [json.loads(SignedNews.model_validate_json(row.body).body) for row in self.store.inbox.rows]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with Door().open() as opened:
        yield opened


async def test_what_was_signed_is_kept_as_far_as_it_is_read_without_secrets_and_once(door: Door) -> None:
    token = "ghp_" + "a1B2" * 9
    body = as_bytes(a_report_sent(color=token, authors=[{"name": "Ann", "shoe": 41}], title=f"Add {token}"))
    assert [await door.send(body), await door.send(body)] == [200, 200]
    [row] = door.store.inbox.rows
    assert (row.source, row.dedupe_key) == ("standard", "standard:docs-pipeline:msg_1")
    assert json.loads(json.loads(row.body)["body"]) == a_report_sent(authors=[{"name": "Ann"}], title="Add [redacted]")


async def test_what_grows_by_what_stands_for_a_secret_can_be_read_again(door: Door) -> None:
    ends = " https://u:p@h"
    long = a_deploy_sent(source=None, detail="x" * (4000 - len(ends)) + ends)
    assert await door.send(long, TARGET_SECRET) == 200
    writer = a_report_sent(authors=[{"name": "x" * (200 - len(ends)) + ends}], title="x" * (4000 - len(ends)) + ends)
    assert await door.send(writer) == 200
    deploy, build = (SAID.validate_json(json.dumps(kept)) for kept in door.kept)
    assert isinstance(deploy, DeploySaid)
    assert isinstance(build, BuildSaid)
    hidden = " https://[redacted]@h"[: len(ends)]
    assert deploy.data.detail == "x" * (4000 - len(ends)) + hidden
    assert build.data.title == deploy.data.detail
    assert build.data.authors[0].name == "x" * (200 - len(ends)) + hidden


async def test_the_same_id_of_another_source_is_another_delivery(door: Door) -> None:
    assert await door.send(a_report_sent()) == 200
    assert await door.send(a_deploy_sent(source=None), TARGET_SECRET) == 200
    assert len(door.store.inbox.rows) == 2


async def test_every_answer_of_the_page(door: Door) -> None:
    assert await door.send(a_report_sent("build.skipped")) == 202
    assert await door.send(a_report_sent(attempt="1")) == 400
    assert await door.send(b"[" * 60_000) == 400
    assert await door.send(a_report_sent(), "forged") == 401
    assert await door.send(a_report_sent(), change=lambda body: body.replace(b"succeeded", b"failed")) == 401
    assert await post(door.url, a_report_sent(), SECRET, "msg_1", int(present().timestamp()) - 301) == 401
    assert await door.send(b" " * (LARGEST_BODY + 1)) == 413
    door.store.broken = StoreUnavailable("the disk is full")
    assert await door.send(a_report_sent()) == 503
    assert door.kept == []


async def test_without_anybody_who_could_sign_there_is_no_such_route() -> None:
    for policy, secrets in ((a_policy(), dict(SECRETS)), (a_standard_policy(), {})):
        async with Door(policy, secrets).open() as closed:
            assert await closed.send(a_report_sent()) == 404


async def test_nothing_of_what_was_sent_is_logged_but_its_id(door: Door) -> None:
    with capture_logs() as lines:
        await door.send(a_report_sent(title="hush"), message="msg_2")
        await door.send(a_report_sent(title="hush"), "forged", message="msg_3")
    told = [(line["delivery"], line["outcome"]) for line in lines if line["event"] == "webhook"]
    assert told == [("msg_2", "stored"), ("msg_3", "not_authentic")]
    assert not re.search("hush|forged|whsec", str(lines))


# -- the examples of docs/webhooks.md ----------------------------------------------------------------------------------


async def run(*argv: str, given: str = "", **environ: str) -> str:
    """Run a program and return what it wrote; it must end well."""

    def to_its_end() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv, input=given, capture_output=True, text=True, timeout=30, env=os.environ | environ, check=False
        )

    ended = await asyncio.to_thread(to_its_end)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl", "git"))), reason="needs curl and openssl")
async def test_the_example_with_curl_is_taken(door: Door) -> None:
    script = block("sh", "curl").replace("https://signoff.acme.example/webhooks/standard", door.url)
    script = script.replace("$(git rev-parse HEAD)", "4f2c0e7d9a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d")
    script = script.replace('"run_id"', '"branch":"main","run_id"')  # the policy of this test names one
    assert json.loads(await run("bash", "-eu", given=script, DOCS_PIPELINE_SECRET=SECRET))["ok"] is True
    [said] = door.kept
    assert (said["data"]["sha"], said["data"]["version"]) == ("4f2c0e7d9a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d", "2.4.1")


async def test_the_example_in_python_is_taken_for_a_build_and_a_deploy(door: Door) -> None:
    example = json.loads(block("json", "build.succeeded"))
    call = block("python", "deploy.succeeded").replace("https://signoff.acme.example/webhooks/standard", door.url)
    program = f"""{block("python", "def report")}
print(report({door.url!r}, {SECRET!r}, "run-778", {example!r}))
key = "R-42-k3v9x2ab"
{call.replace("report(", "print(report(").rstrip()})
"""
    assert await run(sys.executable, "-", given=program, DOCS_DEPLOY_SECRET=TARGET_SECRET) == "200\n200\n"
    assert [one["type"] for one in door.kept] == ["build.succeeded", "deploy.succeeded"]


async def test_the_receiver_of_the_page_takes_a_request_once_and_refuses_a_forged_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCS_DEPLOY_SECRET", SECRET)
    page: dict[str, Any] = {"__name__": "page"}
    exec(block("python", "class Hook"), page)  # noqa: S102 - the page's own example
    server = HTTPServer(("127.0.0.1", 0), page["Hook"])
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        target = DeployWebhook(f"http://127.0.0.1:{server.server_port}/hooks/docs", "DOCS_DEPLOY_SECRET")
        release = a_release(policy=a_lane_policy(target=target))
        service = a_policy().services[0]
        async with ClientSession() as session:
            right = DeployWebhooks(session, {"DOCS_DEPLOY_SECRET": SECRET}.get, present)
            wrong = DeployWebhooks(session, {"DOCS_DEPLOY_SECRET": "forged"}.get, present)
            answers = [await one.start(service, release) for one in (right, right, wrong)]
    finally:
        await asyncio.to_thread(server.shutdown)
        serving.join()
        server.server_close()
    taken = Placed(release.key, None)
    assert answers == [taken, taken, GiveUp("the receiver answers 401")]
    assert capsys.readouterr().out.count("deploy {") == 1
