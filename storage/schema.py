"""The tables of the first version as SQL, a tuple of statements for each step of `migrations`. Never changed again."""

APPLICATION = 0x5349474E
"""SQLite's mark for whose file it is: "SIGN"."""


def _append_only(table: str) -> tuple[str, str]:
    """Return the triggers that keep the rows of a table as they were written."""
    update, delete = (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    )
    return update, delete


BUILDS = (
    f"PRAGMA application_id={APPLICATION}",
    """
    CREATE TABLE builds (
        id INTEGER PRIMARY KEY,
        service TEXT NOT NULL,
        sha TEXT NOT NULL CHECK (length(sha) = 40),
        artifact TEXT NOT NULL,
        version TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'deployable', 'broken')),
        position_at TEXT NOT NULL,
        position_run INTEGER NOT NULL,
        position_attempt INTEGER NOT NULL,
        title TEXT NOT NULL,
        url TEXT NOT NULL,
        branch TEXT NOT NULL,
        authors TEXT NOT NULL,
        pusher TEXT NOT NULL,
        checks TEXT NOT NULL,
        UNIQUE (service, sha)
    ) STRICT
    """,
    """
    CREATE INDEX builds_deployable ON builds (service, position_at, position_run, position_attempt)
    WHERE state = 'deployable'
    """,
    "CREATE INDEX builds_version ON builds (service, version)",
    """
    CREATE TABLE reports (
        service TEXT NOT NULL,
        sha TEXT NOT NULL,
        pipeline TEXT NOT NULL,
        report TEXT NOT NULL,
        PRIMARY KEY (service, sha, pipeline)
    ) STRICT, WITHOUT ROWID
    """,
)

LANES = (
    """
    CREATE TABLE lanes (
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        adopted_at TEXT,
        live_sha TEXT,
        live_version TEXT,
        live_since TEXT,
        live_position_at TEXT,
        live_position_run INTEGER,
        live_position_attempt INTEGER,
        live_release INTEGER REFERENCES releases (number),
        PRIMARY KEY (service, environment),
        CHECK ((live_sha IS NULL) = (live_version IS NULL) AND (live_sha IS NULL) = (live_since IS NULL)),
        CHECK ((live_position_at IS NULL) = (live_position_run IS NULL)),
        CHECK ((live_position_at IS NULL) = (live_position_attempt IS NULL))
    ) STRICT, WITHOUT ROWID
    """,
)

