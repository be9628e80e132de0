"""The transition table and decide(): one pure function, per lane.

Rules:

- A release is `open` until the attempt to deploy it is recorded; until then approvals can be given and withdrawn and
  it can be rejected, cancelled, superseded or expire. From `deploying` on only the CI system's word, the time limit or
  a person's answer about a lost request changes it: who cancels it has the CI system asked, and that is all. When the
  CI system certainly never got the request, the release is `open` again, with its approvals, and all of that holds for
  it again; or `cancelled`, where somebody asked for that meanwhile.
- A deploy that has ended well is `live` at once, or after its verification where the policy has one.
- Endings are final. Whoever tries again asks for a new release; only a person's recorded word makes a failed one live,
  and only a rollback takes a live one out.
- One release per lane is deployed or verified at a time: rollbacks and hotfixes first, then in the order of opening.
- Whatever happened, the lane is settled afterwards: the first release that nothing blocks is sent on its way.
- A pair of state and input that is not in the table is refused, never ignored.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, assert_never

from bot.core import deploying, elsewhere, gated, holding, opening, progress, stopping, verifying, words
from bot.core.approvals import account_reasons
from bot.core.authorize import Act, authorize
from bot.core.decision import Decision, Fresh
from bot.core.events import (
    Adopt,
    BuildChanged,
    DeployedElsewhere,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    HealthSeen,
    JobsCameLater,
    ReachedBefore,
    TimePassed,
)
from bot.core.inputs import (
    Approve,
    BeginDeployment,
    Cancel,
    DeclareLive,
    HoldLane,
    Input,
    LockLane,
    MarkDone,
    OfLane,
    OfRelease,
    Override,
    Reject,
    Request,
    Resolve,
    ResumeLane,
    Retry,
    Schedule,
    SwitchMode,
    Undo,
    UnlockLane,
    Withdraw,
)
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import NotExpected, NotFailed, Refusal, TooLate
from bot.core.release import Lifecycle, Release

__all__ = ["TABLE", "TRANSITIONS", "Decision", "Fresh", "decide"]


def decide(lane: Lane, given: Input, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Return the lane's next state with the effects it calls for, or a refusal with every reason.

    Args:
        lane: the lane with its unfinished releases, and the addressed release even if it has ended.
        given: what happened.
        policy: today's policy; each release carries the one under which it was opened.
        fresh: number and key suffix for a release that this decision may open.
        now: the present, in UTC.

    Raises:
        LookupError: the input names a release that the lane was loaded without.
    """
    if isinstance(given, OfRelease):
        decided = _of_release(lane, given, policy, now)
    else:
        decided = _of_lane(lane, given, policy, fresh, now)
    return decided if isinstance(decided, Refusal) else progress.settle(decided, policy, now)


