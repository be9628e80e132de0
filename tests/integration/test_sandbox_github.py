"""The forge as it goes on by itself and tells of it: webhooks to a real receiver, progress, the panel, saving."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from sandbox.github.forge import Forge
from sandbox.github.records import Commit, Deployment

REPO = "acme/payments"
SECRET = "It's a Secret to Everybody"
KEY = "R-1-a1b2c3d4"


@dataclass(slots=True)
class Receiver:
    """Takes webhooks; answers `status`."""

    status: int = 200
    taken: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Event, GUID, body, of everything that was signed rightly."""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == f"sha256={digest}"
        headers = request.headers
        self.taken.append((headers["X-GitHub-Event"], headers["X-GitHub-Delivery"], json.loads(body)))
        return web.Response(status=self.status)

    def told(self) -> list[tuple[str, str]]:
        """Return events with their actions, in no order: GitHub promises none."""
        return sorted((event, body.get("action", "")) for event, _, body in self.taken)


@dataclass(slots=True)
class World:
    """A forge, whoever hears it, and the steps that it waits for."""

    forge: Forge
    receiver: Receiver
    pauses: list[float] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    async def deploy(self, environment: str = "production", task: str = f"signoff:{KEY}") -> Deployment:
        sha = await self.forge.push(REPO, "Add refunds")
        made = Deployment(self.forge.next_id(), sha, sha, task, environment, {}, "", self.forge.clock())
        self.forge.deploy(REPO, made)
        return made


