"""Values for tests: each builder gives a whole, plausible value; name only what the test is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.core.build import Author, Build, BuildState, PipelineReport, RunStatus
from bot.core.policy import ApprovalRule, Group, LaneId, LanePolicy, Mode, Permission, Person, Policy, ServicePolicy
from bot.core.release import Lifecycle, Origin, Release
from bot.core.source import GithubSource, VersionFrom
from bot.core.target import GithubDeployment

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LANE = LaneId("payments", "production")
WORKFLOW = ".github/workflows/build.yml"
ANN = Author("Ann", "ann@acme.example", "2001")


def a_sha(number: int = 1) -> str:
    """Return a full commit SHA that differs by number in its first digits."""
    return f"{number:07x}".ljust(40, "0")


def a_report(number: int = 1, **changed: Any) -> PipelineReport:
    """Return what the build workflow said of commit `number`; by default it succeeded."""
    report = PipelineReport(
        service="payments",
        pipeline=WORKFLOW,
        sha=a_sha(number),
        run_id=str(9000 + number),
        run_number=number,
        attempt=1,
        status=RunStatus.SUCCEEDED,
        created_at=NOON,
        updated_at=NOON,
        url=f"https://github.example/acme/payments/actions/runs/{9000 + number}",
        title=f"Change {number}",
        branch="main",
        authors=(ANN,),
        pusher=ANN,
    )
    return replace(report, **changed)


def a_build(number: int = 1, **changed: Any) -> Build:
    """Return a deployable build of commit `number`, as stored under the id `number`; greater numbers are newer."""
    report = a_report(number)
    build = Build(
        id=number,
        service="payments",
        sha=a_sha(number),
        artifact=f"run {9000 + number}.1",
        version=str(number),
        state=BuildState.DEPLOYABLE,
        position=(NOON, number, 1),
        title=f"Change {number}",
        url=report.url,
        branch="main",
        authors=(ANN,),
        pusher=ANN,
        checks=(report,),
    )
    return replace(build, **changed)


def a_lane_policy(lane: LaneId = LANE, **changed: Any) -> LanePolicy:
    """Return the policy of a delivery lane that wants one of qa."""
    policy = LanePolicy(
        lane=lane,
        mode=Mode.DELIVERY,
        channel="C0PAYMENTS",
        target=GithubDeployment(lane.environment),
        approvals=(ApprovalRule(("qa",), 1),),
    )
    return replace(policy, **changed)


def a_policy(*lanes: LanePolicy, **changed: Any) -> Policy:
    """Return a policy of one service with these lanes (by default one), Priya in qa, Sam in sre."""
    service = ServicePolicy(
        name="payments",
        channel="C0PAYMENTS",
        source=GithubSource("acme/payments", "main", (WORKFLOW,)),
        version_from=VersionFrom.RUN_NUMBER,
        lanes=lanes or (a_lane_policy(),),
    )
    policy = Policy(
        services=(service,),
        people=(
            Person("priya", slack="U0PRIYA", github="1001", email="priya@acme.example"),
            Person("sam", slack="U0SAM", github="1002", email="sam@acme.example"),
        ),
        groups=(Group("qa", frozenset({"priya"})), Group("sre", frozenset({"sam"}))),
        permissions=((Permission.REQUEST, ("everyone",)), (Permission.RESOLVE, ("sre",))),
        announcements="C0RELEASES",
        operations="C0OPS",
        hash="policy-1",
    )
    return replace(policy, **changed)


def a_release(number: int = 1, build: Build | None = None, lane: LaneId = LANE, **changed: Any) -> Release:
    """Return an open release of build `number`, opened by the pipeline at noon, that nobody has approved."""
    shipped = build or a_build(number)
    release = Release(
        number=number,
        lane=lane,
        origin=Origin.PIPELINE,
        build=shipped,
        artifact=shipped.artifact,
        generation=1,
        key=f"R-{number}-abcd2345",
        state=Lifecycle.OPEN,
        opened_at=NOON,
        policy=a_lane_policy(lane),
        policy_hash="policy-1",
    )
    return replace(release, **changed)
