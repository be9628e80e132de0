"""Which commits concern a service that shares its repository, as far as that was found out."""

CONCERNS = (
    """
    CREATE TABLE concerns (
        service TEXT NOT NULL,
        sha TEXT NOT NULL,
        paths TEXT NOT NULL,
        concerned INTEGER NOT NULL CHECK (concerned IN (0, 1)),
        PRIMARY KEY (service, sha)
    ) STRICT, WITHOUT ROWID
    """,
)
