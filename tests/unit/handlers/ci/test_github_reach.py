"""Whether runs were pushed off the first page unseen is told by when its runs were made, and by nothing else."""

from datetime import datetime, timedelta

import pytest

from bot.core.source import GithubSource
from bot.ports.missed import Reach
from handlers.ci.github_payloads import Run
from handlers.ci.github_reach import BEGINNING, Stretch, behind_request, left, place_of, seen, stretch_of
from tests.factories import NOON, WORKFLOW
from tests.unit.handlers.ci.payloads import a_run

SOURCE = GithubSource("Acme/Payments", "main", (WORKFLOW,))
PLACE = ":acme/payments:main"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def page(oldest: float, newest: float, *, full: bool = True) -> Stretch:
    return Stretch(at(oldest), at(newest), full=full)


def made(moment: datetime) -> Run:
    return Run.model_validate(a_run(created_at=moment.isoformat()))


def test_a_place_is_a_branch_of_a_repository_at_a_host() -> None:
    assert place_of(SOURCE) == PLACE
    assert place_of(GithubSource("acme/payments", "main", (), connection="second")) == "second:acme/payments:main"


@pytest.mark.parametrize("known", [None, Reach("second:acme/payments:main", at(0), (at(-9), at(-5)))])
def test_what_is_seen_for_the_first_time_has_no_hole(known: Reach | None) -> None:
    assert seen(known, SOURCE, page(10, 20)) == Reach(PLACE, at(20))


@pytest.mark.parametrize(
    ("told", "hole"),
    [
        (page(-5, 20), None),  # the newest that was known is on it, or was
        (page(1, 20), (at(0) - timedelta(seconds=10), at(1))),
        (page(-0.1, 20), (at(0) - timedelta(seconds=10), at(-0.1))),  # one made before may have been listed later
        (page(-0.2, 20), None),
        (page(1, 20, full=False), None),  # all that there are
        (page(-0.1, 0), None),  # nothing new
    ],
)
def test_there_is_a_hole_where_a_whole_page_is_newer_than_what_was_known(
    told: Stretch, hole: tuple[datetime, datetime] | None
) -> None:
    assert seen(Reach(PLACE, at(0)), SOURCE, told) == Reach(PLACE, max(at(0), told.newest), hole)


def test_a_hole_that_is_left_stays_and_grows_with_another_one() -> None:
    known = Reach(PLACE, at(20), (at(0), at(5)))
    assert seen(known, SOURCE, page(10, 20)) == known
    assert seen(known, SOURCE, page(15, 25)) == Reach(PLACE, at(25), (at(0), at(5)))
    assert seen(known, SOURCE, page(30, 40)) == Reach(PLACE, at(40), (at(0), at(30)))


def test_runs_that_were_deleted_take_nothing_back() -> None:
    assert seen(Reach(PLACE, at(20)), SOURCE, page(0, 10)) == Reach(PLACE, at(20))
    empty = Stretch(BEGINNING, BEGINNING, full=False)
    assert seen(Reach(PLACE, at(20)), SOURCE, empty) == Reach(PLACE, at(20))
    assert seen(None, SOURCE, empty) == Reach(PLACE, BEGINNING)


def test_after_no_runs_at_all_a_page_of_them_has_a_hole_from_the_beginning_on() -> None:
    assert seen(Reach(PLACE, BEGINNING), SOURCE, page(1, 20)) == Reach(PLACE, at(20), (BEGINNING, at(1)))


def test_a_page_covers_what_was_made_from_its_oldest_run_to_its_newest() -> None:
    runs = [made(at(2)), None, made(at(1)), made(at(3))]
    assert stretch_of(runs, 4) == page(1, 3)
    assert stretch_of(runs, 5) == page(1, 3, full=False)
    assert stretch_of([None, None], 2) is None
    assert stretch_of([], 2) == Stretch(BEGINNING, BEGINNING, full=False)


def test_behind_a_page_that_is_not_full_nothing_is_left() -> None:
    hole = (at(0), at(20))
    assert left(hole, page(12, 20)) == (at(0), at(12))
    assert left(hole, page(12, 20, full=False)) is None
    assert left(hole, None) is None


def test_runs_are_asked_for_by_when_they_were_made() -> None:
    asked = behind_request(SOURCE, (at(0), at(90)), 2)
    assert (asked.method, asked.path) == ("GET", "/repos/Acme/Payments/actions/runs")
    assert asked.query == (
        ("branch", "main"),
        ("created", "2026-11-21T12:00:00Z..2026-11-21T13:30:00Z"),
        ("per_page", "100"),
        ("page", "2"),
        ("exclude_pull_requests", "true"),
    )
