"""Values for the tests of what people read of a changelog: commits, pull requests, comparisons."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.core.build import Author
from bot.core.changelog import Change, Comparison, PullRequest, Relation, Span
from tests.unit.views.values import ANN, LIVE, NINE, SAM, a_build

SPAN = Span("payments", LIVE.sha, a_build().sha)
REFUNDS = PullRequest(12, "Add the refund endpoint", "https://evil.example/12", ("enhancement",))
ROUNDING = PullRequest(13, "fix: round down", "https://evil.example/13")
PRIYA = Author("Priya", "priya@acme.example", "1001")


def a_change(number: int, title: str, *authors: Author, **changed: Any) -> Change:
    """Return a commit whose hash begins with its number. Its own address leads elsewhere: nobody may link that."""
    sha = f"{number:07x}" + "0" * 33
    change = Change(sha, title, authors or (ANN,), NINE + timedelta(minutes=number), f"https://evil.example/{sha}")
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


EVIL = (
    "<!channel>",
    "<https://evil.example|Approve>",
    "feat: <!here|here>",
    "fix(*_~`): `a` (#12)",
    "&lt;!channel&gt;",
    "\u202egnp.exe",
    "\ud800",
    "feat: " + "&" * 5000,
    "x" * 5000,
    "\n" * 300,
    "",
)
HOSTILE = st.one_of(
    st.sampled_from(EVIL), st.text(max_size=60), st.tuples(st.sampled_from(EVIL), st.text()).map("".join)
)


@st.composite
def hostile_changes(draw: st.DrawFn) -> Change:
    """Return a commit in which everything that others may write is hostile."""
    pull = PullRequest(draw(st.integers(-1, 10**12)), draw(HOSTILE), draw(HOSTILE), (draw(HOSTILE), "bug"))
    authors = tuple(Author(draw(HOSTILE), draw(HOSTILE), draw(HOSTILE)) for _ in range(draw(st.integers(0, 5))))
    sha = draw(st.one_of(st.integers(0, 2**160 - 1).map("{:040x}".format), HOSTILE))
    asked = draw(st.sampled_from((pull, None)))
    return Change(sha, draw(HOSTILE), authors, NINE, draw(HOSTILE), asked, draw(HOSTILE))


@st.composite
def hostile_comparisons(draw: st.DrawFn) -> Comparison:
    """Return a comparison of such commits, of any kind."""
    return Comparison(
        SPAN,
        draw(st.sampled_from(Relation)),
        added=tuple(draw(st.lists(hostile_changes(), max_size=9))),
        removed=tuple(draw(st.lists(hostile_changes(), max_size=5))),
        added_total=draw(st.integers(0, 10**9)),
        files=tuple(f"db/{draw(HOSTILE)}" for _ in range(draw(st.integers(0, 5)))),
        complete=draw(st.booleans()),
    )
