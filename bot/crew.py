"""The workers around one database: which there are, what each is given, and how they are kept at work."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot import drafts, unanswered
from bot.core.policy import Policy, ServicePolicy
from bot.ports.changes import Comparer
from bot.ports.ci import Executor, Source
from bot.ports.effects import EffectKind
from bot.ports.gatekeeping import Gatekeeper
from bot.ports.meter import Counted
from bot.ports.outage import StoreUnavailable
from bot.ports.slack import Chat, Directory
from bot.ports.stopping import Stopper
from bot.views.links import Links
from handlers.act_clerk import ActClerk
from handlers.anchor import HourlyAnchor
from handlers.bell import Bell
from handlers.cards import CardKeeper
from handlers.changes import Comparing
from handlers.clock import Clock
from handlers.deployer import Deployer
from handlers.desk import Desk
from handlers.due import WhenDue
from handlers.follow import Follower
from handlers.freezes import FreezeNotices
from handlers.hint_clerk import HintClerk
from handlers.hint_queues import GITHUB, queue_of, settle_queues
from handlers.home import HomeKeeper
from handlers.intake import Intake
from handlers.letting_on import letting_on
from handlers.messenger import Messenger
from handlers.people import People
from handlers.pruning import Pruner
from handlers.reception import Reception
from handlers.report_clerk import ReportClerk
from handlers.stopping import stopping
from handlers.turning_away import turning_away
from handlers.verifier import Prober, Verifier
from handlers.watch import Watch

log = structlog.get_logger()

LOOP_PAUSE = 1.0
"""Seconds before a loop whose own code failed goes on."""
SHORTEST_OUTAGE, LONGEST_PAUSE = 0.25, 5.0
"""Seconds between the looks of a loop at a database that cannot be used; a success elsewhere wakes it sooner."""
STEADY = 60.0
"""Seconds that a loop runs after its own code failed before it counts as well again."""
TOLD = (
    EffectKind.LOG,
    EffectKind.TELL_FAILURE,
    EffectKind.TELL_ROLLED_BACK,
    EffectKind.TELL_AUTHOR,
    EffectKind.REMIND,
    EffectKind.ESCALATE,
    EffectKind.TELL_ESCALATED,
    EffectKind.REMIND_DRAFT,
    EffectKind.REMIND_LETTERS,
    EffectKind.OPERATIONS,
    EffectKind.TELL_LINE,
    EffectKind.TELL_FREEZE,
    EffectKind.ANNOUNCE,
)

ANSWERS = (EffectKind.ANSWER, EffectKind.REPLY)

Loop = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class World:
    """The ports through which the workers meet the world."""

    chat: Chat
    directory: Directory
    source: Source
    executor: Executor
    prober: Prober
    comparer: Comparer
    gatekeeper: Gatekeeper | None = None
    """None: nothing waits at gates."""
    stopper: Stopper | None = None
    """None: no job can be ended."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the bot asks where webhooks may be silent."""

    follow: timedelta = timedelta(seconds=5)


@dataclass(slots=True)
class Crew:
    """The workers. `failures` names every loop whose own code failed; tests hold it against empty."""

    desk: Desk
    reception: Reception
    host: Intake
    """What is said on the command line: apart, so that a Slack that does not answer keeps nobody there waiting."""
    watches: tuple[Watch, ...]
    loops: dict[str, Loop]
    watch: Callable[[ServicePolicy], Watch] | None = None
    """Makes the watch of a service that a new policy names."""
    apart: Callable[[str], dict[str, Loop]] | None = None
    """Makes the loops of a connection that a new policy names: what waits for one host is done apart from all else."""
    failures: list[str] = field(default_factory=list)
    _failed_at: dict[str, float] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _at_work: bool = False

    @property
    def failing(self) -> int:
        """Return how many loops have not run well for a while, or have ended."""
        now = asyncio.get_running_loop().time()
        lately = {name for name, at in self._failed_at.items() if now - at < STEADY}
        return len(lately | {task.get_name() for task in self._tasks if task.done()})

    def start(self) -> None:
        """Set every loop to work, each in a task of its own."""
        self._at_work = True
        for name in self.loops:
            self._begin(name)

    async def follow(self, policy: Policy) -> None:
        """Watch the services of another policy: new ones from now on, changed ones anew, removed ones no more."""
        named = {service.name: service for service in policy.services}
        over = {_loop_of(one.service) for one in self.watches if named.get(one.service.name) != one.service}
        kept = {one.service.name: one for one in self.watches if _loop_of(one.service) not in over}
        ended = [task for task in self._tasks if task.get_name() in over]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        if not self._at_work or self.watch is None:
            return
        self._tasks = [task for task in self._tasks if task not in ended]
        for name in over:
            self.loops.pop(name, None)  # it is gone already where our own code failed below, and this is done again
        self.watches = tuple(kept.get(service.name) or self.watch(service) for service in policy.services)
        for one in self.watches:
            if one.service.name not in kept:
                self.loops[_loop_of(one.service)] = one.run
                self._begin(_loop_of(one.service))
        await self._apart(policy)

    async def _apart(self, policy: Policy) -> None:
        """Begin what a new connection needs; that of a former one goes on, and soon has nothing to do."""
        if self.apart is None:
            return
        await self.desk.store.write(lambda tx: settle_queues(tx, policy, self.desk.clock()))
        for connection in policy.connections:
            begun = {name: loop for name, loop in self.apart(connection.name).items() if name not in self.loops}
            self.loops |= begun
            for name in begun:
                self._begin(name)

    def _begin(self, name: str) -> None:
        self._tasks.append(asyncio.create_task(self._forever(name), name=name))

    async def stop(self) -> None:
        """End every loop; work that belongs together is still under way at the desk, which is drained after this."""
        self._at_work = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _forever(self, name: str) -> None:
        """Run a loop; should its own code fail, say so once and go on: nothing crash-loops, nothing dies silently."""
        loop = asyncio.get_running_loop()
        pause = SHORTEST_OUTAGE
        while True:
            begun = loop.time()
            try:
                await self.loops[name]()
            except StoreUnavailable:  # told by the store; nobody's code has failed, and nothing is lost by waiting
                pause = SHORTEST_OUTAGE if loop.time() - begun > LONGEST_PAUSE else pause
                await self.desk.outwait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception as error:  # noqa: BLE001 - logged there with its traceback, and counted
                self.failed(name, error)
                await asyncio.sleep(LOOP_PAUSE)

    def failed(self, name: str, error: Exception) -> None:
        """Say that a loop's own code has failed, or a part of it that goes on by itself after a pause."""
        self.failures.append(name)
        self._failed_at[name] = asyncio.get_running_loop().time()
        self.desk.meter.count(Counted.LOOP_FAILURES)
        log.error("loop_failed", loop=name, exc_info=error)


