"""The workers around the real database and the sandbox's gates, over a network that loses just what a story says."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, cast

from bot.core.policy import LanePolicy, Policy
from bot.core.release import Lifecycle, Release
from bot.core.target import GithubGate
from bot.ports.cards import CardKind
from handlers.ci.github_connection import Github
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_gated_builds import GatedBuilds
from handlers.ci.github_gates import GithubGates
from handlers.ci.sender import Sender
from handlers.letting_on import letting_on
from handlers.turning_away import turning_away
from sandbox.exchange import Reply
from sandbox.github import in_process
from sandbox.github.forge import Forge
from sandbox.github.records import BOT, Run
from sandbox.github.records_gates import Gate, Reviewer
from simulation.network import BrokenConnectionError, NoConnectionError
from simulation.session import Sent, Session, as_client_session
from tests.factories import WORKFLOW, a_lane_policy, a_policy
from tests.fakes.chat import Killed, Posted
from tests.fakes.executor import FakeExecutor
from tests.fakes.source import FakeSource
from tests.fakes.world import World

REPO = "acme/payments"
RIGHTS = {"actions": "read", "contents": "read", "deployments": "write", "metadata": "read", "pull_requests": "read"}
TOKEN = "t0ken"


class Mishap(Enum):
    """What becomes of the next request that changes something."""

    LOST_BEFORE = "the connection breaks before it arrives"
    LOST_AFTER = "it arrives, and the connection breaks before the answer"
    LATE = "the connection breaks, and it arrives when the story says"
    UNREACHABLE = "nobody can be reached"
    KILLED_BEFORE = "the process dies before it arrives"
    KILLED_AFTER = "the process dies when it has arrived"


@dataclass(slots=True)
class _Source:
    """The real source, for a world whose pipelines report by themselves."""

    real: GatedBuilds

    def add(self, reports: Any) -> None:
        """Take nothing: the sandbox knows its runs."""
        assert not reports

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@dataclass(slots=True)
class Gates:
    """A world with a pipeline that waits at a gate, and the way between them."""

    world: World
    forge: Forge
    mishaps: deque[Mishap] = field(default_factory=deque)
    late: list[Sent] = field(default_factory=list)
    keeper: GithubGates | None = None

    # -- the way there -----------------------------------------------------------------------------------------------

    async def carry(self, sent: Sent) -> Reply:
        """Carry a request; what reads always arrives."""
        told = self.mishaps.popleft() if sent.method == "POST" and self.mishaps else None
        if told in {Mishap.LATE, Mishap.LOST_BEFORE, Mishap.KILLED_BEFORE, Mishap.UNREACHABLE}:
            if told is Mishap.UNREACHABLE:
                raise NoConnectionError(slowly=False)
            self.late += [sent] if told is Mishap.LATE else []
            self._break(told)
        reply = self._land(sent)
        if told is not None:
            self._break(told)
        return reply

    def lands(self) -> list[int]:
        """Let what was late arrive; returns what was answered to nobody."""
        landed, self.late = [self._land(one).status for one in self.late], []
        return landed

    def _break(self, told: Mishap) -> None:
        if told in {Mishap.KILLED_BEFORE, Mishap.KILLED_AFTER}:
            raise Killed(arrived=told is Mishap.KILLED_AFTER)
        raise BrokenConnectionError(begun=False)

    def _land(self, sent: Sent) -> Reply:
        path, query = sent.url.raw_path, dict(sent.url.query)
        status, headers, body = in_process.answer(
            self.forge, sent.method, path, query=query, headers=sent.headers, body=sent.body
        )
        return Reply(status, body, headers)

    # -- what happens ------------------------------------------------------------------------------------------------

    async def built(self, title: str = "Change", environment: str = "production") -> Run:
        """Push a commit whose run comes to its gate, and let everybody see that."""
        await self.forge.push(REPO, title)
        run = self.forge.repositories[REPO].runs[-1]
        self.forge.begin_run(REPO, run)
        self.world.passes(60)
        self.arrives(run, environment)
        await self.world.looks()
        return run

    def arrives(self, run: Run, environment: str = "production") -> Gate:
        """Let a run come to a gate."""
        gate = self.forge.gates.arrive(REPO, run, environment)
        self.world.passes(60)
        return gate

    async def approves(self, number: int = 1) -> Posted:
        """Approve a release; what follows from it happens. Returns its notice."""
        posted = await self.world.notice(number)
        await self.world.clicks("U0PRIYA", posted, "approve")
        return posted

    async def waits(self, seconds: float, step: float = 5.0) -> None:
        """Let time pass, in steps."""
        for _ in range(int(seconds / step)):
            self.world.passes(step)
            await self.world.settle()
            await self.turns_away()
            await self.lets_on()

    async def turns_away(self) -> None:
        """Let runs be rejected that nothing ships any more."""
        assert self.keeper is not None
        worker = turning_away(self.world.desk, self.keeper)
        while await worker.once():
            pass

    async def follows(self) -> None:
        """Ask once how far the deployments are, and answer for what came to its gate later."""
        await self.world.follows()
        await self.lets_on()

    async def lets_on(self) -> None:
        """Let jobs go on that came to the gate of an approved run later."""
        assert self.keeper is not None
        worker = letting_on(self.world.desk, self.keeper)
        while await worker.once():
            pass

    async def answers(self, act: str, number: int = 1) -> None:
        """Answer the question whether a deploy ran."""
        await self.world.clicks("U0SAM", await self.world.notice(number, CardKind.QUESTION), act)

    # -- what there is -----------------------------------------------------------------------------------------------

    def landed(self) -> list[str]:
        """Return every run that went on at its gate: the oracle."""
        return [one.key for one in self.forge.landed()]

    async def release(self, number: int = 1) -> Release:
        """Return a release as it is stored."""
        return await self.world.release(number)

    async def state(self, number: int = 1) -> Lifecycle:
        """Return how far a release is."""
        return (await self.world.release(number)).state


@asynccontextmanager
async def gates(folder: Path, kind: str, *lanes: LanePolicy, **changed: Any) -> AsyncIterator[Gates]:
    """Open a world whose lanes deploy by their gates (else one to production), as an App's rule or as a reviewer."""
    policy: Policy = a_policy(*(lanes or (a_lane_policy(target=GithubGate("production"), **changed),)))
    world = World(folder, policy)
    forge = Forge(lambda: world.now, token=TOKEN)
    forge.create(REPO, WORKFLOW)
    for lane in policy.lanes() if kind == "review" else ():
        forge.gates.protect(REPO, lane.lane.environment, reviewers=[Reviewer(*BOT)])
    if kind == "rule":
        forge.apps.register("signoff", RIGHTS, {"deployment_protection_rule"})
        grant = forge.apps.token(forge.apps.install("signoff", "acme"), None, RIGHTS)
        forge.access.add(replace(grant, token=TOKEN, expires_at=None))
        for lane in policy.lanes():
            forge.gates.protect(REPO, lane.lane.environment, rules=["signoff"])
    here = Gates(world, forge)
    sender = Sender(as_client_session(Session(here.carry)), in_process.BASE, TOKEN, lambda: world.now)
    here.keeper = GithubGates(sender, forge.site)
    source = _Source(GatedBuilds(Github(sender, forge.site), GateReader(sender, forge.site)))
    world.executor, world.source = cast("FakeExecutor", here.keeper), cast("FakeSource", source)
    await world.open()
    try:
        await world.looks()
        world.passes(timedelta(minutes=1).total_seconds())
        yield here
    finally:
        await world.store.close()
