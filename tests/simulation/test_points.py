"""A crash at every point of told stories: each ends as it does without, and every promise is kept."""

import os
import random
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from simulation.courses import Course, course, courses, pairs
from simulation.more_tales import FOURTEEN
from simulation.tales import FOUR, Tale
from tests.seed import SEED

LONG = os.environ.get("SIGNOFF_POINTS") == "all"
PAIRS = int(os.environ.get("SIGNOFF_PAIRS", "0"))
TALES = FOURTEEN if LONG else FOUR


def every(number: int) -> list[Course]:
    """Return all courses of a story."""
    return courses(TALES[number], every=LONG, whole=LONG)


def drawn(number: int) -> list[Course]:
    """Return some courses of a story with two crashes."""
    return list(pairs(TALES[number], PAIRS // len(TALES), random.Random(SEED + number)))


def broken(found: list[Course]) -> list[str]:
    """Return what came of those that broke a promise."""
    return [one.sentence for one in found if one.violation is not None]


@pytest.fixture(scope="module")
def found() -> list[list[Course]]:
    """All courses of all stories: first the one without a crash, then those with one."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(every, reversed(range(len(TALES)))))[::-1]


def test_whatever_the_point_at_which_it_dies_a_story_ends_the_same(found: list[list[Course]]) -> None:
    for whole, *with_crash in found:
        print(f"«{whole.tale}»: {len(whole.points)} points in {whole.steps} steps, {len(with_crash)} crashes")
    assert [sentence for one in found for sentence in broken(one)] == []
    assert [with_crash[-1].deaths for _, *with_crash in found] == [(len(whole.points),) for whole, *_ in found]
    assert min(map(len, found)) > 70


def test_a_doubled_world_goes_on_as_one_that_was_told_from_the_beginning(found: list[list[Course]]) -> None:
    def told(tale: Tale, doubled: list[Course]) -> tuple[Course, Course]:
        one = doubled[len(doubled) // 2]
        return one, course(tale, *one.deaths, every=LONG)

    for one, again in map(told, TALES, found):
        assert one == again


@pytest.mark.skipif(not PAIRS, reason="pairs are for `make points`")
def test_two_crashes_are_no_worse_than_one() -> None:
    print(f"{PAIRS} pairs from seed {SEED}")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert [sentence for some in pool.map(drawn, range(len(TALES))) for sentence in broken(some)] == []
