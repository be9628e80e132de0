"""Whatever value the rules can hold comes back from its row as it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.build import Author, Build, PipelineReport
from bot.core.lane import Lane, Live
from bot.core.policy import LanePolicy
from bot.core.release import Approval, Deployment, Release
from storage.rows import (
    approval_of,
    approval_row,
    build_of,
    build_row,
    lane_of,
    lane_row,
    release_of,
    release_row,
)
from tests.factories import LANE

TIMES = st.datetimes(timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(0), timedelta(days=400))
POSITIONS = st.tuples(TIMES, st.integers(), st.integers())
AUTHORS = st.lists(st.from_type(Author), max_size=2).map(tuple)
REPORTS = st.builds(PipelineReport, created_at=TIMES, updated_at=TIMES, authors=AUTHORS)
BUILDS = st.builds(Build, position=POSITIONS, authors=AUTHORS, checks=st.lists(REPORTS, max_size=2).map(tuple))
APPROVALS = st.builds(Approval, at=TIMES)
POLICIES = st.builds(LanePolicy, expires_after=st.none() | SPANS, deploy_timeout=SPANS, lookup_window=SPANS)
DEPLOYMENTS = st.builds(Deployment, attempted_at=TIMES, finished_at=st.none() | TIMES)
RELEASES = st.builds(
    Release,
    build=BUILDS,
    opened_at=TIMES,
    policy=POLICIES,
    approvals=st.lists(APPROVALS, max_size=2).map(tuple),
    deployment=st.none() | DEPLOYMENTS,
    ended_at=st.none() | TIMES,
)
LIVE = st.builds(Live, since=TIMES, position=st.none() | POSITIONS)


@given(BUILDS)
def test_a_build(build: Build) -> None:
    assert build_of(build_row(build) | {"id": build.id}) == build


@given(RELEASES)
def test_a_release(release: Release) -> None:
    words = tuple(approval_of(approval_row(release.number, word)) for word in release.approvals)
    assert release_of(release_row(release), words) == release


@given(st.none() | TIMES, st.none() | LIVE)
def test_a_lane(adopted_at: datetime | None, live: Live | None) -> None:
    lane = Lane(LANE, adopted_at, live)
    assert lane_of(lane_row(lane), ()) == lane
    assert lane_of(lane_row(replace(lane, live=None)), ()) == replace(lane, live=None)
