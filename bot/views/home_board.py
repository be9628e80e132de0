"""The board in App Home: every service by environment, what is live there, what is next, what is shut, what failed."""

from bot.core.blockers import blockers
from bot.core.lane import Lane
from bot.core.line import Line, Stopped
from bot.core.policy import Policy
from bot.core.release import Lifecycle, Release
from bot.views import lanes as lane_views
from bot.views.barriers import stopped
from bot.views.blocks import Fact
from bot.views.escape import date, link, mrkdwn
from bot.views.freezes import freeze_lines
from bot.views.home_parts import Part, item
from bot.views.home_state import Board
from bot.views.naming import named, repository, typed, word
from bot.views.people import authors
from bot.views.scene import Scene
from bot.views.states import marked_aside, words

_WHY = 200
_MOST_NEXT = 5


def stop(board: Board, scene: Scene) -> str | None:
    """Return that nothing starts anywhere; None while that is not so."""
    known = next((lane.around.stop for lane in board.lanes if lane.around.stop is not None), None)
    if known is None:
        return None
    go = typed(scene.policy, "go-all")
    return f"*Nothing starts anywhere.* {stopped(known, scene.policy)} What was under way goes on. {go} ends that."


def freezes(policy: Policy, scene: Scene) -> Part | None:
    """Return the freezes, now and next; None where the policy names none."""
    if not policy.freezes:
        return None
    lines = [f"• {fact.marked}" for fact in freeze_lines(policy, scene.now)]
    more = f"{typed(policy, 'freeze')} shows them all."
    return Part("freezes", "Freezes", (item(lines),), more)


def board_part(board: Board, scene: Scene) -> Part:
    """Return every service with its environments, in the policy's order."""
    services: dict[str, list[Lane]] = {}
    for lane in board.lanes:
        services.setdefault(lane.id.service, []).append(lane)
    items = tuple(_service(name, lanes, board, scene) for name, lanes in services.items())
    none = "The policy names no service yet: `signoff check` says what its file lacks."
    rest = f"{typed(scene.policy, 'status SERVICE')} shows one of them, {typed(scene.policy, 'status')} all."
    return Part("board", "What is live, and what is next", items or (none,), rest)


def _service(name: str, lanes: list[Lane], board: Board, scene: Scene) -> str:
    lines = [line for lane in lanes for line in _lane(lane, scene)]
    return item([*_line(name, lanes, board.lines.get(name), scene), *lines])


def _line(name: str, lanes: list[Lane], line: Line | None, scene: Scene) -> list[str]:
    """Return that the main branch is not deployable, since which commit and by whom."""
    if not isinstance(line, Stopped):
        return []
    first = line.first
    page = scene.links.commit(repository(lanes[0].id, scene.policy), first.sha)
    wrote = authors(line.authors, scene.policy)
    bad = f"the first bad commit is {link(page, first.sha[:7])} by {wrote}, {date(first.position[0])}"
    return [f"*{word(name)} is not deployable now:* {bad}."]


def _lane(lane: Lane, scene: Scene) -> list[str]:
    head = Fact(lane_views.heading(lane, scene.policy), lane_views.live(lane, scene))
    here = lane.policy(scene.policy)
    trial = ["• On trial: everything is shown and asked, nothing is deployed."] if here and here.trial else []
    also = lane_views.switched(lane, scene.policy) + lane_views.shut(lane, scene)
    return [f"{head.marked}.", *_next(lane, scene), *trial, *(f"• {one}" for one in also), *_last_failure(lane, scene)]


def _next(lane: Lane, scene: Scene) -> list[str]:
    """Return what is on its way there or waits for it, the first few."""
    unfinished = [release for release in lane.releases if not release.state.ended]
    lines = [f"• Next: {_release(release, lane, scene)}" for release in unfinished[:_MOST_NEXT]]
    left = len(unfinished) - len(lines)
    return [*lines, f"• And {left} more wait there."] if left else lines


def _release(release: Release, lane: Lane, scene: Scene) -> str:
    found = blockers(release, lane, scene.policy, scene.now) if release.state is Lifecycle.OPEN else ()
    what = f"{named(release.number, scene.permalinks)}, {word(release.build.label)}{marked_aside(release)}"
    return f"{what}, {words(release, found).predicate}; opened {date(release.opened_at)}."


def _last_failure(lane: Lane, scene: Scene) -> list[str]:
    """Return the newest failure since what is live went there."""
    failed = [release for release in lane.releases if release.state is Lifecycle.FAILED]
    if not failed:
        return []
    last = failed[-1]
    when = f", {date(last.ended_at)}" if last.ended_at else ""
    why = mrkdwn(last.reason or "no reason was told", _WHY)
    return [f"• Last failure: {named(last.number, scene.permalinks)}, {word(last.build.label)}{when}: {why}"]
