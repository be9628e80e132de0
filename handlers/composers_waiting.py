"""What those are told whose approval is missing, and a second group: nobody once it is no longer so."""

from bot.core import asking
from bot.core.escalating import called
from bot.core.lane import Lane
from bot.core.release import Release
from bot.escalation import ESCALATED
from bot.personal import muted
from bot.ports.effects import EffectRow
from bot.ports.store import Transaction
from bot.views.reminder import escalate, remind, tell_escalated
from bot.views.scene import Scene
from handlers.post import Post, Waits


def reminder(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    """Remind whoever is still missing; nobody once the release is on its way, or waits for something else."""
    waiting = _waiting(tx, row, scene)
    if waiting is None:
        return None
    release, lane = waiting
    return Post(remind(release, lane, scene), release.policy.channel)


def escalation(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    """Call a second group in the service's channel."""
    told, waiting = ESCALATED.validate_json(row.effect.body), _waiting(tx, row, scene)
    if waiting is None:
        return None
    release, lane = waiting
    who = called(told.group, release, lane, scene.policy)
    return Post(escalate(release, lane, told.group, who, scene), release.policy.channel)


def called_personally(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    """Call one person of it, if they can still help and have not muted that."""
    told, waiting = ESCALATED.validate_json(row.effect.body), _waiting(tx, row, scene)
    if waiting is None:
        return None
    release, lane = waiting
    who = called(told.group, release, lane, scene.policy)
    person = next((one for one in who.people if one.id == told.person), None)
    if person is None or person.slack is None or muted(tx, person):
        return None
    return Post(tell_escalated(release, lane, told.group, who, scene), None, slack=person.slack, unasked=True)


def _waiting(tx: Transaction, row: EffectRow, scene: Scene) -> tuple[Release, Lane] | None:
    """Return the release of an effect with its lane while its approvals are missing, else None."""
    release = tx.lanes.release(row.effect.release) if row.effect.release is not None else None
    if release is None:
        raise LookupError(f"{row.effect.key} names no release")
    lane = tx.lanes.load(release.lane)
    return (release, lane) if asking.waits(release, lane, scene.policy) else None
