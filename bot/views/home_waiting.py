"""What waits for somebody in App Home: approvals, questions, what they asked for, what they keep from starting."""

from collections.abc import Iterator

from bot.core import gates
from bot.core.approvals import asked_for
from bot.core.asking import expires_at
from bot.core.awaiting import awaits
from bot.core.blockers import Blocker, NeedsAnotherApprover, WaitsForApproval, blockers
from bot.core.inputs import Actor
from bot.core.lane import Lane
from bot.core.policy import Permission
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.views.barriers import held, locked, stopped
from bot.views.escape import date, link
from bot.views.home_parts import Part, item
from bot.views.home_state import Asked, Board, Viewer
from bot.views.letter import what
from bot.views.naming import lane_words, named, subject, typed, word
from bot.views.obstacles import obstacle
from bot.views.outcome import put_off
from bot.views.people import channel
from bot.views.scene import Scene
from bot.views.states import marked_aside, words

_OF_APPROVALS = (WaitsForApproval, NeedsAnotherApprover)


def waiting(viewer: Viewer, board: Board, scene: Scene) -> Part:
    """Return everything that waits for somebody, approvals first, each kind the oldest first."""
    actor = viewer.actor
    items = (
        *_approvals(actor, board, scene),
        *_questions(actor, board, scene),
        *_own_releases(actor, board, scene),
        *_kept_shut(actor, board, scene),
    )
    heading = f"What waits for you ({len(items)})" if items else "What waits for you"
    rest = f"{typed(scene.policy, 'list')} shows every open release, {typed(scene.policy, 'status')} what is shut."
    nothing = "Nothing waits for you: no approval of yours is missing, and nothing of yours is open or shut."
    return Part("waits", heading, tuple(items) or (nothing,), rest)


def _releases(board: Board) -> list[tuple[Release, Lane]]:
    """Return every unfinished release with its lane, the oldest first."""
    found = [(release, lane) for lane in board.lanes for release in lane.releases if not release.state.ended]
    return sorted(found, key=lambda one: (one[0].opened_at, one[0].number))


def _approvals(actor: Actor, board: Board, scene: Scene) -> Iterator[str]:
    for release, lane in _releases(board):
        if not awaits(actor, release, lane, scene.policy):
            continue
        found = blockers(release, lane, scene.policy, scene.now)
        lines = [f"*{_named(release, scene)} waits for your approval.*", _times(release, lane, scene)]
        lines += _in_the_way("Also in the way", release, lane, scene, found)
        yield item([*lines, _where(release, scene)])


def _own_releases(actor: Actor, board: Board, scene: Scene) -> Iterator[str]:
    for release, lane in _releases(board):
        if not asked_for(actor.person, release):
            continue
        found = blockers(release, lane, scene.policy, scene.now) if release.state is Lifecycle.OPEN else ()
        state = words(release, found).predicate
        missing = [one for one in found if isinstance(one, _OF_APPROVALS)]
        lines = [f"*{_named(release, scene)}, which you asked for, {state}.*", _times(release, lane, scene)]
        lines += [f"• {obstacle(one, release, lane, scene)}" for one in missing]
        lines += _in_the_way("In the way", release, lane, scene, found)
        yield item([*lines, *(f"• {fact}." for fact in put_off(release, scene.policy))])


def _kept_shut(actor: Actor, board: Board, scene: Scene) -> Iterator[str]:
    """Yield what this person keeps from starting: the stop of everything, their holds and locks."""
    policy, names = scene.policy, _names(actor)
    stop = next((lane.around.stop for lane in board.lanes if lane.around.stop is not None), None)
    if stop is not None and stop.by in names:
        yield f"*You stopped everything.* {stopped(stop, policy)} {typed(policy, 'go-all')} lets it go on."
    for lane in board.lanes:
        hold, lock = gates.hold_of(lane, scene.now), gates.lock_of(lane, scene.now)
        if hold is not None and hold.by in names:
            ends = typed(policy, f"resume {lane_words(lane.id)}")
            yield f"*Your hold:* {held(hold, lane.id, policy)} {ends} ends it."
        if lock is not None and not names.isdisjoint({lock.owner, lock.slack}):
            ends = typed(policy, f"unlock {lane_words(lane.id)}")
            yield f"*Your lock:* {locked(lock, lane.id, policy)} {ends} ends it."


def _questions(actor: Actor, board: Board, scene: Scene) -> Iterator[str]:
    """Yield what is asked in the operations channel, for those who may answer."""
    if Permission.RESOLVE not in actor.permissions:
        return
    for release, _ in _releases(board):
        if release.deployment is not None and release.deployment.status is DeployStatus.UNKNOWN:
            told = f"*Did the deploy of {_named(release, scene)} start?* The answer to the request was lost"
            yield f"{told}: {_asked_where(board.questions.get(release.number), scene)}."
    for one in board.asked:
        yield _undelivered(one, scene)


def _undelivered(one: Asked, scene: Scene) -> str:
    of = f" for {named(one.release, scene.permalinks)}" if one.release is not None else ""
    return (
        f"*Not delivered{of}:* {what(one.what)} ({word(one.name)}, since {date(one.since)}): "
        f"{_asked_where(one.link, scene)}."
    )


def _asked_where(url: str | None, scene: Scene) -> str:
    if url is not None:
        return link(url, "answer in the operations channel")
    where = channel(scene.policy.operations)
    return f"answer in {where}" if where else "answer in the operations channel"


def _named(release: Release, scene: Scene) -> str:
    return f"{named(release.number, scene.permalinks)}, {subject(release)}{marked_aside(release)}"


def _times(release: Release, lane: Lane, scene: Scene) -> str:
    due = expires_at(release, lane, scene.policy)
    expires = f" Expires {date(due)} if approvals are still missing." if due else ""
    return f"Opened {date(release.opened_at)}.{expires}"


def _in_the_way(label: str, release: Release, lane: Lane, scene: Scene, found: tuple[Blocker, ...]) -> list[str]:
    others = [one for one in found if not isinstance(one, _OF_APPROVALS)]
    return [f"• {label}: {obstacle(one, release, lane, scene)}" for one in others]


def _where(release: Release, scene: Scene) -> str:
    """Return where it is decided: on its card, which shows what would ship."""
    url = scene.permalinks.get(release.number)
    if url is not None:
        return f"{link(url, f'Read the card of {release.name}')}, then decide there."
    where = channel(release.policy.channel) or "its channel"
    return f"Its card comes to {where}: read it, then decide there."


def _names(actor: Actor) -> frozenset[str | None]:
    """Return the ids under which somebody may have acted: the policy's name, and the Slack id before it had one."""
    return frozenset({actor.person.id, actor.person.slack}) - {None}
