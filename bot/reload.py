"""The running bot reads its policy again, whole or not at all; what has changed is audited and told to operations.

What was decided under the former policy stays; releases that are open keep the rules they were opened under besides.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog

from bot import VERSION
from bot.core.difference import differences
from bot.core.effects import Happened, Happening
from bot.core.policy import Policy
from bot.crew import Crew
from bot.intents import Loud, tell_operations
from bot.ports.audit import AuditEntry
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Transaction
from bot.record import Data, Setting
from bot.redaction import Redactor
from handlers.ci.github_places import led_elsewhere
from handlers.control import Reply, Verdict
from handlers.reconsider import reconsider
from handlers.slack.arrival import Arrival
from handlers.slack.problems import SlackProblem, SlackUnreachable

log = structlog.get_logger()

Read = Callable[[], Policy | tuple[str, ...]]
"""Reads the file: the policy, or a line for each problem as `signoff check` prints them."""

REDACTOR = Redactor()
"""Some hosts are told what to deploy by an address that holds a key: what has changed is posted and kept."""
UNCHANGED = "Nothing has changed."
LATER = "{} takes effect at the next start."
OWN_FAULT = "Our own code failed at it: the bot's log says how, under policy_not_read."
NOT_FOLLOWED = (
    "Our own code failed: the bot's log says how, under policy_not_followed.",
    "Services that are new may be unwatched, and what waits may not be decided anew.",
    "Have the policy read again, or start Signoff anew.",
)
FOLLOWED = "Nothing has changed. What is in force was not followed yet, and is now."
LAGS = (
    "The policy is in force, but not everything goes by it yet: that goes on once the database can be written, and the "
    "bot's log says how it ends, under policy_followed or policy_not_followed."
)
LAGGED = (
    "Not everything goes by the policy yet that is in force. Have the file read again when it does: the bot's log says "
    "so, under policy_followed."
)
FOLLOWED_WITHIN = 10.0
"""Seconds that whoever asks waits until all go by a policy that is in force: less than the command line does."""
OUTAGE_PAUSE = 1.0
"""Seconds, or until somebody could write again."""
_MOST_PROBLEMS = 40


@dataclass(slots=True)
class Reload:
    """Replaces the policy of a running bot. `place` tells whoever else holds a policy of the one in force.

    `hide` leaves out the secrets that are known by their value.
    """

    read: Read
    crew: Crew
    arrival: Arrival
    place: Callable[[Policy], None]
    hide: Callable[[str], str] = REDACTOR.text
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _followed: bool = True
    """Whether the crew and every lane go by what is in force; else the next one has them follow, whatever it reads."""
    _following: asyncio.Task[Reply | None] | None = None
    """Has them follow; goes on where that takes longer than people wait."""

    async def __call__(self, by: str | None) -> Reply:
        """Read the policy and put it in force; `by` is the operating system's user, None for a signal.

        Nothing has changed unless the reply says that it was done, or that what is in force is not followed yet.
        """
        return await self.crew.desk.whole(self._in_turn(by))

    async def _in_turn(self, by: str | None) -> Reply:
        async with self._turn:
            before = self.arrival.written
            try:
                return await self._again(by)
            except StoreUnavailable as unavailable:
                log.warning("policy_not_read", why=str(unavailable))
                return Reply(text=f"Nothing was stored or done: {unavailable}.", verdict=Verdict.NOT_DONE)
            except Exception:
                if by is not None or self.arrival.written is not before:
                    raise  # whoever asked on the host is answered; and what is in force was not refused
                log.exception("policy_not_read")
                return await self._refuse(by, (OWN_FAULT,), Verdict.NOT_DONE)

    async def _again(self, by: str | None) -> Reply:
        before = self.arrival.written
        written = await asyncio.to_thread(self.read)
        if isinstance(written, tuple):
            return await self._refuse(by, written, Verdict.NOT_UNDERSTOOD)
        if written.hash == before.hash:
            log.info("policy_unchanged", policy=written.hash[:12])
            return Reply(text=UNCHANGED) if self._followed else await self._soon(by, FOLLOWED, f"{UNCHANGED} {LAGS}")
        if self._lags():
            return await self._refuse(by, (LAGGED,), Verdict.NOT_DONE)
        try:
            named = await self.arrival.named(written)
        except SlackUnreachable as away:
            return await self._refuse(by, (str(away),), Verdict.NOT_DONE)
        except SlackProblem as problem:
            return await self._refuse(by, (str(problem),), Verdict.NOT_UNDERSTOOD)
        changed = (*differences(before, written), *_later(before, written))
        lines = tuple(REDACTOR.text(self.hide(line)) for line in changed)
        flying = await self._put_in_force(by, written, named, lines)
        if flying:
            return await self._refuse(by, flying, Verdict.NOT_DONE)
        done = "\n".join((*_warnings(written), "The policy was read again. What has changed:", *lines))
        return await self._soon(by, done, f"{done}\n{LAGS}")

    async def _put_in_force(
        self, by: str | None, written: Policy, named: Policy, lines: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Put it in force; else return, in sentences, which deploys under way it would lead elsewhere."""
        desk, before = self.crew.desk, self.arrival.written
        named = _as_started(named, before)
        happening = Happening(Happened.POLICY_CHANGED, by=by, detail="\n".join(lines))
        hashes: Data = {"before": before.hash, "after": written.hash}
        setting = replace(desk.setting(), policy=named)

        def work(tx: Transaction) -> tuple[str, ...]:
            flying = led_elsewhere(before, named, tx.lanes.in_flight())
            if not flying:
                _told(tx, happening, hashes, setting)
            return flying

        flying = await desk.store.write(work)
        if flying:
            return flying
        self._followed = False
        self.arrival.written = _as_started(written, before)
        desk.policy = named
        desk.bell.ring()
        log.info("policy_changed", policy=written.hash[:12], before=before.hash[:12], differences=len(lines))
        return ()

    def _lags(self) -> bool:
        return self._following is not None and not self._following.done()

    async def _soon(self, by: str | None, done: str, lagging: str) -> Reply:
        """Have all follow, and wait for it as long as people do; it is not begun again while it goes on."""
        if self._lags():
            return Reply(text=lagging)
        self._following = asyncio.create_task(self.crew.desk.whole(self._follow(by)))
        await asyncio.wait({self._following}, timeout=FOLLOWED_WITHIN)
        if not self._lags():
            return self._following.result() or Reply(text=done)
        log.warning("policy_lags", policy=self.crew.desk.policy.hash[:12])
        self._following.add_done_callback(_caught_up)
        return Reply(text=lagging)

    async def _follow(self, by: str | None) -> Reply | None:
        """Have all follow the policy that is in force; where our own code fails at it, say so, to operations too."""
        desk, policy = self.crew.desk, self.crew.desk.policy
        try:
            self.place(policy)
            await self._outlast(self._all)
        except Exception:
            log.exception("policy_not_followed", policy=policy.hash[:12])
            happening = Happening(Happened.POLICY_NOT_FOLLOWED, by=by, detail="\n".join(NOT_FOLLOWED))
            setting = desk.setting()
            await self._outlast(lambda: desk.store.write(lambda tx: _told(tx, happening, {}, setting)))
            desk.bell.ring()
            return Reply(text="\n".join(("The policy is in force.", *NOT_FOLLOWED)), verdict=Verdict.NOT_DONE)
        self._followed = True
        return None

    async def _all(self) -> None:
        """Have the crew and every lane follow; each of the two goes on where it was when it is done again."""
        await self.crew.follow(self.crew.desk.policy)
        await reconsider(self.crew.desk, VERSION)

    async def _outlast(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something that may be begun again, however long the database is away."""
        while True:
            try:
                await work()
            except StoreUnavailable:  # told by the store
                await self.crew.desk.outwait(OUTAGE_PAUSE)
            else:
                return

    async def _refuse(self, by: str | None, problems: tuple[str, ...], verdict: Verdict) -> Reply:
        """Say what is wrong: to whoever asked, and where a signal did, to operations and in the log."""
        desk = self.crew.desk
        happening = Happening(Happened.POLICY_REFUSED, by=by, detail="\n".join(problems[:_MOST_PROBLEMS]))
        setting = desk.setting()
        log.warning("policy_refused", problems=len(problems), first=problems[0])
        await desk.store.write(lambda tx: _told(tx, happening, {}, setting, loudly=by is None))
        desk.bell.ring()
        return Reply(text="\n".join((*problems, "Nothing was changed.")), verdict=verdict)


def _caught_up(following: asyncio.Task[Reply | None]) -> None:
    """Log how it ended of which whoever asked heard only that it went on; a stop tells of itself."""
    if following.cancelled():
        return
    error = following.exception()
    if error is not None:
        log.error("policy_not_followed", exc_info=error)
    elif following.result() is None:
        log.info("policy_followed")


def _as_started(policy: Policy, before: Policy) -> Policy:
    """Return the policy with what only a start can change as it was."""
    return replace(policy, command=before.command, heartbeat=before.heartbeat)


def _later(before: Policy, after: Policy) -> tuple[str, ...]:
    changed = {"`command`": before.command != after.command, "`heartbeat`": before.heartbeat != after.heartbeat}
    return tuple(LATER.format(key) for key, differs in changed.items() if differs)


def _warnings(policy: Policy) -> tuple[str, ...]:
    return tuple(f"warning: {warning}" for warning in policy.warnings)


def _told(tx: Transaction, happening: Happening, hashes: Data, setting: Setting, *, loudly: bool = True) -> None:
    """Record it, and tell operations, in one transaction."""
    said = {
        "detail": happening.detail,
        "host_user": happening.by,
        "asked": "SIGHUP" if happening.by is None else "reload",
    }
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action=happening.kind.value,
            actor=None,
            surface="cli",
            lane=None,
            release=None,
            policy_hash=setting.policy.hash,
            data=said | hashes,
        )
    )
    if loudly:
        # The channel is that of the policy it tells of: the row may be sent before the policy is in force.
        tell_operations(tx, Loud(happening, to=setting.policy.operations), setting)
