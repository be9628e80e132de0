"""The table of due times. Never changed again."""

AGENDA = (
    """
    CREATE TABLE agenda (
        release INTEGER PRIMARY KEY REFERENCES releases (number),
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        due_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX agenda_due ON agenda (due_at, service, environment)",
)
