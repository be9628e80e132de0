"""What could not be delivered, by names that never change, and the letters about it."""

from datetime import datetime

from sqlite_utils import Database

from bot.core.inputs import Answer
from bot.core.retry import GIVE_UP_AFTER
from bot.ports.letters import Letter, Undelivered
from storage.rows import Row
from storage.times import from_text, maybe_time, to_text

LEFT = {
    "effect": """
        SELECT 'effect-' || id AS name, kind AS what, release, state, created_at AS since,
            CASE WHEN state IN ('ready', 'verify', 'attempting') THEN due_at END AS due, note AS why
        FROM effects
        WHERE (state IN ('unknown', 'dead', 'verify') OR state = 'ready' AND attempt > 0
            OR state = 'attempting' AND attempt > 1)
    """,
    "card": """
        SELECT 'card-' || id AS name, kind AS what, release,
            CASE WHEN gave_up >= want THEN 'given up' ELSE 'waits' END AS state,
            coalesce((SELECT max(opened_at) FROM letters WHERE about = 'card-' || cards.id), due_at) AS since,
            due_at AS due, note AS why
        FROM cards WHERE want > have AND want > abandoned
            AND (gave_up >= want OR tries > (lease_until IS NOT NULL))
    """,
    "inbox": """
        SELECT 'inbox-' || id AS name, source AS what, NULL AS release, state, received_at AS since,
            CASE state WHEN 'waiting' THEN due_at END AS due, note AS why
        FROM inbox WHERE (state = 'poison' OR state = 'waiting' AND tries > 0 AND note <> '')
    """,
}
ALL = " UNION ALL ".join(LEFT.values()) + " ORDER BY since, name"
RETRY = {
    "effect": """
        UPDATE effects SET state = CASE state WHEN 'dead' THEN 'ready' ELSE state END, due_at = :now,
            give_up_at = :give_up, first_lost_at = CASE state WHEN 'dead' THEN NULL ELSE first_lost_at END
        WHERE id = :id AND (state = 'dead' AND kind <> 'deploy' OR state IN ('ready', 'verify') AND lease_until IS NULL)
    """,
    "card": """
        UPDATE cards SET due_at = :now, tries = 0, gave_up = 0
        WHERE id = :id AND want > have AND want > abandoned AND lease_until IS NULL
    """,
    "inbox": "UPDATE inbox SET state = 'waiting', tries = 0, due_at = :now, decided_at = NULL WHERE id = :id "
    "AND state IN ('poison', 'waiting')",
}
ABANDON = {
    "effect": "UPDATE effects SET state = 'cancelled', note = 'abandoned' WHERE id = :id "
    "AND (state = 'dead' OR state = 'ready' AND kind <> 'deploy')",
    "card": "UPDATE cards SET abandoned = want, gave_up = want WHERE id = :id AND want > have "
    "AND want > abandoned AND lease_until IS NULL",
    "inbox": "UPDATE inbox SET state = 'done', note = 'abandoned' WHERE id = :id AND state = 'poison'",
}
"""By the kind of name. What a deploy's request may have done is nothing to forget: its release is cancelled or asked
about instead."""


class SqliteLetters:
    """The Letters port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, letter: Undelivered, now: datetime) -> int | None:
        """Open a letter; None when one is open, or when somebody has said to leave the card alone."""
        last = self.last(letter.name)
        left_alone = last is not None and last.answer is Answer.ABANDON and letter.name.startswith("card-")
        if left_alone or (last is not None and last.settled_at is None):
            return None
        row = self._database.execute(
            "INSERT INTO letters (about, release, what, why, opened_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
            [letter.name, letter.release, letter.what, letter.why, to_text(now)],
        ).fetchone()
        return int(row[0])

    def settle(self, about: str, now: datetime, answer: Answer | None = None, by: str | None = None) -> int | None:
        """Settle the open letter about something; returns its id, None when there is none."""
        row = self._database.execute(
            "UPDATE letters SET settled_at = ?, answer = ?, settled_by = ? WHERE about = ? AND settled_at IS NULL "
            "RETURNING id",
            [to_text(now), answer.value if answer else None, by, about],
        ).fetchone()
        return None if row is None else int(row[0])

    def by_id(self, letter: int) -> Letter | None:
        """Return a letter by its id."""
        return next(map(_letter, self._database.query("SELECT * FROM letters WHERE id = ?", [letter])), None)

    def last(self, about: str) -> Letter | None:
        """Return the newest letter about something."""
        rows = self._database.query("SELECT * FROM letters WHERE about = ? ORDER BY id DESC LIMIT 1", [about])
        return next(map(_letter, rows), None)

    def waiting(self) -> tuple[Letter, ...]:
        """Return every open letter, the oldest first."""
        rows = self._database.query("SELECT * FROM letters WHERE settled_at IS NULL ORDER BY id")
        return tuple(map(_letter, rows))

    def reminded(self, now: datetime) -> None:
        """Record that people have been reminded of every open letter."""
        self._database.execute("UPDATE letters SET reminded_at = ? WHERE settled_at IS NULL", [to_text(now)])

    def undelivered(self) -> tuple[Undelivered, ...]:
        """Return everything that has failed at least once and has not reached its end, the oldest first."""
        return tuple(map(_undelivered, self._database.query(ALL)))

    def named(self, name: str) -> Undelivered | None:
        """Return one of these by its name."""
        kind, _, number = name.partition("-")
        return next(map(_undelivered, self._database.query(f"{LEFT[kind]} AND id = ?", [int(number)])), None)

    def retry(self, name: str, now: datetime) -> bool:
        """Have it tried at once, with all the time that a new one has; False when it is being tried, or at its end."""
        kind, _, number = name.partition("-")
        given = {"id": int(number), "now": to_text(now), "give_up": to_text(now + GIVE_UP_AFTER)}
        named = {key: value for key, value in given.items() if f":{key}" in RETRY[kind]}
        return self._database.execute(RETRY[kind], named).rowcount == 1

    def abandon(self, name: str) -> bool:
        """End it without delivering it; False when it is being tried, or at its end."""
        kind, _, number = name.partition("-")
        return self._database.execute(ABANDON[kind], {"id": int(number)}).rowcount == 1


def _undelivered(row: Row) -> Undelivered:
    return Undelivered(
        name=row["name"],
        what=row["what"],
        release=row["release"],
        state=row["state"],
        since=from_text(row["since"]),
        due=maybe_time(row["due"]),
        why=row["why"],
    )


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        about=row["about"],
        release=row["release"],
        what=row["what"],
        why=row["why"],
        opened_at=from_text(row["opened_at"]),
        settled_at=maybe_time(row["settled_at"]),
        answer=None if row["answer"] is None else Answer(row["answer"]),
        settled_by=row["settled_by"],
        reminded_at=maybe_time(row["reminded_at"]),
    )
