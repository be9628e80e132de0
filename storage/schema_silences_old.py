"""Which build hung before a service was known: of it nobody hears. Never changed again."""

SILENCES_OLD = ("ALTER TABLE silences ADD COLUMN old INTEGER REFERENCES builds (id)",)
