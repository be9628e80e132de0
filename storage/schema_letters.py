"""The step that makes room for dead letters: cards about other things than releases, a time to give up, who settled.

SQLite cannot change a CHECK, so two tables with those that refer to them are built anew beside the old ones, filled,
and renamed. Foreign keys are on and stay so within a transaction: children go before their parents, and renaming a
parent renames it in what refers to it (https://sqlite.org/lang_altertable.html).
"""

EFFECTS = (
    """
    CREATE TABLE effects_new (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('deploy', 'announce', 'tell_failure', 'log', 'answer', 'anchor')),
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
    """
    INSERT INTO effects_new (
        id, key, kind, lane, release, body, state, attempt, fence, created_at, due_at, give_up_at, lease_until,
        first_lost_at, note
    ) SELECT
        id, key, kind, lane, release, body, state, attempt, fence, created_at, due_at,
        strftime('%Y-%m-%dT%H:%M:%f', created_at, '+24 hours') || '000Z', lease_until, first_lost_at, note
    FROM effects
    """,
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

CARDS = (
    """
    CREATE TABLE cards_new (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('notice', 'question', 'letter', 'audit')),
        subject TEXT NOT NULL,
        release INTEGER REFERENCES releases (number),
        channel TEXT NOT NULL,
        ts TEXT,
        want INTEGER NOT NULL,
        have INTEGER NOT NULL DEFAULT 0,
        gave_up INTEGER NOT NULL DEFAULT 0,
        abandoned INTEGER NOT NULL DEFAULT 0,
        have_hash TEXT,
        lost_posts INTEGER NOT NULL DEFAULT 0,
        tries INTEGER NOT NULL DEFAULT 0,
        due_at TEXT NOT NULL,
        lease_until TEXT,
        note TEXT NOT NULL DEFAULT '',
        UNIQUE (kind, subject),
        CHECK (kind NOT IN ('notice', 'question') OR (release IS NOT NULL AND subject = CAST(release AS TEXT)))
    ) STRICT
    """,
    """
    INSERT INTO cards_new (
        id, kind, subject, release, channel, ts, want, have, gave_up, have_hash, lost_posts, tries, due_at,
        lease_until, note
    ) SELECT
        id, kind, CAST(release AS TEXT), release, channel, ts, want, have, gave_up, have_hash, lost_posts, tries,
        due_at, lease_until, note
    FROM cards
    """,
    """
    CREATE TABLE handles_new (
        id TEXT PRIMARY KEY,
        card INTEGER NOT NULL REFERENCES cards_new (id),
        release INTEGER REFERENCES releases (number),
        generation INTEGER NOT NULL,
        act TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO handles_new (id, card, release, generation, act)
    SELECT id, card, release, generation, act FROM handles
    """,
    "DROP TABLE handles",
    "DROP TABLE cards",
    "ALTER TABLE cards_new RENAME TO cards",
    "ALTER TABLE handles_new RENAME TO handles",
    "CREATE INDEX cards_to_show ON cards (due_at) WHERE want > have AND want > abandoned",
    "CREATE INDEX cards_of_release ON cards (release)",
    "CREATE UNIQUE INDEX one_handle ON handles (card, coalesce(release, 0), generation, act)",
)

LETTERS = (
    """
    CREATE TABLE letters (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        about TEXT NOT NULL,
        release INTEGER REFERENCES releases (number),
        what TEXT NOT NULL,
        why TEXT NOT NULL,
        opened_at TEXT NOT NULL,
        settled_at TEXT,
        answer TEXT CHECK (answer IN ('it did run', 'it did not run', 'try again', 'abandon')),
        settled_by TEXT,
        CHECK (settled_at IS NOT NULL OR answer IS NULL),
        CHECK ((answer IS NULL) = (settled_by IS NULL))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX one_open_letter ON letters (about) WHERE settled_at IS NULL",
    "CREATE INDEX letters_about ON letters (about, id)",
    "ALTER TABLE releases ADD COLUMN put_off TEXT",
)

UNSETTLED = ("ALTER TABLE cards ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1, 2))",)
