"""Who has opened App Home, and what Slack has of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.ports.homes import Home, Look
from storage.rows import Row
from storage.times import from_text, maybe_time, to_text

REMEMBERED_FOR = timedelta(days=7)
LEASE = timedelta(seconds=60)
"""Longer than any call to Slack may take, with its outcome."""
APART = timedelta(seconds=1)
"""Between two looks at homes, whosesoever: as Slack advises for each method."""
SETTLED_FOR = timedelta(seconds=15)
"""For so long a home stays as it was shown, unless its person opens it."""
NEVER = "9999"

CHANGED = "(have <> (SELECT count FROM home_changes) OR policy <> :policy)"
NEXT = (
    f"SELECT * FROM homes WHERE due_at <= :now AND ({CHANGED} OR refresh_at <= :now) "  # noqa: S608 - our own words
    "ORDER BY opened_at <= tried_at, tried_at, slack LIMIT 1"
)
NEXT_DUE = f"SELECT min(CASE WHEN {CHANGED} THEN due_at ELSE max(due_at, refresh_at) END) FROM homes"  # noqa: S608 - the same


class SqliteHomes:
    """The Homes port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def opened(self, slack: str, team: str | None, now: datetime, *, empty: bool) -> None:
        """Ask for somebody's home: at once, unless it is being looked at or put off."""
        self._database.execute(
            """
            INSERT INTO homes (slack, team, opened_at, due_at, refresh_at) VALUES (:slack, :team, :now, :now, :now)
            ON CONFLICT (slack) DO UPDATE SET
                team = excluded.team, opened_at = :now, want = want + 1, refresh_at = :now,
                due_at = CASE WHEN tries = 0 THEN :now ELSE due_at END,
                have_hash = CASE WHEN :empty THEN NULL ELSE have_hash END,
                view_hash = CASE WHEN :empty THEN NULL ELSE view_hash END
            """,
            {"slack": slack, "team": team, "now": to_text(now), "empty": int(empty)},
        )

    def touch(self, slack: str, now: datetime) -> None:
        """Ask for a home that is known to be sent once more: at once, unless it is being looked at or put off."""
        self._database.execute(
            "UPDATE homes SET want = want + 1, have_hash = NULL, refresh_at = :now, "
            "due_at = CASE WHEN tries = 0 THEN :now ELSE due_at END WHERE slack = :slack",
            {"slack": slack, "now": to_text(now)},
        )

    def claim(self, policy: str, now: datetime) -> Home | None:
        """Take the next home, under a lease; whoever has not come for a week is forgotten first."""
        self._database.execute("DELETE FROM homes WHERE opened_at <= ?", [to_text(now - REMEMBERED_FOR)])
        if self._rests_until(now) is not None:
            return None
        due = next(self._database.query(NEXT, {"policy": policy, "now": to_text(now)}), None)
        if due is None:
            return None
        # what Slack has is not known again before the outcome is: whoever dies in between leaves it so
        self._database.execute(
            "UPDATE homes SET tries = tries + 1, looks = looks + 1, tried_at = :now, due_at = :lease, have_hash = NULL "
            "WHERE slack = :slack",
            {"slack": due["slack"], "now": to_text(now), "lease": to_text(now + LEASE)},
        )
        home = _home(due)
        return replace(home, tries=home.tries + 1, looks=home.looks + 1)

    def changes(self) -> int:
        """Return how often something changed that homes show; the database counts by itself."""
        return int(self._database.execute("SELECT count FROM home_changes").fetchone()[0])

    def shown(self, home: Home, look: Look, now: datetime) -> None:
        """Record what Slack has now; what was wanted meanwhile is due at once."""
        refresh = NEVER if look.refresh_at is None else to_text(look.refresh_at)
        self._database.execute(
            """
            UPDATE homes SET
                have = :changes, policy = :policy, view_hash = :view_hash, tries = 0,
                have_hash = CASE WHEN want = :want THEN :content ELSE NULL END,
                refresh_at = CASE WHEN want = :want THEN :refresh ELSE :now END,
                due_at = CASE WHEN want = :want THEN :settled ELSE :now END
            WHERE slack = :slack
            """,
            {
                "slack": home.slack,
                "want": home.want,
                "changes": look.changes,
                "policy": look.policy,
                "content": look.content,
                "view_hash": look.view_hash,
                "refresh": refresh,
                "now": to_text(now),
                "settled": to_text(now + SETTLED_FOR),
            },
        )

    def later(self, home: Home, due: datetime, *, lost: bool) -> None:
        """Try again at `due`, and no other home before."""
        self._database.execute(
            "UPDATE homes SET due_at = :due, have_hash = CASE WHEN want = :want AND NOT :lost THEN :content END "
            "WHERE slack = :slack",
            {
                "due": to_text(due),
                "want": home.want,
                "lost": int(lost),
                "content": home.have_hash,
                "slack": home.slack,
            },
        )
        self._database.execute(
            "UPDATE homes SET due_at = max(due_at, :due), tries = max(tries, :tries)",
            {"due": to_text(due), "tries": home.tries},
        )

    def forget(self, home: Home) -> None:
        """Take it off the list, unless the person has opened it since it was claimed."""
        self._database.execute("DELETE FROM homes WHERE slack = ? AND want = ?", [home.slack, home.want])

    def next_due(self, policy: str, now: datetime) -> datetime | None:
        """Return when the next home can be claimed; None when that takes a change, or there are no homes."""
        found = self._database.execute(NEXT_DUE, {"policy": policy}).fetchone()[0]
        if found is None or found == NEVER:
            return None
        rests = self._rests_until(now)
        due = from_text(found)
        return due if rests is None else max(due, rests)

    def _rests_until(self, now: datetime) -> datetime | None:
        """Return until when no home is looked at; a look that lies in the future is of a clock that was set back."""
        last = self._database.execute("SELECT max(tried_at) FROM homes WHERE tried_at <= ?", [to_text(now)]).fetchone()
        at = maybe_time(last[0] or None)
        return None if at is None or at + APART <= now else at + APART


def _home(row: Row) -> Home:
    return Home(
        slack=row["slack"],
        team=row["team"],
        opened_at=from_text(row["opened_at"]),
        want=row["want"],
        have_hash=row["have_hash"],
        view_hash=row["view_hash"],
        looks=row["looks"],
        tries=row["tries"],
    )
