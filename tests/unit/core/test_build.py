"""What the reports of one commit add up to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.build import (
    Author,
    Build,
    BuildState,
    PipelineReport,
    RunStatus,
    assess,
    is_commit,
    label_of,
    people_behind,
)
from bot.core.source import VersionFrom
from tests.factories import ANN, NOON, a_build, a_report, a_sha
from tests.unit.core.values import POLICY, PRIYA_AUTHOR

BUILD, CHECK = "build.yml", "check.yml"
DONE, RUNS = RunStatus.SUCCEEDED, RunStatus.RUNNING


def reported(pipeline: str, status: RunStatus = DONE, **changed: object) -> PipelineReport:
    return a_report(7, pipeline=pipeline, status=status, **changed)


STATES: list[tuple[str, list[PipelineReport], BuildState | None]] = [
    ("nothing before any has reported", [], None),
    ("nothing of a pipeline that nobody requires", [reported("docs.yml")], None),
    ("deployable when all have succeeded", [reported(BUILD), reported(CHECK)], BuildState.DEPLOYABLE),
    ("pending when one has not reported", [reported(BUILD)], BuildState.PENDING),
    ("pending when one runs", [reported(BUILD), reported(CHECK, RUNS)], BuildState.PENDING),
    ("pending when one is queued", [reported(BUILD), reported(CHECK, RunStatus.QUEUED)], BuildState.PENDING),
    ("broken when one failed", [reported(BUILD), reported(CHECK, RunStatus.FAILED)], BuildState.BROKEN),
    (
        "broken when one failed and one still runs",
        [reported(BUILD, RunStatus.FAILED), reported(CHECK, RUNS)],
        BuildState.BROKEN,
    ),
    ("broken when one was cancelled", [reported(BUILD), reported(CHECK, RunStatus.CANCELLED)], BuildState.BROKEN),
    (
        "deployable whatever another pipeline says",
        [reported(BUILD), reported(CHECK), reported("docs.yml", RunStatus.FAILED)],
        BuildState.DEPLOYABLE,
    ),
]


def assessed(reports: list[PipelineReport], version: VersionFrom = VersionFrom.RUN_NUMBER) -> Build | None:
    return assess(reports, (BUILD, CHECK), version, None)


@pytest.mark.parametrize(("reports", "state"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_a_build_is(reports: list[PipelineReport], state: BuildState | None) -> None:
    build = assessed(reports)
    assert (build.state if build else None) is state


def test_a_build_is_told_by_the_first_pipeline_that_the_policy_names() -> None:
    first = reported(BUILD, run_id="1", run_number=40, attempt=1, title="Add search", branch="main", url="https://a")
    second = reported(CHECK, run_id="2", run_number=90, attempt=3, title="Other", branch="x", url="https://b")
    assert assessed([second, first]) == Build(
        id=0,
        service="payments",
        sha=a_sha(7),
        artifact="run 1.1+run 2.3",
        version="40",
        state=BuildState.DEPLOYABLE,
        position=(NOON, 40, 3),
        title="Add search",
        url="https://a",
        branch="main",
        authors=(ANN,),
        pusher=ANN,
        checks=(first, second),
    )


def test_a_known_build_keeps_its_id() -> None:
    build = assess([reported(BUILD)], (BUILD,), VersionFrom.SHA, a_build(7, state=BuildState.PENDING))
    assert build is not None
    assert (build.id, build.version) == (7, a_sha(7)[:12])


VERSIONS: list[tuple[str, VersionFrom, list[PipelineReport], Build | None, str]] = [
    ("the first pipeline's run number", VersionFrom.RUN_NUMBER, [reported(BUILD), reported(CHECK)], None, "7"),
    ("the commit", VersionFrom.SHA, [reported(BUILD, tags=("v1",))], None, "000000700000"),
    ("the highest tag that fits", VersionFrom.TAG, [reported(BUILD, tags=("v9", "w11", "v10"))], None, "v10"),
    ("the tag of any pipeline", VersionFrom.TAG, [reported(BUILD), reported(CHECK, tags=("v1",))], None, "v1"),
    ("the commit where no tag fits", VersionFrom.TAG, [reported(BUILD, tags=("w1",))], None, "000000700000"),
    ("what it was when it became deployable", VersionFrom.TAG, [reported(BUILD, tags=("v2",))], a_build(7), "7"),
    (
        "another one when it was not deployable yet",
        VersionFrom.TAG,
        [reported(BUILD, tags=("v2",))],
        a_build(7, state=BuildState.BROKEN),
        "v2",
    ),
]


@pytest.mark.parametrize(
    ("source", "reports", "known", "version"), [row[1:] for row in VERSIONS], ids=[row[0] for row in VERSIONS]
)
def test_the_version_is(source: VersionFrom, reports: list[PipelineReport], known: Build | None, version: str) -> None:
    build = assess(reports, (BUILD, CHECK), source, known, "v*")
    assert build is not None
    assert build.version == version


def test_without_a_glob_every_tag_is_a_version() -> None:
    build = assess([reported(BUILD, tags=("pay/v2",))], (BUILD,), VersionFrom.TAG, None)
    assert build is not None
    assert build.version == "pay/v2"


REPORTS = st.builds(
    lambda pipeline, run, attempt, status, later: reported(
        pipeline, status, run_id=str(run), run_number=run, attempt=attempt, updated_at=NOON + timedelta(seconds=later)
    ),
    st.sampled_from([BUILD, CHECK, "docs.yml"]),
    st.integers(1, 2),
    st.integers(1, 2),
    st.sampled_from(RunStatus),
    st.integers(0, 2),
)


@given(st.lists(REPORTS, max_size=8, unique_by=lambda report: (report.pipeline, report.order)), st.data())
def test_t04_late_double_and_reordered_reports_make_the_same_build(
    reports: list[PipelineReport], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(reports), max_size=4)) if reports else []
    arrived = data.draw(st.permutations(reports + again))
    assert assessed(arrived) == assessed(reports)
    newest: dict[str, PipelineReport] = {}
    for report in reports:
        known = newest.get(report.pipeline, report)
        newest[report.pipeline] = report if report.order > known.order else known
    assert assessed(list(newest.values())) == assessed(reports)


def test_a_digest_names_the_artifact_wherever_it_was_reported() -> None:
    build = assessed([reported(BUILD), reported(CHECK, digest="sha256:feed")])
    assert build is not None
    assert build.artifact == "sha256:feed"


def test_a_rebuild_is_another_artifact_and_a_later_position() -> None:
    once, again = assessed([reported(BUILD)]), assessed([reported(BUILD, attempt=2)])
    assert once is not None
    assert again is not None
    assert (once.artifact, again.artifact) == ("run 9007.1", "run 9007.2")
    assert once.position < again.position


LATER = NOON + timedelta(seconds=1)
ORDER: list[tuple[str, PipelineReport, PipelineReport]] = [
    ("a run made later", a_report(1, attempt=9), a_report(1, created_at=LATER, status=RunStatus.QUEUED)),
    ("a greater run number", a_report(1, attempt=9), a_report(2)),
    ("a later attempt", a_report(1), a_report(1, attempt=2, status=RunStatus.QUEUED)),
    ("a run that is further", a_report(1, status=RUNS, updated_at=LATER), a_report(1, status=DONE)),
    ("running after queued", a_report(1, status=RunStatus.QUEUED, updated_at=LATER), a_report(1, status=RUNS)),
    ("a later word of the same", a_report(1), a_report(1, updated_at=LATER)),
    ("a change of an ending", a_report(1), a_report(1, status=RunStatus.FAILED, updated_at=LATER)),
]


@pytest.mark.parametrize(("older", "newer"), [row[1:] for row in ORDER], ids=[row[0] for row in ORDER])
def test_what_decides_between_reports(older: PipelineReport, newer: PipelineReport) -> None:
    assert older.order < newer.order


def test_people_compare_seven_digits_of_a_commit() -> None:
    assert a_build(7, sha="127c988734b87ce5").short_sha == "127c988"


def test_a_build_is_called_by_version_and_commit_or_by_the_commit_alone() -> None:
    assert a_build(7).label == "7 (0000007)"
    assert replace(a_build(7), version=a_sha(7)[:12]).label == a_sha(7)[:12]


PEOPLE: list[tuple[str, Author | None, str | None]] = [
    ("by the numeric id", Author("P", github="1001"), "priya"),
    ("by the address, whatever its case", Author("P", "PRIYA@acme.example"), "priya"),
    ("by both", PRIYA_AUTHOR, "priya"),
    ("not by the name", Author("priya"), None),
    ("not when nobody pushed", None, None),
]


@pytest.mark.parametrize(("author", "person"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE])
def test_a_person_is_known(author: Author | None, person: str | None) -> None:
    assert people_behind(author, POLICY) == person


def test_a_run_number_that_begins_the_hash_by_chance_is_still_shown_with_the_commit() -> None:
    assert not is_commit("1", "127c988734b8")
    assert not is_commit("127c98", "127c988734b8")
    assert is_commit("127c988", "127c988734b8")
    assert (label_of("127c98", "127c988734b8"), label_of("v1", "127c988734b8")) == ("127c98 (127c988)", "v1 (127c988)")
    assert is_commit("127c988734b8", "127c988734b87ce5")
