"""The step that makes room for App Home: who has opened it, and a count of what changed that homes show."""

_HOMES = """
    CREATE TABLE homes (
        slack TEXT PRIMARY KEY,
        team TEXT,
        opened_at TEXT NOT NULL,
        want INTEGER NOT NULL DEFAULT 1,
        have INTEGER NOT NULL DEFAULT -1,
        policy TEXT NOT NULL DEFAULT '',
        have_hash TEXT,
        view_hash TEXT,
        looks INTEGER NOT NULL DEFAULT 0,
        tries INTEGER NOT NULL DEFAULT 0,
        tried_at TEXT NOT NULL DEFAULT '',
        due_at TEXT NOT NULL,
        refresh_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
"""

_ANY = "1"
WATCHED = {
    "lanes": _ANY,
    "releases": _ANY,
    "approvals": _ANY,
    "builds": _ANY,
    "stops": _ANY,
    "marks": _ANY,
    "lines": _ANY,
    "letters": _ANY,
    "cards": "{row}.ts IS NOT NULL",
    "remembered": "{row}.name LIKE 'mute:%'",
}
"""What a home shows, by table, and which rows of it: of a card only where it is, of what is remembered who mutes."""
_ROW = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def _trigger(table: str, which: str, verb: str) -> str:
    moved = " AND NEW.ts IS NOT OLD.ts" if (table, verb) == ("cards", "UPDATE") else ""
    when = which.format(row=_ROW[verb]) + moved
    return (
        f"CREATE TRIGGER IF NOT EXISTS home_{table}_{verb.lower()} "  # noqa: S608 - of the names above
        f"AFTER {verb} ON {table} WHEN {when} BEGIN UPDATE home_changes SET count = count + 1; END"
    )


HOMES = (
    _HOMES,
    "CREATE TABLE home_changes (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL) STRICT",
    "INSERT INTO home_changes (one, count) VALUES (1, 0)",
)
COUNTING = tuple(_trigger(table, which, verb) for table, which in WATCHED.items() for verb in _ROW)
"""Made after the last step and not by one: a step that builds a table anew drops that table's triggers with it."""
