"""The control API of the demo GitHub: what goes wrong on demand, over sockets and without, and the oracle."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientSession, ClientTimeout, web

from sandbox.github.faults import Fault
from sandbox.github.in_process import NoAnswerError
from tests.unit.sandbox.github_world import REPO, TOKEN, World

ORDER = {"ref": "main", "task": "signoff:R-1-k", "required_contexts": []}
DEPLOYMENTS = f"/repos/{REPO}/deployments"


@pytest.fixture
async def world() -> World:
    here = World()
    await here.forge.push(REPO, "Base")
    return here


@pytest.fixture
async def http(world: World) -> AsyncIterator[ClientSession]:
    app = web.Application()
    app.add_routes(world.forge.routes())
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with ClientSession(base, headers=headers, timeout=ClientTimeout(total=10)) as session:
        yield session
    await runner.cleanup()


async def act(world: World, name: str, **given: Any) -> None:
    await world.forge.act(name, given)


async def test_an_answer_that_says_it_failed_may_have_happened(world: World) -> None:
    await act(world, "fault", kind="502 after", method="POST", path="*/deployments")
    assert world.post("/deployments", ORDER).status == 502
    assert world.forge.deploys().total() == 1
    await act(world, "fault", kind="empty", method="POST")
    empty = world.post("/deployments", ORDER)
    assert (empty.status, empty.body, world.forge.deploys().total()) == (200, None, 2)
    await act(world, "fault", kind="503")
    assert (world.post("/deployments", ORDER).status, world.forge.deploys().total()) == (503, 2)


async def test_a_body_that_breaks_off_was_answered_all_the_same(world: World, http: ClientSession) -> None:
    await act(world, "fault", kind="truncated", method="POST", seconds=0)
    async with http.post(DEPLOYMENTS, json=ORDER) as answer:
        assert answer.status == 201
        with pytest.raises(ClientPayloadError):
            await answer.read()
    assert world.forge.deploys().total() == 1


async def test_a_body_that_drips_comes_whole_in_the_end(world: World, http: ClientSession) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    world.forge.pause = pause
    await act(world, "fault", kind="drip", path="*/deployments", seconds=40)
    async with http.get(DEPLOYMENTS) as answer:
        assert (answer.status, await answer.json()) == (200, [])
    world.forge.faults.add(Fault.DRIP, "GET", "*/runs", seconds=40)
    async with http.get(f"/repos/{REPO}/actions/runs") as answer:
        assert (await answer.json())["total_count"] == 1
    assert pauses
    assert set(pauses) == {5.0}


async def test_a_slow_answer_begins_late_and_was_done_at_once(world: World, http: ClientSession) -> None:
    waits, come = list[float](), asyncio.Event()

    async def pause(seconds: float) -> None:
        waits.append(seconds)
        assert world.forge.deploys().total() == 1
        await come.wait()

    world.forge.pause = pause
    await act(world, "fault", kind="slow", method="POST", seconds=30)
    with pytest.raises(TimeoutError):
        await http.post(DEPLOYMENTS, json=ORDER, timeout=ClientTimeout(total=0.2))
    come.set()
    await act(world, "fault", kind="slow", method="GET", seconds=3)
    async with http.get(DEPLOYMENTS) as answer:
        assert len(await answer.json()) == 1
    assert waits == [30, 3]


@pytest.mark.parametrize(("kind", "broken"), [("truncated", True), ("drip", False), ("slow", False)])
async def test_without_a_server_nobody_waits_for_a_slow_body(world: World, kind: str, broken: bool) -> None:
    await act(world, "fault", kind=kind, method="POST")
    with pytest.raises(NoAnswerError) as caught:
        world.post("/deployments", ORDER)
    assert (caught.value.broken, world.forge.deploys().total()) == (broken, 1)


async def test_the_oracle_tells_what_landed_and_what_is_set_to_go_wrong(world: World, http: ClientSession) -> None:
    sha = world.run.commit.sha
    world.post("/deployments", ORDER)
    inputs = {"signoff_key": "R-2-k", "sha": sha, "environment": "staging"}
    world.post("/actions/workflows/deploy.yml/dispatches", {"ref": "main", "inputs": inputs})
    await act(world, "fault", kind="429", method="GET", path="*/runs", count=3)
    await act(world, "lag", seconds=20)
    async with http.get("/sandbox/oracle") as answer:
        told = await answer.json()
    assert told["deploys"] == [
        {"environment": "production", "key": "R-1-k", "sha": sha, "times": 1},
        {"environment": "staging", "key": "R-2-k", "sha": sha, "times": 1},
    ]
    assert [(one["by"], one["state"], one["repository"]) for one in told["landed"]] == [
        ("deployment", "created", REPO),
        ("dispatch", "queued", REPO),
    ]
    assert told["faults"] == [{"kind": "429", "method": "GET", "path": "*/runs", "count": 3}]
    assert (told["index_lag"], told["calls"], told["not_modified"]) == (20, {"user 901": 2}, {})
    assert world.get("/deployments").body == []  # not listed yet
    await act(world, "clear")
    assert len(world.get("/deployments").body) == 1
    json.dumps(world.forge.snapshot())


async def test_a_gate_is_brought_about_and_decided_by_control(world: World) -> None:
    world.forge.gates.protect(REPO, "production", rules=["signoff"])
    await act(world, "gate", repository=REPO)
    assert world.run.status == "waiting"
    await act(world, "review", repository=REPO, state="approved", comment="By hand")
    assert world.run.status == "in_progress"
    with pytest.raises(LookupError, match="nothing waits at production of acme/payments"):
        await act(world, "review", repository=REPO)
    with pytest.raises(ValueError, match="approved or rejected, not 'fine'"):
        await act(world, "review", repository=REPO, state="fine")
    world.forge.finish_run(REPO, world.run)
    with pytest.raises(LookupError, match="no run that has not ended"):
        await act(world, "gate", repository=REPO)


async def test_webhooks_and_names_are_moved_by_control(world: World) -> None:
    await act(world, "weather", kind="held", event="workflow_run", count=2)
    world.forge.begin_run(REPO, world.run)
    world.forge.finish_run(REPO, world.run)
    before = len(world.told("workflow_run"))
    await act(world, "release", newest_first=True)
    assert [one["action"] for one in world.told("workflow_run")[before:]] == ["completed", "in_progress"]
    await act(world, "rename", repository=REPO, to="acme/billing")
    assert world.get("").status == 301
    await act(world, "details")
    assert world.forge.run_details is False
    with pytest.raises(LookupError, match="no delivery has the GUID none"):
        await act(world, "redeliver", guid="none")


@pytest.mark.parametrize(
    ("name", "given"),
    [("fault", {"kind": "nonsense"}), ("weather", {"kind": "rain"}), ("lag", {"seconds": "soon"})],
)
async def test_what_control_does_not_know_is_refused(world: World, name: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is not a valid|could not convert"):
        await act(world, name, **given)
