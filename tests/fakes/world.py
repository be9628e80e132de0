"""All workers around the real database, with fakes at the four ports and a clock that only the test moves."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.core.build import PipelineReport
from bot.core.policy import LaneId, Policy
from bot.core.release import Lifecycle, Release
from bot.ports.cards import Card, CardKind
from bot.ports.effects import EffectKind
from bot.ports.inbox import Received
from bot.views.links import Links
from handlers.act_clerk import ActClerk
from handlers.acts import ACT, Click, Command, Form, Mention, Wish
from handlers.bell import Bell
from handlers.cards import CardKeeper
from handlers.changes import Comparing
from handlers.clock import Clock
from handlers.deployer import Deployer
from handlers.desk import Desk
from handlers.follow import Follower
from handlers.hint_clerk import HintClerk
from handlers.intake import Intake
from handlers.messenger import Messenger
from handlers.people import People
from handlers.reception import Reception
from handlers.report_clerk import ReportClerk
from handlers.watch import Watch
from storage.database import SqliteStore, open_store
from tests.factories import LANE, NOON, a_report
from tests.fakes.chat import FakeChat, Posted
from tests.fakes.comparer import FakeComparer
from tests.fakes.directory import FakeDirectory
from tests.fakes.executor import FakeExecutor
from tests.fakes.source import FakeSource

WORKSPACE = "https://acme.slack.example/"
MOST_STEPS = 200
"""More than any story needs without the clock moving: whoever goes on spins."""
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


class Worker(Protocol):
    """Whoever does one step when it is asked to."""

    async def once(self) -> bool:
        """Do it; False when there is nothing to do."""


@dataclass(slots=True)
class World:
    """The bot without its loops: each worker does one step when it is asked to."""

    folder: Path
    policy: Policy
    now: datetime = NOON
    chat: FakeChat = field(default_factory=FakeChat)
    executor: FakeExecutor = field(default_factory=FakeExecutor)
    source: FakeSource = field(default_factory=FakeSource)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    comparer: FakeComparer = field(default_factory=FakeComparer)
    """Commits are only compared where it knows of any."""
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    store: SqliteStore = field(init=False)
    desk: Desk = field(init=False)
    acts: Intake = field(init=False)
    hints: Intake = field(init=False)
    reports: Intake = field(init=False)
    deployer: Deployer = field(init=False)
    cards: CardKeeper = field(init=False)
    messenger: Messenger = field(init=False)
    answers: Messenger = field(init=False)
    follower: Follower = field(init=False)
    clock: Clock = field(init=False)
    comparing: Comparing = field(init=False)
    reception: Reception = field(init=False)

    async def open(self) -> None:
        """Begin as the process does: whatever was under way is looked up."""
        store = self.store = await self.opened()
        await store.write(lambda tx: tx.effects.void_leases(self.now))
        links = Links("https://github.example")
        desk = Desk(store, self.policy, lambda: self.now, self.token, Bell(), chance=lambda: 1.0, workspace=WORKSPACE)
        self.desk = desk
        self.follower = Follower(desk, self.executor, timedelta(seconds=5))
        people = People(lambda: desk.policy, self.directory)
        self.acts = Intake(desk, ("slack", "cli"), ActClerk(desk, people))
        self.hints = Intake(desk, ("github", "buildbot"), HintClerk(desk, self.source, self.follower))
        self.reports = Intake(desk, ("standard",), ReportClerk(desk))
        self.deployer = Deployer(desk, self.executor, people)
        self.cards = CardKeeper(desk, self.chat, links)
        self.messenger = Messenger(desk, self.chat, TOLD, links, self.directory)
        self.answers = Messenger(desk, self.chat, (EffectKind.ANSWER, EffectKind.REPLY), links, self.directory)
        self.clock = Clock(desk)
        self.comparing = Comparing(desk, self.comparer)
        self.reception = Reception(desk, links, people)

    async def opened(self) -> SqliteStore:
        """Return the database, opened."""
        return await open_store(self.folder / "signoff.db", clock=lambda: self.now, token=lambda: self.token(32))

    async def crash(self, policy: Policy | None = None) -> None:
        """End the process without a word, and start it again, under another policy if one is given."""
        await self.store.close()
        self.policy = policy or self.policy
        await self.open()

    def token(self, length: int) -> str:
        """Return what nobody can guess but the test."""
        return f"{next(self.keys)}".rjust(length, "x")

    # -- what the world does -----------------------------------------------------------------------------------------

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    async def settle(self) -> int:
        """Let every worker do all that is due now; returns how many steps that took."""
        taken = (self.acts, self.hints, self.reports)
        workers: tuple[Worker, ...] = (*taken, self.deployer, self.cards, self.messenger, self.answers)
        if self.comparer.line or self.comparer.told:
            workers = (*workers, self.comparing)
        for steps in range(MOST_STEPS):
            for worker in workers:
                if await worker.once():
                    break
            else:
                return steps
        raise AssertionError("a worker spins")

    async def looks(self, *reports: PipelineReport) -> str | None:
        """Let a pipeline report, every source be looked at once, and all follow that is due."""
        trouble = await self.sees(*reports)
        await self.settle()
        return trouble

    async def sees(self, *reports: PipelineReport) -> str | None:
        """Let a pipeline report and every source be looked at once; the other workers sleep."""
        self.source.add(reports)
        for service in self.policy.services:
            trouble = await Watch(self.desk, self.source, self.executor, service).once()
            if trouble:
                return trouble
        return None

    async def follows(self) -> None:
        """Ask once how far the deployments are, and bring everything up to date."""
        await self.follower.once()
        await self.settle()

    async def ticks(self) -> datetime | None:
        """Let the clock look once, and bring everything up to date; returns when it is next due."""
        due = await self.clock.once()
        await self.settle()
        return due

    # -- what people do ----------------------------------------------------------------------------------------------

    async def clicks(
        self, who: str, posted: Posted, act: str, *, handle: str | None = None, ts: str | None = None, channel: str = ""
    ) -> None:
        """Click a button of a message, and let everything that follows happen."""
        await self.stores(self.click(who, posted, handle or posted.button(act), ts, channel))
        await self.settle()

    def click(self, who: str, posted: Posted, handle: str, ts: str | None = None, channel: str = "") -> Click:
        """Return a click."""
        where = channel or posted.channel
        return Click(slack=who, team="T1", handle=handle, channel=where, ts=ts or posted.ts)

    async def rejects(self, who: str, posted: Posted, reason: str, *, handle: str | None = None) -> None:
        """Send the reject form."""
        await self.stores(Form(slack=who, team="T1", handle=handle or posted.button("reject"), reason=reason))
        await self.settle()

    async def sends(  # noqa: PLR0917 - who, which button of which message, and the form's fields
        self,
        who: str,
        posted: Posted,
        act: str,
        reason: str = "",
        at: datetime | None = None,
        length: timedelta | None = None,
        handle: str | None = None,
    ) -> None:
        """Send the form that a button of a message opens."""
        button = handle or posted.button(act)
        await self.stores(Form(slack=who, team="T1", handle=button, reason=reason, at=at, length=length))
        await self.settle()

    async def types(self, who: str, words: str) -> None:
        """Type a command in the service's channel."""
        await self.stores(Command(slack=who, team="T1", words=words, channel="C0PAYMENTS", response_url="https://r"))
        await self.settle()

    async def stores(self, act: Click | Form | Wish | Command | Mention) -> int:
        """Store an act as the door does."""
        received = Received("slack", f"act-{next(self.keys)}", ACT.dump_json(act).decode(), self.now)
        row = await self.store.write(lambda tx: tx.inbox.put(received))
        assert row is not None
        return row

    # -- what there is -----------------------------------------------------------------------------------------------

    async def release(self, number: int = 1) -> Release:
        """Return a release as it is stored."""
        release = await self.store.read(lambda tx: tx.lanes.release(number))
        assert release is not None, f"no R-{number}"
        return release

    async def card(self, number: int = 1, kind: CardKind = CardKind.NOTICE) -> Card:
        """Return the row of a card."""
        card = await self.store.read(lambda tx: tx.cards.of(kind, number))
        assert card is not None, f"no {kind.value} of R-{number}"
        return card

    async def notice(self, number: int = 1, kind: CardKind = CardKind.NOTICE) -> Posted:
        """Return the message of a card."""
        card = await self.card(number, kind)
        return next(one for one in self.chat.messages if (one.channel, one.ts) == (card.channel, card.ts))

    async def states(self, lane: LaneId = LANE) -> list[Lifecycle]:
        """Return the states of a lane's releases, oldest first."""
        releases = await self.store.read(lambda tx: tx.lanes.history(lane, 50))
        return [release.state for release in reversed(releases)]

    async def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Read behind the ports' back."""
        return await self.store.read(lambda _tx: self.store._database.execute(statement).fetchall())

    async def approved(self) -> Posted:
        """Go on until R-1 is approved by Priya; whatever follows from it has happened. Returns its notice."""
        await self.looks()
        await self.looks(a_report(1))
        posted = await self.notice()
        await self.clicks("U0PRIYA", posted, "approve")
        return posted
