"""Builds of Buildbot: what counts as a build of a commit, and what does not, however green it is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.build import Author, PipelineReport, RunStatus
from handlers.ci.buildbot_builds import read_builds, read_buildsets, read_changes, read_wishes
from handlers.ci.buildbot_payloads import Change
from handlers.ci.buildbot_source import buildbot_source
from tests.factories import a_policy
from tests.unit.handlers.ci.buildbot import (
    BEGUN,
    ENDED,
    OTHER,
    SHA,
    a_build,
    an_origin,
    reply,
    said_of,
    told_build,
    told_stamp,
)

ADDED = Change(author="Ann <ann@acme.example>", comments="Add search\n\nbecause", revision=SHA)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_build_is_told_whole() -> None:
    earlier = Change(
        author="Bea",
        comments="Tidy up\n\nCo-authored-by: Cem <cem@acme.example>",
        revision=OTHER,
    )
    assert said_of(a_build(), an_origin(changes=(ADDED, earlier))) == PipelineReport(
        service="payments",
        pipeline="legacy-build",
        sha=SHA,
        run_id="7",
        run_number=4,
        attempt=1,
        status=RunStatus.SUCCEEDED,
        created_at=at(BEGUN - 60),
        updated_at=at(ENDED),
        url="https://buildbot.acme.example/#/builders/1/builds/4",
        title="Add search",
        branch="main",
        authors=(Author("Ann", "ann@acme.example"), Author("Bea"), Author("Cem", "cem@acme.example")),
    )


@pytest.mark.parametrize(
    ("results", "status"),
    [
        (0, RunStatus.SUCCEEDED),
        (1, RunStatus.SUCCEEDED),
        (2, RunStatus.FAILED),
        (3, RunStatus.CANCELLED),
        (4, RunStatus.FAILED),
        (5, RunStatus.QUEUED),
        (6, RunStatus.CANCELLED),
        (7, RunStatus.CANCELLED),
        (-1, RunStatus.CANCELLED),
        (None, RunStatus.CANCELLED),
        ("0", RunStatus.CANCELLED),
        (True, RunStatus.CANCELLED),
    ],
)
def test_only_a_success_is_a_success(results: Any, status: RunStatus) -> None:
    said = said_of(a_build(results=results), an_origin())
    assert said is not None
    assert said.status is status


def test_a_build_that_runs_is_as_new_as_its_beginning() -> None:
    said = said_of(a_build(complete=False, results=None, complete_at=None), an_origin())
    assert said is not None
    assert (said.status, said.updated_at, said.title) == (RunStatus.RUNNING, at(BEGUN), SHA[:7])


@pytest.mark.parametrize(
    "stamps",
    [
        (told_stamp(patch={"patchid": 1, "body": "diff"}),),
        (told_stamp(patch={}),),
        (told_stamp(branch="refs/pull/7/merge"),),
        (told_stamp(branch="Main"),),
        (told_stamp(branch=None),),
        (told_stamp(revision=SHA[:12]),),
        (told_stamp(revision=SHA.upper()),),
        (told_stamp(revision=f"{SHA}\n"),),
        (told_stamp(revision="main"),),
        (told_stamp(revision=""),),
        (told_stamp(revision=None),),
        (told_stamp(), told_stamp(codebase="library")),
    ],
    ids=str,
)
def test_what_is_not_one_whole_commit_of_the_branch_is_no_build(stamps: tuple[dict[str, Any], ...]) -> None:
    assert said_of(a_build(), an_origin(*stamps)) is None


def test_a_build_that_checked_out_something_else_is_no_build_of_either() -> None:
    assert said_of(a_build(properties={"got_revision": [OTHER, "Git"]}), an_origin()) is None


@pytest.mark.parametrize("got", [SHA, {"": SHA}, {"app": SHA}])
@pytest.mark.parametrize("asked", ["", None, "v1.0", SHA[:7]])
def test_a_build_of_the_newest_commit_is_of_what_it_checked_out(got: Any, asked: str | None) -> None:
    built = a_build(properties={"got_revision": [got, "Git"]})
    said = said_of(built, an_origin(told_stamp(revision=asked)))
    assert said is not None
    assert (said.sha, said.created_at) == (SHA, at(BEGUN))


def test_two_codebases_that_were_checked_out_are_no_one_commit() -> None:
    built = a_build(properties={"got_revision": [{"app": SHA, "library": OTHER}, "Git"]})
    assert said_of(built, an_origin(told_stamp(revision=""))) is None


def test_a_rebuild_is_newer_and_yet_as_old_as_its_commit() -> None:
    first = said_of(a_build(), an_origin())
    again = said_of(a_build(buildid=12, number=9, started_at=ENDED + 5, complete_at=ENDED + 9), an_origin())
    assert first is not None
    assert again is not None
    assert again.replaces(first)
    assert again.created_at == first.created_at


@pytest.mark.parametrize(
    ("author", "known"),
    [
        ("Ann <ann@acme.example>", (Author("Ann", "ann@acme.example"),)),
        ("<ann@acme.example>", (Author("ann@acme.example", "ann@acme.example"),)),
        ("ann@acme.example", (Author("ann@acme.example"),)),
        ("Ann <two@acme.example> <ann@acme.example>", (Author("Ann <two@acme.example> <ann@acme.example>"),)),
        ("Ann\u202e <ann@acme.example>", (Author("Ann", "ann@acme.example"),)),
        ("", ()),
    ],
)
def test_who_wrote_it_is_read_from_what_anybody_may_have_written(author: str, known: tuple[Author, ...]) -> None:
    said = said_of(a_build(), an_origin(changes=(Change(author=author, comments="x", revision=SHA),)))
    assert said is not None
    assert said.authors == known


def test_of_a_page_what_can_be_read_is_read() -> None:
    odd: list[Any] = [None, 7, {}, told_build(buildid=0), told_build(started_at=10**30), told_build(complete="yes")]
    assert read_builds(reply({"builds": [*odd, told_build()]})) == (a_build(),)
    assert read_buildsets(reply({"buildsets": [{"bsid": 1, "sourcestamps": [{"branch": "main"}]}, 7]})) == {}
    assert read_changes(reply({"changes": [{"author": 7}, {"comments": "x"}]})) == (Change(comments="x"),)


@pytest.mark.parametrize("read", [read_builds, read_buildsets, read_changes, read_wishes])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"builds": {}}', b"[" * 100_000])
def test_what_is_no_page_is_not_taken_for_an_empty_one(read: Any, body: bytes) -> None:
    assert read(reply(body)) is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=5))
def test_odd_properties_are_as_good_as_none(value: Any) -> None:
    built = read_builds(reply(json.dumps({"builds": [told_build(properties={"got_revision": value})]}).encode()))
    assert built
    said = said_of(built[0], an_origin())
    assert said is not None
    assert said.sha == SHA


def test_what_is_built_elsewhere_is_not_for_it() -> None:
    with pytest.raises(TypeError, match="payments is not built on Buildbot"):
        buildbot_source(a_policy().services[0])
