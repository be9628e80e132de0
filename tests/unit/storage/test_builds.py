"""Builds and pipeline reports, kept by their own facts and not by the order in which they arrived."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import BuildState, RunStatus
from tests.factories import NOON, WORKFLOW, a_build, a_report, a_sha
from tests.unit.storage.conftest import File


def test_a_report_counts_only_when_it_is_newer(file: File) -> None:
    running = a_report(status=RunStatus.RUNNING)
    succeeded = a_report(status=RunStatus.SUCCEEDED)
    with file.transaction() as tx:
        assert tx.builds.report(running) is True
    with file.transaction() as tx:
        assert tx.builds.report(succeeded) is True
        assert tx.builds.report(running) is False
        assert tx.builds.report(succeeded) is False
    with file.transaction() as tx:
        assert tx.builds.reports("payments", a_sha(1)) == (succeeded,)


def test_a_rerun_replaces_the_former_attempt(file: File) -> None:
    rerun = a_report(attempt=2, status=RunStatus.QUEUED, updated_at=NOON + timedelta(minutes=9))
    with file.transaction() as tx:
        tx.builds.report(a_report(status=RunStatus.FAILED))
        assert tx.builds.report(rerun) is True
        assert tx.builds.reports("payments", a_sha(1)) == (rerun,)


def test_reports_are_kept_for_each_service_commit_and_pipeline(file: File) -> None:
    build, lint = a_report(), a_report(pipeline=".github/workflows/lint.yml")
    docs, second = a_report(service="docs"), a_report(2)
    with file.transaction() as tx:
        assert [tx.builds.report(report) for report in (lint, build, docs, second)] == [True] * 4
    with file.transaction() as tx:
        assert tx.builds.reports("payments", a_sha(1)) == (build, lint)
        assert tx.builds.reports("docs", a_sha(1)) == (docs,)
        assert tx.builds.reports("payments", a_sha(2)) == (second,)
        assert tx.builds.reports("payments", a_sha(3)) == ()
    assert build.pipeline == WORKFLOW


def test_a_build_gets_its_id_once_and_keeps_it(file: File) -> None:
    with file.transaction() as tx:
        first = tx.builds.save(a_build(1, id=0))
        second = tx.builds.save(a_build(2, id=0))
    assert (first, second) == (a_build(1), a_build(2))
    broken = replace(first, state=BuildState.BROKEN, artifact="run 9001.2", position=(NOON, 1, 2), pusher=None)
    with file.transaction() as tx:
        assert tx.builds.save(broken) == broken
        assert tx.builds.save(replace(second, id=0)) == second
    with file.transaction() as tx:
        assert tx.builds.of_commit("payments", a_sha(1)) == broken
        assert tx.builds.of_commit("payments", a_sha(2)) == second
        assert tx.builds.of_commit("docs", a_sha(1)) is None


def test_a_build_under_another_id_is_refused(file: File) -> None:
    with file.transaction() as tx:
        tx.builds.save(a_build(1, id=0))
        with pytest.raises(LookupError, match=r"^payments 0000001 is build 1, not 7$"):
            tx.builds.save(a_build(1, id=7))


def test_the_newest_deployable_build_is_the_one_of_the_greatest_position(file: File) -> None:
    with file.transaction() as tx:
        assert tx.builds.newest_deployable("payments") is None
        newest = tx.builds.save(a_build(9, id=0))
        tx.builds.save(a_build(4, id=0))
        tx.builds.save(a_build(10, id=0, state=BuildState.BROKEN))
        tx.builds.save(a_build(11, id=0, state=BuildState.PENDING))
        tx.builds.save(a_build(12, id=0, service="docs"))
    with file.transaction() as tx:
        assert tx.builds.newest_deployable("payments") == newest
        earlier = a_build(99, id=0, position=(NOON - timedelta(seconds=1), 99, 1))
        tx.builds.save(earlier)
        assert tx.builds.newest_deployable("payments") == newest


def test_builds_are_found_by_version_and_by_the_first_digits_of_their_commit(file: File) -> None:
    sha = "abcdef0" + "1" * 33
    with file.transaction() as tx:
        by_version = tx.builds.save(a_build(1, id=0, version="abcdef0"))
        by_sha = tx.builds.save(a_build(2, id=0, sha=sha))
        tx.builds.save(a_build(3, id=0, sha="abcdef1" + "1" * 33))
        tx.builds.save(a_build(4, id=0, service="docs", sha=sha))
    with file.transaction() as tx:
        assert tx.builds.named("payments", "abcdef0") == (by_sha, by_version)
        assert tx.builds.named("payments", "ABCDEF01") == (by_sha,)
        assert tx.builds.named("payments", sha) == (by_sha,)
        assert tx.builds.named("payments", sha + "1") == ()
        assert tx.builds.named("payments", "abcdef") == ()
        assert tx.builds.named("payments", "abcdef%") == ()
        assert tx.builds.named("payments", "2") == (by_sha,)
        assert tx.builds.named("payments", "") == ()
