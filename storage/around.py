"""What is true beyond a lane and decides within it: stop, marks, where its builds have been live, what they contain."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlite_utils import Database

from bot.core.build import Author, Build, Position
from bot.core.lane import Around, Authorship, Change, Judgement, Lane, Mark, Reached, Stop
from bot.core.policy import LaneId
from storage.rows import AUTHORS, Row
from storage.times import from_text, to_text

MOST_CHANGES = 1_000

REACHED = """
    SELECT lane.environment, CAST(wanted.key AS INTEGER) AS build, min(live.ended_at) AS since
    FROM json_each(:wanted) AS wanted CROSS JOIN lanes AS lane
        CROSS JOIN releases AS live INDEXED BY releases_live
        ON live.service = lane.service AND live.environment = lane.environment
            AND live.build_id = CAST(wanted.key AS INTEGER) AND live.state = 'live'
    WHERE lane.service = :service AND live.artifact = wanted.value
    GROUP BY 1, 2
"""
"""A rebuilt artifact has not been where the former was: it neither goes on from there, nor does one return to it."""
LIVED = """
    SELECT lived.environment, CAST(wanted.key AS INTEGER) AS build, lived.since
    FROM json_each(:commits) AS wanted CROSS JOIN lanes AS lane CROSS JOIN lived
        ON lived.service = lane.service AND lived.environment = lane.environment
            AND lived.sha = json_extract(wanted.value, '$[0]') AND lived.artifact = json_extract(wanted.value, '$[1]')
    WHERE lane.service = :service
"""
CHANGES = """
    SELECT sha, position_at, position_run, position_attempt, authors FROM builds INDEXED BY builds_position
    WHERE service = :service
        AND (position_at, position_run, position_attempt) > (:since_at, :since_run, :since_attempt)
        AND (position_at, position_run, position_attempt) <= (:until_at, :until_run, :until_attempt)
    ORDER BY position_at, position_run, position_attempt LIMIT :most
"""
LAST_KNOWN = """
    SELECT position_at, position_run, position_attempt
    FROM releases INDEXED BY releases_of_lane JOIN builds ON builds.id = build_id
    WHERE releases.service = ? AND environment = ? AND releases.state IN ('live', 'rolled_back')
    ORDER BY number DESC LIMIT 1
"""
"""Rather too many changes than too few: whoever wrote one of them may not be the one who lets it through."""
COMPARED = """
    SELECT base, head, state, body FROM comparisons
    WHERE service = :service AND base IN (SELECT value FROM json_each(:bases))
        AND head IN (SELECT value FROM json_each(:heads)) AND state <> 'wanted'
    ORDER BY base, head
