"""The column that says that a second group has heard that approvals are missing. Never changed again."""

ESCALATED = ("ALTER TABLE releases ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0 CHECK (escalated IN (0, 1))",)
