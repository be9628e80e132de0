"""Takes the deploy effect that is next: all is looked at once more, and the release begins, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.decide import Decision
from bot.core.doubt import arrived
from bot.core.events import DeploymentLost, DeploymentPutOff
from bot.core.inputs import BeginDeployment, OfRelease
from bot.core.policy import ServicePolicy
from bot.core.refusals import Refusal
from bot.core.release import Approval, Lifecycle, Release
from bot.core.unasked import must_wait, put_off_since
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from bot.submit import Setting, deploy_key, submit
from handlers.hosts import host_of
from handlers.standing import Asked, attempted, to_be_asked

WHEN_IT_FAILED = timedelta(minutes=1)
LONGEST_TO_ASK = timedelta(minutes=1)
"""The longest pause of our own before the directory is asked about approvers again."""
Came = tuple[OfRelease, Decision] | TryLater | None
"""What a claim came to beside its task: an input with what was decided, or that nobody could tell who approved."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The effect that is next, by its row and its release, and the approvals that stand on that."""

    row: int
    release: int | None
    words: tuple[Approval, ...]
    host: str
    """Where its requests go."""


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed effect with its release, and the service whose connection reaches the target."""

    row: EffectRow
    release: Release
    service: ServicePolicy
    first: bool
    """Whether no request of this release may have arrived: then one that certainly did not takes nothing with it."""


def look(tx: Transaction, now: datetime, without: tuple[int, ...] = ()) -> Looked | None:
    """Return which effect is next beside some that are under way, and whose approvals stand on what it ships."""
    found = tx.effects.look((EffectKind.DEPLOY,), now, without)
    if found is None:
        return None
    row, effect = found
    release = tx.lanes.release(effect.release) if effect.release is not None else None
    return Looked(row, effect.release, to_be_asked(release), host_of(release.policy.target if release else None))


def put_off(tx: Transaction, looked: Looked, now: datetime) -> None:
    """Move the effect on which our own code failed out of the way for a while."""
    row = tx.effects.claim((EffectKind.DEPLOY,), now, only=looked.row)
    if row is not None:
        tx.effects.outcome(row, row.claimed_from, now, due=now + WHEN_IT_FAILED, note="our own code failed")


def claim(
    tx: Transaction,
    looked: Looked,
    asked: Asked | TryLater | None,
    setting: Setting,
    pause: Callable[[int], timedelta],
) -> tuple[EffectRow | None, Task | None, Came]:
    """Claim the effect; for one to be sent, the release begins its deployment in the same transaction.

    Nothing is claimed when somebody has approved since the directory was asked: then it is asked again. What is to be
    sent waits while the directory cannot tell and what was last known counts no more, for `pause` of the attempts so
    far; a look-up does not. What somebody cancelled meanwhile is looked up and no more.
    """
    release = tx.lanes.release(looked.release) if looked.release is not None else None
    if to_be_asked(release) != looked.words:
        return None, None, None
    row = tx.effects.claim((EffectKind.DEPLOY,), setting.now, only=looked.row)
    if row is None:
        return row, None, None
    service = setting.policy.service(release.lane.service) if release else None
    if release is None or release.state.ended or row.effect.key != deploy_key(release):
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note="its release has ended or ships another build")
        return row, None, None
    if arrived(release):
        tx.effects.outcome(row, EffectState.DONE, setting.now, note="its receiver has reported on it")
        return row, None, None
    if service is None:
        later = setting.now + timedelta(minutes=1)
        tx.effects.outcome(row, row.claimed_from, setting.now, due=later, note="its service left the policy")
        return row, None, None
    if row.claimed_from is EffectState.VERIFY:
        return row, _verifying(tx, row, release, service, setting), None
    if _stopped(release):  # not sent again, so nobody need be asked about its approvers: only looked up
        return row, Task(row, release, service, first=False), None
    trouble = _in_the_way(tx, release, asked, setting)
    if trouble is not None:
        later = setting.now + max(timedelta(seconds=trouble.after), min(pause(row.attempt), LONGEST_TO_ASK))
        return row, None, _unasked(tx, row, release, trouble, later, setting)
    return _begin(tx, row, release, service, asked if isinstance(asked, Asked) else None, setting)


def _stopped(release: Release) -> bool:
    """Whether somebody has cancelled what may be under way."""
    return release.deployment is not None and release.deployment.stop is not None


def _in_the_way(tx: Transaction, release: Release, asked: Asked | TryLater | None, setting: Setting) -> TryLater | None:
    """Return why a release has to wait until the directory can be asked; None where it does not have to."""
    if asked is None or isinstance(asked, TryLater):
        return asked
    given = BeginDeployment(release.number, asked.actors, unasked=asked.unasked)
    waits = must_wait(tx.lanes.load(release.lane), release, given, setting.policy, setting.now)
    return asked.trouble if waits else None


def _unasked(  # noqa: PLR0917 - what waits, why, until when
    tx: Transaction, row: EffectRow, release: Release, trouble: TryLater, later: datetime, setting: Setting
) -> Came:
    """Put an open release off, so that everybody reads what it waits for; told again only for another reason."""
    words = put_off_since(trouble.why)
    tx.effects.outcome(row, EffectState.READY, setting.now, due=later, note=words)
    if release.state is not Lifecycle.OPEN or release.put_off == words:
        return trouble
    given = DeploymentPutOff(release.number, words)
    decided = submit(tx, release.lane, given, setting)
    return trouble if isinstance(decided, Refusal) else (given, decided)


def _begin(  # noqa: PLR0917 - what is begun, and the facts of the moment
    tx: Transaction,
    row: EffectRow,
    release: Release,
    service: ServicePolicy,
    asked: Asked | None,
    setting: Setting,
) -> tuple[EffectRow, Task | None, Came]:
    given = (
        BeginDeployment(release.number, asked.actors, unasked=asked.unasked)
        if asked
        else BeginDeployment(release.number)
    )
    decided = submit(tx, release.lane, given, setting)
    if isinstance(decided, Refusal) and attempted(release):
        return row, None, _doubted(tx, row, release, setting)
    if isinstance(decided, Refusal):
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note="blocked again before it was sent")
        return row, None, None
    begun = decided.lane.release(release.number) or release
    if begun.state is not Lifecycle.DEPLOYING:
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note="an approval lapsed before it was sent")
        return row, None, (given, decided)
    return row, Task(row, begun, service, first=release.state is Lifecycle.OPEN), (given, decided)


def _doubted(tx: Transaction, row: EffectRow, release: Release, setting: Setting) -> Came:
    """Ask a person about a lost request that may not be sent again: something is in the way by now."""
    lost = DeploymentLost(release.number)
    tx.effects.outcome(row, EffectState.UNKNOWN, setting.now, note="blocked since it was sent")
    decided = submit(tx, release.lane, lost, setting)
    return None if isinstance(decided, Refusal) else (lost, decided)


def _verifying(
    tx: Transaction, row: EffectRow, release: Release, service: ServicePolicy, setting: Setting
) -> Task | None:
    if release.state is Lifecycle.OPEN:  # never begun, so never sent
        tx.effects.outcome(row, EffectState.READY, setting.now, due=setting.now)
        return None
    return Task(row, release, service, first=False)
