"""One life of the bot: the whole crew around the world's disk and networks, until it is killed or the story ends."""

import asyncio
import random
import string
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from bot import VERSION
from bot.core.events import FoundLive
from bot.core.policy import Policy, ServicePolicy
from bot.core.release import Release
from bot.core.target import Target
from bot.core.verification import CommandProbe, HttpProbe
from bot.crew import Crew, Pace, World, muster
from bot.ports.ci import CertainlyNot, Executor, Placed, Progress
from bot.ports.trouble import Trouble
from bot.reload import Reload
from bot.views.links import Links
from handlers.bell import Bell
from handlers.desk import Desk
from handlers.probe import Health
from handlers.reconsider import reconsider
from handlers.slack.app import SlackConnection
from handlers.slack.arrival import Arrival
from handlers.slack.directory import SlackDirectory
from sandbox.github.forge import Forge
from sandbox.github.state import Landed
from sandbox.slack.app import App
from sandbox.slack.workspace import Workspace
from simulation.deployer import Deploy, Deployer, deployer_network, report_door
from simulation.disk import Disk, DiskStore
from simulation.doors import Doors
from simulation.github import GithubWay, github_network, has_gates, landed, systems_of
from simulation.loop import Killed, Process, VirtualLoop
from simulation.network import Network
from simulation.people import Courier, People
from simulation.slack import SlackWay, slack_network
from simulation.webhooks import Webhooks, webhook_door

T = TypeVar("T")
START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
CANARIES = ("xoxb-canary-6f0d2e7b91", "xapp-canary-c4a8153f7e", "gho-canary-b72e90d6f1", "canary-hook-2d9f4b81c6e0")
"""Secrets that open this world alone, and that are found wherever they turn up."""
LETTERS = string.ascii_lowercase + string.digits


class AllWell:
    """Whatever is probed is well: no schedule verifies yet."""

    async def look(self, probe: HttpProbe | CommandProbe, values: Mapping[str, str]) -> Health:
        """Return that it is well."""
        del probe, values
        return Health(well=True, detail="")


@dataclass(frozen=True, slots=True)
class Introduced:
    """Slack's connection, as far as whoever reads the policy again needs one that knows who it is."""

    directory: SlackDirectory
    workspace: str


@dataclass(slots=True)
class Earth:
    """Everything that outlives a process: the disk, Slack, GitHub, a deployer, the ways there, the people."""

    loop: VirtualLoop
    rng: random.Random
    policy: Policy
    disk: Disk = field(default_factory=Disk)
    skew: float = 0.0
    """Seconds by which the clock of the bot's host is ahead; everybody else's is right."""
    jumps: int = 0
    """How often that clock was set."""
    stalls: float = 0.0
    """How likely a process stands still for longer than a lease, between a CI system's answer and what follows."""
    workspace: Workspace = field(init=False)
    forge: Forge = field(init=False)
    slack: SlackWay = field(init=False)
    github: GithubWay = field(init=False)
    courier: Courier = field(init=False)
    webhooks: Webhooks = field(init=False)
    deployer: Deployer = field(init=False)
    people: People = field(init=False)
    lives: list["Life"] = field(default_factory=list)
    doors: Doors = field(default_factory=Doors)
    """Hears what any life logs."""
    policies: dict[str, Policy] = field(default_factory=dict)
    """Every policy that was written here, by its hash."""
    tried: set[str] = field(default_factory=set)
    """What attackers tried, clocks and policies did: a world in which nothing is tried proves nothing."""
    believed: list[str] = field(default_factory=list)
    """What was forged, and admitted all the same."""
    inside: list[str] = field(default_factory=list)
    """What was sent while a transaction was open."""

    def __post_init__(self) -> None:
        self.policies[self.policy.hash] = self.policy
        self.workspace = Workspace(self.clock, app=App(bot_token=CANARIES[0], app_token=CANARIES[1]))
        self.forge = Forge(self.clock, token=CANARIES[2], webhook_secret=CANARIES[3], auto=True)
        self.slack = SlackWay(self.workspace, slack_network(random.Random(self.rng.random())))
        self.github = GithubWay(self.forge, github_network(random.Random(self.rng.random())))
        self.courier = Courier(random.Random(self.rng.random()))
        self.webhooks = Webhooks(self.forge, random.Random(self.rng.random()))
        self.people = People(self.workspace, self.courier)
        way = deployer_network(random.Random(self.rng.random()))
        self.deployer = Deployer(self.clock, random.Random(self.rng.random()), way)

    @property
    def networks(self) -> tuple[Network, ...]:
        """The ways to everybody whom the bot calls."""
        return (self.slack.network, self.github.network, self.deployer.network)

    def landed(self) -> list[Landed | Deploy]:
        """Return every deploy that was begun, wherever."""
        return [*landed(self.forge), *self.deployer.landed]

    def clock(self) -> datetime:
        """Return the present."""
        return START + timedelta(seconds=self.loop.now)

    def wall(self) -> datetime:
        """Return the present as the bot's host has it."""
        return self.clock() + timedelta(seconds=self.skew)

    def set_clock(self, skew: float) -> None:
        """Set the clock of the bot's host so many seconds ahead of the present, or behind it."""
        if skew != self.skew:
            self.tried.add("clock: forward" if skew > self.skew else "clock: back")
        self.skew = skew
        self.jumps += 1

    def write_policy(self, policy: Policy) -> None:
        """Write another policy, which the bot reads at once where one lives, else at its next start."""
        self.policy = self.policies[policy.hash] = policy
        life = self.lives[-1] if self.lives else None
        if life is not None and life.process.alive and life.reload is not None:
            self.loop.spawn(life.process, life.reload("operator"))

    def live(self) -> "Life":
        """Begin another life."""
        life = Life(self, Process(len(self.lives) + 1))
        self.lives.append(life)
        life.begin()
        return life


