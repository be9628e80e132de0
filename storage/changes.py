"""What was told of the commits between two builds, what is to be asked, and what each release replaced."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlite_utils import Database

from bot.core.changelog import Comparison, Span
from bot.core.lane import Lane, Live
from bot.core.release import Lifecycle, Release
from bot.ports.changes import Wanted
from storage.times import maybe_time, to_text

LATELY = timedelta(hours=1)
"""So long a release that has ended, or somebody who asked, still waits for what nobody could tell before."""
ONCE_MORE = timedelta(hours=1)
"""After this long somebody is asked again who could not tell: whatever was said of a commit, access may be back."""
COMPARISON: TypeAdapter[Comparison] = TypeAdapter(Comparison)
LIVE: TypeAdapter[Live] = TypeAdapter(Live)

_UNFINISHED = """
    SELECT open.number, open.service, lane.live_sha AS base, build.sha AS head
    FROM releases AS open INDEXED BY releases_unfinished
        CROSS JOIN lanes AS lane ON lane.service = open.service AND lane.environment = open.environment
        CROSS JOIN builds AS build ON build.id = open.build_id
    WHERE open.state IN ('open', 'deploying', 'verifying') AND lane.live_sha <> build.sha
"""
_ENDED = """
    SELECT ended.number, ended.service, preceded.sha AS base, build.sha AS head
    FROM preceded CROSS JOIN releases AS ended ON ended.number = preceded.release
        CROSS JOIN builds AS build ON build.id = ended.build_id
    WHERE preceded.sha <> build.sha
"""
_NEEDED = f"""
    WITH needed (service, base, head) AS (
        SELECT service, base, head FROM ({_UNFINISHED})
        UNION SELECT service, base, head FROM ({_ENDED} AND preceded.at > :lately AND ended.state = 'live')
        UNION SELECT service, base, head FROM comparisons INDEXED BY comparisons_wanted
            WHERE state = 'wanted' AND at > :lately
    )
"""  # noqa: S608 - the queries above
DUE = f"""
    {_NEEDED}
    SELECT service, base, head, coalesce(known.tries, 0),
        coalesce(known.state = 'untold' AND known.source = served.value, 0)
    FROM needed CROSS JOIN json_each(:sources) AS served ON served.key = needed.service
        LEFT JOIN comparisons AS known USING (service, base, head)
    WHERE known.state IS NULL OR CASE known.state
        WHEN 'wanted' THEN known.due_at <= :now
        WHEN 'untold' THEN known.source <> served.value OR coalesce(known.due_at, '') <= :now
        ELSE known.source <> served.value
    END
    ORDER BY coalesce(known.due_at, ''), service, base, head LIMIT 1
"""  # noqa: S608 - the queries above
NEXT_DUE = f"""
    {_NEEDED}
    SELECT min(known.due_at) FROM needed CROSS JOIN comparisons AS known USING (service, base, head)
    WHERE known.state <> 'told' AND known.due_at > :now
"""  # noqa: S608 - the queries above
SHOWN = f"""
    SELECT number FROM ({_UNFINISHED} AND open.service = :service) WHERE base = :base AND head = :head
    UNION
    SELECT number FROM ({_ENDED} AND preceded.at > :lately)
    WHERE service = :service AND base = :base AND head = :head
    ORDER BY 1
"""  # noqa: S608 - the queries above
PRUNE = """
    DELETE FROM comparisons WHERE rowid IN (
        SELECT old.rowid FROM comparisons AS old INDEXED BY comparisons_at
        WHERE old.at < :before AND NOT EXISTS (
            SELECT 1 FROM releases INDEXED BY releases_unfinished CROSS JOIN builds ON builds.id = build_id
            WHERE releases.service = old.service AND releases.state IN ('open', 'deploying', 'verifying')
                AND builds.sha = old.head
        )
        ORDER BY old.at LIMIT :most
    )