@pytest.fixture
async def world() -> AsyncIterator[World]:
    receiver = Receiver()
    app = web.Application()
    app.add_routes([web.post("/webhooks/github", receiver.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ticks = iter(range(10_000))
    begin = datetime(2026, 11, 21, 10, tzinfo=UTC)
    here = World(Forge(lambda: begin + timedelta(seconds=next(ticks)), webhook_secret=SECRET), receiver)

    async def pause(seconds: float) -> None:
        here.pauses.append(seconds)
        here.waits.set()
        await here.hold.wait()

    here.hold.set()
    here.forge.pause = pause
    here.forge.create(REPO)
    here.forge.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/github")
    yield here
    await here.forge.close()
    await runner.cleanup()


async def test_a_push_is_told_with_the_run_that_it_starts(world: World) -> None:
    sha = await world.forge.push(REPO, "Add refunds", name="Ann", login="ann", login_id=1001)
    await world.forge.settle()
    assert world.receiver.told() == [("push", ""), ("workflow_run", "requested")]
    bodies = {event: body for event, _, body in world.receiver.taken}
    assert (bodies["push"]["after"], bodies["push"]["ref"]) == (sha, "refs/heads/main")
    run = bodies["workflow_run"]["workflow_run"]
    assert (run["path"], run["head_sha"], run["actor"]["id"]) == (".github/workflows/build.yml", sha, 1001)
    assert bodies["workflow_run"]["repository"]["full_name"] == REPO
    assert bodies["workflow_run"]["workflow"]["id"] == run["workflow_id"]


async def test_a_build_goes_on_by_itself_to_success(world: World) -> None:
    world.forge.auto = True
    await world.forge.push(REPO, "Add refunds")
    await world.forge.settle()
    (run,) = world.forge.repositories[REPO].runs
    assert (run.status, run.conclusion, len(world.pauses)) == ("completed", "success", 2)
    actions = [("workflow_run", one) for one in ("completed", "in_progress", "requested")]
    assert world.receiver.told() == [("push", ""), *actions]


async def test_what_somebody_else_ended_or_ran_again_is_left_alone(world: World) -> None:
    world.forge.auto = True
    world.hold.clear()
    await world.forge.push(REPO, "Add refunds")
    await world.waits.wait()
    await world.forge.act("fail_build", {"repository": REPO})
    world.hold.set()
    await world.forge.settle()
    (run,) = world.forge.repositories[REPO].runs
    assert (run.status, run.conclusion, run.attempt) == ("completed", "failure", 1)
    await world.forge.act("rerun", {"repository": REPO})
    await world.forge.settle()
    assert (run.conclusion, run.attempt) == ("success", 2)


async def test_a_deployment_of_ours_goes_on_by_itself_and_any_other_does_not(world: World) -> None:
    world.forge.auto = True
    ours, other = await world.deploy(), await world.deploy(task="deploy")
    await world.forge.settle()
    assert [one.state for one in ours.statuses] == ["queued", "in_progress", "success"]
    assert other.statuses == []
    assert world.forge.deploys() == {("production", KEY, ours.sha): 1}
    told = [body for event, _, body in world.receiver.taken if event == "deployment_status"]
    states = {body["deployment_status"]["state"] for body in told}
    assert states == {"queued", "in_progress", "success"}
    assert {body["deployment"]["id"] for body in told} == {ours.id}
    assert ("deployment", "created") in world.receiver.told()


async def test_one_deploy_breaks_when_told(world: World) -> None:
    world.forge.auto = True
    await world.forge.act("break_deploy", {})
    broken = await world.deploy()
    await world.forge.settle()
    whole = await world.deploy()
    await world.forge.settle()
    assert (broken.state, whole.state) == ("failure", "success")


async def test_a_dispatched_deploy_breaks_when_told(world: World) -> None:
    world.forge.auto = True
    await world.forge.push(REPO, "Add refunds")
    await world.forge.settle()
    world.forge.break_next_deploy = True
    commit = world.forge.repositories[REPO].commits[0]
    run = world.forge.dispatch(REPO, commit, ".github/workflows/deploy.yml", "Deploy", {"signoff_key": KEY})
    await world.forge.settle()
    assert (run.conclusion, world.forge.break_next_deploy) == ("failure", False)


async def test_webhooks_that_are_off_are_never_told(world: World) -> None:
    world.forge.webhooks_on = False
    await world.forge.push(REPO, "Silent")
    world.forge.webhooks_on = True
    world.forge.ping(REPO)
    await world.forge.settle()
    assert world.receiver.told() == [("ping", "")]
    assert [hook.event for hook, _ in world.forge.hooks.log] == ["ping"]


async def test_a_refused_delivery_is_not_repeated_until_somebody_does_so(world: World) -> None:
    world.receiver.status = 503
    hook = world.forge.ping(REPO)
    assert hook is not None
    await world.forge.settle()
    assert [status for _, status in world.forge.hooks.log] == [503]
    world.receiver.status = 200
    await world.forge.redeliver(hook.guid)
    assert [status for _, status in world.forge.hooks.log] == [503, 200]
    assert [guid for _, guid, _ in world.receiver.taken] == [hook.guid, hook.guid]


async def test_a_delivery_that_nobody_takes_is_logged_as_lost(world: World) -> None:
    world.forge.deliver_to("http://127.0.0.1:9/nobody")
    world.forge.ping(REPO)
    await world.forge.settle()
    assert [status for _, status in world.forge.hooks.log] == [0]


async def test_the_panel_shows_the_newest_first_and_every_change_is_announced(world: World) -> None:
    changes: list[int] = []
    world.forge.on_change.append(lambda: changes.append(1))
    await world.forge.act("push", {"repository": REPO, "title": "One"})
    await world.forge.act("push", {"repository": REPO, "title": "Two"})
    before = len(changes)
    await world.forge.act("finish", {"repository": REPO})
    assert len(changes) == before + 1 == 3
    shown = world.forge.snapshot()
    (repository,) = shown["repositories"]
    assert [one["title"] for one in repository["commits"]] == ["Two", "One"]
    assert [one["state"] for one in repository["runs"]] == ["success", "queued"]
    json.dumps(shown)


async def test_finish_ends_a_deployment_once_no_run_waits(world: World) -> None:
    made = await world.deploy()
    await world.forge.act("finish", {"repository": REPO})
    assert made.statuses == []
    await world.forge.act("finish", {"repository": REPO})
    assert made.state == "success"


async def test_an_unknown_act_or_repository_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="knows no act 'explode'"):
        await world.forge.act("explode", {})
    with pytest.raises(LookupError):
        await world.forge.act("push", {"repository": "acme/nothing"})


async def test_what_was_saved_is_taken_up_and_goes_on(world: World) -> None:
    await world.deploy()
    world.forge.declare(REPO, "deploy.yml", {"sha": True}, "Deploy")
    fork = Commit("f" * 40, "From a fork", "Eve", "eve@elsewhere.example", "eve", 6666, world.forge.clock())
    world.forge.start_run(REPO, fork, event="pull_request", head_repository="eve/payments")
    kept = json.loads(json.dumps(world.forge.dump()))
    again = Forge(world.forge.clock, auto=True, pause=world.forge.pause)
    again.load(kept)
    assert again.repositories == world.forge.repositories
    assert again.deploys() == world.forge.deploys()
    assert again.next_id() == world.forge.next_id()
    again.resume()
    await again.settle()
    assert [run.conclusion for run in again.repositories[REPO].runs] == ["success", "success"]
    assert again.repositories[REPO].deployments[0].state == "success"
    await again.close()


def test_what_another_version_saved_is_refused() -> None:
    with pytest.raises(ValueError, match="not of this version"):
        Forge(lambda: datetime(2026, 11, 21, tzinfo=UTC)).load({"format": 0})
