"""Runs behind GitHub's first page: whether any were pushed off it unseen, what to ask for, what was reached. Pure.

A branch on which many workflows run can have a whole page of runs between two looks. When a run was made is told with
it, and GitHub lists what was made in a range of time, newest first: what comes in meanwhile moves none of these pages.

https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.source import GithubSource
from bot.ports.ci import HttpRequest
from bot.ports.missed import Hole, Reach
from handlers.ci.github_pages import api
from handlers.ci.github_payloads import Run

PER_PAGE = 100
"""The most that GitHub tells on a page."""
MOST_PAGES = 5
"""Pages asked for in one look; the next one goes on behind them."""
LATE = timedelta(seconds=10)
"""By how much later than another, made after it, a run may come to be listed."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any run."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """When the oldest and the newest run of a page were made, and whether there may be others behind it."""

    oldest: datetime
    newest: datetime
    full: bool


def stretch_of(runs: Sequence[Run | None], most: int) -> Stretch | None:
    """Return what a page covers; None when nothing on it can be read.

    Args:
        runs: the page, whosesoever the runs are; None: one that cannot be read.
        most: how many a page has that is full.
    """
    made = [run.created_at for run in runs if run is not None]
    if not made:
        return None if runs else Stretch(BEGINNING, BEGINNING, full=False)
    return Stretch(min(made), max(made), full=len(runs) >= most)


def place_of(source: GithubSource) -> str:
    """Return a name of what is listed: of another repository or branch nothing has been told."""
    return f"{source.connection or ''}:{source.repository.lower()}:{source.branch}"


def seen(known: Reach | None, source: GithubSource, page: Stretch) -> Reach:
    """Return how far the runs have been told with a first page; its hole is what is to be asked for."""
    place = place_of(source)
    if known is None or known.place != place:
        return Reach(place, page.newest)
    has_news = page.newest > known.newest
    hole = known.hole
    if page.full and has_news and page.oldest > known.newest - LATE:
        since = hole[0] if hole else max(known.newest - LATE, BEGINNING)
        hole = (since, page.oldest)
    return Reach(place, max(known.newest, page.newest), hole)


def behind_request(source: GithubSource, hole: Hole, page: int) -> HttpRequest:
    """Return the request for a page of the runs that were made within a hole; pages count from 1."""
    query = (
        ("branch", source.branch),
        ("created", "..".join(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in hole)),
        ("per_page", str(PER_PAGE)),
        ("page", str(page)),
        ("exclude_pull_requests", "true"),
    )
    return HttpRequest("GET", api(source.repository, "actions", "runs"), query)


def left(hole: Hole, page: Stretch | None) -> Hole | None:
    """Return what of a hole is left behind a page of its runs; None when that was its end, or nothing can be read."""
    return (hole[0], page.oldest) if page is not None and page.full else None
