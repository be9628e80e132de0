"""What people are told personally of the end of a release: whom it concerns is found first, then each is told."""

from bot.core.personal import Ending, concerned, span_of
from bot.core.release import Lifecycle
from bot.personal import PERSONAL, muted, tell_each
from bot.ports.effects import EffectRow
from bot.ports.store import Transaction
from bot.views.personal import tell_author
from bot.views.scene import Scene
from handlers.post import Post, Waits


def personal(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    """Tell one person, unless they have muted it since; or find those whom it concerns, and have each told.

    Nobody hears that something is live which was rolled back meanwhile.
    """
    told = PERSONAL.validate_json(row.effect.body)
    release = tx.lanes.release(row.effect.release) if row.effect.release is not None else None
    if release is None:
        raise LookupError(f"{row.effect.key} names no release")
    live = tx.lanes.load(release.lane, also=release.number).live
    if told.ending is Ending.LIVE and (release.state is not Lifecycle.LIVE or live is None):
        return None
    by_now = live if live is not None and live.sha != release.build.sha else None
    span = span_of(release, told.ending, told.other)
    compared = scene.compared.get(span) if span is not None else None
    concerns = concerned(release, told.ending, told.by, compared, scene.policy)
    if told.person is None:
        tell_each(tx, release, told, tuple(one.person.id for one in concerns), scene.now)
        return None
    concern = next((one for one in concerns if one.person.id == told.person), None)
    if concern is None or muted(tx, concern.person):
        return None
    message = tell_author(release, told.ending, concern, scene, by=told.by, why=told.why, by_now=by_now)
    return Post(message, None, slack=concern.person.slack, unasked=True)
