"""What the commits between two builds are, as the source told it, and what each release replaced.

`comparisons`: `source` names the repository and the paths that were compared; `body` is the comparison as JSON, or why
nobody can tell it; `at` is when it was told or asked for; `due_at` is when to ask (again), where nobody has told yet.
`preceded`: what was live in the lane when a release ended, as JSON, with its commit apart.
"""

CHANGES = (
    """
    CREATE TABLE comparisons (
        service TEXT NOT NULL,
        base TEXT NOT NULL,
        head TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('wanted', 'told', 'untold')),
        source TEXT NOT NULL,
        body TEXT NOT NULL,
        tries INTEGER NOT NULL,
        at TEXT NOT NULL,
        due_at TEXT,
        PRIMARY KEY (service, base, head)
    ) STRICT
    """,
    "CREATE INDEX comparisons_at ON comparisons (at)",
    "CREATE INDEX comparisons_wanted ON comparisons (at) WHERE state = 'wanted'",
    """
    CREATE TABLE preceded (
        release INTEGER PRIMARY KEY REFERENCES releases (number),
        sha TEXT NOT NULL,
        live TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX preceded_at ON preceded (at)",
)

COMPARING = ("CREATE TABLE comparing (since TEXT NOT NULL) STRICT",)
"""It has a row once commits are compared here: from then on releases wait until it is told who wrote them."""