def muster(desk: Desk, world: World, links: Links, pace: Pace) -> Crew:
    """Return the crew that works on a desk; nothing runs before `start`."""
    follower = Follower(desk, world.executor, pace.follow)
    people = People(lambda: desk.policy, world.directory)
    reception = Reception(desk, links, people)
    clerk = ActClerk(desk, people)
    host = Intake(desk, ("cli",), clerk)
    news: defaultdict[str, Bell] = defaultdict(Bell)
    hint_clerk = HintClerk(desk, world.source, follower, lambda service: news[service].ring())

    def watch(service: ServicePolicy) -> Watch:
        return Watch(desk, world.source, world.executor, service, news=news[service.name])

    def apart(connection: str) -> dict[str, Loop]:
        return {
            f"hints {connection}": Intake(desk, (queue_of(connection),), hint_clerk).run,
            f"comparing {connection}": Comparing(desk, world.comparer, connection).run,
        }

    watches = tuple(map(watch, desk.policy.services))
    loops: dict[str, Loop] = {
        "acts": Intake(desk, ("slack",), clerk).run,
        "acts on the host": host.run,
        "hints": Intake(desk, (GITHUB,), hint_clerk).run,
        "pushes": Intake(desk, ("buildbot",), HintClerk(desk, world.source, follower)).run,
        "reports": Intake(desk, ("standard",), ReportClerk(desk)).run,
        "answers": Messenger(desk, world.chat, ANSWERS, links, world.directory).run,
        "messages": Messenger(desk, world.chat, TOLD, links, world.directory).run,
        "anchors": Messenger(desk, world.chat, (EffectKind.ANCHOR,), links, world.directory).run,
        "hourly anchor": HourlyAnchor(desk).run,
        "cards": CardKeeper(desk, world.chat, links).run,
        "homes": HomeKeeper(desk, world.chat, people, links).run,
        "comparing": Comparing(desk, world.comparer).run,
        "deploys": Deployer(desk, world.executor, people).run,
        "deploys left over": Deployer(desk, world.executor, people).run,  # what the first holds beyond its lease
        "follow": follower.run,
        "clock": Clock(desk).run,
        "drafts": WhenDue(desk, drafts.due_at, drafts.look).run,
        "unanswered": WhenDue(desk, unanswered.due_at, unanswered.look).run,
        "freezes": FreezeNotices(desk).run,
        "verifications": Verifier(desk, world.prober).run,
        "pruning": Pruner(desk).run,
    }
    if world.gatekeeper is not None:
        loops["gates"] = turning_away(desk, world.gatekeeper).run
        loops["later at gates"] = letting_on(desk, world.gatekeeper).run
    if world.stopper is not None:
        loops["stops"] = stopping(desk, world.stopper).run
    for one in watches:
        loops[_loop_of(one.service)] = one.run
    for connection in desk.policy.connections:
        loops |= apart(connection.name)
    crew = Crew(desk, reception, host, watches, loops, watch, apart)
    follower.failed = lambda at, error: crew.failed(f"follow {at}", error)
    return crew


def _loop_of(service: ServicePolicy) -> str:
    return f"watch {service.name}"
