"""Lanes with their releases and what people said about them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from bot.core.build import Build, Position
from bot.core.lane import Around, Lane, Live
from bot.core.policy import LaneId
from bot.core.release import Approval, Lifecycle, Release
from storage.around import around
from storage.changes import note_ended
from storage.rows import Row, approval_of, approval_row, lane_of, lane_row, release_of, release_row
from storage.times import to_text

LOADED = """
    SELECT * FROM releases INDEXED BY releases_unfinished
    WHERE service = :service AND environment = :environment AND state IN ('open', 'deploying', 'verifying')
    UNION
    SELECT * FROM releases WHERE number IN (:also, :live) AND service = :service AND environment = :environment
    UNION
    SELECT * FROM (
        SELECT * FROM releases INDEXED BY releases_failed
        WHERE service = :service AND environment = :environment AND state = 'failed' AND ended_at > :since
        ORDER BY ended_at DESC LIMIT 20
    )
    ORDER BY number
"""
"""The last are what failed after that which is live went there: a rollback to it takes these out."""
OVERTAKEN = """
    SELECT 1 FROM builds INDEXED BY builds_position
    WHERE service = :service AND (position_at, position_run, position_attempt) > (:at, :run, :attempt) AND (
        EXISTS (
            SELECT 1 FROM releases INDEXED BY releases_live WHERE releases.service = :service
                AND environment = :environment AND build_id = builds.id AND state = 'live'
        ) OR EXISTS (
            SELECT 1 FROM lived
            WHERE lived.service = :service AND environment = :environment AND lived.sha = builds.sha
        )
    ) LIMIT 1
"""
HISTORY = "SELECT * FROM releases WHERE service = ? AND environment = ? ORDER BY number DESC LIMIT ?"
LIVED = """
    INSERT INTO lived (service, environment, sha, artifact, since) VALUES (
        :service, :environment, :sha,
        coalesce((SELECT artifact FROM builds WHERE service = :service AND sha = :sha), ''), :since
    ) ON CONFLICT DO NOTHING