"""
MARKS = "SELECT * FROM marks WHERE service = ? ORDER BY seq"


@dataclass(frozen=True)
class _Commit:
    authors: tuple[Author, ...]


@dataclass(frozen=True)
class _Compared:
    """A comparison, as far as it tells who wrote what."""

    added: tuple[_Commit, ...]
    added_total: int


_COMPARED: TypeAdapter[_Compared] = TypeAdapter(_Compared)


def around(database: Database, lane: Lane, about: Build | None) -> Around:
    """Return what is around a lane: constant work, however much is stored.

    Args:
        database: the one transaction.
        lane: with its unfinished releases and the one that an input is about.
        about: the build that an input is about.
    """
    wanted = {release.build.id: release.artifact for release in lane.releases}
    commits = {release.build.id: (release.build.sha, release.artifact) for release in lane.releases}
    newest = [release.build.position for release in lane.releases]
    if about is not None:
        wanted[about.id], commits[about.id] = about.artifact, (about.sha, about.artifact)
        newest.append(about.position)
    return Around(
        stop=stop(database),
        marks=marks(database, lane.id.service),
        reached=_reached(database, lane.id, wanted, commits) if wanted else (),
        changes=_changes(database, lane, newest),
        compares=_compares(database),
        authorship=_authorship(database, lane, about),
    )


def _compares(database: Database) -> bool:
    return database.execute("SELECT 1 FROM comparing").fetchone() is not None


def _authorship(database: Database, lane: Lane, about: Build | None) -> tuple[Authorship, ...]:
    """Return who wrote what builds of the lane would bring, as far as that was told.

    Beside what is live now it is told of whatever this decision may make live, since nobody would decide again for it;
    and of builds in flight and ended, since the decision may put them off or try them again.
    """
    unfinished = {release.build.sha for release in lane.releases if not release.state.ended}
    bases = unfinished | ({lane.live.sha} if lane.live else set()) | ({about.sha} if about else set())
    heads = bases | {release.build.sha for release in lane.releases}
    given = {
        "service": lane.id.service,
        "bases": json.dumps(sorted(bases)),
        "heads": json.dumps(sorted(heads)),
    }
    return tuple(
        _wrote(row["base"], row["head"], row["body"])
        if row["state"] == "told"
        else Authorship(row["base"], row["head"], None)
        for row in database.query(COMPARED, given)
    )


def _wrote(base: str, head: str, body: str) -> Authorship:
    """Return the authors of each commit, the same people together once, and how many commits were not told.

    That files were not all told makes nobody an author: only the commits are counted.
    """
    told = _COMPARED.validate_json(body)
    authors = tuple(dict.fromkeys(commit.authors for commit in told.added))
    return Authorship(base, head, authors, max(0, told.added_total - len(told.added)))


def stop(database: Database) -> Stop | None:
    """Return the stop that is in force, if one is."""
    row = next(database.query("SELECT * FROM stops"), None)
    return None if row is None else Stop(row["person"], row["reason"], from_text(row["since"]))


def marks(database: Database, service: str) -> tuple[Mark, ...]:
    """Return the marks of a service, in order."""
    return tuple(map(_mark, database.query(MARKS, [service])))


def _mark(row: Row) -> Mark:
    judgement = Judgement(row["judgement"])
    at = from_text(row["at"])
    return Mark(row["seq"], judgement, _position(row), row["label"], row["person"], row["reason"], at)


def _reached(
    database: Database, lane: LaneId, wanted: dict[int, str], commits: dict[int, tuple[str, str]]
) -> tuple[Reached, ...]:
    given = {
        "service": lane.service,
        "wanted": json.dumps(wanted),
        "commits": json.dumps(commits),
    }
    found = [*_query(database, REACHED, given), *_query(database, LIVED, given)]
    return tuple(
        sorted(
            (Reached(row["environment"], row["build"], from_text(row["since"])) for row in found),
            key=lambda one: (one.environment, one.build, one.since),
        )
    )


def _query(database: Database, query: str, given: dict[str, str]) -> Iterable[Row]:
    return database.query(query, {name: value for name, value in given.items() if f":{name}" in query})


def _changes(database: Database, lane: Lane, newest: Sequence[Position]) -> tuple[Change, ...]:
    since = _live_position(database, lane)
    until = max(newest, default=None)
    if since is None or until is None or until <= since:
        return ()
    given = {
        "service": lane.id.service,
        "since_at": to_text(since[0]),
        "since_run": since[1],
        "since_attempt": since[2],
        "until_at": to_text(until[0]),
        "until_run": until[1],
        "until_attempt": until[2],
        "most": MOST_CHANGES,
    }
    return tuple(
        Change(row["sha"], _position(row), AUTHORS.validate_json(row["authors"]))
        for row in database.query(CHANGES, given)
    )


def _live_position(database: Database, lane: Lane) -> Position | None:
    """Return where what is live stands, or if nobody knows that, what was live before.

    A build that was reported after it had been found live is known by now.
    """
    if lane.live is None or lane.live.position is not None:
        return lane.live.position if lane.live else None
    row = next(
        database.query(
            "SELECT position_at, position_run, position_attempt FROM builds WHERE service = ? AND sha = ?",
            [lane.id.service, lane.live.sha],
        ),
        None,
    ) or next(database.query(LAST_KNOWN, [lane.id.service, lane.id.environment]), None)
    return None if row is None else _position(row)


def _position(row: Row) -> Position:
    return (from_text(row["position_at"]), row["position_run"], row["position_attempt"])
