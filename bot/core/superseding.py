"""What a newer release does to older ones that wait in its lane.

Rules:

- `latest-wins`: a newer build supersedes the older open releases of its lane, save the one whose deploy is next: with
  that one the approvers' work would be lost for ever where builds come fast. Nor does it supersede one that is ready
  but for its undo window, or for the time that somebody chose.
- `each-must-ship`: opening supersedes nothing; they go one after the other.
- A rollback and a hotfix are somebody's answer to trouble: no ordinary release takes their place, and a rollback gives
  way to another rollback only. What people asked for although it is older than what is live does not give way to what
  a pipeline opens. The other way round, an ordinary release gives way to a rollback or hotfix of the same build.
- Once a newer build is live, what was opened before goes, even what was spared, and whatever a pipeline opened: it
  would take the environment backwards. A rollback stays, since that is what it is for.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import gated, gates
from bot.core.blockers import Scheduled, Undoable, own_blockers
from bot.core.build import Build
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening
from bot.core.lane import Lane
from bot.core.policy import Kind, Policy
from bot.core.release import Lifecycle, Origin, Release


def make_room(decided: Decision, newer: Release, policy: Policy, now: datetime) -> Decision:
    """Supersede those open releases whose place a release takes that is about to be opened."""
    lane = decided.lane
    spared = _spared(lane, policy, now)
    gone = []
    for older in lane.open:
        stays = older.number in spared or gates.each_must_ship(older, lane, policy)
        if older.build.id == newer.build.id or (_takes_place(newer, older) and not stays):
            gone.append(older)
    return supersede(decided, gone, newer.number, now)


def _spared(lane: Lane, policy: Policy, now: datetime) -> set[int]:
    """Return the one whose deploy is next, and those that only wait for a moment that is settled."""
    found = {one.number: own_blockers(one, lane, policy, now) for one in sorted(lane.open, key=gates.place)}
    following = [number for number, blocked in found.items() if not blocked][:1]
    timed = [number for number, blocked in found.items() if blocked and all(isinstance(one, TIMED) for one in blocked)]
    return {*following, *timed}


TIMED = (Undoable, Scheduled)


def _takes_place(newer: Release, older: Release) -> bool:
    stays = older.older_than_live and newer.origin is Origin.PIPELINE
    no_newer = older.build.position <= newer.build.position
    return no_newer and not stays and _RANK[older.kind] <= _RANK[newer.kind]


_RANK = {Kind.RELEASE: 0, Kind.HOTFIX: 1, Kind.ROLLBACK: 2}


def overtake(decided: Decision, live: Build, by: Release | None, now: datetime) -> Decision:
    """Supersede what would take the environment backwards behind a build that is live now.

    `by` is the release that made it live; None when somebody has declared it, and all that waits was opened before.
    """
    gone = []
    for older in decided.lane.open:
        before = by is None or older.number < by.number or older.origin is Origin.PIPELINE
        stays = older.kind is Kind.ROLLBACK and (by is None or by.kind is not Kind.ROLLBACK)
        if before and not stays and older.build.position <= live.position:
            gone.append(older)
    return supersede(decided, gone, by.number if by else None, now)


def supersede(decided: Decision, older: Sequence[Release], by: int | None, now: datetime) -> Decision:
    """End open releases because another has taken their place: all at once, since thousands may have waited."""
    ended = [replace(one, state=Lifecycle.SUPERSEDED, ended_at=now, superseded_by=by) for one in older]
    told = decided.changed(*ended).happened(*(Happening(Happened.SUPERSEDED, one.number, other=by) for one in older))
    for one in ended:
        told = gated.turn_away(told, one)
    return told
