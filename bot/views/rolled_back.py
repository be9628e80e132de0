"""The new message about a rollback: it mentions the authors of what was taken out."""

from bot.core import gates
from bot.core.lane import Lane
from bot.core.policy import Mode
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.blocks import said
from bot.views.naming import build_label, lane_label, lane_words, named, subject, typed, word
from bot.views.people import person
from bot.views.sayings import said_why
from bot.views.scene import Scene
from bot.views.wrote import wrote_what_went


def tell_rolled_back(rollback: Release, other: Release | None, lane: Lane, scene: Scene) -> Message:
    """Return the message: whom it concerns, what is live again, what happens to the build that was taken out.

    Args:
        rollback: the release that became live.
        other: the release that it took out, if it was one of ours.
        lane: its lane.
        scene: what a view cannot look up itself.
    """
    where = lane_label(rollback.lane)
    by = person(rollback.requested_by, scene.policy) if rollback.requested_by else "Somebody"
    what = named(rollback.number, scene.permalinks)
    if other is None:
        lines = [f"{by} rolled {where} back to {word(rollback.build.label)} ({what}){said_why(rollback.why or '')}."]
    else:
        wrote = wrote_what_went(rollback, other, scene)
        theirs = f"{build_label(other.build)}, {named(other.number, scene.permalinks)}"
        lines = [
            f"{wrote}: your build {theirs}, was rolled back in {word(rollback.lane.environment)}.",
            f"{by} took it out with {what}, {subject(rollback, 'in')}{said_why(rollback.why or '')}.",
        ]
    if other is not None and gates.quarantined(lane.around.marks, other.build.position) is not None:
        clear = typed(scene.policy, f"release-quarantine {word(rollback.lane.service)} VERSION REASON")
        lines.append(
            f"{build_label(other.build)} is in quarantine, with every build that contains it: when one is well again, "
            f"somebody confirms it with {clear}."
        )
    if lane.hold is not None:
        here = lane.policy(scene.policy)
        alone = (
            "Builds do not ship there by themselves now"
            if here and here.mode is Mode.DEPLOYMENT
            else f"{where} is held"
        )
        lines.append(f"{alone}: {typed(scene.policy, f'resume {lane_words(lane.id)}')} ends that.")
    return said(*lines)
