"""The example of a CI system does the main job: a signed webhook, a build, an approval, one deploy, live."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.release import Lifecycle
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from bot.ports.ci import Delivery, HttpReply, HttpRequest, Verdict
from bot.ports.inbox import Received
from bot.ports.trouble import TryLater, Unsure
from handlers.ci import SOURCES
from handlers.ci.dialect import Known
from handlers.ci.systems import Systems
from handlers.follow import Follower
from handlers.hint_clerk import HintClerk
from handlers.hints import stored
from handlers.intake import Intake
from handlers.watch import Watch
from tests.factories import NOON, a_lane_policy, a_policy, a_sha
from tests.fakes.world import World
from tests.provider import acorn

LISTED = {"acorn": acorn}
"""The one line that the list in handlers/ci/__init__.py would get."""
SERVICE = replace(
    a_policy().services[0],
    source=BuildbotSource("build-payments", "main"),
    lanes=(replace(a_lane_policy(), target=BuildbotForce("", "deploy-payments")),),
)
POLICY = replace(a_policy(), services=(SERVICE,))


@dataclass
class Server:
    """Acorn itself, in memory: it keeps jobs, and can lose an answer after the job has begun."""

    jobs: list[dict[str, Any]] = field(default_factory=list)
    loses: bool = False

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present."""
        return lambda: NOON

    def runs(self, name: str, sha: str, state: str = "ran", label: str = "") -> dict[str, Any]:
        """Take a job in."""
        number = len(self.jobs) + 1
        began = (NOON + timedelta(seconds=number)).isoformat()
        self.jobs.append({"number": number, "name": name, "sha": sha, "state": state, "began": began, "label": label})
        return self.jobs[-1]

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Answer."""
        del etag
        if request.method == "GET":
            ((name, value),) = request.query
            found = [one for one in self.jobs if str(one[name]) == value]
            return HttpReply(200, {}, json.dumps(found).encode())
        assert request.body is not None
        made = self.runs(request.body["name"], request.body["sha"], "runs", request.body["label"])
        if self.loses:
            self.loses = False
            return Unsure("the connection was lost")
        return HttpReply(201, {}, json.dumps(made).encode())

    def deploys(self) -> list[tuple[str, str]]:
        """Return what was deployed, by commit and label."""
        return [(one["sha"], one["label"]) for one in self.jobs if one["name"] == "deploy-payments"]


@dataclass
class Desk:
    """The world, with Acorn as its CI system."""

    world: World
    server: Server
    systems: Systems

    async def hears(self, job: dict[str, Any]) -> None:
        """Let Acorn tell of a job, and all follow that is due."""
        body = json.dumps(job).encode()
        told = acorn.admit(sealed(body), body, known())
        assert isinstance(told, Delivery)
        received = Received("acorn", told.dedupe_key, stored(told.hint), self.world.now)
        await self.world.store.write(lambda tx: tx.inbox.put(received))
        follower = Follower(self.world.desk, self.systems, timedelta(seconds=5))
        clerk = HintClerk(self.world.desk, self.systems, follower)
        while await Intake(self.world.desk, tuple(LISTED), clerk).once():
            pass
        await self.world.settle()
        await follower.once()
        await self.world.settle()

    async def looks(self) -> str | None:
        """Ask Acorn what no webhook told."""
        trouble = await Watch(self.world.desk, self.systems, self.systems, SERVICE).once()
        await self.world.settle()
        return trouble


def sealed(body: bytes) -> dict[str, str]:
    """Return the headers of a delivery."""
    return {"x-acorn-seal": hmac.new(b"oak", body, hashlib.sha256).hexdigest()}


def known() -> Known:
    """Return what there is to know at the door."""
    return Known(POLICY, {acorn.SECRET: "oak"}.get, NOON)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A world of one service that Acorn builds and deploys."""
    world = World(tmp_path, POLICY)
    await world.open()
    server = Server()
    here = acorn.Acorn(server)
    systems = Systems({BuildbotSource: here}, {BuildbotForce: here}, {})
    world.deployer = replace(world.deployer, executor=systems)
    found = Desk(world, server, systems)
    assert await found.looks() is None
    yield found
    await world.store.close()


async def approved(desk: Desk) -> None:
    """Let a build be reported and approved."""
    await desk.hears(desk.server.runs("build-payments", a_sha(1)))
    await desk.world.clicks("U0PRIYA", await desk.world.notice(), "approve")


async def test_a_build_that_is_told_is_approved_deployed_once_and_live(desk: Desk) -> None:
    await approved(desk)
    release = await desk.world.release()
    assert desk.server.deploys() == [(a_sha(1), release.key)]
    assert await desk.world.states() == [Lifecycle.DEPLOYING]
    desk.server.jobs[-1]["state"] = "ran"
    await desk.hears(desk.server.jobs[-1])
    assert await desk.world.states() == [Lifecycle.LIVE]
    assert await desk.looks() is None
    assert await desk.world.states() == [Lifecycle.LIVE]


async def test_an_answer_that_was_lost_is_looked_up_and_deploys_nothing_twice(desk: Desk) -> None:
    desk.server.loses = True
    await approved(desk)
    desk.world.passes(10)
    await desk.world.settle()
    release = await desk.world.release()
    assert desk.server.deploys() == [(a_sha(1), release.key)]
    assert release.deployment
    assert release.deployment.ref == "2"


async def test_what_no_webhook_told_is_found_by_asking(desk: Desk) -> None:
    desk.server.runs("build-payments", a_sha(1), "broke")
    desk.server.runs("build-payments", a_sha(2))
    assert await desk.looks() is None
    assert [(await desk.world.release()).build.sha] == [a_sha(2)]


@pytest.mark.parametrize(
    ("body", "headers", "verdict"),
    [
        (b"{}", {}, Verdict.NOT_AUTHENTIC),
        (b"{}", {"x-acorn-seal": "\udcff"}, Verdict.NOT_AUTHENTIC),
        (b"{}", sealed(b"{}"), Verdict.MALFORMED),
    ],
)
def test_nothing_is_read_that_is_not_signed(body: bytes, headers: dict[str, str], verdict: Verdict) -> None:
    assert acorn.admit(headers, body, known()) is verdict


def test_the_list_takes_it_as_it_is() -> None:
    assert {**SOURCES, **LISTED}["acorn"].secret_names(POLICY) == {acorn.SECRET}
