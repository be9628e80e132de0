"""Values for the tests of what people read of a changelog: commits, pull requests, comparisons."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.build import Author
from bot.core.changelog import Change, Comparison, PullRequest, Relation, Span
from tests.unit.views.values import ANN, LIVE, NINE, SAM, WEB, a_build

SPAN = Span("payments", LIVE.sha, a_build().sha)
REFUNDS = PullRequest(12, "Add the refund endpoint", f"{WEB}/acme/payments/pull/12", ("enhancement",))
ROUNDING = PullRequest(13, "fix: round down", f"{WEB}/acme/payments/pull/13")
PRIYA = Author("Priya", "priya@acme.example", "1001")


def a_change(number: int, title: str, *authors: Author, **changed: Any) -> Change:
    """Return a commit whose hash begins with its number."""
    sha = f"{number:07x}" + "0" * 33
    change = Change(
        sha, title, authors or (ANN,), NINE + timedelta(minutes=number), f"{WEB}/acme/payments/commit/{sha}"
    )
    return replace(change, **changed)


ADDED = (
    a_change(1, "Add the refund endpoint", ANN, pull=REFUNDS),
    a_change(2, "Test it", SAM, pull=REFUNDS),
    a_change(3, "fix: round down (#13)", SAM, pull=ROUNDING),
    a_change(4, "chore: tidy up", PRIYA),
)
REMOVED = (a_change(5, "fix: stop charging twice", SAM),)


def compared(relation: Relation = Relation.AHEAD, **changed: Any) -> Comparison:
    """Return what shipping payments 118 brings: two pull requests and a commit without one."""
    comparison = Comparison(SPAN, relation, ADDED, added_total=len(ADDED), files=("app.py", "db/migrate/001.sql"))
    return replace(comparison, **changed)


def many(number: int) -> tuple[Change, ...]:
    """Return as many commits, each by itself."""
    return tuple(a_change(index, f"fix: number {index}") for index in range(1, number + 1))
