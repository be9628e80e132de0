"""The team of the book of messages: shop, its policy, its people, and releases on every way and in every state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.build import Author, Build, BuildState, PipelineReport, RunStatus
from bot.core.calendar import Dated, Freeze, Weekday, Weekly
from bot.core.changelog import Change, Comparison, PullRequest, Relation, Span
from bot.core.lane import Around, Hold, Judgement, Lane, Live, Lock, Mark, Reached, Stop
from bot.core.policy import (
    After,
    ApprovalRule,
    Group,
    Hotfix,
    LaneId,
    LanePolicy,
    Mode,
    Permission,
    Person,
    Policy,
    ServicePolicy,
    Skip,
)
from bot.core.release import Approval, Deployment, DeployStatus, Lifecycle, Origin, Release, Surface, Verdict
from bot.core.source import GithubSource, VersionFrom
from bot.core.speaking import Announcement
from bot.core.target import GithubDeployment, GithubWorkflow
from bot.core.verification import Verification
from bot.views.links import Links
from bot.views.scene import Scene

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
MORNING = NOW.replace(hour=8, minute=0)
NOON = NOW.replace(hour=12, minute=0)
EVENING = NOW.replace(hour=18, minute=0)
LINKS = Links("https://github.com")
JOB = "https://github.com/acme/shop/actions/runs/9"
PERMALINKS = {number: f"https://acme.slack.com/archives/C0SHOP/p{number}" for number in range(30, 60)}

PRODUCTION, STAGING = LaneId("shop", "production"), LaneId("shop", "staging")
NORA = Author("Nora Lind", "nora@acme.example", "1004")
OMAR = Author("Omar Haddad", "omar@example.org")
QA, SRE = ApprovalRule(("qa",), 1), ApprovalRule(("sre",), 1)

IN_STAGING = LanePolicy(STAGING, Mode.DEPLOYMENT, "C0SHOP", GithubWorkflow(".github/workflows/deploy.yml", "main"))
IN_PRODUCTION = LanePolicy(
    lane=PRODUCTION,
    mode=Mode.DELIVERY,
    channel="C0SHOP",
    target=GithubDeployment("production"),
    approvals=(QA, SRE),
    announce=True,
    announcement=Announcement(edit=True),
    tell_authors=True,
    undo_window=timedelta(seconds=30),
    remind_after=(timedelta(hours=2),),
    after=After("staging", timedelta(minutes=30)),
    rollback=(),
    hotfix=Hotfix((SRE,), frozenset(Skip)),
    verify=Verification(within=timedelta(minutes=5), hold_for=timedelta(minutes=10)),
)
_BERLIN = "Europe/Berlin"
WEEKEND = Freeze("weekend", Weekly(frozenset({Weekday.SAT, Weekday.SUN}), None, None, _BERLIN), ("production",))
YEAR_END = Freeze(
    "year end",
    Dated(datetime(2026, 12, 23, 18, 0), datetime(2027, 1, 2, 8, 0), _BERLIN),  # noqa: DTZ001 - local by design
)
AUDIT_DAY = Freeze(
    "audit",
    Dated(datetime(2026, 11, 19, 9, 0), datetime(2026, 11, 19, 19, 0), _BERLIN),  # noqa: DTZ001 - local by design
    ("production",),
)


def a_policy(production: LanePolicy = IN_PRODUCTION, **changed: Any) -> Policy:
    """Return the team's policy: qa and sre approve what goes to production; staging ships by itself."""
    source = GithubSource("acme/shop", "main", (".github/workflows/build.yml",))
    shop = ServicePolicy(
        "shop", "C0SHOP", source, VersionFrom.RUN_NUMBER, (IN_STAGING, production), migrations=("db/**",)
    )
    policy = Policy(
        services=(shop,),
        people=(
            Person("priya", slack="U0PRIYA", github="1001"),
            Person("sam", slack="U0SAM", github="1002"),
            Person("alex", slack="U0ALEX", github="1003"),
            Person("nora", slack="U0NORA", github="1004"),
        ),
        groups=(Group("qa", frozenset({"priya"})), Group("sre", frozenset({"sam", "alex"}), "S0SRE")),
        permissions=(
            (Permission.REQUEST, ("everyone",)),
            (Permission.LOCK, ("everyone",)),
            *((one, ("sre",)) for one in Permission if one not in {Permission.REQUEST, Permission.LOCK}),
        ),
        announcements="C0RELEASES",
        operations="C0OPS",
        freezes=(WEEKEND, YEAR_END),
    )
    return replace(policy, **changed)


POLICY = a_policy()


def check(**changed: Any) -> PipelineReport:
    """Return the build pipeline's run for 118."""
    run = PipelineReport(
        service="shop",
        pipeline=".github/workflows/build.yml",
        sha=sha("9f3c2ab"),
        run_id="7001",
        run_number=118,
        attempt=1,
        status=RunStatus.SUCCEEDED,
        created_at=MORNING,
        updated_at=MORNING,
        url=f"{JOB}1",
        title="Refund orders from the order page (#231)",
        branch="main",
    )
    return replace(run, **changed)


