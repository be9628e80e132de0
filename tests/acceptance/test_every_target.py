"""Whatever deploys: an answer lost, a request late, a crash around the call: one deploy by the count there, or a question.

Each target is asked by its real executor, through workers around a real database; what becomes of the request that
begins a deploy the story says, and what really began is counted where it begins.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession, DummyCookieJar

from bot.core.policy import Mode
from bot.core.release import DeployStatus
from bot.core.target import BuildbotForce, Command, DeployWebhook, GithubDeployment, GithubWorkflow, Target
from bot.ports.cards import CardKind
from handlers.ci import command_executor, command_runner
from handlers.ci.buildbot_connection import buildbot
from handlers.ci.deploy_webhook import DeployWebhooks
from handlers.ci.github_connection import Github
from handlers.ci.sender import Sender
from sandbox.exchange import Reply
from sandbox.github import in_process
from sandbox.github.forge import Forge
from simulation.network import BrokenConnectionError, NoConnectionError
from simulation.session import Sent, Session, as_client_session
from tests.acceptance.gate_world import REPO, TOKEN, Mishap, gates
from tests.buildbot.master import PASSWORD, USER
from tests.factories import WORKFLOW, a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.buildbot import DEPLOY, SCHEDULER, FakeBuildbot
from tests.fakes.chat import Killed
from tests.fakes.executor import FakeExecutor
from tests.fakes.receiver import Receiver
from tests.fakes.world import World
from tests.integration.shell import Shell
from tests.provider.test_listed import DEPLOYS

SECRET = "whsec_c2VjcmV0"
Done = Callable[[], Awaitable[object]]


@dataclass
class Stage:
    """A lane that deploys by one target. `ships` has it begin, `begun` counts what really began there."""

    world: World
    mishaps: deque[Mishap]
    ships: Done
    begun: Callable[[], int]
    lands: Done
    """Lets what was late arrive."""

    async def waits(self, seconds: int) -> None:
        """Let time pass while every worker does what is due."""
        for _ in range(0, seconds, 5):
            self.world.passes(5)
            await self.world.settle()

    async def stands(self) -> tuple[DeployStatus, int]:
        """Return how far the deploy is for us, and how often it began there."""
        deployment = (await self.world.release()).deployment
        assert deployment is not None
        return deployment.status, self.begun()


@dataclass
class Way:
    """The way to a host, on which requests that change something fare as the story says."""

    land: Callable[[Sent], Awaitable[Reply]]
    mishaps: deque[Mishap] = field(default_factory=deque)
    late: list[Sent] = field(default_factory=list)

    async def carry(self, sent: Sent) -> Reply:
        """Carry a request; what reads always arrives."""
        told = self.mishaps.popleft() if sent.method == "POST" and self.mishaps else None
        if told is Mishap.UNREACHABLE:
            raise NoConnectionError(slowly=False)
        if told is Mishap.KILLED_BEFORE:
            raise Killed(arrived=False)
        self.late += [sent] if told is Mishap.LATE else []
        if told in {Mishap.LATE, Mishap.LOST_BEFORE}:
            raise BrokenConnectionError(begun=False)
        reply = await self.land(sent)
        if told is Mishap.KILLED_AFTER:
            raise Killed(arrived=True)
        if told is Mishap.LOST_AFTER:
            raise BrokenConnectionError(begun=False)
        return reply

    async def lands(self) -> None:
        """Let what was late arrive."""
        for sent in self.late:
            await self.land(sent)

    def session(self) -> ClientSession:
        """Return what sends through it."""
        return as_client_session(Session(self.carry))


def a_world(folder: Path, target: Target) -> World:
    return World(folder, a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, target=target)))


@asynccontextmanager
async def on_stage(world: World, executor: object, way: Way, begun: Callable[[], int]) -> AsyncIterator[Stage]:
    world.executor = cast("FakeExecutor", executor)
    await world.open()
    await world.looks()
    yield Stage(world, way.mishaps, lambda: world.looks(a_report(1)), begun, way.lands)
    await world.store.close()


@asynccontextmanager
async def at_github(folder: Path, target: Target) -> AsyncIterator[Stage]:
    world = a_world(folder, target)
    forge = Forge(lambda: world.now, token=TOKEN)
    forge.create(REPO, WORKFLOW)
    await forge.push(REPO, "Change", sha=a_sha(1))

    async def land(sent: Sent) -> Reply:
        status, headers, body = in_process.answer(
            forge, sent.method, sent.url.raw_path, query=dict(sent.url.query), headers=sent.headers, body=sent.body
        )
        return Reply(status, body, headers)

    way = Way(land)
    github = Github(Sender(way.session(), in_process.BASE, TOKEN, lambda: world.now), forge.site)
    async with on_stage(world, github, way, lambda: len(forge.landed())) as stage:
        yield stage
    await forge.close()


@asynccontextmanager
async def at_a_gate(folder: Path) -> AsyncIterator[Stage]:
    async with gates(folder, "rule") as here:
        await here.built()

        async def lands() -> None:
            here.lands()

        yield Stage(here.world, here.mishaps, here.approves, lambda: len(here.landed()), lands)


def over_sockets(session: ClientSession) -> Way:
    async def land(sent: Sent) -> Reply:
        async with session.request(
            sent.method, sent.url, headers=sent.headers, data=sent.body, allow_redirects=False
        ) as answer:
            told = {name: value for name, value in answer.headers.items()}  # noqa: C416 - of a header twice, the last
            return Reply(answer.status, await answer.read(), told)

    return Way(land)


@asynccontextmanager
async def at_buildbot(folder: Path) -> AsyncIterator[Stage]:
    world = a_world(folder, BuildbotForce(SCHEDULER, DEPLOY, (("environment", "production"), ("version", "{version}"))))
    async with FakeBuildbot().open() as fake, ClientSession(cookie_jar=DummyCookieJar()) as session:
        way = over_sockets(session)
        _, executor = buildbot(way.session(), fake.url, (USER, PASSWORD), lambda: world.now)
        async with on_stage(world, executor, way, lambda: len(fake.forced())) as stage:
            yield stage


@asynccontextmanager
async def at_a_receiver(folder: Path) -> AsyncIterator[Stage]:
    async with Receiver(SECRET).open() as receiver, ClientSession() as session:
        world, way = a_world(folder, DeployWebhook(receiver.url, "DEPLOY_SECRET")), over_sockets(session)
        executor = DeployWebhooks(way.session(), {"DEPLOY_SECRET": SECRET}.get, lambda: world.now)
        async with on_stage(world, executor, way, lambda: len(receiver.deploys)) as stage:
            yield stage
        assert receiver.forged == 0


@asynccontextmanager
async def on_this_host(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    shell, late = Shell(folder), list[Path]()
    shell.script("true")
    world = a_world(folder, Command(("./deploy.sh",), timedelta(minutes=5)))
    way = over_sockets(cast("ClientSession", None))  # nothing is sent anywhere

    async def launch(attempt: Path, within: float) -> bool:
        told = way.mishaps.popleft() if way.mishaps else None
        match told:
            case Mishap.UNREACHABLE:
                raise OSError(12, "Cannot allocate memory")
            case Mishap.KILLED_BEFORE:
                raise Killed(arrived=False)
            case Mishap.LATE:
                late.append(attempt)
                raise TimeoutError
            case Mishap.LOST_BEFORE:
                raise TimeoutError
        said = await command_runner.launch(attempt, within, wait=True)
        if told is Mishap.KILLED_AFTER:
            raise Killed(arrived=True)
        if told is Mishap.LOST_AFTER:
            raise TimeoutError
        return said

    async def lands() -> None:
        for attempt in late:
            await command_runner.launch(attempt, within=30, wait=True)

    monkeypatch.setattr(command_executor, "launch", launch)
    async with on_stage(world, shell.executor, way, lambda: shell.marks) as stage:
        stage.lands = lands
        yield stage


STAGES: dict[str, Callable[[Path, pytest.MonkeyPatch], AbstractAsyncContextManager[Stage]]] = {
    "github_deployment": lambda folder, _: at_github(folder, GithubDeployment("production")),
    "github_workflow": lambda folder, _: at_github(folder, GithubWorkflow("deploy.yml", "main")),
    "github_gate": lambda folder, _: at_a_gate(folder),
    "buildbot": lambda folder, _: at_buildbot(folder),
    "webhook": lambda folder, _: at_a_receiver(folder),
    "command": on_this_host,
}
"""Each target that a policy can name: add yours."""
KNOWS_BY_ITSELF = {"webhook", "command"}
"""Targets of which nobody needs to be asked: the receiver knows what it has begun, and so does the host's own record."""

