"""The forge's API without a server says the same, byte for byte, as over HTTP."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web
from yarl import URL

from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from sandbox.github.in_process import NoAnswerError, answer

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
REPO = "/repos/acme/payments"
ORDER = {"ref": "main", "task": "signoff:R-1-k", "required_contexts": []}
TOKEN = {"Authorization": "Bearer t0ken"}


@dataclass
class Twin:
    """A forge of a known history, behind a server."""

    forge: Forge
    base: str


def a_forge() -> Forge:
    forge = Forge(lambda: NOW, token="t0ken")
    forge.create("acme/payments")
    return forge


@pytest.fixture
async def twin() -> AsyncIterator[Twin]:
    forge = a_forge()
    app = web.Application()
    app.add_routes([web.RouteDef(one.method, f"/github{one.path}", one.handler, one.kwargs) for one in forge.routes()])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Twin(forge, f"http://127.0.0.1:{runner.addresses[0][1]}/github")
    await runner.cleanup()


@pytest.mark.parametrize(
    "asked",
    [
        ("GET", REPO, {}, TOKEN, b""),
        ("GET", "/repos/ACME/Payments/actions/runs", {"per_page": "1", "branch": "main"}, TOKEN, b""),
        ("GET", f"{REPO}/actions/runs/1003", {}, TOKEN, b""),
        ("GET", f"{REPO}/actions/runs/nine", {}, TOKEN, b""),
        ("GET", f"{REPO}/commits/ma%69n", {}, TOKEN, b""),
        ("GET", f"{REPO}/commits/a%2Fb", {}, TOKEN, b""),
        ("GET", f"{REPO}/commits/a/b", {}, TOKEN, b""),
        ("GET", f"{REPO}/actions/runs", {"created": ">=2026-11-21T09:00:00Z"}, TOKEN, b""),
        ("GET", f"{REPO}/deployments", {"task": "signoff:R-1-k"}, TOKEN, b""),
        ("POST", f"{REPO}/deployments", {}, TOKEN, b'{"ref": "main", "task": "signoff:R-1-k", "auto_merge": false}'),
        ("POST", f"{REPO}/deployments", {}, TOKEN, json.dumps(ORDER).encode()),
        ("POST", f"{REPO}/deployments", {}, TOKEN, b'{"ref": "gone"}'),
        ("POST", f"{REPO}/deployments", {}, TOKEN, b"[]"),
        ("POST", f"{REPO}/deployments", {}, {}, b"{}"),
        ("POST", f"{REPO}/actions/workflows/deploy.yml/dispatches", {}, TOKEN, b'{"ref": "main"}'),
        ("DELETE", f"{REPO}/deployments", {}, TOKEN, b""),
        ("GET", "/repos/acme/other", {}, TOKEN, b""),
        ("GET", f"{REPO}/nowhere", {}, TOKEN, b""),
        ("GET", f"{REPO}/environments", {}, TOKEN, b""),
        ("GET", f"{REPO}/actions/runs/1003/jobs", {"filter": "all"}, TOKEN, b""),
        ("GET", f"{REPO}/actions/runs/1003/pending_deployments", {}, TOKEN, b""),
        ("POST", f"{REPO}/actions/runs/1003/pending_deployments", {}, TOKEN, b'{"environment_ids": [1]}'),
        ("GET", f"{REPO}/branches/main", {}, TOKEN, b""),
        ("GET", f"{REPO}/git/ref/heads/a%2Fb", {}, TOKEN, b""),
        ("GET", f"{REPO}/hooks", {}, TOKEN, b""),
        ("GET", "/repositories/1001", {}, TOKEN, b""),
        ("GET", "/repositories/1001/tags", {}, TOKEN, b""),
        ("GET", "/rate_limit", {}, TOKEN, b""),
        ("GET", "/app/installations", {}, TOKEN, b""),
        ("POST", "/app/installations/7/access_tokens", {}, {}, b""),
        ("GET", "/installation/repositories", {}, TOKEN, b""),
        ("GET", "/orgs/acme/installation", {}, TOKEN, b""),
    ],
)
async def test_each_request_is_answered_as_over_http(
    twin: Twin, asked: tuple[str, str, dict[str, str], dict[str, str], bytes]
) -> None:
    method, path, query, headers, body = asked
    here = a_forge()
    for forge in (here, twin.forge):
        for title in ("First", "Second"):
            await forge.push("acme/payments", title)
    mine = answer(here, method, path, query=query, headers=headers, body=body, base=twin.base)
    async with ClientSession() as session:
        url = URL(f"{twin.base}{path}", encoded=True).extend_query(query)
        async with session.request(method, url, data=body, headers=headers) as response:
            theirs = (response.status, await response.read())
            told = {name.lower(): value for name, value in response.headers.items()}
    said = {name.lower(): value for name, value in mine[1].items()}
    assert (mine[0], mine[2]) == theirs
    assert said.items() <= told.items()
    assert told.keys() - said.keys() <= {"content-length", "content-type", "date", "server"}
    assert here.deploys() == twin.forge.deploys()


async def test_what_is_known_already_is_not_told_again() -> None:
    here = a_forge()
    _, headers, _ = answer(here, "GET", REPO, headers=TOKEN)
    status, again, body = answer(here, "GET", REPO, headers=TOKEN | {"if-none-match": headers["ETag"]})
    assert (status, body, again["ETag"], again["x-ratelimit-used"]) == (304, b"", headers["ETag"], "1")


@pytest.mark.parametrize(
    ("fault", "broken", "landed"),
    [
        (Fault.RESET_BEFORE, True, 0),
        (Fault.RESET_AFTER, True, 1),
        (Fault.TIMEOUT, False, 0),
    ],
)
async def test_a_fault_takes_the_answer(fault: Fault, broken: bool, landed: int) -> None:
    here = a_forge()
    await here.push("acme/payments", "First")
    here.faults.add(fault, "POST")
    body = json.dumps(ORDER).encode()
    with pytest.raises(NoAnswerError) as lost:
        answer(here, "POST", f"{REPO}/deployments", headers=TOKEN, body=body)
    assert (lost.value.broken, sum(here.deploys().values())) == (broken, landed)
