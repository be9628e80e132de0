"""The table of announcements that people read before they are posted. Never changed again."""

DRAFTS = (
    """
    CREATE TABLE drafts (
        release INTEGER PRIMARY KEY REFERENCES releases (number),
        opened_at TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'posted', 'discarded', 'dropped')),
        text TEXT,
        edited_by TEXT,
        reminded INTEGER NOT NULL DEFAULT 0 CHECK (reminded IN (0, 1)),
        ended_at TEXT,
        ended_by TEXT,
        CHECK ((state = 'open') = (ended_at IS NULL))
    ) STRICT
    """,
    "CREATE INDEX drafts_open ON drafts (opened_at) WHERE state = 'open'",
)
