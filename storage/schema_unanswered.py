"""When somebody was last reminded of an open letter. Never changed again."""

UNANSWERED = ("ALTER TABLE letters ADD COLUMN reminded_at TEXT",)