def sha(digits: str) -> str:
    """Return a commit's whole hash that begins so."""
    return digits.ljust(40, "0")


def build(**changed: Any) -> Build:
    """Return shop 118, by Nora."""
    made = Build(
        id=7,
        service="shop",
        sha=sha("9f3c2ab"),
        artifact="run 7001.1",
        version="118",
        state=BuildState.DEPLOYABLE,
        position=(MORNING, 118, 1),
        title="Refund orders from the order page (#231)",
        url=f"{JOB}1",
        branch="main",
        authors=(NORA,),
        pusher=NORA,
        checks=(check(),),
    )
    return replace(made, **changed)


OLDER = build(id=6, sha=sha("1a2b3c4"), version="117", title="Show the delivery date", position=(MORNING, 117, 1))
LIVE = Live(OLDER.sha, "117", MORNING - timedelta(days=2), OLDER.position, 40)


def yes(person: str, *groups: str, **changed: Any) -> Approval:
    """Return somebody's approval."""
    word = Approval(person, f"U0{person.upper()}", Verdict.APPROVE, 1, groups, NOON, Surface.BUTTON)
    return replace(word, **changed)


BOTH = (yes("priya", "qa"), yes("sam", "sre"))


def release(**changed: Any) -> Release:
    """Return R-42: shop 118 to production, opened when its build passed and staging had it for long enough."""
    opened = Release(
        number=42,
        lane=PRODUCTION,
        origin=Origin.PIPELINE,
        build=build(),
        artifact="run 7001.1",
        generation=1,
        key="R-42-x7k2m9qa",
        state=Lifecycle.OPEN,
        opened_at=MORNING + timedelta(minutes=45),
        policy=IN_PRODUCTION,
        policy_hash="0" * 64,
    )
    return replace(opened, **changed)


def deploying(status: DeployStatus, **changed: Any) -> Release:
    """Return R-42 as the CI system has it."""
    url = JOB if status in {DeployStatus.ACCEPTED, DeployStatus.RUNNING} else None
    sent = Deployment(status, NOON, ref="9", url=url)
    return release(state=Lifecycle.DEPLOYING, deployment=sent, approvals=BOTH, **changed)


def ended(state: Lifecycle, **changed: Any) -> Release:
    """Return R-42 as it ended, after its deploy had run where it got so far."""
    ran = {Lifecycle.LIVE, Lifecycle.FAILED, Lifecycle.ROLLED_BACK, Lifecycle.VERIFYING}
    sent = Deployment(DeployStatus.SUCCEEDED, NOW - timedelta(minutes=10), ref="9", url=JOB) if state in ran else None
    given = BOTH if state in ran else ()
    return replace(release(state=state, deployment=sent, approvals=given, ended_at=NOW), **changed)


def lane(*releases: Release, **changed: Any) -> Lane:
    """Return production with what is live there; 118 has been through staging."""
    around = Around(reached=(Reached("staging", 7, MORNING),))
    return replace(Lane(PRODUCTION, adopted_at=MORNING, live=LIVE, releases=releases, around=around), **changed)


HOLD = Hold("the database moves to new hardware", NOON, "sam", EVENING)
LOCK = Lock("alex", "U0ALEX", "load test", NOON, EVENING)
STOP = Stop("sam", "payments fail in all shops", NOON)
BAD = Mark(1, Judgement.BAD, (MORNING, 118, 1), "118 (9f3c2ab)", "sam", "it charges twice", NOON)

SPAN = Span("shop", LIVE.sha, build().sha)


def change(digits: str, title: str, author: Author, pull: PullRequest | None = None) -> Change:
    """Return a commit between what is live and 118."""
    return Change(sha(digits), title, (author,), MORNING, f"https://github.com/acme/shop/commit/{digits}", pull)


_REFUNDS = PullRequest(231, "Refund orders from the order page", "", ("enhancement",))
ADDED = (
    change("5d1e0aa", "Refund orders", NORA, _REFUNDS),
    change("6e2f1bb", "Test refunds", NORA, _REFUNDS),
    change("7f3a2cc", "fix: round cents down (#233)", OMAR, PullRequest(233, "fix: round cents down", "")),
    change("9f3c2ab", "chore: update dependencies", NORA),
)
COMPARED = Comparison(SPAN, Relation.AHEAD, ADDED, added_total=4, files=("shop/refunds.py", "db/017_refunds.sql"))


def scene(policy: Policy = POLICY, now: datetime = NOW) -> Scene:
    """Return the surroundings on a Thursday afternoon, with what 118 changes known."""
    return Scene(policy, LINKS, PERMALINKS, now, compared={SPAN: COMPARED}, before={42: LIVE})
