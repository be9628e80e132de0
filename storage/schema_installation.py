"""The table of one row that says which database this is, and how old bodies are found. Never changed again."""

INSTALLATION = (
    """
    CREATE TABLE installation (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        id TEXT NOT NULL,
        epoch INTEGER NOT NULL CHECK (epoch >= 1)
    ) STRICT
    """,
)
BODIES = ("CREATE INDEX inbox_bodies ON inbox (received_at) WHERE state = 'done' AND body <> ''",)