def _of_lane(lane: Lane, given: OfLane, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    match given:
        case BuildChanged():
            return opening.build_changed(lane, given, policy, fresh, now)
        case ReachedBefore():
            return opening.reached_before(lane, given, policy, fresh, now)
        case Request():
            return opening.request(lane, given, policy, fresh, now)
        case Retry():
            return opening.retry(lane, given, policy, fresh, now)
        case Adopt():
            return opening.adopt(lane, given, now)
        case TimePassed():
            return progress.time_passed(Decision(lane), policy, now)
        case DeployedElsewhere():
            return elsewhere.deployed(lane, given, policy, fresh, now)
        case DeclareLive():
            return elsewhere.declare(lane, given, policy, now)
        case HoldLane() | ResumeLane() | LockLane() | UnlockLane() | SwitchMode():
            return _of_people(lane, given, policy, now)
    assert_never(given)


def _of_people(
    lane: Lane, given: HoldLane | ResumeLane | LockLane | UnlockLane | SwitchMode, policy: Policy, now: datetime
) -> Decision | Refusal:
    match given:
        case HoldLane():
            return holding.hold(lane, given, policy, now)
        case ResumeLane():
            return holding.resume(lane, given, policy, now)
        case LockLane():
            return holding.lock(lane, given, policy, now)
        case UnlockLane():
            return holding.unlock(lane, given, policy, now)
        case SwitchMode():
            return holding.switch(lane, given, policy, now)
    assert_never(given)


def _of_release(lane: Lane, given: OfRelease, policy: Policy, now: datetime) -> Decision | Refusal:
    release = lane.release(given.release)
    if release is None:
        raise LookupError(f"R-{given.release} is not in {lane.id}")
    rule = TABLE.get((release.state, type(given)))
    return _refused(lane, release, given, policy) if rule is None else rule(lane, release, given, policy, now)


def _refused(lane: Lane, release: Release, given: OfRelease, policy: Policy) -> Refusal:
    """Say what an act comes too late for; whoever may not do it at all is told that too."""
    match given:
        case Approve() | Reject() | Withdraw() | Cancel() | Undo() | Schedule() | Override():
            late = TooLate(release.state, release.superseded_by)
            return Refusal((*account_reasons(given.by), late))
        case MarkDone():
            return Refusal((*authorize(given.by, Act.MARK_DONE, policy, lane=lane), NotFailed(release.state)))
        case Resolve() if release.state.ended:
            late = TooLate(release.state, release.superseded_by)
            return Refusal((*authorize(given.by, Act.RESOLVE, policy, lane=lane), late))
        case _:
            return Refusal((NotExpected(release.state),))


Rule = Callable[[Lane, Release, OfRelease, Policy, datetime], Decision | Refusal]
_Given = TypeVar("_Given")


def _rule(rule: Callable[[Lane, Release, _Given, Policy, datetime], Decision | Refusal]) -> Rule:
    """Enter a rule in the table; its key guarantees the input's type, which the type checker cannot see."""
    return rule  # type: ignore[return-value]


TABLE: dict[tuple[Lifecycle, type[OfRelease]], Rule] = {
    (Lifecycle.OPEN, Approve): _rule(words.approve),
    (Lifecycle.OPEN, Withdraw): _rule(words.withdraw),
    (Lifecycle.OPEN, Reject): _rule(words.reject),
    (Lifecycle.OPEN, Cancel): _rule(words.cancel),
    (Lifecycle.OPEN, Undo): _rule(words.undo),
    (Lifecycle.OPEN, Schedule): _rule(words.schedule),
    (Lifecycle.OPEN, Override): _rule(words.override),
    (Lifecycle.OPEN, BeginDeployment): _rule(deploying.begin),
    (Lifecycle.OPEN, DeploymentPutOff): _rule(deploying.waits),
    (Lifecycle.DEPLOYING, BeginDeployment): _rule(deploying.begin_again),
    (Lifecycle.DEPLOYING, DeploymentAccepted): _rule(deploying.accepted),
    (Lifecycle.DEPLOYING, DeploymentPutOff): _rule(deploying.put_off),
    (Lifecycle.DEPLOYING, DeploymentRefused): _rule(deploying.refused),
    (Lifecycle.DEPLOYING, DeploymentLost): _rule(deploying.lost),
    (Lifecycle.DEPLOYING, DeploymentRunning): _rule(deploying.running),
    (Lifecycle.DEPLOYING, JobsCameLater): _rule(gated.let_on),
    (Lifecycle.DEPLOYING, DeploymentEnded): _rule(deploying.ended),
    (Lifecycle.DEPLOYING, Resolve): _rule(deploying.resolve),
    (Lifecycle.DEPLOYING, Cancel): _rule(stopping.stop),
    (Lifecycle.VERIFYING, HealthSeen): _rule(verifying.health_seen),
    (Lifecycle.FAILED, MarkDone): _rule(verifying.mark_done),
}
"""What may happen to one release. A pair that is not here is refused."""

TRANSITIONS: tuple[tuple[Lifecycle, str, Lifecycle], ...] = (
    (Lifecycle.OPEN, "attempt recorded", Lifecycle.DEPLOYING),
    (Lifecycle.OPEN, "rejected with a reason", Lifecycle.REJECTED),
    (Lifecycle.OPEN, "cancelled", Lifecycle.CANCELLED),
    (Lifecycle.OPEN, "approvals missing for too long", Lifecycle.EXPIRED),
    (Lifecycle.OPEN, "a newer build", Lifecycle.SUPERSEDED),
    (Lifecycle.OPEN, "would have shipped, on trial", Lifecycle.CANCELLED),
    (Lifecycle.OPEN, "a rollback's build was rebuilt", Lifecycle.CANCELLED),
    (Lifecycle.DEPLOYING, "certainly not sent, tried again later", Lifecycle.OPEN),
    (Lifecycle.DEPLOYING, "certainly not sent, cancelled meanwhile", Lifecycle.CANCELLED),
    (Lifecycle.DEPLOYING, "the job succeeded", Lifecycle.LIVE),
    (Lifecycle.DEPLOYING, "the job succeeded, to be verified", Lifecycle.VERIFYING),
    (Lifecycle.DEPLOYING, "the job failed, was refused or timed out", Lifecycle.FAILED),
    (Lifecycle.VERIFYING, "healthy for long enough", Lifecycle.LIVE),
    (Lifecycle.VERIFYING, "not healthy in time, or no longer", Lifecycle.FAILED),
    (Lifecycle.FAILED, "marked as done", Lifecycle.LIVE),
    (Lifecycle.LIVE, "rolled back", Lifecycle.ROLLED_BACK),
)
"""Every change of state with its cause, in the order of the diagram in the README; a test holds it against decide()."""
