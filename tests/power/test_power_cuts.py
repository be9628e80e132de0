"""The power goes at any moment: what was acknowledged is there, whole. With weaker settings this very test sees losses."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from storage.durability import Durability, durability
from tests.power.cuts import FILE, Found, Run, cuts, digest, replay
from tests.power.story import START, told
from tests.seed import SEED

CUTS = int(os.environ.get("SIGNOFF_CUTS", "500"))
ROLLBACK, WAL = durability((3, 37, 0)), durability((3, 51, 3))
"""What the store chooses for an older and for a newer SQLite."""
WEAKER = {
    "DELETE and OFF: nothing is synced": Durability("delete", 0),
    "DELETE and FULL: the journal's removal is not synced": Durability("delete", 2),
    "WAL and NORMAL: commits are not synced": Durability("wal", 1),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the real store wrote."""
    return tmp_path_factory.mktemp("story")


@pytest.fixture(scope="module")
def story(folder: Path) -> Sequence[str]:
    """Return the statements of the real store in a real story."""
    with capture_logs():
        return asyncio.run(told(folder))


@pytest.fixture(scope="module")
def runs(story: Sequence[str]) -> Callable[[Durability], Run]:
    """Return what says what happens on the disk under some settings; each is run once."""
    return cache(lambda durable: replay(story, durable))


@pytest.mark.parametrize("durable", [ROLLBACK, WAL], ids=["rollback journal", "WAL"])
def test_a_power_cut_loses_nothing_that_was_acknowledged(
    runs: Callable[[Durability], Run], durable: Durability
) -> None:
    assert cuts(runs(durable), CUTS, SEED) == {Found.WHOLE: CUTS}, f"again with SIGNOFF_SEED={SEED} SIGNOFF_CUTS={CUTS}"


@pytest.mark.parametrize("durable", WEAKER.values(), ids=WEAKER)
def test_with_weaker_settings_the_same_cuts_lose_something(
    runs: Callable[[Durability], Run], durable: Durability
) -> None:
    found = cuts(runs(durable), CUTS // 5, SEED)  # the first of those above
    print(f"seed {SEED}: {', '.join(f'{times} {one.value}' for one, times in found.items())}")
    assert found[Found.LOST] + found[Found.DAMAGED] > 0, f"again with SIGNOFF_SEED={SEED} SIGNOFF_CUTS={CUTS}"


def test_the_story_is_worth_its_cuts(story: Sequence[str], runs: Callable[[Durability], Run], folder: Path) -> None:
    run = runs(WAL)
    assert story.count(START) == 2, "the process stopped once and started again"
    assert len(set(run.states)) > 100, "so many commits changed something"
    with closing(sqlite3.connect(folder / FILE)) as real:
        ended = digest(lambda statement: real.execute(statement).fetchall())
    assert run.states[-1] == runs(ROLLBACK).states[-1] == ended, "it is what the real store has stored"


def test_the_same_seed_cuts_the_same_way(runs: Callable[[Durability], Run]) -> None:
    run = runs(WEAKER["DELETE and FULL: the journal's removal is not synced"])
    assert cuts(run, 30, 7) == cuts(run, 30, 7)
