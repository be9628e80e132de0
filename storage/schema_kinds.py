"""The step that leaves it to the code which kinds of effects and cards there are. Never changed again.

A new kind of message is a word more, and SQLite would have both tables built anew for it. Every row that is read has a
kind of `bot.ports.store`, or reading it fails. How two tables are built anew beside the old ones is said in
`storage/schema_letters.py`.
"""

import re

from storage import schema_rules

_KINDS = re.compile(r"kind TEXT NOT NULL CHECK \(kind IN \([^)]*\)\)")
_ANY_KIND = "kind TEXT NOT NULL"
_CARD_COLUMNS = (
    "id, kind, subject, release, channel, ts, want, have, gave_up, abandoned, have_hash, lost_posts, tries, due_at, "
    "lease_until, note, unsettled"
)

EFFECTS = tuple(_KINDS.sub(_ANY_KIND, step) for step in schema_rules.EFFECTS)

CARDS = (
    """
    CREATE TABLE cards_new (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
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
        unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1, 2)),
        UNIQUE (kind, subject),
        CHECK (kind NOT IN ('notice', 'question') OR (release IS NOT NULL AND subject = CAST(release AS TEXT)))
    ) STRICT
    """,
    f"INSERT INTO cards_new ({_CARD_COLUMNS}) SELECT {_CARD_COLUMNS} FROM cards",  # noqa: S608 - the columns above
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
