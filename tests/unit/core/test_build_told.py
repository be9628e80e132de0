"""Runs of pipelines that tell each step once, in any order: what they add up to."""

from datetime import timedelta
from itertools import permutations

import pytest

from bot.core.build import PipelineReport, RunStatus, assess, folded
from bot.core.source import VersionFrom
from tests.factories import NOON, WORKFLOW, a_report


def step(status: RunStatus, minutes: int, attempt: int = 1, run: str = "778") -> PipelineReport:
    at = NOON + timedelta(minutes=minutes)
    return a_report(1, run_id=run, status=status, attempt=attempt, created_at=at, updated_at=at)


STEPS = (
    step(RunStatus.RUNNING, 0),
    step(RunStatus.FAILED, 30),
    step(RunStatus.RUNNING, 5, attempt=2),
    step(RunStatus.SUCCEEDED, 20, attempt=2),
)


def kept(*steps: PipelineReport) -> PipelineReport:
    """Return what is kept of these, told one after the other."""
    known: PipelineReport | None = None
    for told in steps:
        now = folded(told, known)
        if now.replaces(known):
            known = now
    assert known is not None
    return known


@pytest.mark.parametrize("steps", list(permutations(STEPS)))
@pytest.mark.parametrize("times", [1, 2])
def test_any_order_and_any_repetition_come_to_the_same(steps: tuple[PipelineReport, ...], times: int) -> None:
    known = kept(*steps * times)
    assert (known.status, known.attempt, known.created_at) == (RunStatus.SUCCEEDED, 2, NOON)


def test_an_end_that_is_dated_before_its_beginning_is_the_end() -> None:
    """Whoever tells of the end may have another clock than whoever told of the beginning."""
    known = kept(step(RunStatus.RUNNING, 2), step(RunStatus.SUCCEEDED, 1))
    assert (known.status, known.created_at) == (RunStatus.SUCCEEDED, NOON + timedelta(minutes=1))


def test_another_run_stands_for_itself() -> None:
    other = step(RunStatus.SUCCEEDED, 40, run="779")
    assert folded(other, STEPS[0]) == other
    assert folded(other, None) == other


def test_a_report_that_says_the_same_or_less_replaces_nothing() -> None:
    ended = step(RunStatus.SUCCEEDED, 30)
    assert not ended.replaces(ended)
    assert not step(RunStatus.RUNNING, 0).replaces(ended)
    assert not step(RunStatus.FAILED, 20).replaces(ended)


def test_the_reported_version_is_the_version_and_the_commit_stands_in_for_it() -> None:
    named = assess([a_report(1, version="2.4.1")], (WORKFLOW,), VersionFrom.REPORTED, None)
    unnamed = assess([a_report(1)], (WORKFLOW,), VersionFrom.REPORTED, None)
    assert (named and named.version, unnamed and unnamed.version) == ("2.4.1", "000000100000")
