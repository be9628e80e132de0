"""The columns that say who tries a failed release again, and which approvals count on from it. Never changed again."""

RETRIED = (
    "ALTER TABLE releases ADD COLUMN retried_by TEXT",
    "ALTER TABLE releases ADD COLUMN retried_slack TEXT",
    "ALTER TABLE approvals ADD COLUMN inherited INTEGER NOT NULL DEFAULT 0 CHECK (inherited IN (0, 1))",
)
"""Of what was tried again before it is not known by whom."""
