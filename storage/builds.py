"""Builds and what pipelines reported about them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

from sqlite_utils import Database

from bot.core.build import Build, PipelineReport, Position
from storage.rows import REPORT, build_of, build_row
from storage.times import to_text

EARLIEST: Position = (datetime.min.replace(tzinfo=UTC), 0, 0)
COMMIT = re.compile(r"[0-9a-f]{7,40}", re.ASCII)


class SqliteBuilds:
    """The Builds port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, report: PipelineReport) -> bool:
        """Keep a report unless the one that is known is as new or newer."""
        row = next(
            self._database.query(
                "SELECT report FROM reports WHERE service = :service AND sha = :sha AND pipeline = :pipeline",
                {"service": report.service, "sha": report.sha, "pipeline": report.pipeline},
            ),
            None,
        )
        if not report.replaces(REPORT.validate_json(row["report"]) if row is not None else None):
            return False
        self._database.execute(
            "INSERT INTO reports (service, sha, pipeline, report) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (service, sha, pipeline) DO UPDATE SET report = excluded.report",
            [report.service, report.sha, report.pipeline, REPORT.dump_json(report).decode()],
        )
        return True

    def reports(self, service: str, sha: str) -> tuple[PipelineReport, ...]:
        """Return the newest report of each pipeline for a commit, by the pipeline's name."""
        rows = self._database.query(
            "SELECT report FROM reports WHERE service = ? AND sha = ? ORDER BY pipeline", [service, sha]
        )
        return tuple(REPORT.validate_json(row["report"]) for row in rows)

    def concerned(self, service: str, sha: str, paths: tuple[str, ...]) -> bool | None:
        """Return what was found out with these paths."""
        row = self._database.execute(
            "SELECT concerned FROM concerns WHERE service = ? AND sha = ? AND paths = ?",
            [service, sha, json.dumps(paths)],
        ).fetchone()
        return None if row is None else bool(row[0])

    def set_concerned(self, service: str, sha: str, paths: tuple[str, ...], *, concerned: bool) -> None:
        """Remember it."""
        self._database.execute(
            "INSERT INTO concerns (service, sha, paths, concerned) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (service, sha) DO UPDATE SET paths = excluded.paths, concerned = excluded.concerned",
            [service, sha, json.dumps(paths), int(concerned)],
        )

    def save(self, build: Build) -> Build:
        """Insert or update; LookupError when the commit is stored under another id than the build says."""
        row = self._database.execute(
            """
            INSERT INTO builds (
                service, sha, artifact, version, state, position_at, position_run, position_attempt,
                title, url, branch, authors, pusher, checks
            ) VALUES (
                :service, :sha, :artifact, :version, :state, :position_at, :position_run, :position_attempt,
                :title, :url, :branch, :authors, :pusher, :checks
            ) ON CONFLICT (service, sha) DO UPDATE SET
                artifact = excluded.artifact, version = excluded.version, state = excluded.state,
                position_at = excluded.position_at, position_run = excluded.position_run,
                position_attempt = excluded.position_attempt, title = excluded.title, url = excluded.url,
                branch = excluded.branch, authors = excluded.authors, pusher = excluded.pusher,
                checks = excluded.checks
            RETURNING id
            """,
            build_row(build),
        ).fetchone()
        if build.id not in {0, row[0]}:
            raise LookupError(f"{build.service} {build.short_sha} is build {row[0]}, not {build.id}")
        return replace(build, id=row[0])

    def of_commit(self, service: str, sha: str) -> Build | None:
        """Return the build of a commit."""
        rows = self._database.query("SELECT * FROM builds WHERE service = ? AND sha = ?", [service, sha])
        return next(map(build_of, rows), None)

    def by_id(self, build: int) -> Build | None:
        """Return a build by its id."""
        return next(map(build_of, self._database.query("SELECT * FROM builds WHERE id = ?", [build])), None)

    def newest(self, service: str, since: Position | None, most: int) -> tuple[Build, ...]:
        """Return the newest builds of a service from a position on, newest first."""
        at, run, attempt = since or EARLIEST
        rows = self._database.query(
            "SELECT * FROM builds INDEXED BY builds_position WHERE service = ? "
            "AND (position_at, position_run, position_attempt) >= (?, ?, ?) "
            "ORDER BY position_at DESC, position_run DESC, position_attempt DESC LIMIT ?",
            [service, to_text(at), run, attempt, most],
        )
        return tuple(map(build_of, rows))

    def newest_deployable(self, service: str) -> Build | None:
        """Return the deployable build with the greatest position, or None."""
        rows = self._database.query(
            "SELECT * FROM builds WHERE service = ? AND state = 'deployable' "
            "ORDER BY position_at DESC, position_run DESC, position_attempt DESC, id DESC LIMIT 1",
            [service],
        )
        return next(map(build_of, rows), None)

    def named(self, service: str, version: str) -> tuple[Build, ...]:
        """Return the builds of a version or of a commit by its first 7 to 40 hex digits, newest first."""
        digits = version.lower() if COMMIT.fullmatch(version.lower()) else None
        rows = self._database.query(
            """
            SELECT * FROM builds WHERE service = :service AND version = :version
            UNION
            SELECT * FROM builds WHERE service = :service AND sha BETWEEN :from AND :to
            ORDER BY position_at DESC, position_run DESC, position_attempt DESC, id DESC
            """,
            {"service": service, "version": version, "from": digits, "to": digits and digits.ljust(40, "f")},
        )
        return tuple(map(build_of, rows))
