"""The column that says what was live when a rollback was asked for. Never changed again."""

REPLACED = ("ALTER TABLE releases ADD COLUMN instead_of TEXT",)
