"""What `history` answers: release by release, newest first, how it ended, when, after how long, by whose word."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.core.blockers import blockers
from bot.core.lane import Lane
from bot.core.policy import LaneId
from bot.core.release import Lifecycle, Origin, Release
from bot.ports.slack import Message
from bot.views import lanes as lane_views
from bot.views.approvers import approved_by
from bot.views.blocks import Fact, Line, listing
from bot.views.escape import date, mrkdwn
from bot.views.naming import lane_label, named, subject, typed
from bot.views.people import person
from bot.views.scene import Scene
from bot.views.spans import span
from bot.views.states import marked_aside, words

_WHY = 200


def history(lanes: Sequence[Lane], releases: Sequence[Release], scene: Scene, count: int) -> Message:
    """Return the newest releases of some lanes of one service, newest first.

    Args:
        lanes: the lanes asked about, each with what is live there and its unfinished releases.
        releases: their newest releases, in any order, each lane's own number of them at least `count` where it has so
            many.
        scene: what a view cannot look up itself.
        count: how many are shown at most.
    """
    by_id = {lane.id: lane for lane in lanes}
    lines: list[Line] = [Fact(lane_views.heading(lane, scene.policy), lane_views.live(lane, scene)) for lane in lanes]
    newest = sorted(releases, key=lambda release: release.number, reverse=True)
    lines += [_entry(release, by_id, scene) for release in newest[:count]]
    if not releases:
        where = lane_label(lanes[0].id) if len(lanes) == 1 else "any of them"
        lines.append(f"No release has been opened for {where} yet. {typed(scene.policy, 'help request')} tells how.")
    return listing(lines)


def _entry(release: Release, lanes: Mapping[LaneId, Lane], scene: Scene) -> str:
    lane = lanes[release.lane]
    live_now = lane.live is not None and lane.live.release == release.number
    facts = [_ended(release, lane, scene, live_now=live_now), *_took(release), *_people(release, scene)]
    said = f"; why: “{mrkdwn(release.why, _WHY)}”" if release.why else ""
    again = f" (another try of R-{release.retry_of})" if release.retry_of else ""
    mark = " (LIVE NOW)" if live_now else ""
    what = f"{named(release.number, scene.permalinks)}, {subject(release)}{marked_aside(release)}{mark}{again}"
    return f"{what}: {'; '.join(facts)}{said}"


def _ended(release: Release, lane: Lane, scene: Scene, *, live_now: bool) -> str:
    """Return how it ended and when, or how it is; words carry it alone."""
    at = date(release.ended_at) if release.ended_at else "at a time nobody knows"
    match release.state:
        case Lifecycle.LIVE:
            return f"live since {at}" if live_now else f"went live {at}, no longer live"
        case Lifecycle.ROLLED_BACK:
            return f"went live {at}, rolled back since"
        case Lifecycle.EXPIRED:
            return f"expired {at}, for want of approvals"
        case Lifecycle.SUPERSEDED:
            newer = named(release.superseded_by, scene.permalinks) if release.superseded_by else "a newer build"
            return f"superseded {at} by {newer}"
        case Lifecycle.REJECTED | Lifecycle.CANCELLED | Lifecycle.FAILED:
            because = f": “{mrkdwn(release.reason, _WHY)}”" if release.reason else ""
            return f"{words(release, ()).predicate} {at}{because}"
        case _:
            found = blockers(release, lane, scene.policy, scene.now) if release.state is Lifecycle.OPEN else ()
            return f"{words(release, found).predicate}; opened {date(release.opened_at)}"


def _took(release: Release) -> list[str]:
    """Return how long the deploy took, and of one that never was, how long it was open; nothing while it goes on."""
    ended, deployment = release.ended_at, release.deployment
    if ended is None or release.origin is Origin.EXTERNAL:
        return []
    if deployment is not None:
        deployed = deployment.finished_at or (release.health.deployed_at if release.health else ended)
        checked = ended - deployed
        verified = f" and was verified for {span(checked)}" if release.health and checked > timedelta() else ""
        return [f"its deploy took {span(deployed - deployment.attempted_at)}{verified}"]
    return [f"was open for {span(ended - release.opened_at)}"]


def _people(release: Release, scene: Scene) -> list[str]:
    """Return who asked for it, who approved it and who broke the glass, as far as anybody did."""
    found = []
    if release.requested_by:
        found.append(f"asked for by {person(release.requested_by, scene.policy)}")
    elif release.origin is Origin.PIPELINE and release.retry_of is None:
        found.append("opened by itself when its build passed")
    approved = approved_by(release, scene.policy)
    if approved:
        found.append(f"approved by {approved}")
    if release.override is not None:
        by = person(release.override.by, scene.policy)
        found.append(f"overridden by {by}: “{mrkdwn(release.override.reason, _WHY)}”")
    return found
