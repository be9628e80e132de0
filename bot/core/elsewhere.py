"""What is live by somebody else's doing: deploys that Signoff did not make, and people's word on what runs there.

Rules:

- A deploy by somebody else moves what is live, in every mode. Of a build that is known it is a release of origin
  `external`, so that history and metrics have it; one of a commit that Signoff never saw is told and no release.
- What waits in the lane and is no newer is superseded. The rest was approved as a change of something else than what
  is live now: where people decide, they are asked again.
- A release that is being verified then fails: it is no longer what runs there.
- What is live already, what is older than that, and our own deploy seen from outside are no news.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import asking
from bot.core.approvals import rules_of
from bot.core.authorize import Act, authorize
from bot.core.build import Build
from bot.core.decision import Decision, Fresh
from bot.core.deploying import fail
from bot.core.effects import Announce, Happened, Happening, TellLanesAfter, TellOperations
from bot.core.events import DeployedElsewhere, FoundLive
from bot.core.inputs import DeclareLive
from bot.core.lane import Lane, Live
from bot.core.opening import born
from bot.core.policy import LanePolicy, Mode, Policy
from bot.core.refusals import AlreadyLive, NoReason, NotExpected, NotInPolicy, Reason, Refusal
from bot.core.release import Deployment, DeployStatus, Lifecycle, Origin, Release
from bot.core.superseding import overtake

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much what began a deploy anew is later than the end of the one before, at least."""


def deployed(lane: Lane, given: DeployedElsewhere, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Take note of somebody else's deployment: it moves what is live, and people are asked again."""
    here = lane.policy(policy)
    if here is None:
        return Refusal((NotInPolicy(lane.id),))
    if no_news(lane, given.sha, given.at):
        return Refusal((NotExpected(Lifecycle.LIVE),))
    since = min(given.at, now)  # clocks differ; nothing is live from tomorrow on
    build = given.build
    if build is None:
        live, there, release = Live(given.sha, given.version, since), lane, None
    else:
        release = _external(lane, given, build, here, policy, fresh, since)
        live, there = Live(build.sha, build.version, since, build.position, release.number), lane.opened(release)
    told = Happening(Happened.DEPLOYED_ELSEWHERE, release.number if release else None, detail=live.label, url=given.url)
    moved = Decision(replace(there, live=live)).happened(told)
    if release is not None and here.announce:
        moved = moved.wants(Announce(release.number))
    return _consequences(moved, here, build, release, f"{live.label} was deployed by somebody else", policy, now)


def no_news(lane: Lane, sha: str, at: datetime) -> bool:
    """Whether that a commit became live tells nothing new: it is live, older than what is, or ours under way."""
    ours = lane.in_flight
    if ours is not None and ours.build.sha == sha:
        return True
    return lane.live is not None and (lane.live.sha == sha or at < lane.live.since)


def has_its_word(release: Release, found: FoundLive) -> bool:
    """Whether what is found live as the deploy of a release of ours is the end that the release was told.

    One whose job ended after its time limit was not told: it failed here, and yet it is what runs there. Nor was one
    whose run somebody ran once more after it had ended: that made it live anew.
    """
    ended = release.deployment.finished_at if release.deployment else None
    anew = ended is not None and found.since > ended + CLOCKS_DIFFER
    return not anew and (release.state is not Lifecycle.FAILED or release.health is not None)


def _external(  # noqa: PLR0917 - all of it is the release's birth certificate
    lane: Lane, given: DeployedElsewhere, build: Build, here: LanePolicy, policy: Policy, fresh: Fresh, since: datetime
) -> Release:
    return replace(
        born(lane, build, here, policy, fresh, since),
        origin=Origin.EXTERNAL,
        state=Lifecycle.LIVE,
        ended_at=since,
        deployment=Deployment(DeployStatus.SUCCEEDED, since, url=given.url, finished_at=since),
    )


def declare(lane: Lane, given: DeclareLive, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a person's word on what is live; a lane that was never seen before is adopted with it."""
    why, build = given.reason.strip(), given.build
    live = Live(given.sha, build.version if build else given.version, now, build.position if build else None)
    reasons: list[Reason] = list(authorize(given.by, Act.LIVE, policy, lane=lane))
    if not why:
        reasons.append(NoReason())
    here = lane.policy(policy)
    if here is None:
        reasons.append(NotInPolicy(lane.id))
    if lane.adopted_at is not None and lane.live is not None and lane.live.sha == given.sha:
        reasons.append(AlreadyLive(lane.live.label))
    if reasons or here is None:
        return Refusal(tuple(reasons))
    told = Happening(Happened.DECLARED_LIVE, by=given.by.person.id, detail=f"{live.label}: {why}")
    moved = Decision(replace(lane, live=live, adopted_at=lane.adopted_at or now)).happened(told)
    said = f"{live.label} was declared live"
    return _consequences(moved.wants(TellOperations(told)), here, build, None, said, policy, now)


def _replaced(decided: Decision, why: str, now: datetime) -> Decision:
    """Fail what is being verified when it is no longer what runs there; a job that still runs will run over this."""
    flying, live = decided.lane.in_flight, decided.lane.live
    if flying is None or flying.health is None or live is None:
        return decided
    if live.sha == flying.build.sha or live.since < flying.health.deployed_at:
        return decided
    return fail(decided, flying, f"verification failed: {why}", None, now)


def _consequences(  # noqa: PLR0917 - what moved, and why people are asked again
    decided: Decision,
    here: LanePolicy,
    build: Build | None,
    by: Release | None,
    why: str,
    policy: Policy,
    now: datetime,
) -> Decision:
    """End what it replaced or overtook, ask again for the rest, and tell the lanes that come after."""
    decided = _replaced(decided, why, now)
    if build is not None:
        decided = overtake(decided.wants(TellLanesAfter(build)), build, by, now)
    if here.mode is not Mode.DELIVERY:
        return decided
    for release in decided.lane.open:
        if rules_of(release, decided.lane, policy):
            decided = asking.ask_again(decided, release, why, now)
    return decided
