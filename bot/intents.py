"""What a decision wants brought about, as rows of the effect protocol: their keys, kinds, order and bodies."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot import drafts, escalation
from bot.anchors import note_head
from bot.core.calendar import Change
from bot.core.chain import Head
from bot.core.decide import Decision
from bot.core.effects import (
    Announce,
    AskWhetherItRan,
    Effect,
    Escalate,
    Happened,
    Happening,
    LetOn,
    Remind,
    ResendDeployment,
    StartDeployment,
    StopDeployment,
    Taint,
    TellFailure,
    TellLanesAfter,
    TellOperations,
    TellRolledBack,
    TurnAway,
)
from bot.core.lane import Lane
from bot.core.line import Broke, Mended
from bot.core.policy import LaneId
from bot.core.release import Release
from bot.core.silence import Unreported
from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind, EffectState, NewEffect
from bot.ports.letters import Undelivered
from bot.ports.store import Transaction
from bot.record import Setting

HAPPENING: TypeAdapter[Happening] = TypeAdapter(Happening)
"""How a happening is kept until its line stands in the thread."""
OF_A_LOCK = (Happened.UNLOCKED, Happened.LOCK_ENDED, Happened.LOCK_ENDS_SOON)
HEAD: TypeAdapter[Head] = TypeAdapter(Head)
"""How a head is kept until it is noted."""


@dataclass(frozen=True, slots=True)
class Loud:
    """Something that operations should know, and where: a lane, a service, or with neither everything.

    `to` is the Slack id of the one person whom it concerns, where it is told to them instead.
    """

    happening: Happening
    service: str | None = None
    environment: str | None = None
    to: str | None = None


LOUD: TypeAdapter[Loud] = TypeAdapter(Loud)
"""How it is kept until operations are told."""


@dataclass(frozen=True, slots=True)
class LineTold:
    """The ids of the first bad build and, once it is mended, of the one that mended it."""

    first: int
    by: int | None


@dataclass(frozen=True, slots=True)
class SilenceTold:
    """The id of the build that waits for its pipelines, and since when."""

    waits: int
    since: datetime


LINE_TOLD: TypeAdapter[LineTold | SilenceTold] = TypeAdapter(LineTold | SilenceTold)


@dataclass(frozen=True, slots=True)
class FreezeTold:
    """A freeze that begins or ends, and where that is told."""

    change: Change
    channel: str


FREEZE_TOLD: TypeAdapter[FreezeTold] = TypeAdapter(FreezeTold)


def deploy_key(release: Release) -> str:
    """Return the key of the effect that deploys what a release ships now."""
    return f"deploy:{release.name}:{release.generation}"


def question_name(release: Release) -> str:
    """Return under which name it is kept who answered whether the deploy of a release ran."""
    return f"question-{release.number}"


def in_turn(lane: LaneId) -> str:
    """Return the lane of effects in which the deploys of a lane go one at a time."""
    return f"deploy:{lane}"


def deploys(decided: Decision) -> tuple[str, ...]:
    """Return the keys of the deploys that are under way or next: whatever else waits in the lane is no longer due."""
    starts = [decided.lane.release(one.release) for one in decided.effects if isinstance(one, StartDeployment)]
    return tuple(deploy_key(release) for release in (*starts, decided.lane.in_flight) if release is not None)


def enqueue(tx: Transaction, effect: Effect, lane: Lane, setting: Setting) -> None:
    """Write down an effect that goes to the CI system or to Slack; what concerns other lanes is not for here.

    Raises:
        LookupError: it names a release that is not in the lane.
    """
    if isinstance(effect, TellOperations):
        tell_operations(tx, Loud(effect.happening, lane.id.service, lane.id.environment), setting)
        return
    if isinstance(effect, Taint | TellLanesAfter):
        return
    release = lane.release(effect.release)
    if release is None:
        raise LookupError(f"an effect of R-{effect.release}, which is not in {lane.id}")
    match effect:
        case StartDeployment() | TurnAway() | LetOn() | StopDeployment():
            tx.effects.enqueue(_of_a_deploy(effect, release, setting.now), setting.now)
        case ResendDeployment():
            tx.effects.resume(deploy_key(release), EffectState.READY, setting.now)
        case Announce():
            drafts.announce(tx, release, setting)
        case TellRolledBack(other=other):
            _tell(tx, EffectKind.TELL_ROLLED_BACK, release, setting.now, _body_of(other))
        case Remind() | Escalate():
            _call(tx, effect, release, setting)
        case TellFailure() | AskWhetherItRan():
            _show(tx, effect, release, setting)


def _of_a_deploy(
    effect: StartDeployment | TurnAway | LetOn | StopDeployment, release: Release, now: datetime
) -> NewEffect:
    """Return what the CI system is to begin, to let on, to end, or to leave alone for good."""
    if isinstance(effect, TurnAway):
        key = f"gate:{release.name}"
        return NewEffect(key, EffectKind.TURN_AWAY, key, release.number, "{}")
    if isinstance(effect, LetOn):  # each record is answered for once, so the first names the answer
        in_order = f"let_on:{release.name}"
        return NewEffect(f"{in_order}:{effect.records[0]}", EffectKind.LET_ON, in_order, release.number, "{}")
    if isinstance(effect, StopDeployment):  # each ask has a key of its own: whoever asks again has it asked again
        in_order = f"stop:{release.name}"
        return NewEffect(f"{in_order}:{now.isoformat()}", EffectKind.STOP, in_order, release.number, "{}")
    return NewEffect(deploy_key(release), EffectKind.DEPLOY, in_turn(release.lane), release.number, "{}")


def _show(tx: Transaction, effect: TellFailure | AskWhetherItRan, release: Release, setting: Setting) -> None:
    """Ask for a card of its own, beside the notice."""
    if isinstance(effect, TellFailure):
        tx.cards.want(CardKind.FAILURE, release.number, release.policy.channel, setting.now)
        return
    channel = setting.policy.operations or release.policy.channel
    asked = Undelivered(question_name(release), "question", release.number, "unknown", setting.now, None, "")
    tx.letters.open(asked, setting.now)
    tx.cards.want(CardKind.QUESTION, release.number, channel, setting.now)


def _tell(tx: Transaction, kind: EffectKind, release: Release, now: datetime, body: str = "{}") -> None:
    key = f"{kind.value}:{release.name}"
    tx.effects.enqueue(NewEffect(key, kind, key, release.number, body), now)


def _body_of(other: int | None) -> str:
    """Return what is kept of the release that a rollback took out."""
    return "{}" if other is None else f'{{"other":{other}}}'


def _call(tx: Transaction, effect: Remind | Escalate, release: Release, setting: Setting) -> None:
    """Have people called whose approval is missing, or a second group."""
    if isinstance(effect, Escalate):
        escalation.call(tx, effect, release, setting)
        return
    key = f"remind:{release.name}:{release.generation}:{effect.nth}"
    tx.effects.enqueue(NewEffect(key, EffectKind.REMIND, f"remind:{release.name}", release.number, "{}"), setting.now)


def tell_operations(tx: Transaction, loud: Loud, setting: Setting) -> None:
    """Have operations told, each thing once, in the order in which things happened."""
    told = loud.happening
    where = "/".join(name for name in (loud.service, loud.environment) if name)
    in_order = f"operations:{loud.to or where}"
    key = f"{in_order}:{where}:{setting.now.isoformat()}:{told.kind.value}:{told.release or ''}:{told.by or ''}"
    body = LOUD.dump_json(loud).decode()
    tx.effects.enqueue(NewEffect(key, EffectKind.OPERATIONS, in_order, told.release, body), setting.now)


def tell_owner(tx: Transaction, happening: Happening, before: Lane, setting: Setting) -> None:
    """Tell the owner of a lock that it ends soon or has ended, unless they ended it themselves."""
    lock = before.lock
    if happening.kind not in OF_A_LOCK or lock is None or happening.by == lock.owner:
        return
    loud = Loud(happening, before.id.service, before.id.environment, lock.slack)
    tell_operations(tx, loud, setting)


def tell_line(tx: Transaction, service: str, news: Broke | Mended | Unreported, now: datetime) -> None:
    """Have the service's channel told that its main branch broke, or was mended, or that its pipelines are silent."""
    told: LineTold | SilenceTold
    match news:
        case Broke(first):
            word, told = "broke", LineTold(first.id, None)
        case Mended(by, first):
            word, told = "mended", LineTold(first.id, by.id)
        case Unreported(build, since):
            word, told = "silent", SilenceTold(build.id, since)
    key = f"line:{service}:{now.isoformat()}:{word}"
    body = LINE_TOLD.dump_json(told).decode()
    tx.effects.enqueue(NewEffect(key, EffectKind.TELL_LINE, f"line:{service}", None, body), now)