RELEASES = (
    """
    CREATE TABLE releases (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('pipeline', 'request')),
        build_id INTEGER NOT NULL REFERENCES builds (id),
        build TEXT NOT NULL,
        artifact TEXT NOT NULL,
        generation INTEGER NOT NULL CHECK (generation >= 1),
        key TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN (
            'open', 'deploying', 'live', 'rejected', 'expired', 'superseded', 'cancelled', 'failed'
        )),
        opened_at TEXT NOT NULL,
        ended_at TEXT,
        policy TEXT NOT NULL,
        policy_hash TEXT NOT NULL,
        requested_by TEXT,
        reason TEXT,
        superseded_by INTEGER REFERENCES releases (number),
        older_than_live INTEGER NOT NULL CHECK (older_than_live IN (0, 1)),
        deploy_status TEXT CHECK (deploy_status IN (
            'attempted', 'accepted', 'running', 'succeeded', 'failed', 'unknown'
        )),
        deploy_attempted_at TEXT,
        deploy_ref TEXT,
        deploy_url TEXT,
        deploy_finished_at TEXT,
        row_version INTEGER NOT NULL DEFAULT 1,
        FOREIGN KEY (service, environment) REFERENCES lanes (service, environment),
        CHECK ((state IN ('open', 'deploying')) = (ended_at IS NULL)),
        CHECK ((deploy_status IS NULL) = (deploy_attempted_at IS NULL))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX one_deploying ON releases (service, environment) WHERE state = 'deploying'",
    """
    CREATE INDEX releases_unfinished ON releases (service, environment, number)
    WHERE state IN ('open', 'deploying')
    """,
    "CREATE INDEX releases_of_lane ON releases (service, environment, number)",
    """
    CREATE TABLE approvals (
        id INTEGER PRIMARY KEY,
        release INTEGER NOT NULL REFERENCES releases (number),
        person TEXT NOT NULL,
        slack TEXT,
        verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'withdraw')),
        generation INTEGER NOT NULL,
        groups TEXT NOT NULL,
        at TEXT NOT NULL,
        surface TEXT NOT NULL CHECK (surface IN ('button', 'modal', 'command', 'cli')),
        saw TEXT
    ) STRICT
    """,
    "CREATE INDEX approvals_of_release ON approvals (release, id)",
    *_append_only("approvals"),
)

INBOX = (
    """
    CREATE TABLE inbox (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        dedupe_key TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        received_at TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'poison')),
        tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
        due_at TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        decided_at TEXT
    ) STRICT
    """,
    "CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting'",
)

EFFECTS = (
    """
    CREATE TABLE effects (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('deploy', 'announce', 'tell_failure', 'log', 'answer')),
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
        lease_until TEXT CHECK (lease_until IS NULL OR state IN ('attempting', 'verify')),
        first_lost_at TEXT,
        note TEXT NOT NULL DEFAULT '',
        CHECK (state <> 'attempting' OR lease_until IS NOT NULL)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX one_in_flight ON effects (lane) WHERE state IN ('attempting', 'verify', 'unknown')",
    "CREATE INDEX effects_ready ON effects (lane, id) WHERE state = 'ready'",
    """
    CREATE INDEX effects_unfinished ON effects (kind, due_at)
    WHERE state IN ('ready', 'attempting', 'verify')
    """,
    """
    CREATE TABLE attempts (
        effect INTEGER NOT NULL REFERENCES effects (id),
        n INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        outcome TEXT,
        note TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (effect, n)
    ) STRICT, WITHOUT ROWID
    """,
)

CARDS = (
    """
    CREATE TABLE cards (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('notice', 'question')),
        release INTEGER NOT NULL REFERENCES releases (number),
        channel TEXT NOT NULL,
        ts TEXT,
        want INTEGER NOT NULL,
        have INTEGER NOT NULL DEFAULT 0,
        gave_up INTEGER NOT NULL DEFAULT 0,
        have_hash TEXT,
        lost_posts INTEGER NOT NULL DEFAULT 0,
        tries INTEGER NOT NULL DEFAULT 0,
        due_at TEXT NOT NULL,
        lease_until TEXT,
        note TEXT NOT NULL DEFAULT '',
        UNIQUE (kind, release)
    ) STRICT
    """,
    "CREATE INDEX cards_to_show ON cards (due_at) WHERE want > have AND want > gave_up",
    """
    CREATE TABLE handles (
        id TEXT PRIMARY KEY,
        card INTEGER NOT NULL REFERENCES cards (id),
        release INTEGER NOT NULL REFERENCES releases (number),
        generation INTEGER NOT NULL,
        act TEXT NOT NULL,
        UNIQUE (card, release, generation, act)
    ) STRICT, WITHOUT ROWID
    """,
)

AUDIT = (
    """
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        action TEXT NOT NULL,
        actor TEXT,
        surface TEXT,
        lane TEXT,
        release INTEGER,
        policy_hash TEXT NOT NULL,
        data TEXT NOT NULL,
        prev_hash TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT
    """,
    *_append_only("audit"),
)

REMEMBERED = ("CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",)

REPLAYS = (
    """
    CREATE TABLE replays (
        key TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('working', 'done')),
        at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX replays_at ON replays (at)",
)

FIGURES = (
    "CREATE INDEX effects_dead ON effects (kind) WHERE state = 'dead'",
    "CREATE INDEX inbox_poison ON inbox (id) WHERE state = 'poison'",
)

IN_ORDER = (
    """
    CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
    BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END
    """,
    """
    CREATE TRIGGER approvals_no_replace BEFORE INSERT ON approvals
    WHEN EXISTS (SELECT 1 FROM approvals WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'approvals is append-only'); END
    """,
)
"""REPLACE deletes the row in its way without asking the DELETE triggers (https://sqlite.org/lang_conflict.html)."""