"""


class SqliteChanges:
    """The Changes port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, span: Span) -> Comparison | None:
        """Return what a span changes."""
        told = self._body(span, "told")
        return None if told is None else COMPARISON.validate_json(told)

    def why_not(self, span: Span) -> str | None:
        """Return why nobody can tell what a span changes."""
        return self._body(span, "untold")

    def before(self, release: int) -> Live | None:
        """Return what was live in its lane before a release ended."""
        row = self._database.execute("SELECT live FROM preceded WHERE release = ?", [release]).fetchone()
        return None if row is None else LIVE.validate_json(row[0])

    def want(self, span: Span, now: datetime) -> None:
        """Ask for a span; one that somebody asked for long ago is asked for anew."""
        self._database.execute(
            "INSERT INTO comparisons (service, base, head, state, source, body, tries, at, due_at) "
            "VALUES (:service, :base, :head, 'wanted', '', '', 0, :now, :now) "
            "ON CONFLICT (service, base, head) DO UPDATE SET at = excluded.at WHERE state = 'wanted'",
            _of(span) | {"now": to_text(now)},
        )

    def begin(self, now: datetime) -> None:
        """Say that commits are compared from now on."""
        self._database.execute(
            "INSERT INTO comparing (since) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM comparing)", [to_text(now)]
        )

    def due(self, sources: Mapping[str, str], now: datetime) -> Wanted | None:
        """Return a span to be compared now, the one that waits longest."""
        given = {"sources": json.dumps(dict(sources)), "now": to_text(now), "lately": to_text(now - LATELY)}
        row = self._database.execute(DUE, given).fetchone()
        return None if row is None else Wanted(Span(*row[:3]), row[3], untold=bool(row[4]))

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next span after now may be asked about again."""
        given = {"now": to_text(now), "lately": to_text(now - LATELY)}
        return maybe_time(self._database.execute(NEXT_DUE, given).fetchone()[0])

    def put(self, comparison: Comparison, source: str, now: datetime) -> None:
        """Keep what was told."""
        self._keep(comparison.span, "told", COMPARISON.dump_json(comparison).decode(), source, now, None)

    def cannot(self, span: Span, why: str, source: str, now: datetime) -> None:
        """Note that nobody can tell what a span changes; it is asked again in an hour."""
        self._keep(span, "untold", why, source, now, now + ONCE_MORE)

    def later(self, span: Span, due: datetime, now: datetime) -> None:
        """Note that it was asked in vain. What was told of another source goes: it is of no use any more."""
        self._database.execute(
            "INSERT INTO comparisons (service, base, head, state, source, body, tries, at, due_at) "
            "VALUES (:service, :base, :head, 'wanted', '', '', 1, :now, :due) "
            "ON CONFLICT (service, base, head) DO UPDATE SET state = 'wanted', body = '', tries = tries + 1, "
            "due_at = excluded.due_at",
            _of(span) | {"now": to_text(now), "due": to_text(due)},
        )

    def shown_by(self, span: Span, now: datetime) -> tuple[int, ...]:
        """Return the releases that show a span."""
        rows = self._database.execute(SHOWN, _of(span) | {"lately": to_text(now - LATELY)})
        return tuple(number for (number,) in rows)

    def prune(self, before: datetime, most: int) -> int:
        """Forget what was told before and no unfinished release ships."""
        return self._database.execute(PRUNE, {"before": to_text(before), "most": most}).rowcount

    def _body(self, span: Span, state: str) -> str | None:
        row = self._database.execute(
            "SELECT body FROM comparisons "
            "WHERE service = :service AND base = :base AND head = :head AND state = :state",
            _of(span) | {"state": state},
        ).fetchone()
        return None if row is None else str(row[0])

    def _keep(  # noqa: PLR0917 - one row, column by column
        self, span: Span, state: str, body: str, source: str, now: datetime, due: datetime | None
    ) -> None:
        given = {"state": state, "source": source, "body": body, "now": to_text(now), "due": due and to_text(due)}
        self._database.execute(
            "INSERT INTO comparisons (service, base, head, state, source, body, tries, at, due_at) "
            "VALUES (:service, :base, :head, :state, :source, :body, 0, :now, :due) "
            "ON CONFLICT (service, base, head) DO UPDATE SET state = excluded.state, source = excluded.source, "
            "body = excluded.body, tries = 0, at = excluded.at, due_at = excluded.due_at",
            _of(span) | given,
        )


def note_ended(database: Database, before: Lane, after: Lane) -> None:
    """Keep what was live when a release ended: once it is live itself, the lane no longer tells."""
    if before.live is None:
        return
    for release in after.releases:
        if release.ended_at is not None and _ended_now(before.release(release.number), release):
            database.execute(
                "INSERT INTO preceded (release, sha, live, at) VALUES (?, ?, ?, ?) ON CONFLICT (release) "
                "DO UPDATE SET sha = excluded.sha, live = excluded.live, at = excluded.at",
                [release.number, before.live.sha, LIVE.dump_json(before.live).decode(), to_text(release.ended_at)],
            )


def _ended_now(old: Release | None, new: Release) -> bool:
    """Whether a release ends with this, or is live after all: somebody may mark one as done that had failed."""
    if old is None or not old.state.ended:
        return new.state.ended
    return new.state is Lifecycle.LIVE and old.state is not Lifecycle.LIVE


def _of(span: Span) -> dict[str, str | int]:
    return {"service": span.service, "base": span.base, "head": span.head}