def tell_freeze(tx: Transaction, change: Change, channel: str, now: datetime) -> None:
    """Have a channel told that a freeze begins or ends; that moment of that freeze is told there once, for ever."""
    word = "begins" if change.begins else "ends"
    key = f"freeze:{change.freeze.name}:{change.at.isoformat()}:{word}:{channel}"
    body = FREEZE_TOLD.dump_json(FreezeTold(change, channel)).decode()
    tx.effects.enqueue(NewEffect(key, EffectKind.TELL_FREEZE, f"freeze:{channel}", None, body), now)


def thread_line(happening: Happening, index: int, now: datetime) -> NewEffect:
    """Return the line in its release's thread that tells of a happening, the so-many-eth of its decision."""
    key = f"log:R-{happening.release}:{now.isoformat()}:{index}:{happening.kind.value}:{happening.by or ''}"
    body = HAPPENING.dump_json(happening).decode()
    return NewEffect(key, EffectKind.LOG, f"thread:R-{happening.release}", happening.release, body)


def anchor(tx: Transaction, setting: Setting) -> None:
    """Have the head of the audit chain noted outside: in the log and the operations channel. Each head at most once."""
    head = tx.audit.head()
    if head.seq == 0:
        return
    note_head(tx, head)
    key = f"anchor:{head.seq}"
    tx.effects.enqueue(NewEffect(key, EffectKind.ANCHOR, "anchor", None, HEAD.dump_json(head).decode()), setting.now)
