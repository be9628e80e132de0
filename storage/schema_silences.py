"""The table of builds that wait for their pipelines. Never changed again.

`waits`: the first that waits, `since` when; `told`: of which the channel heard; `old`: which hung before the service
was known, so that nobody hears of it.
"""

SILENCES = (
    """
    CREATE TABLE silences (
        service TEXT PRIMARY KEY,
        waits INTEGER REFERENCES builds (id),
        since TEXT,
        told INTEGER REFERENCES builds (id),
        old INTEGER REFERENCES builds (id),
        CHECK ((waits IS NULL) = (since IS NULL))
    ) STRICT, WITHOUT ROWID
    """,
)