targets = pytest.mark.parametrize("name", STAGES)
TAKEN, ASKED = DeployStatus.ACCEPTED, DeployStatus.UNKNOWN


def test_no_target_that_a_policy_can_name_is_without_a_stage() -> None:
    assert set(STAGES) == set(DEPLOYS)


@targets
@pytest.mark.parametrize(
    ("mishap", "arrived"),
    [
        (Mishap.LOST_BEFORE, False),
        (Mishap.LOST_AFTER, True),
        (Mishap.KILLED_BEFORE, False),
        (Mishap.KILLED_AFTER, True),
    ],
    ids=lambda told: told.name.lower() if isinstance(told, Mishap) else "",
)
async def test_an_answer_that_is_lost_or_not_lived_to_see_leaves_one_deploy_or_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, mishap: Mishap, *, arrived: bool
) -> None:
    async with STAGES[name](tmp_path, monkeypatch) as stage:
        stage.mishaps.append(mishap)
        if mishap in {Mishap.KILLED_BEFORE, Mishap.KILLED_AFTER}:
            with pytest.raises(Killed):
                await stage.ships()
            await stage.world.crash()
        else:
            await stage.ships()
        assert stage.begun() <= 1
        await stage.waits(130)
        begins = arrived or name in KNOWS_BY_ITSELF
        assert await stage.stands() == ((TAKEN, 1) if begins else (ASKED, 0))
        if not begins:
            await stage.world.clicks("U0SAM", await stage.world.notice(1, CardKind.QUESTION), "try_again")
            assert await stage.stands() == (TAKEN, 1)


@targets
async def test_a_request_that_arrives_late_is_found_and_no_second_one_begins_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async with STAGES[name](tmp_path, monkeypatch) as stage:
        stage.mishaps.append(Mishap.LATE)
        await stage.ships()
        await stage.waits(60)
        await stage.lands()
        await stage.waits(130)
        assert await stage.stands() == (TAKEN, 1)


@targets
async def test_a_request_that_certainly_was_not_taken_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async with STAGES[name](tmp_path, monkeypatch) as stage:
        stage.mishaps.append(Mishap.UNREACHABLE)
        await stage.ships()
        assert stage.begun() == 0
        await stage.waits(130)
        assert await stage.stands() == (TAKEN, 1)