"""
"""Of a commit nobody has built as far as we know, the artifact is that of the first build we hear of."""


class SqliteLanes:
    """The Lanes port within one transaction. It remembers which version of each release it has handed out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[int, int] = {}

    def load(self, lane: LaneId, *, also: int | None = None, build: Build | None = None) -> Lane:
        """Return the lane with its unfinished releases, the one that is live, one more, and what is around it."""
        where = {"service": lane.service, "environment": lane.environment}
        row = next(
            self._database.query("SELECT * FROM lanes WHERE service = :service AND environment = :environment", where),
            None,
        )
        known = {"live": row["live_release"], "since": row["live_since"]} if row else {"live": None, "since": None}
        releases = self._releases(self._database.query(LOADED, where | {"also": also} | known))
        found = Lane(lane) if row is None else lane_of(row, releases)
        return replace(found, around=around(self._database, found, build))

    def save(self, before: Lane, after: Lane) -> None:
        """Write what differs. LookupError when a changed release is not as this transaction loaded it."""
        if before.id != after.id:
            raise ValueError(f"{before.id} cannot become {after.id}")
        self._database.execute(
            "INSERT INTO lanes (service, environment) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [after.id.service, after.id.environment],
        )
        for release in after.releases:
            if before.release(release.number) is None:
                self._insert(release)
        for old, new in _changes(before, after):
            self._update(old, new)
        if replace(before, releases=(), around=Around()) != replace(after, releases=(), around=Around()):
            self._update_lane(after)
        if after.live is not None and after.live != before.live:
            self._remember(after.id, after.live)
        note_ended(self._database, before, after)

    def next_number(self) -> int:
        """Return one more than the greatest number ever used: SQLite keeps it apart from the rows."""
        row = self._database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'releases'").fetchone()
        return 1 if row is None else int(row[0]) + 1

    def release(self, number: int) -> Release | None:
        """Return one release, ended or not."""
        found = self._releases(self._database.query("SELECT * FROM releases WHERE number = ?", [number]))
        return found[0] if found else None

    def history(self, lane: LaneId, count: int) -> tuple[Release, ...]:
        """Return the newest releases of a lane, newest first."""
        return self._releases(
            self._database.query(
                HISTORY,
                [lane.service, lane.environment, max(count, 0)],  # SQLite reads a negative limit as none
            )
        )

    def unfinished(self) -> tuple[Release, ...]:
        """Return every unfinished release of every lane, oldest first."""
        return self._releases(
            self._database.query(
                "SELECT * FROM releases INDEXED BY releases_unfinished "
                "WHERE state IN ('open', 'deploying', 'verifying') ORDER BY number"
            )
        )

    def in_flight(self) -> tuple[Release, ...]:
        """Return every release that is being deployed or verified, oldest first."""
        return self._releases(
            self._database.query(
                "SELECT * FROM releases INDEXED BY one_release_in_flight "
                "WHERE state IN ('deploying', 'verifying') ORDER BY number"
            )
        )

    def waiting(self) -> tuple[LaneId, ...]:
        """Return every lane that has unfinished releases."""
        rows = self._database.execute(
            "SELECT DISTINCT service, environment FROM releases INDEXED BY releases_unfinished "
            "WHERE state IN ('open', 'deploying', 'verifying') ORDER BY service, environment"
        )
        return tuple(LaneId(service, environment) for service, environment in rows)

    def switched(self) -> tuple[LaneId, ...]:
        """Return every lane whose mode somebody set at run time: there are few lanes."""
        rows = self._database.execute(
            "SELECT service, environment FROM lanes WHERE mode IS NOT NULL ORDER BY service, environment"
        )
        return tuple(LaneId(service, environment) for service, environment in rows)

    def was_overtaken(self, lane: LaneId, position: Position) -> bool:
        """Return whether a later build of the service has been live in a lane, and was not rolled back since."""
        row = self._database.execute(
            OVERTAKEN,
            {
                "service": lane.service,
                "environment": lane.environment,
                "at": to_text(position[0]),
                "run": position[1],
                "attempt": position[2],
            },
        ).fetchone()
        return row is not None

    def _releases(self, found: Iterable[Row]) -> tuple[Release, ...]:
        rows = list(found)
        words = self._approvals([row["number"] for row in rows])
        self._versions.update({row["number"]: row["row_version"] for row in rows})
        return tuple(release_of(row, tuple(words[row["number"]])) for row in rows)

    def _approvals(self, numbers: list[int]) -> dict[int, list[Approval]]:
        words: dict[int, list[Approval]] = defaultdict(list)
        if not numbers:
            return words
        rows = self._database.query(
            "SELECT * FROM approvals WHERE release IN (SELECT value FROM json_each(?)) ORDER BY id",
            [json.dumps(numbers)],
        )
        for row in rows:
            words[row["release"]].append(approval_of(row))
        return words

    def _insert(self, release: Release) -> None:
        self._database.execute(
            """
            INSERT INTO releases (
                number, service, environment, origin, build_id, build, artifact, generation, key, state, opened_at,
                ended_at, policy, policy_hash, requested_by, requested_slack, reason, superseded_by, older_than_live,
                put_off, kind, why, retry_of, retried_by, retried_slack, instead_of, asked_at, approved_at, reminded,
                escalated, scheduled_for, override, waited_for, chosen, health, deploy_status, deploy_attempted_at,
                deploy_ref, deploy_url, deploy_finished_at, deploy_stop, deploy_let_on
            ) VALUES (
                :number, :service, :environment, :origin, :build_id, :build, :artifact, :generation, :key, :state,
                :opened_at, :ended_at, :policy, :policy_hash, :requested_by, :requested_slack, :reason,
                :superseded_by, :older_than_live, :put_off, :kind, :why, :retry_of, :retried_by, :retried_slack,
                :instead_of, :asked_at, :approved_at, :reminded, :escalated, :scheduled_for, :override, :waited_for,
                :chosen, :health, :deploy_status, :deploy_attempted_at, :deploy_ref, :deploy_url, :deploy_finished_at,
                :deploy_stop, :deploy_let_on
            )
            """,
            release_row(release),
        )
        self._versions[release.number] = 1
        self._append(release, ())

    def _update(self, old: Release, new: Release) -> None:
        """Write what may change; what a release is from its birth (lane, key, policy) never does."""
        version = self._versions.get(new.number)
        changed = self._database.execute(
            """
            UPDATE releases SET
                build = :build, artifact = :artifact, generation = :generation, state = :state, ended_at = :ended_at,
                reason = :reason, superseded_by = :superseded_by, older_than_live = :older_than_live,
                put_off = :put_off, asked_at = :asked_at, approved_at = :approved_at,
                reminded = :reminded, escalated = :escalated, scheduled_for = :scheduled_for,
                override = :override, waited_for = :waited_for, chosen = :chosen, health = :health,
                deploy_status = :deploy_status, deploy_attempted_at = :deploy_attempted_at,
                deploy_ref = :deploy_ref, deploy_url = :deploy_url,
                deploy_finished_at = :deploy_finished_at, deploy_stop = :deploy_stop, deploy_let_on = :deploy_let_on,
                row_version = row_version + 1
            WHERE number = :number AND service = :service AND environment = :environment AND build_id = :build_id
                AND key = :key AND row_version = :row_version
            """,
            release_row(new) | {"row_version": version},
        )
        if version is None or changed.rowcount != 1:
            raise LookupError(f"{new.name} is not as this transaction loaded it")
        self._versions[new.number] = version + 1
        self._append(new, old.approvals)

    def _append(self, release: Release, known: tuple[Approval, ...]) -> None:
        if release.approvals[: len(known)] != known:
            raise ValueError(f"what people said of {release.name} can only be added to")
        for word in release.approvals[len(known) :]:
            self._database.execute(
                """
                INSERT INTO approvals (release, person, slack, verdict, generation, groups, at, surface, saw, inherited)
                VALUES (:release, :person, :slack, :verdict, :generation, :groups, :at, :surface, :saw, :inherited)
                """,
                approval_row(release.number, word),
            )

    def _update_lane(self, lane: Lane) -> None:
        self._database.execute(
            """
            UPDATE lanes SET
                adopted_at = :adopted_at, live_sha = :live_sha, live_version = :live_version, live_since = :live_since,
                live_position_at = :live_position_at, live_position_run = :live_position_run,
                live_position_attempt = :live_position_attempt, live_release = :live_release,
                mode = :mode, hold = :hold, lock = :lock
            WHERE service = :service AND environment = :environment
            """,
            lane_row(lane),
        )

    def _remember(self, lane: LaneId, live: Live) -> None:
        """Keep what was live by somebody else's doing: one may go back to it, and it counts for the lanes after."""
        if live.release is None:
            self._database.execute(
                LIVED,
                {
                    "service": lane.service,
                    "environment": lane.environment,
                    "sha": live.sha,
                    "since": to_text(live.since),
                },
            )


def _changes(before: Lane, after: Lane) -> list[tuple[Release, Release]]:
    """Return the releases that differ; those that leave the lane to others first, since one may have it at a time."""
    known = ((before.release(new.number), new) for new in after.releases)
    differ = [(old, new) for old, new in known if old is not None and old != new]
    return sorted(differ, key=lambda pair: pair[1].state in {Lifecycle.DEPLOYING, Lifecycle.VERIFYING})
