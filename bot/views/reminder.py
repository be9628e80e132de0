"""The new message to those whose approval is missing: since when it is asked for, and what comes of silence."""

from bot.core.approvals import missing
from bot.core.asking import expires_at
from bot.core.lane import Lane
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.approvers import rule_label, whom
from bot.views.blocks import said
from bot.views.escape import date
from bot.views.naming import named, subject, typed
from bot.views.scene import Scene
from bot.views.states import marked_aside


def remind(release: Release, lane: Lane, scene: Scene) -> Message:
    """Return the message: whom it concerns by mention, what waits, since when, until when, and what to do."""
    what = f"{named(release.number, scene.permalinks)}, {subject(release)}{marked_aside(release)}"
    lines = [f"{what}, has been waiting for approval since {date(release.asked_since)}."]
    for one in missing(release, lane, scene.policy):
        who = whom(one.rule, release, lane, scene.policy) or "nobody is left who may"
        lines.append(f"Still missing: {_more(one.rule.count - one.have)} for {rule_label(one.rule)}: {who}.")
    due = expires_at(release, lane, scene.policy)
    if due:
        lines.append(f"It expires {date(due)} if approvals are still missing; that is no rejection.")
    approve, reject = (
        typed(scene.policy, f"approve {release.name}"),
        typed(scene.policy, f"reject {release.name} REASON"),
    )
    lines.append(f"Please decide on its card, or with {approve} or {reject}.")
    return said(*lines)


def _more(count: int) -> str:
    return f"{count} more approval{'' if count == 1 else 's'}"
