"""The table of builds that wait for their pipelines, and of which a channel heard. Never changed again."""

SILENCES = (
    """
    CREATE TABLE silences (
        service TEXT PRIMARY KEY,
        waits INTEGER REFERENCES builds (id),
        since TEXT,
        told INTEGER REFERENCES builds (id),
        CHECK ((waits IS NULL) = (since IS NULL))
    ) STRICT, WITHOUT ROWID
    """,
)
