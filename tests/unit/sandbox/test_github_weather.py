"""Webhooks of the demo GitHub on their way: lost, twice, late, out of order, to several listeners, sent again."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web

from sandbox.github.hooks import EVERY, Listener
from sandbox.github.weather import Fate
from tests.unit.sandbox.github_world import REPO, World

SECRETS = {"/one": "the first secret", "/two": "the second secret"}


@dataclass(slots=True)
class Ear:
    """Takes webhooks at two addresses; answers `status`."""

    url: str = ""
    status: int = 200
    taken: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Address, event, GUID and what it was sent for."""
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        body, told = await request.read(), request.headers
        digest = hmac.new(SECRETS[request.path].encode(), body, hashlib.sha256).hexdigest()
        assert told["X-Hub-Signature-256"] == f"sha256={digest}"
        target = told["X-GitHub-Hook-Installation-Target-Type"]
        self.taken.append((request.path, told["X-GitHub-Event"], told["X-GitHub-Delivery"], target))
        self.heard.set()
        return web.Response(status=self.status)

    def events(self, address: str = "/one") -> list[str]:
        """Return what was heard at an address, in order."""
        return [event for path, event, _, _ in self.taken if path == address]


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    here = Ear()
    app = web.Application()
    app.add_routes([web.post("/one", here.take), web.post("/two", here.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield here
    await runner.cleanup()


@pytest.fixture
async def world(ear: Ear) -> AsyncIterator[World]:
    here = World()
    here.forge.hooks.carry, here.forge.hooks.secret = None, SECRETS["/one"]
    here.forge.deliver_to(f"{ear.url}/one")
    yield here
    await here.forge.close()


async def test_what_is_lost_is_in_no_log_either(world: World, ear: Ear) -> None:
    world.forge.hooks.weather.add(Fate.LOST, "workflow_run")
    await world.forge.push(REPO, "One")
    await world.forge.settle()
    assert (ear.events(), [hook.event for hook, _ in world.forge.hooks.log]) == (["push"], ["push"])
    world.forge.finish_run(REPO, world.run)
    await world.forge.settle()
    assert ear.events() == ["push", "workflow_run"]


async def test_what_arrives_twice_has_one_guid(world: World, ear: Ear) -> None:
    world.forge.hooks.weather.add(Fate.TWICE, "push")
    await world.forge.push(REPO, "One")
    await world.forge.settle()
    guids = [guid for _, event, guid, _ in ear.taken if event == "push"]
    assert (len(guids), len(set(guids))) == (2, 1)


async def test_what_is_late_arrives_when_its_time_has_come(world: World, ear: Ear) -> None:
    waits, come = list[float](), asyncio.Event()

    async def pause(seconds: float) -> None:
        waits.append(seconds)
        await come.wait()

    world.forge.pause = pause
    world.forge.hooks.weather.add(Fate.LATE, "push", seconds=90)
    await world.forge.push(REPO, "One")
    await ear.heard.wait()
    assert ear.events() == ["workflow_run"]
    come.set()
    await world.forge.settle()
    assert (ear.events(), waits) == (["workflow_run", "push"], [90])


async def test_what_is_held_arrives_in_the_order_that_is_asked_for(world: World, ear: Ear) -> None:
    world.forge.hooks.weather.add(Fate.HELD, count=9)
    await world.forge.push(REPO, "One")
    world.forge.finish_run(REPO, world.run)
    await world.forge.settle()
    assert ear.events() == []
    told = [json.loads(hook.body).get("action") for hook, _ in world.forge.hooks.held]
    assert told == [None, "requested", "completed"]
    sent: list[str] = []
    world.forge.hooks.carry = lambda hook: sent.append(json.loads(hook.body).get("action") or hook.event)
    assert world.forge.hooks.release(newest_first=True) == 3
    assert (sent, world.forge.hooks.held) == (["completed", "requested", "push"], [])


async def test_several_listen_each_with_their_secret_to_what_they_chose(world: World, ear: Ear) -> None:
    world.forge.create("elsewhere/shop")
    pushes = Listener(SECRETS["/two"], f"{ear.url}/two", frozenset({"push"}), frozenset({"elsewhere/*"}), id=2)
    world.forge.hooks.others.append(pushes)
    await world.forge.push(REPO, "One")
    await world.forge.push("Elsewhere/Shop".lower(), "Two")
    await world.forge.settle()
    assert sorted(ear.events()) == ["push", "push", "workflow_run", "workflow_run"]
    assert ear.events("/two") == ["push"]
    (shared,) = {guid for path, _, guid, _ in ear.taken if path == "/two"}
    assert shared in {guid for path, _, guid, _ in ear.taken if path == "/one"}


async def test_an_app_hears_of_what_it_is_installed_for_and_who_it_is(world: World, ear: Ear) -> None:
    world.forge.create("elsewhere/shop")
    world.forge.apps.register("signoff", {"actions": "read"}, owner="acme")
    world.forge.apps.install("signoff", "acme", [REPO])
    world.forge.hooks.others.append(Listener(SECRETS["/two"], f"{ear.url}/two", EVERY, app="signoff", id=2))
    for repo in (REPO, "elsewhere/shop"):
        await world.forge.push(repo, "One")
    await world.forge.settle()
    assert sorted(ear.events("/two")) == ["check_run", "push", "workflow_job", "workflow_run"]
    assert {target for path, _, _, target in ear.taken if path == "/two"} == {"integration"}
    assert {target for path, _, _, target in ear.taken if path == "/one"} == {"repository"}


async def test_deliveries_are_listed_and_sent_again_under_their_guid(world: World, ear: Ear) -> None:
    world.forge.hooks.others.append(Listener(SECRETS["/two"], f"{ear.url}/two", frozenset(), id=2))
    ear.status = 503
    await world.forge.push(REPO, "One")
    await world.forge.settle()
    failed = world.get("/hooks/1/deliveries?status=failure").body
    assert sorted((one["event"], one["status_code"], one["redelivery"]) for one in failed) == [
        ("push", 503, False),
        ("workflow_run", 503, False),
    ]
    assert world.get("/hooks/1/deliveries?status=success").body == world.get("/hooks/2/deliveries").body == []
    ear.status = 200
    one = failed[0]
    assert world.post(f"/hooks/1/deliveries/{one['id']}/attempts").status == 202
    await world.forge.settle()
    (again,) = world.get("/hooks/1/deliveries?status=success").body
    assert (again["guid"], again["event"], again["redelivery"]) == (one["guid"], one["event"], True)
    assert world.get(f"/hooks/1/deliveries/{again['id']}").body == again
    assert [guid for _, _, guid, _ in ear.taken].count(one["guid"]) == 2
    for path in (f"/hooks/2/deliveries/{one['id']}", "/hooks/1/deliveries/7"):
        assert world.get(path).status == 404
    assert world.post("/hooks/1/deliveries/7/attempts").status == 404


async def test_an_app_lists_its_own_deliveries_and_no_others(world: World, ear: Ear) -> None:
    world.forge.apps.register("signoff", {"actions": "read"}, owner="acme")
    world.forge.apps.install("signoff", "acme")
    world.forge.hooks.others.append(
        Listener(SECRETS["/two"], f"{ear.url}/two", frozenset({"push"}), app="signoff", id=2)
    )
    await world.forge.push(REPO, "One")
    await world.forge.settle()
    mine = world.asserted()
    (told,) = world.ask("GET", "/app/hook/deliveries", token=mine).body
    assert (told["event"], told["installation_id"]) == ("push", next(iter(world.forge.registered.installations)))
    path = "/app/hook/deliveries"
    assert world.ask("POST", f"{path}/{told['id']}/attempts", token=mine).status == 202
    await world.forge.settle()
    assert ear.events("/two") == ["push", "push"]
    others = next(one.id for one in world.forge.hooks.deliveries if one.to.id == 1)
    assert world.ask("POST", f"{path}/{others}/attempts", token=mine).status == 404


async def test_a_ping_is_sent_on_demand(world: World, ear: Ear) -> None:
    (told,) = world.get("/hooks").body
    assert (told["id"], told["config"]["url"]) == (1, f"{ear.url}/one")
    assert world.post("/hooks/1/pings").status == 204
    assert world.post("/hooks/2/pings").status == 404
    await world.forge.settle()
    assert ear.events() == ["ping"]
    world.now += timedelta(seconds=1)
    world.forge.deliver_to(None)
    assert world.post("/hooks/1/pings").status == 404


async def test_events_that_nobody_chose_are_not_sent(world: World, ear: Ear) -> None:
    sha = await world.forge.push(REPO, "One")
    world.forge.checks.status(REPO, sha, "success")
    world.forge.checks.report(REPO, sha, "lint", app="linter")
    await world.forge.settle()
    assert sorted(ear.events()) == ["push", "workflow_run"]
    world.forge.hooks.events = EVERY
    world.forge.checks.status(REPO, sha, "success")
    await world.forge.settle()
    assert ear.events()[-1] == "status"
