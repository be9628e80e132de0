"""When a service's channel hears that its main branch stopped being deployable, and that it is mended."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.build import Author, Build, BuildState, RunStatus
from bot.core.line import Broke, Line, Mended, Running, Stopped, judge, news
from tests.factories import ANN, NOON, a_build, a_report

BEN = Author("Ben", "ben@acme.example", "2002")


def good(number: int, attempt: int = 1) -> Build:
    return a_build(number, position=(NOON, number, attempt))


def bad(number: int, attempt: int = 1, status: RunStatus = RunStatus.FAILED) -> Build:
    checks = (a_report(number), a_report(number, pipeline="check.yml", status=status))
    return replace(good(number, attempt), state=BuildState.BROKEN, checks=checks)


def pending(number: int) -> Build:
    return replace(good(number), state=BuildState.PENDING)


cancelled = bad(7, status=RunStatus.CANCELLED)

FIRST: list[tuple[str, list[Build], Line]] = [
    ("runs while nothing is known", [], Running()),
    ("runs while nothing has ended", [pending(2), pending(1)], Running()),
    ("runs with a good build", [good(1)], Running(good(1))),
    ("runs with the newest one", [good(2), good(1)], Running(good(2))),
    ("is stopped by the only build", [bad(1)], Stopped(bad(1), bad(1))),
    ("is stopped by the first bad one", [bad(4), bad(3), bad(2), good(1), bad(0)], Stopped(bad(2), bad(4))),
    ("is not stopped by what runs", [pending(3), good(2), bad(1)], Running(good(2))),
    ("is not stopped by what was cancelled", [cancelled, good(6)], Running(good(6))),
    ("has its first bad one behind what was cancelled", [bad(8), cancelled, bad(6), good(5)], Stopped(bad(6), bad(8))),
    ("is mended by a good one before which all is bad", [good(3), bad(2), bad(1)], Running(good(3))),
]


@pytest.mark.parametrize(("builds", "line"), [row[1:] for row in FIRST], ids=[row[0] for row in FIRST])
def test_at_first_sight_the_line(builds: list[Build], line: Line) -> None:
    assert judge(builds) == line


RUNS, STOPPED = Running(good(5)), Stopped(bad(5), bad(6))
THEN: list[tuple[str, Line, list[Build], Line]] = [
    ("nothing is loaded", STOPPED, [], STOPPED),
    ("the newest one runs again, and an older is bad", RUNS, [pending(5), bad(4)], RUNS),
    ("an older one is reported late", RUNS, [bad(4), good(3)], RUNS),
    ("a newer one is bad", RUNS, [bad(6), good(5), bad(4)], Stopped(bad(6), bad(6))),
    ("a newer one is bad while the good one runs again", RUNS, [bad(6), pending(5), bad(4)], Stopped(bad(6), bad(6))),
    ("the good one turns bad", RUNS, [bad(5, 2), bad(4)], Stopped(bad(5, 2), bad(5, 2))),
    ("a newer one is good", RUNS, [good(6), bad(4)], Running(good(6))),
    ("the newest bad one runs again, and an older is good", STOPPED, [pending(6), good(5, 2)], STOPPED),
    ("the newest bad one runs again, and nothing else ended", STOPPED, [pending(6), good(4)], STOPPED),
    ("another bad one comes", STOPPED, [bad(7), bad(6), bad(5), good(4)], Stopped(bad(5), bad(7))),
    ("another bad one comes while the first runs again", STOPPED, [bad(7), bad(6), good(4)], Stopped(bad(5), bad(7))),
    ("the first one is good after all", STOPPED, [bad(6), good(5, 2), bad(4)], Stopped(bad(6), bad(6))),
    ("one before the first turns bad", STOPPED, [bad(6), bad(5), bad(4, 2)], STOPPED),
    ("a newer one is good ", STOPPED, [good(7), bad(6), bad(5)], Running(good(7))),
    ("the newest one is good after all", STOPPED, [good(6, 2), bad(5)], Running(good(6, 2))),
    ("the newest one is bad once more", STOPPED, [bad(6, 2), bad(5), good(4)], Stopped(bad(5), bad(6, 2))),
]


@pytest.mark.parametrize(("before", "builds", "after"), [row[1:] for row in THEN], ids=[row[0] for row in THEN])
def test_how_the_line_stands_when(before: Line, builds: list[Build], after: Line) -> None:
    assert judge(builds, before) == after


NEWS: list[tuple[Line, Line, Broke | Mended | None]] = [
    (Running(), STOPPED, Broke(bad(5))),
    (RUNS, STOPPED, Broke(bad(5))),
    (STOPPED, Running(good(7)), Mended(good(7), bad(5))),
    (STOPPED, Stopped(bad(5), bad(7)), None),
    (RUNS, Running(good(6)), None),
    (Running(), RUNS, None),
]


@pytest.mark.parametrize(("before", "after", "told"), NEWS)
def test_what_the_channel_is_told(before: Line, after: Line, told: Broke | Mended | None) -> None:
    assert news(before, after) == told


def test_the_authors_are_those_of_the_first_bad_commit() -> None:
    first = replace(bad(5), authors=(BEN, ANN))
    assert Stopped(first, bad(6)).authors == (BEN, ANN)


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["good", "bad", "pending"])), max_size=30))
def test_people_hear_of_a_stop_and_its_end_in_turn_and_never_while_the_newest_runs(
    reports: list[tuple[int, str]],
) -> None:
    """Whatever is reported of whichever commit, again and again, in any order."""
    known: dict[int, Build] = {}
    line: Line = Running()
    told: list[Broke | Mended] = []
    for attempt, (number, word) in enumerate(reports):
        known[number] = {"good": good, "bad": bad, "pending": lambda one, _: pending(one)}[word](number, attempt)
        after = judge(sorted(known.values(), key=lambda one: one.position, reverse=True), line)
        heard = news(line, after)
        if heard is not None:
            told.append(heard)
            assert known[number].position == max(one.position for one in known.values() if one.state.value != "pending")
        line = after
        newest = known[max(known)]
        if newest.state is BuildState.DEPLOYABLE:
            assert isinstance(line, Running)
        if newest.state is BuildState.BROKEN:
            assert isinstance(line, Stopped)
    assert all(type(one) is (Broke, Mended)[index % 2] for index, one in enumerate(told))
