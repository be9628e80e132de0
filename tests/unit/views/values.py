"""Values for the tests of what people read: one team, its policy, and a release in each state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.build import Author, Build, BuildState, PipelineReport, RunStatus
from bot.core.lane import Lane, Live
from bot.core.policy import ApprovalRule, Group, LaneId, LanePolicy, Mode, Permission, Person, Policy, ServicePolicy
from bot.core.release import Approval, Deployment, DeployStatus, Lifecycle, Origin, Release, Surface, Verdict
from bot.core.source import GithubSource, VersionFrom
from bot.core.target import GithubWorkflow
from bot.views.links import Links
from bot.views.scene import Scene

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
WEB = "https://github.example"
LINKS = Links(WEB)
CARDS = "https://acme.slack.example/archives/C0PAYMENTS"
PERMALINKS = {41: f"{CARDS}/p41", 42: f"{CARDS}/p42", 43: f"{CARDS}/p43"}
BUTTONS = {"approve": "h-approve", "reject": "h-reject"}
PRODUCTION = LaneId("payments", "production")
STAGING = LaneId("payments", "staging")
ANN = Author("Ann", "ann@acme.example")
SAM = Author("Sam", "sam@acme.example", "1002")
JOB = f"{WEB}/acme/payments/actions/runs/9"
QA = ApprovalRule(("qa",), 1)
SRE = ApprovalRule(("sre",), 2)

IN_PRODUCTION = LanePolicy(
    lane=PRODUCTION,
    mode=Mode.DELIVERY,
    channel="C0PAYMENTS",
    target=GithubWorkflow(".github/workflows/deploy.yml", "main"),
    approvals=(QA,),
    announce=True,
)
IN_STAGING = replace(IN_PRODUCTION, lane=STAGING, mode=Mode.DEPLOYMENT, announce=False)


def a_policy(production: LanePolicy = IN_PRODUCTION, **changed: Any) -> Policy:
    """Return the team's policy with a lane of production of one's own."""
    source = GithubSource("acme/payments", "main", (".github/workflows/build.yml",))
    service = ServicePolicy("payments", "C0PAYMENTS", source, VersionFrom.RUN_NUMBER, (IN_STAGING, production))
    policy = Policy(
        services=(service,),
        people=(
            Person("priya", slack="U0PRIYA", github="1001"),
            Person("sam", slack="U0SAM", github="1002"),
            Person("alex", slack="U0ALEX", github="1003"),
            Person("kim"),
        ),
        groups=(
            Group("qa", frozenset({"priya", "kim"})),
            Group("sre", frozenset({"sam", "alex"}), "S0SRE"),
            Group("empty"),
        ),
        permissions=((Permission.REQUEST, ("everyone",)), (Permission.RESOLVE, ("sre",))),
        announcements="C0RELEASES",
        operations="C0OPS",
    )
    return replace(policy, **changed)


POLICY = a_policy()


def a_scene(policy: Policy = POLICY, now: datetime = TEN, links: Links = LINKS) -> Scene:
    """Return the surroundings of what is shown, at ten o'clock."""
    return Scene(policy, links, PERMALINKS, now)


def a_check(**changed: Any) -> PipelineReport:
    """Return a green run of the build pipeline."""
    check = PipelineReport(
        service="payments",
        pipeline="build.yml",
        sha="9f3c2ab" + "0" * 33,
        run_id="7001",
        run_number=118,
        attempt=1,
        status=RunStatus.SUCCEEDED,
        created_at=NINE,
        updated_at=NINE,
        url=f"{WEB}/acme/payments/actions/runs/7001",
        title="Add the refund endpoint",
        branch="main",
    )
    return replace(check, **changed)


def a_build(**changed: Any) -> Build:
    """Return payments 118, by Ann, pushed by Sam."""
    build = Build(
        id=1,
        service="payments",
        sha="9f3c2ab" + "0" * 33,
        artifact="run 7001.1",
        version="118",
        state=BuildState.DEPLOYABLE,
        position=(NINE, 118, 1),
        title="Add the refund endpoint",
        url=f"{WEB}/acme/payments/actions/runs/7001",
        branch="main",
        authors=(ANN,),
        pusher=SAM,
        checks=(a_check(),),
    )
    return replace(build, **changed)


def a_release(**changed: Any) -> Release:
    """Return R-42: payments 118 to production, open, opened by the pipeline."""
    release = Release(
        number=42,
        lane=PRODUCTION,
        origin=Origin.PIPELINE,
        build=a_build(),
        artifact="run 7001.1",
        generation=1,
        key="R-42-abcdefgh",
        state=Lifecycle.OPEN,
        opened_at=TEN,
        policy=IN_PRODUCTION,
        policy_hash="0" * 64,
    )
    return replace(release, **changed)


def ended(state: Lifecycle, **changed: Any) -> Release:
    """Return R-42 as it ended."""
    return a_release(state=state, ended_at=TEN + timedelta(hours=1), **changed)


def deploying(status: DeployStatus, **changed: Any) -> Release:
    """Return R-42 on its way."""
    url = JOB if status is not DeployStatus.ATTEMPTED else None
    deployment = Deployment(status, TEN, ref="9", url=url)
    return a_release(state=Lifecycle.DEPLOYING, deployment=deployment, approvals=(a_yes(),), **changed)


def a_yes(person: str = "priya", groups: tuple[str, ...] = ("qa",), **changed: Any) -> Approval:
    """Return an approval of what ships now."""
    word = Approval(person, f"U0{person.upper()}", Verdict.APPROVE, 1, groups, TEN, Surface.BUTTON)
    return replace(word, **changed)


LIVE = Live("1a2b3c4" + "0" * 33, "117", NINE, (NINE, 117, 1), 40)


def a_lane(*releases: Release, live: Live | None = LIVE) -> Lane:
    """Return production with these unfinished releases."""
    return Lane(PRODUCTION, adopted_at=NINE, live=live, releases=releases)
