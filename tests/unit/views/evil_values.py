"""State in which everything that others may write is hostile: builds, releases, lanes, policies, comparisons."""

from dataclasses import replace
from datetime import timedelta

from bot.core.build import Author, Build, BuildState, RunStatus
from bot.core.calendar import Dated, Freeze
from bot.core.changelog import Change, Comparison, PullRequest, Relation, Span
from bot.core.lane import Around, Hold, Judgement, Lane, Live, Lock, Mark, ModeSwitch, Stop
from bot.core.policy import (
    After,
    ApprovalRule,
    Group,
    Hotfix,
    Kind,
    LaneId,
    LanePolicy,
    Mode,
    Permission,
    Policy,
    SelfApproval,
    Skip,
)
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Origin, Override, Release, StopAsked
from bot.core.silence import Unreported
from bot.core.speaking import Announcement
from bot.core.verification import Verification
from bot.views.scene import Scene
from tests.unit.views.evil import Evil
from tests.unit.views.values import (
    CARDS,
    IN_PRODUCTION,
    LIVE,
    NINE,
    PERMALINKS,
    PRODUCTION,
    QA,
    TEN,
    WEB,
    a_build,
    a_check,
    a_policy,
    a_release,
    a_scene,
    a_yes,
)

ELEVEN = TEN + timedelta(hours=1)
_TODAY = Dated(NINE.replace(tzinfo=None), ELEVEN.replace(tzinfo=None), "UTC")


def author(evil: Evil) -> Author:
    """Return somebody who chose name, address and id."""
    return Author(evil(), evil(), evil())


def build(evil: Evil) -> Build:
    """Return a build of which only the hash is sound, as the doors see to."""
    check = lambda: a_check(pipeline=evil(), url=evil(), title=evil(), status=evil.pick(list(RunStatus)))  # noqa: E731 - short
    return a_build(
        version=evil(),
        title=evil(),
        url=evil(),
        branch=evil(),
        artifact=evil(),
        authors=evil.some(lambda: author(evil), 12),
        pusher=evil.maybe(author(evil)),
        checks=evil.some(check, 10),
        state=evil.pick(list(BuildState)),
    )


def lane_id(evil: Evil) -> LaneId:
    """Return production, or now and then a lane of whatever name."""
    return evil.pick((PRODUCTION, PRODUCTION, LaneId("payments", evil()), LaneId(evil(), evil())))


def rules(evil: Evil) -> tuple[ApprovalRule, ...]:
    """Return rules that ask groups of whatever name."""
    return (*evil.some(lambda: ApprovalRule((evil(), "sre"), 2), 3), QA)


def lane_policy(evil: Evil) -> LanePolicy:
    """Return what holds in production, with names that a colleague made up."""
    return replace(
        IN_PRODUCTION,
        mode=evil.pick(list(Mode)),
        channel=evil.pick(("C0PAYMENTS", evil())),
        approvals=rules(evil),
        self_approval=evil.pick(list(SelfApproval)),
        announcement=evil.maybe(Announcement(evil(), edit=True)),
        undo_window=timedelta(hours=1),
        after=evil.maybe(After(evil(), timedelta(hours=1))),
        rollback=evil.maybe(rules(evil)),
        hotfix=evil.maybe(Hotfix(rules(evil), frozenset(Skip))),
        verify=evil.maybe(Verification(hold_for=timedelta(minutes=5))),
        trial=evil.pick((False, False, True)),
    )


def policy(evil: Evil) -> Policy:
    """Return a policy in which groups, freezes, services and templates have whatever names and words."""
    base = a_policy(lane_policy(evil))
    everybody = frozenset({"priya", evil()})
    more = replace(base.services[0], name="ledger", migrations=("db/**",))
    service = replace(base.services[0], migrations=("db/**",))
    return replace(
        base,
        services=(service, more) if evil.pick((False, True)) else (service,),
        groups=(*base.groups, Group(evil(), everybody, evil.pick(("S0SRE", evil())))),
        permissions=tuple((one, (evil(), "sre")) for one in Permission if evil.pick((True, False))),
        freezes=(Freeze(evil(), _TODAY, (), evil.some(evil, 7)), Freeze(evil(), _TODAY, evil.some(evil, 7))),
        operations=evil.pick(("C0OPS", evil())),
        announcements=evil.pick(("C0RELEASES", evil())),
    )


