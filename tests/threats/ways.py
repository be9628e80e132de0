"""Every way to act: by which button, form or words each act is done, and how far things must be for it."""

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.core.authorize import Act
from bot.core.policy import Kind
from bot.core.release import Surface
from bot.ports.cards import CardKind
from bot.ports.ci import ProgressStatus
from bot.ports.trouble import GiveUp, Unsure
from handlers.acts import Click, Command, Form, Mention, Wish
from tests.factories import a_report
from tests.fakes.chat import FakeChat, Posted
from tests.fakes.executor import FakeExecutor
from tests.fakes.world import World
from tests.threats.people import Who
from tests.unit.handlers.test_letters import Closed

WHY = "the totals are off"
LOST = "LOST"
"""Stands for the name of the deploy of which nobody knows whether it began."""
Done = Click | Form | Wish | Command | Mention
Handles = dict[tuple[CardKind, str], tuple[str, str, str]]
"""Handle, channel and timestamp of each button, by the kind of its card and what it is for."""


class Far(Enum):
    """How far things are. The release is R-3, for which Olga asked; R-1 was live before."""

    OPEN = "it waits for approval"
    APPROVED = "it is about to start"
    SCHEDULED = "it waits for a time"
    DOUBTFUL = "nobody knows whether its deploy began"
    UNPOSTED = "its announcement could not be posted"
    FAILED = "its deploy failed"
    LIVE = "it is live, and its announcement is a draft"
    HELD = "its lane is held"
    LOCKED = "its lane is locked by somebody else"
    STOPPED = "everything is stopped"
    CONDEMNED = "its build is quarantined"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to do an act."""

    act: Act
    surface: Surface
    far: Far
    words: str = ""
    button: tuple[CardKind, str] | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    where: str = "C0PAYMENTS"

    def by(self, who: Who, handles: Handles) -> Done:
        """Return the act as the door stores it, by somebody."""
        slack = {"slack": who.slack, "team": "T1"}
        if self.surface is Surface.CLI:
            known = handles.get((CardKind.QUESTION, LOST), ("", "", ""))[0]
            return Command(words=self.words.replace(LOST, known), person=who.value, host_user="operator")
        if self.surface is Surface.COMMAND:
            return Command(**slack, words=self.words, channel=self.where, response_url=None)
        if self.button is None:
            asked = {"service": "payments", "version": a_report(1).sha, "environment": "production"}
            return Wish.model_validate({**slack, **asked, **self.fields})
        handle, channel, ts = handles[self.button]
        if self.surface is Surface.BUTTON:
            return Click(**slack, handle=handle, channel=channel, ts=ts)
        return Form.model_validate({**slack, "handle": handle, **self.fields})


def _typed(act: Act, far: Far, words: str) -> tuple[Way, Way, Way]:
    """Return words in a channel, in a direct message to the bot or among a few, and on the host."""
    direct = Way(act, Surface.COMMAND, far, words, where="D0DIRECT")
    return Way(act, Surface.COMMAND, far, words), direct, Way(act, Surface.CLI, far, words)


def _pressed(act: Act, far: Far, on: CardKind, button: str, **fields: object) -> Way:
    surface = Surface.MODAL if fields else Surface.BUTTON
    return Way(act, surface, far, button=(on, button), fields=fields)


def _wished(act: Act, far: Far, kind: Kind) -> Way:
    return Way(act, Surface.MODAL, far, fields={"way": kind.value, "reason": WHY})


NOTICE, FAILURE, DRAFT = CardKind.NOTICE, CardKind.FAILURE, CardKind.DRAFT
AT = "2026-11-22T09:00:00Z"
WAYS: tuple[Way, ...] = (
    _pressed(Act.APPROVE, Far.OPEN, NOTICE, "approve"),
    *_typed(Act.APPROVE, Far.OPEN, "approve R-3"),
    _pressed(Act.REJECT, Far.OPEN, NOTICE, "reject", reason=WHY),
    *_typed(Act.REJECT, Far.OPEN, f"reject R-3 {WHY}"),
    *_typed(Act.WITHDRAW, Far.APPROVED, "withdraw R-3"),
    *_typed(Act.CANCEL, Far.OPEN, "cancel R-3"),
    _pressed(Act.UNDO, Far.APPROVED, NOTICE, "undo"),
    _pressed(Act.ANNOUNCE, Far.LIVE, DRAFT, "post_draft"),
    _pressed(Act.ANNOUNCE, Far.LIVE, DRAFT, "discard_draft"),
    _pressed(Act.ANNOUNCE, Far.LIVE, DRAFT, "edit_draft", reason="We are hacked"),
    _pressed(Act.SCHEDULE, Far.OPEN, NOTICE, "schedule", at=AT),
    _pressed(Act.SCHEDULE, Far.SCHEDULED, NOTICE, "now"),
    *_typed(Act.SCHEDULE, Far.OPEN, "schedule R-3 at 2026-11-22T09:00"),
    _pressed(Act.RETRY, Far.FAILED, FAILURE, "retry"),
    *_typed(Act.RETRY, Far.FAILED, "retry R-3"),
    *_typed(Act.OVERRIDE, Far.OPEN, f"override R-3 {WHY}"),
    _pressed(Act.MARK_DONE, Far.FAILED, FAILURE, "mark_done", reason=WHY),
    *_typed(Act.MARK_DONE, Far.FAILED, f"override R-3 {WHY}"),
    *(_pressed(Act.RESOLVE, Far.DOUBTFUL, CardKind.QUESTION, a) for a in ("did_run", "did_not_run", "try_again")),
    _pressed(Act.RESOLVE, Far.DOUBTFUL, CardKind.QUESTION, "abandon"),
    Way(Act.RESOLVE, Surface.CLI, Far.DOUBTFUL, f"effects resolve {LOST} did-run"),
    _pressed(Act.RESOLVE, Far.UNPOSTED, CardKind.LETTER, "try_again"),
    _pressed(Act.RESOLVE, Far.UNPOSTED, CardKind.LETTER, "abandon"),
    _wished(Act.REQUEST, Far.LIVE, Kind.RELEASE),
    *_typed(Act.REQUEST, Far.LIVE, "payments 1 to production"),
    _pressed(Act.ROLLBACK, Far.FAILED, FAILURE, "rollback", reason=WHY),
    _pressed(Act.ROLLBACK, Far.LIVE, NOTICE, "rollback", reason=WHY),
    _wished(Act.ROLLBACK, Far.LIVE, Kind.ROLLBACK),
    *_typed(Act.ROLLBACK, Far.LIVE, f"rollback payments to 1 in production {WHY}"),
    _wished(Act.HOTFIX, Far.LIVE, Kind.HOTFIX),
    *_typed(Act.HOTFIX, Far.LIVE, f"hotfix payments 1 to production {WHY}"),
    _pressed(Act.HOLD, Far.OPEN, NOTICE, "hold", reason=WHY),
    *_typed(Act.HOLD, Far.OPEN, f"hold payments production {WHY}"),
    _pressed(Act.RESUME, Far.HELD, NOTICE, "resume"),
    *_typed(Act.RESUME, Far.HELD, "resume payments production"),
    *_typed(Act.LOCK, Far.OPEN, f"lock payments production {WHY}"),
    *_typed(Act.UNLOCK, Far.LOCKED, "unlock payments production"),
    *_typed(Act.MODE, Far.OPEN, f"mode payments production observe {WHY}"),
    *_typed(Act.LIVE, Far.OPEN, f"live payments production {'b' * 40} {WHY}"),
    *_typed(Act.STOP_ALL, Far.OPEN, f"stop-all {WHY}"),
    *_typed(Act.GO_ALL, Far.STOPPED, "go-all"),
    *_typed(Act.QUARANTINE, Far.OPEN, f"quarantine payments 2 {WHY}"),
    *_typed(Act.CLEAR, Far.CONDEMNED, f"release-quarantine payments 2 {WHY}"),
)


async def _begun(world: World) -> None:
    """Go on until R-1 is live, and R-3 of the next build waits for approval, for which Olga asked."""
    await world.looks()
    await world.looks(a_report(1))
    await _ended(world, ProgressStatus.SUCCEEDED, 1)
    await world.looks(a_report(2))
    await world.types(Who.APPROVER.slack, "cancel R-2")
    await world.types(Who.REQUESTER.slack, "payments 2 to production")


async def _started(world: World, number: int = 3) -> None:
    await world.types(Who.APPROVER.slack, f"approve R-{number}")
    world.passes(31)
    await world.ticks()


async def _ended(world: World, status: ProgressStatus, number: int = 3) -> None:
    await _started(world, number)
    world.executor.says(status, nth=len(world.executor.started))
    await world.follows()


async def _doubtful(world: World) -> None:
    world.executor.will("start", Unsure("connection reset"))
    world.executor.hidden = True
    await _started(world)
    for _ in range(30):
        world.passes(5)
        await world.settle()


async def _unposted(world: World) -> None:
    await _ended(world, ProgressStatus.SUCCEEDED)
    await world.clicks(Who.APPROVER.slack, await _message(world, CardKind.DRAFT, 3), "post_draft")


async def _scheduled(world: World) -> None:
    await world.types(Who.APPROVER.slack, "approve R-3")
    await world.types(Who.APPROVER.slack, "schedule R-3 at 2026-11-22T09:00")


def _after(who: Who, words: str) -> Callable[[World], Awaitable[None]]:
    return lambda world: world.types(who.slack, words)


FARTHER: Mapping[Far, Callable[[World], Awaitable[None]]] = {
    Far.APPROVED: _after(Who.APPROVER, "approve R-3"),
    Far.SCHEDULED: _scheduled,
    Far.DOUBTFUL: _doubtful,
    Far.UNPOSTED: _unposted,
    Far.FAILED: lambda world: _ended(world, ProgressStatus.FAILED),
    Far.LIVE: lambda world: _ended(world, ProgressStatus.SUCCEEDED),
    Far.HELD: _after(Who.HOLDER, f"hold payments production {WHY}"),
    Far.LOCKED: _after(Who.HOLDER, f"lock payments production {WHY}"),
    Far.STOPPED: _after(Who.HOLDER, f"stop-all {WHY}"),
    Far.CONDEMNED: _after(Who.HOLDER, f"quarantine payments 2 {WHY}"),
}
"""What happens after R-3 was opened, until things are so far."""


@dataclass
class Place:
    """A world that can be taken back to how far it was."""

    world: World
    files: dict[str, bytes] = field(default_factory=dict)
    then: tuple[FakeChat, FakeExecutor, datetime] | None = None

    async def keep(self) -> None:
        """Remember how far things are."""
        await self.world.store.close()
        self.files = {path.name: path.read_bytes() for path in self.world.folder.glob("signoff.db*")}
        self.then = deepcopy((self.world.chat, self.world.executor, self.world.now))
        await self._open()

    async def go_back(self) -> None:
        """Be where things were kept."""
        await self.world.store.close()
        for path in self.world.folder.glob("signoff.db*"):
            path.unlink()
        for name, content in self.files.items():
            (self.world.folder / name).write_bytes(content)
        assert self.then is not None
        self.world.chat, self.world.executor, self.world.now = deepcopy(self.then)
        await self._open()

    async def _open(self) -> None:
        await opened(self.world)

    async def handles(self) -> Handles:
        """Return every button about R-3 that can be pressed."""
        found: Handles = {}
        shown = await self.world.sql("SELECT kind, subject FROM cards WHERE release = 3 OR kind = 'letter'")
        for kind, subject in shown:
            posted = await _message(self.world, CardKind(str(kind)), int(str(subject)))
            rows = [block["elements"] for block in posted.message.blocks if block["type"] == "actions"]
            for button in (button for row in rows for button in row):
                act = button["action_id"].removeprefix("signoff:")
                found[CardKind(str(kind)), act] = (button["value"], posted.channel, posted.ts)
        for (effect,) in await self.world.sql("SELECT id FROM effects WHERE kind = 'deploy' AND release = 3"):
            found[CardKind.QUESTION, LOST] = (f"effect-{effect}", "", "")
        return found


async def opened(world: World) -> None:
    """Open a world that does not wait for the disk: nothing here is about a loss of power."""
    await world.open()
    store = world.store
    await store._in_thread(lambda: store._database.execute("PRAGMA synchronous = OFF"))


async def begun(world: World) -> Place:
    """Let R-3 wait for approval in a world, and everything that may happen then happen in turn."""
    world.chat = Closed(closed={"C0RELEASES": GiveUp("Slack answers is_archived")})
    await opened(world)
    await _begun(world)
    here = Place(world)
    await here.keep()
    return here


async def _message(world: World, kind: CardKind, subject: int) -> Posted:
    return await world.notice(subject, kind)
