"""The step that makes room for the release rules: more states, gates of lanes, marks, the stop, the line.

A CHECK cannot be changed in SQLite, so tables are built anew. Nearly everything refers to `releases`: its rows are set
aside, the table is dropped and made again under its name, and the rows are put back, with foreign keys deferred until
the commit. Putting a row back settles what its absence owed, for which SQLite looks for its children: the passing
indexes keep that from being a walk over all of them for each release (https://sqlite.org/foreignkeys.html#fk_deferred).
"""

_RELEASE_COLUMNS = """
    number, service, environment, origin, build_id, build, artifact, generation, key, state, opened_at, ended_at,
    policy, policy_hash, requested_by, reason, superseded_by, older_than_live, put_off, deploy_status,
    deploy_attempted_at, deploy_ref, deploy_url, deploy_finished_at, row_version
"""
_EFFECT_COLUMNS = """
    id, key, kind, lane, release, body, state, attempt, fence, created_at, due_at, give_up_at, lease_until,
    first_lost_at, note
"""


def _append_only(table: str, key: str) -> tuple[str, str, str]:
    """Return the triggers that keep the rows of a table as they were written; REPLACE would delete without asking."""
    update, delete = (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    )
    replace = (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - the names below
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    return update, delete, replace


RELEASES = (
    "PRAGMA defer_foreign_keys=ON",
    "CREATE INDEX passing_effects ON effects (release)",
    "CREATE INDEX passing_handles ON handles (release)",
    "CREATE INDEX passing_letters ON letters (release)",
    "CREATE INDEX passing_releases ON releases (superseded_by)",
    f"CREATE TABLE releases_aside AS SELECT {_RELEASE_COLUMNS} FROM releases",  # noqa: S608 - the columns above
    "CREATE TABLE numbers_aside AS SELECT seq FROM sqlite_sequence WHERE name = 'releases'",
    "DROP TABLE releases",
    """
    CREATE TABLE releases (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('pipeline', 'request', 'external')),
        build_id INTEGER NOT NULL REFERENCES builds (id),
        build TEXT NOT NULL,
        artifact TEXT NOT NULL,
        generation INTEGER NOT NULL CHECK (generation >= 1),
        key TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN (
            'open', 'deploying', 'verifying', 'live', 'rejected', 'expired', 'superseded', 'cancelled', 'failed',
            'rolled_back'
        )),
        opened_at TEXT NOT NULL,
        ended_at TEXT,
        policy TEXT NOT NULL,
        policy_hash TEXT NOT NULL,
        requested_by TEXT,
        reason TEXT,
        superseded_by INTEGER REFERENCES releases (number),
        older_than_live INTEGER NOT NULL CHECK (older_than_live IN (0, 1)),
        put_off TEXT,
        kind TEXT NOT NULL DEFAULT 'release' CHECK (kind IN ('release', 'rollback', 'hotfix')),
        why TEXT,
        retry_of INTEGER REFERENCES releases (number),
        asked_at TEXT,
        approved_at TEXT,
        reminded INTEGER NOT NULL DEFAULT 0 CHECK (reminded >= 0),
        scheduled_for TEXT,
        override TEXT,
        waited_for TEXT,
        chosen INTEGER NOT NULL DEFAULT 0 CHECK (chosen IN (0, 1)),
        health TEXT,
        deploy_status TEXT CHECK (deploy_status IN (
            'attempted', 'accepted', 'running', 'succeeded', 'failed', 'unknown'
        )),
        deploy_attempted_at TEXT,
        deploy_ref TEXT,
        deploy_url TEXT,
        deploy_finished_at TEXT,
        row_version INTEGER NOT NULL DEFAULT 1,
        FOREIGN KEY (service, environment) REFERENCES lanes (service, environment),
        CHECK ((state IN ('open', 'deploying', 'verifying')) = (ended_at IS NULL)),
        CHECK ((deploy_status IS NULL) = (deploy_attempted_at IS NULL))
    ) STRICT
    """,
    "CREATE INDEX passing_releases ON releases (superseded_by)",
    "CREATE INDEX passing_retries ON releases (retry_of)",
    f"INSERT INTO releases ({_RELEASE_COLUMNS}) SELECT {_RELEASE_COLUMNS} FROM releases_aside ORDER BY number",  # noqa: S608 - the columns above
    "DELETE FROM sqlite_sequence WHERE name = 'releases'",
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'releases', seq FROM numbers_aside",
    "DROP TABLE releases_aside",
    "DROP TABLE numbers_aside",
    "DROP INDEX passing_effects",
    "DROP INDEX passing_handles",
    "DROP INDEX passing_letters",
    "DROP INDEX passing_releases",
    "DROP INDEX passing_retries",
    """
    CREATE UNIQUE INDEX one_release_in_flight ON releases (service, environment)
    WHERE state IN ('deploying', 'verifying')
    """,
    """
    CREATE INDEX releases_unfinished ON releases (service, environment, number)
    WHERE state IN ('open', 'deploying', 'verifying')
    """,
    "CREATE INDEX releases_of_lane ON releases (service, environment, number)",
    "CREATE INDEX releases_live ON releases (service, environment, build_id, ended_at) WHERE state = 'live'",
    "CREATE INDEX releases_failed ON releases (service, environment, ended_at) WHERE state = 'failed'",
)

APPROVALS = (
    """
    CREATE TABLE approvals_new (
        id INTEGER PRIMARY KEY,
        release INTEGER NOT NULL REFERENCES releases (number),
        person TEXT NOT NULL,
        slack TEXT,
        verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'withdraw', 'lapse')),
        generation INTEGER NOT NULL,
        groups TEXT NOT NULL,
        at TEXT NOT NULL,
        surface TEXT NOT NULL CHECK (surface IN ('button', 'modal', 'command', 'cli')),
        saw TEXT
    ) STRICT
    """,
    """
    INSERT INTO approvals_new (id, release, person, slack, verdict, generation, groups, at, surface, saw)
    SELECT id, release, person, slack, verdict, generation, groups, at, surface, saw FROM approvals
    """,
    "DROP TABLE approvals",
    "ALTER TABLE approvals_new RENAME TO approvals",
    "CREATE INDEX approvals_of_release ON approvals (release, id)",
    *_append_only("approvals", "id = NEW.id"),
)

EFFECTS = (
    """
    CREATE TABLE effects_new (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN (
            'deploy', 'announce', 'tell_failure', 'tell_rolled_back', 'remind', 'operations', 'tell_line',
            'tell_freeze', 'log', 'answer', 'anchor'
        )),
        lane TEXT NOT NULL,
        release INTEGER REFERENCES releases (number),
        body TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN (
            'ready', 'attempting', 'verify', 'unknown', 'done', 'dead', 'cancelled'
        )),
        attempt INTEGER NOT NULL DEFAULT 0,
        fence INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL,
        due_at TEXT NOT NULL,
        give_up_at TEXT NOT NULL,
        lease_until TEXT CHECK (lease_until IS NULL OR state IN ('attempting', 'verify')),
        first_lost_at TEXT,
        note TEXT NOT NULL DEFAULT '',
        CHECK (state <> 'attempting' OR lease_until IS NOT NULL)
    ) STRICT
    """,
    f"INSERT INTO effects_new ({_EFFECT_COLUMNS}) SELECT {_EFFECT_COLUMNS} FROM effects",  # noqa: S608 - the columns above
    """
    CREATE TABLE attempts_new (
        effect INTEGER NOT NULL REFERENCES effects_new (id),
        n INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        outcome TEXT,
        note TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (effect, n)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO attempts_new (effect, n, fence, started_at, finished_at, outcome, note)
    SELECT effect, n, fence, started_at, finished_at, outcome, note FROM attempts
    """,
    "DROP TABLE attempts",
    "DROP TABLE effects",
    "ALTER TABLE effects_new RENAME TO effects",
    "ALTER TABLE attempts_new RENAME TO attempts",
    "CREATE UNIQUE INDEX one_in_flight ON effects (lane) WHERE state IN ('attempting', 'verify', 'unknown')",
    "CREATE INDEX effects_ready ON effects (lane, id) WHERE state = 'ready'",
    """
    CREATE INDEX effects_unfinished ON effects (kind, due_at)
    WHERE state IN ('ready', 'attempting', 'verify')
    """,
    "CREATE INDEX effects_dead ON effects (kind) WHERE state = 'dead'",
)

AGENDA = (
    """
    CREATE TABLE agenda_new (
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        subject TEXT NOT NULL,
        due_at TEXT NOT NULL,
        build INTEGER REFERENCES builds (id),
        PRIMARY KEY (service, environment, subject)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO agenda_new (service, environment, subject, due_at)
    SELECT service, environment, 'R-' || release, due_at FROM agenda
    """,
    "DROP TABLE agenda",
    "ALTER TABLE agenda_new RENAME TO agenda",
    "CREATE INDEX agenda_due ON agenda (due_at, service, environment, build)",
    "CREATE INDEX agenda_soaks ON agenda (due_at) WHERE build IS NOT NULL",
)
"""What is due in a lane: each release, the lane itself, and each build that soaks in the environment before."""

GATES = (
    "ALTER TABLE lanes ADD COLUMN mode TEXT",
    "ALTER TABLE lanes ADD COLUMN hold TEXT",
    "ALTER TABLE lanes ADD COLUMN lock TEXT",
    """
    CREATE TABLE stops (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        person TEXT NOT NULL,
        reason TEXT NOT NULL,
        since TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE marks (
        service TEXT NOT NULL,
        seq INTEGER NOT NULL CHECK (seq >= 1),
        judgement TEXT NOT NULL CHECK (judgement IN ('bad', 'cleared')),
        position_at TEXT NOT NULL,
        position_run INTEGER NOT NULL,
        position_attempt INTEGER NOT NULL,
        label TEXT NOT NULL,
        person TEXT,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (service, seq)
    ) STRICT, WITHOUT ROWID
    """,
    *_append_only("marks", "service = NEW.service AND seq = NEW.seq"),
    """
    CREATE TABLE lived (
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        sha TEXT NOT NULL,
        artifact TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (service, sha, environment, artifact)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO lived (service, environment, sha, artifact, since)
    SELECT lanes.service, environment, live_sha, coalesce(builds.artifact, ''), live_since
    FROM lanes LEFT JOIN builds ON builds.service = lanes.service AND builds.sha = live_sha
    WHERE live_sha IS NOT NULL AND live_release IS NULL
    """,
    """
    CREATE TRIGGER lived_is_built AFTER INSERT ON builds
    BEGIN
        UPDATE lived SET artifact = NEW.artifact
        WHERE service = NEW.service AND sha = NEW.sha AND artifact = '';
    END
    """,
    """
    CREATE TABLE lines (
        service TEXT PRIMARY KEY,
        newest INTEGER NOT NULL REFERENCES builds (id),
        first INTEGER REFERENCES builds (id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX builds_position ON builds (service, position_at, position_run, position_attempt)",
)