def release(evil: Evil, *states: Lifecycle) -> Release:
    """Return a release in any of the states, on any way, with all that people said about it hostile."""
    overridden = Override(evil(), evil(), TEN, evil.some(evil, 12))
    return a_release(
        lane=lane_id(evil),
        origin=evil.pick(list(Origin)),
        build=build(evil),
        generation=evil.pick((1, 2)),
        state=evil.pick(states or list(Lifecycle)),
        policy=lane_policy(evil),
        requested_by=evil.maybe(evil()),
        requested_slack=evil.maybe(evil()),
        approvals=evil.some(lambda: a_yes(evil(), (evil(),)), 12),
        deployment=evil.maybe(deployment(evil)),
        ended_at=evil.maybe(ELEVEN),
        reason=evil.maybe(evil()),
        superseded_by=evil.maybe(43),
        older_than_live=evil.pick((True, False)),
        put_off=evil.maybe(evil()),
        kind=evil.pick(list(Kind)),
        why=evil.maybe(evil()),
        retry_of=evil.maybe(41),
        retried_by=evil.maybe(evil()),
        retried_slack=evil.maybe(evil()),
        asked_at=evil.maybe(TEN),
        approved_at=evil.maybe(TEN),
        scheduled_for=evil.maybe(ELEVEN),
        override=evil.pick((None, None, overridden)),
        waited_for=evil.maybe(evil()),
        health=evil.maybe(Health(TEN, evil.maybe(TEN))),
        key=evil(),
    )


def deployment(evil: Evil) -> Deployment:
    """Return a deployment however far, of which somebody may have wanted the end."""
    stop = evil.maybe(StopAsked(evil(), TEN))
    return Deployment(evil.pick(list(DeployStatus)), TEN, evil(), url(evil), stop=stop)


def url(evil: Evil) -> str:
    """Return an address: whatever somebody reported, or one of the configured host that is spoilt behind it."""
    return evil.pick((evil(), f"{WEB}/acme/payments/actions/runs/9", f"{WEB}/{evil()}"))


def live(evil: Evil) -> Live:
    """Return what is live under whatever version."""
    return replace(LIVE, version=evil())


def lane(evil: Evil, *releases: Release) -> Lane:
    """Return the lane of some releases with everything in the way, each for a hostile reason."""
    here = releases[0].lane if releases else lane_id(evil)
    other = replace(release(evil, Lifecycle.DEPLOYING, Lifecycle.OPEN), number=41, lane=here)
    mark = Mark(1, Judgement.BAD, (NINE, 0, 0), evil(), evil.maybe(evil()), evil(), TEN)
    return Lane(
        here,
        adopted_at=evil.maybe(NINE),
        live=evil.pick((live(evil), live(evil), None)),
        releases=(*(one for one in (other,) if evil.pick((True, False))), *releases),
        mode=evil.maybe(ModeSwitch(evil.pick(list(Mode)), Mode.DELIVERY, evil(), evil(), NINE)),
        hold=evil.maybe(Hold(evil(), NINE, evil.maybe(evil()), evil.maybe(ELEVEN))),
        lock=evil.maybe(Lock(evil(), evil(), evil(), NINE, ELEVEN)),
        around=Around(
            stop=evil.pick((None, None, Stop(evil(), evil(), NINE))),
            marks=evil.pick(((), (mark,))),
        ),
    )


def change(evil: Evil) -> Change:
    """Return a commit of which only the hash is sound."""
    asked = PullRequest(evil.pick((12, -1, 10**12)), evil(), evil(), (evil(), "bug"))
    sha = f"{evil.pick(range(2**28)):07x}" + "0" * 33
    return Change(sha, evil(), evil.some(lambda: author(evil), 4), NINE, evil(), evil.maybe(asked), evil())


def comparison(evil: Evil, span: Span) -> Comparison:
    """Return what somebody else's server told of a span."""
    return Comparison(
        span,
        evil.pick(list(Relation)),
        added=evil.some(lambda: change(evil), 12),
        removed=evil.some(lambda: change(evil), 6),
        added_total=evil.pick((0, 3, 10**9)),
        files=tuple(f"db/{evil()}" for _ in range(4)),
        complete=evil.pick((True, False)),
    )


def scene(evil: Evil, *spans: Span, under: Policy | None = None) -> Scene:
    """Return the surroundings, with what is known of some spans: a comparison, why there is none, or nothing."""
    told = {span: comparison(evil, span) for span in spans if evil.pick((True, True, False))}
    return replace(
        a_scene(under or policy(evil)),
        compared=told,
        why_not={span: evil() for span in spans if evil.pick((True, False))},
        before={42: live(evil)} if evil.pick((True, False)) else {},
        permalinks=evil.pick((PERMALINKS, {}, {42: f"{CARDS}/p42"})),
        silent={"payments": Unreported(build(evil), NINE, evil.pick((None, build(evil))))}
        if evil.pick((True, False))
        else {},
    )


def span_of(one: Release, there: Lane) -> Span:
    """Return what the views ask for: what the release changes against what is live in its lane."""
    return Span(one.lane.service, (there.live or LIVE).sha, one.build.sha)
