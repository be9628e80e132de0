"""The table of one row that says which database this is. Never changed again."""

INSTALLATION = (
    """
    CREATE TABLE installation (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        id TEXT NOT NULL,
        epoch INTEGER NOT NULL CHECK (epoch >= 1)
    ) STRICT
    """,
)
