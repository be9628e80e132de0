"""Where several pipelines must succeed: one that has failed ends the waiting, one that runs again begins it anew."""

from dataclasses import replace

from bot.core.build import BuildState, RunStatus
from bot.core.silence import Reporting, Unreported, counts, judge
from tests.factories import NOON, WORKFLOW, a_build, a_report
from tests.unit.core.test_silence import LATER, OTHER, TWO

RUNS, ALSO = (a_report(2, pipeline=name, run_id=name, status=RunStatus.RUNNING) for name in (WORKFLOW, OTHER))
BOTH_RUN = a_build(2, state=BuildState.PENDING, checks=(RUNS, ALSO))


def test_nobody_waits_for_the_rest_of_a_build_of_which_one_pipeline_has_failed() -> None:
    failed = replace(BOTH_RUN, state=BuildState.BROKEN, checks=(replace(RUNS, status=RunStatus.FAILED), ALSO))
    assert [counts(build, TWO, ()) for build in (BOTH_RUN, failed)] == [True, False]


def test_a_build_of_which_one_pipeline_alone_runs_again_has_its_whole_time() -> None:
    again = replace(BOTH_RUN, checks=(RUNS, replace(ALSO, attempt=2)))
    for told in (None, BOTH_RUN):
        assert judge([again], Reporting(Unreported(BOTH_RUN, NOON), told), LATER) == Reporting(Unreported(again, LATER))
