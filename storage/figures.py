"""Figures about what is stored, each from a partial index that holds unfinished rows only."""

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.ports.effects import EffectKind
from bot.ports.figures import Condition, Figures
from storage.effects import FREE
from storage.migrations import missing
from storage.times import from_text, to_text

KINDS = json.dumps([kind.value for kind in EffectKind])
RELEASES = (
    "SELECT environment, state, count(*) FROM releases WHERE state IN ('open', 'deploying', 'verifying') GROUP BY 1, 2"
)
OPENED = """
    SELECT environment, min(opened_at) FROM releases
    WHERE state IN ('open', 'deploying', 'verifying') AND state = 'open' GROUP BY environment
"""
"""The first condition is the index's own, else SQLite would not take it."""
DUE = f"SELECT e.kind, min(e.due_at) {FREE} AND e.state = 'ready' AND e.due_at <= :now GROUP BY e.kind"
EFFECTS = """
    SELECT kind, state, count(*) FROM effects WHERE state IN ('ready', 'attempting', 'verify') GROUP BY 1, 2
    UNION ALL
    SELECT kind, state, count(*) FROM effects
    WHERE state IN ('attempting', 'verify', 'unknown') AND state = 'unknown' GROUP BY 1, 2
    UNION ALL
    SELECT kind, state, count(*) FROM effects WHERE state = 'dead' GROUP BY 1, 2
"""
UNKNOWN = "SELECT count(*) FROM effects WHERE state IN ('attempting', 'verify', 'unknown') AND state = 'unknown'"
DEAD = "SELECT count(*) FROM effects WHERE state = 'dead' AND kind <> 'deploy'"
"""A deploy that was refused has failed its release, which says so to people: it is at rest."""
WAITING = "SELECT count(*) FROM inbox WHERE state = 'waiting'"
POISON = "SELECT count(*) FROM inbox WHERE state = 'poison'"


class SqliteFigures:
    """The FigureBook port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, now: datetime) -> Figures:
        """Return all figures as of now."""
        return Figures(
            releases=self._counted(RELEASES),
            oldest_open=self._times(OPENED),
            effects=self._counted(EFFECTS),
            oldest_ready=self._times(DUE, {"kinds": KINDS, "now": to_text(now), "without": "[]"}),
            inbox={"waiting": self._one(WAITING), "poison": self._one(POISON)},
            audit_head=self._one("SELECT coalesce(max(seq), 0) FROM audit"),
            database_bytes=self._one("PRAGMA page_count") * self._one("PRAGMA page_size"),
            disk_free=self._disk_free(),
        )

    def condition(self) -> Condition:
        """Return what readiness looks at."""
        return Condition(
            steps_missing=missing(self._database),
            unknown=self._one(UNKNOWN),
            dead=self._one(DEAD),
            poison=self._one(POISON),
            disk_free=self._disk_free(),
        )

    def _counted(self, query: str) -> dict[tuple[str, str], int]:
        return {(first, second): number for first, second, number in self._database.execute(query).fetchall()}

    def _times(self, query: str, given: dict[str, Any] | None = None) -> dict[str, datetime]:
        return {name: from_text(time) for name, time in self._database.execute(query, given or {}).fetchall()}

    def _one(self, query: str) -> int:
        return int(self._database.execute(query).fetchone()[0])

    def _disk_free(self) -> int | None:
        file = self._database.execute("PRAGMA database_list").fetchone()[2]
        return shutil.disk_usage(Path(file).parent).free if file else None
