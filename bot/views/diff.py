"""What `diff` answers: lane by lane, what would ship there, and what that changes against what is live."""

from collections.abc import Sequence

from bot.core.blockers import blockers
from bot.core.build import Build
from bot.core.gates import quarantined
from bot.core.lane import Lane
from bot.core.release import Lifecycle, Release
from bot.ports.slack import Message
from bot.views import lanes as lane_views
from bot.views.blocks import Fact, Line, listing
from bot.views.naming import build_label, live_label, named, subject, typed, word
from bot.views.scene import Scene
from bot.views.since import Room, since
from bot.views.states import marked_aside, words

_RELEASES = 3
_ROOM = Room(
    added=20,
    removed=10,
    chars=4000,
    rest=": the link “compare” leads to all of them",
    again="; ask again in a moment",
)


def diff(lanes: Sequence[Lane], newest: Build | None, scene: Scene) -> Message:
    """Return what would ship in some lanes of one service, and what that changes there.

    Args:
        lanes: the lanes asked about, each with what is live there and its unfinished releases.
        newest: the newest deployable build of the service; None when it has none.
        scene: what a view cannot look up itself.
    """
    lines: list[Line] = []
    for lane in lanes:
        lines.append(Fact(lane_views.heading(lane, scene.policy), lane_views.live(lane, scene)))
        unfinished = [release for release in lane.releases if not release.state.ended]
        for release in unfinished[:_RELEASES]:
            lines += _of_release(release, lane, scene)
        if len(unfinished) > _RELEASES:
            lines.append(f"And {len(unfinished) - _RELEASES} more: {typed(scene.policy, 'list')} shows them.")
        if not unfinished:
            lines += _of_newest(newest, lane, scene)
    return listing(lines)


def _of_release(release: Release, lane: Lane, scene: Scene) -> list[Line]:
    found = blockers(release, lane, scene.policy, scene.now) if release.state is Lifecycle.OPEN else ()
    name, state = named(release.number, scene.permalinks), words(release, found).predicate
    ships = "Would ship" if release.state is Lifecycle.OPEN else "Ships"
    line = Fact(ships, f"{name}, {subject(release)}{marked_aside(release)}, {state}")
    return [line, *since(lane.live, release.build.sha, lane.id, scene, _ROOM)]


def _of_newest(newest: Build | None, lane: Lane, scene: Scene) -> list[Line]:
    if newest is None:
        return ["Nothing would ship: no build has passed its pipelines yet."]
    if lane.live is not None and lane.live.sha == newest.sha:
        return [f"Nothing new: {live_label(lane.live)}, the newest deployable build, is what is live."]
    ask = typed(scene.policy, f"{word(lane.id.service)} {word(newest.version)} to {word(lane.id.environment)}")
    lines: list[Line] = [
        Fact("Would ship", f"{build_label(newest)}, the newest deployable build; no release of it is open ({ask})")
    ]
    mark = quarantined(lane.around.marks, newest.position)
    if mark is not None:
        clear = typed(scene.policy, f"release-quarantine {word(lane.id.service)} {word(newest.version)} REASON")
        lines.append(Fact("IN QUARANTINE", f"it is, or contains, {word(mark.label)}, and does not ship before {clear}"))
    if lane.live is not None and lane.live.position is not None and newest.position < lane.live.position:
        where = word(lane.id.environment)
        lines.append(Fact("OLDER THAN WHAT IS LIVE", f"this takes {where} back to before what runs there now"))
    return [*lines, *since(lane.live, newest.sha, lane.id, scene, _ROOM)]