@dataclass(slots=True)
class Life:
    """One process."""

    earth: Earth
    process: Process
    crew: Crew | None = None
    reload: Reload | None = None

    def begin(self) -> None:
        """Start as `bot.app` does: leases void, lanes asked if the policy is another, then the loops."""
        self.earth.loop.spawn(self.process, self._begin())

    async def _begin(self) -> None:
        earth, process = self.earth, self.process
        rng = random.Random(earth.rng.random())
        store = DiskStore(earth.disk, process, rng, earth.wall, lambda: _token(rng, 32))
        await store.write(lambda tx: tx.effects.void_leases(earth.wall()))
        desk = Desk(store, earth.policy, earth.wall, lambda n: _token(rng, n), Bell(), rng.random, earth.workspace.url)
        desk.steady = earth.loop.time
        read = earth.policy  # what is in force may be another by the time that somebody reads it again
        await reconsider(desk, VERSION)
        chat, directory = earth.slack.connect(earth.wall, self._before)
        github = earth.github.connect(earth.wall, self._before)
        deployer = earth.deployer.connect(earth.wall, self._before)
        systems = systems_of(github, deployer, earth.forge.site)
        keeper = systems if has_gates(earth.policy) else None
        world = World(chat, directory, systems, Stalling(systems, rng, earth), AllWell(), systems, keeper, systems)
        crew = self.crew = muster(desk, world, Links(earth.forge.site), Pace())
        crew.start()
        arrival = Arrival(cast("SlackConnection", Introduced(directory, earth.workspace.url)), store, read)
        self.reload = Reload(lambda: earth.policy, crew, arrival, lambda _policy: None)
        if earth.policy is not read:  # it was written between the reading and the first moment that anybody listens
            await self.reload(None)
        earth.courier.connect(crew.reception, chat, earth.policy.command, lambda work: earth.loop.spawn(process, work))
        self._open_doors(store, desk)

    def _open_doors(self, store: DiskStore, desk: Desk) -> None:
        """Let GitHub and the deployer bring what they have to tell: each piece is taken by a task of this life."""
        earth, process = self.earth, self.process
        taken = webhook_door(store, lambda: desk.policy, earth.forge.webhook_secret, earth.wall, desk.bell.ring)

        async def door(headers: Mapping[str, str], body: bytes) -> None:
            async def take() -> None:  # made and begun in one: a task that dies before its first step leaves nothing
                await taken(headers, body)

            earth.loop.spawn(process, take())

        earth.webhooks.door = door
        reported = report_door(store, lambda: desk.policy, earth.wall, desk.bell.ring)

        def report(headers: Mapping[str, str], body: bytes, heard: Callable[[], None]) -> None:
            async def take() -> None:
                try:
                    await reported(headers, body)
                except TypeError:  # by a clock that is wrong it is too old, or not yet sent: it is told again
                    if not earth.jumps:
                        raise
                else:
                    heard()

            earth.loop.spawn(process, take())

        earth.deployer.door = report

    def _before(self, what: str) -> None:
        """Refuse the network to the dead, and while a transaction is open."""
        if not self.process.alive:
            raise Killed
        if self.earth.disk.connection.in_transaction:
            self.earth.inside.append(what)

    def end(self) -> None:
        """Kill it."""
        self.process.die()
        self.gone()

    def gone(self) -> None:
        """Take note of its death: nobody listens any more."""
        self.earth.courier.process = None
        self.earth.webhooks.door = None
        self.earth.deployer.door = None
        if self.earth.disk.connection.in_transaction:
            self.earth.disk.connection.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class Stalling:
    """An executor whose process sometimes stands still after a call, for longer than its lease."""

    inner: Executor
    rng: random.Random
    earth: Earth

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Start, and perhaps stand still."""
        return await self._then(self.inner.start(service, release))

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | CertainlyNot | None:
        """Find, and perhaps stand still."""
        return await self._then(self.inner.find(service, release))

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Follow."""
        return await self.inner.follow(service, release)

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Look."""
        return await self.inner.newest_live(service, target)

    async def _then(self, call: Coroutine[Any, Any, T]) -> T:
        answer = await call
        if self.rng.random() < self.earth.stalls:
            await asyncio.sleep(self.rng.uniform(61.0, 100.0))
        return answer


def _token(rng: random.Random, length: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(length))
