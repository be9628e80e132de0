"""What was learnt from outside and is needed when the outside is away: the workspace's address, channels' ids."""

from collections.abc import Mapping

from sqlite_utils import Database


class SqliteRemembered:
    """The Remembered port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """Return what is remembered under a name."""
        row = self._database.execute("SELECT value FROM remembered WHERE name = ?", [name]).fetchone()
        return None if row is None else str(row[0])

    def beginning(self, prefix: str) -> Mapping[str, str]:
        """Return everything whose name begins so, by the rest of its name."""
        rows = self._database.execute(
            "SELECT name, value FROM remembered WHERE substr(name, 1, ?) = ?", [len(prefix), prefix]
        ).fetchall()
        return {name[len(prefix) :]: value for name, value in rows}

    def set(self, name: str, value: str) -> None:
        """Remember it in place of what was remembered before."""
        self._database.execute(
            "INSERT INTO remembered (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )
