"""Effect rows: intent, attempt, outcome, and the leases and fences that keep them from happening twice.

Which row may be taken (`FREE`): one whose lost answer is looked up, always, since its lane can have no other in flight;
one that is ready, when nothing in its lane is in flight and nothing before it is ready. An attempt whose lease has run
out may have happened: it is taken to be looked up, like after a crash.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile

from sqlite_utils import Database

from bot.core.retry import GIVE_UP_AFTER
from bot.ports.effects import EffectKind, EffectRow, EffectState, NewEffect
from storage.rows import Row
from storage.times import from_text, maybe_time, to_text

LEASE = timedelta(seconds=60)
"""Longer than any call to the world may take, with its outcome."""
WAITED = "waited"
"""How an attempt ended that did certainly nothing, since it was not its turn; the effect is ready as before."""

FREE = """
    FROM effects AS e
    WHERE e.kind IN (SELECT value FROM json_each(:kinds)) AND e.state IN ('ready', 'attempting', 'verify')
        AND e.id NOT IN (SELECT value FROM json_each(:without))
        AND (e.state <> 'ready' OR NOT EXISTS (
            SELECT 1 FROM effects AS other
            WHERE other.lane = e.lane AND other.state IN ('attempting', 'verify', 'unknown')
        ) AND NOT EXISTS (
            SELECT 1 FROM effects AS earlier
            WHERE earlier.lane = e.lane AND earlier.state = 'ready' AND earlier.id < e.id
        ))
"""
NEXT_DUE = "SELECT min(max(e.due_at, coalesce(e.lease_until, ''))) " + FREE
DUE = "SELECT e.* " + FREE + " AND max(e.due_at, coalesce(e.lease_until, '')) <= :now "
NEXT = DUE + "ORDER BY e.due_at, e.id LIMIT 1"
ONLY = DUE + "AND e.id = :only"


class SqliteEffects:
    """The Effects port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, effect: NewEffect, now: datetime) -> None:
        """Record an intent, due at once; a cancelled one of the same key becomes ready again, with its new body."""
        self._database.execute(
            """
            INSERT INTO effects (key, kind, lane, release, body, state, created_at, due_at, give_up_at)
            VALUES (:key, :kind, :lane, :release, :body, 'ready', :now, :now, :give_up)
            ON CONFLICT (key) DO UPDATE SET
                state = 'ready', body = excluded.body, created_at = excluded.created_at, due_at = excluded.due_at,
                give_up_at = excluded.give_up_at, first_lost_at = NULL, note = ''
            WHERE effects.state = 'cancelled'
            """,
            {
                "key": effect.key,
                "kind": effect.kind.value,
                "lane": effect.lane,
                "release": effect.release,
                "body": effect.body,
                "now": to_text(now),
                "give_up": to_text(now + GIVE_UP_AFTER),
            },
        )

    def look(
        self, kinds: Sequence[EffectKind], now: datetime, without: Sequence[int] = ()
    ) -> tuple[int, NewEffect] | None:
        """Return what `claim` would take now, with its row's id; `without` names rows by id."""
        given = {"kinds": _listed(tuple(kinds)), "now": to_text(now), "without": json.dumps(list(without))}
        row = next(self._database.query(NEXT, given), None)
        return None if row is None else (row["id"], _effect(row))

    def claim(self, kinds: Sequence[EffectKind], now: datetime, *, only: int | None = None) -> EffectRow | None:
        """Take the effect that has been due the longest, under a lease; a look-up is not counted as an attempt."""
        given = {"kinds": _listed(tuple(kinds)), "now": to_text(now), "without": "[]"}
        found = (
            self._database.query(NEXT, given) if only is None else self._database.query(ONLY, given | {"only": only})
        )
        row = next(found, None)
        if row is None:
            return None
        if row["state"] == EffectState.ATTEMPTING.value:
            self._lose(row, now, "its lease ran out")
        claimed_from = EffectState.READY if row["state"] == EffectState.READY.value else EffectState.VERIFY
        sends = claimed_from is EffectState.READY
        taken = next(
            self._database.query(
                "UPDATE effects SET state = :state, attempt = attempt + :sends, fence = fence + 1, "
                "lease_until = :lease WHERE id = :id RETURNING *",
                {
                    "id": row["id"],
                    "state": (EffectState.ATTEMPTING if sends else EffectState.VERIFY).value,
                    "sends": int(sends),
                    "lease": to_text(now + LEASE),
                },
            )
        )
        if sends:
            self._database.execute(
                "INSERT INTO attempts (effect, n, fence, started_at) VALUES (?, ?, ?, ?)",
                [taken["id"], taken["attempt"], taken["fence"], to_text(now)],
            )
        lost, waited = self._before(taken) if taken["attempt"] > 1 else (0, 0)
        return replace(_claimed(taken, claimed_from), lost=lost, waited=waited)

    def outcome(
        self,
        row: EffectRow,
        state: EffectState,
        now: datetime,
        *,
        due: datetime | None = None,
        note: str = "",
        counts: bool = True,
    ) -> bool:
        """Write the outcome if the row is still ours; without `due`, what is to be tried again is due at once."""
        if state is EffectState.ATTEMPTING:
            raise ValueError("an attempt begins with a claim")
        changed = self._database.execute(
            """
            UPDATE effects SET
                state = :state, due_at = :due, note = :note, lease_until = NULL,
                first_lost_at = CASE :state
                    WHEN 'verify' THEN coalesce(first_lost_at, :now) WHEN 'ready' THEN NULL ELSE first_lost_at
                END
            WHERE id = :id AND fence = :fence AND lease_until IS NOT NULL
            """,
            {
                "id": row.id,
                "fence": row.fence,
                "state": state.value,
                "due": to_text(due or now),
                "note": note,
                "now": to_text(now),
            },
        )
        if changed.rowcount != 1:
            return False
        waited = state is EffectState.READY and not counts
        self._finish(row.id, row.attempt, WAITED if waited else state.value, now, note)
        return True

    def following(self, row: EffectRow, most: int) -> tuple[EffectRow, ...]:
        """Return what waits behind a claimed effect in its lane, as far as it is of its kind and READY."""
        behind = self._database.query(
            "SELECT * FROM effects WHERE lane = ? AND id > ? AND state NOT IN ('done', 'dead', 'cancelled') "
            "ORDER BY id LIMIT ?",
            [row.effect.lane, row.id, most],
        )
        alike = takewhile(lambda one: (one["kind"], one["state"]) == (row.effect.kind.value, "ready"), behind)
        return tuple(_claimed(one, EffectState.READY) for one in alike)

    def done_with(self, row: EffectRow, others: Sequence[int], now: datetime) -> None:
        """Record that some that are READY were brought about together with one that is ours."""
        self._database.execute(
            "UPDATE effects SET state = 'done', due_at = :now, note = :note WHERE state = 'ready' AND lane = :lane "
            "AND id IN (SELECT value FROM json_each(:others))",
            {
                "now": to_text(now),
                "note": f"told together with {row.effect.key}",
                "lane": row.effect.lane,
                "others": json.dumps(list(others)),
            },
        )

    def void_leases(self, now: datetime) -> int:
        """At start: have every attempt of the dead instance looked up; returns how many there were.

        A card that was being posted for the first time counts one lost post and is due again.
        """
        lost = list(self._database.query("SELECT * FROM effects WHERE state = 'attempting'"))
        for row in lost:
            self._lose(row, now, "its process ended")
        self._database.execute("UPDATE effects SET lease_until = NULL WHERE state = 'verify'")
        self._database.execute(
            "UPDATE cards SET lost_posts = lost_posts + (ts IS NULL), lease_until = NULL, due_at = ?, "
            "unsettled = CASE WHEN ts IS NULL THEN unsettled ELSE 1 END "
            "WHERE lease_until IS NOT NULL",
            [to_text(now)],
        )
        return len(lost)

    def cancel_ready(self, lane: str, keep: Sequence[str]) -> None:
        """Cancel what is READY in a lane, save what has one of these keys; what is attempted is left as it is."""
        self._database.execute(
            "UPDATE effects SET state = 'cancelled', note = 'no longer due' WHERE lane = :lane AND state = 'ready' "
            "AND key NOT IN (SELECT value FROM json_each(:keep))",
            {"lane": lane, "keep": json.dumps(list(keep))},
        )

    def resume(self, key: str, state: EffectState, now: datetime) -> None:
        """Wake an UNKNOWN row; one in any other state, or none, is left as it is."""
        if state not in {EffectState.READY, EffectState.VERIFY, EffectState.CANCELLED}:
            raise ValueError(f"an unknown effect cannot become {state.value}")
        self._database.execute(
            "UPDATE effects SET state = :state, due_at = :now, give_up_at = :give_up, "
            "first_lost_at = CASE :state WHEN 'ready' THEN NULL ELSE first_lost_at END "
            "WHERE key = :key AND state = 'unknown'",
            {"key": key, "state": state.value, "now": to_text(now), "give_up": to_text(now + GIVE_UP_AFTER)},
        )

    def hasten(self, key: str, now: datetime) -> None:
        """Make a VERIFY row due that nobody works at; one in any other state, or none, is left as it is."""
        self._database.execute(
            "UPDATE effects SET due_at = :now WHERE key = :key AND state = 'verify' AND lease_until IS NULL "
            "AND due_at > :now",
            {"key": key, "now": to_text(now)},
        )

    def next_due(self, kinds: Sequence[EffectKind], without: Sequence[int] = ()) -> datetime | None:
        """Return when the next effect of these kinds can be claimed; one that waits for another has no time yet."""
        given = {"kinds": _listed(tuple(kinds)), "without": json.dumps(list(without))}
        row = self._database.execute(NEXT_DUE, given).fetchone()
        return maybe_time(row[0])

    def _lose(self, row: Row, now: datetime, note: str) -> None:
        """Let an attempt without an answer be looked up, lost since it began."""
        self._database.execute(
            """
            UPDATE effects SET
                state = 'verify', lease_until = NULL, due_at = :now, note = :note,
                first_lost_at = coalesce(first_lost_at, (
                    SELECT started_at FROM attempts WHERE effect = effects.id AND n = effects.attempt
                ))
            WHERE id = :id
            """,
            {"id": row["id"], "now": to_text(now), "note": note},
        )
        self._finish(row["id"], row["attempt"], EffectState.VERIFY.value, now, note)

    def _finish(self, effect: int, attempt: int, outcome: str, now: datetime, note: str) -> None:
        """Note on the attempt's row how it ended, as far as anybody knows by now.

        One whose answer was lost stays so, though it is tried again: nobody has learnt that it did not happen.
        """
        self._database.execute(
            """
            UPDATE attempts SET finished_at = :now, note = :note,
                outcome = CASE
                    WHEN outcome IN ('verify', 'unknown') AND :outcome IN ('ready', 'waited') THEN outcome ELSE :outcome
                END
            WHERE effect = :effect AND n = :n
            """,
            {"now": to_text(now), "outcome": outcome, "note": note, "effect": effect, "n": attempt},
        )

    def _before(self, row: Row) -> tuple[int, int]:
        """Return how many attempts before this one may have happened, and how many only waited for their turn."""
        query = (
            "SELECT count(*) FILTER (WHERE outcome IN ('verify', 'unknown')), count(*) FILTER (WHERE outcome = ?) "
            "FROM attempts WHERE effect = ? AND n < ?"
        )
        lost, waited = self._database.execute(query, [WAITED, row["id"], row["attempt"]]).fetchone()
        return int(lost), int(waited)


def _effect(row: Row) -> NewEffect:
    return NewEffect(row["key"], EffectKind(row["kind"]), row["lane"], row["release"], row["body"])


def _claimed(row: Row, claimed_from: EffectState) -> EffectRow:
    return EffectRow(
        id=row["id"],
        effect=_effect(row),
        claimed_from=claimed_from,
        attempt=row["attempt"],
        fence=row["fence"],
        created_at=from_text(row["created_at"]),
        give_up_at=from_text(row["give_up_at"]),
        first_lost_at=maybe_time(row["first_lost_at"]),
    )


@cache
def _listed(kinds: tuple[EffectKind, ...]) -> str:
    return json.dumps([kind.value for kind in kinds])
