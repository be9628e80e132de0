"""The transition table and decide(): one pure function, per lane.

Rules:

- A release is `open` until the attempt to deploy it is recorded; until then approvals can be given and withdrawn and
  it can be rejected, cancelled, superseded or expire. From `deploying` on only the CI system's word, the time limit or
  a person's answer about a lost request changes it. When the CI system certainly never got the request, the release is
  `open` again, with its approvals, and all of that holds for it again.
- Endings are final. Whoever tries again asks for a new release.
- One release per lane is deployed at a time, in the order in which they were opened.
- Whatever happened, the lane is settled afterwards: the first release that nothing blocks is sent on its way.
- A pair of state and input that is not in the table is refused, never ignored.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.core import deploying, opening, words
from bot.core.approvals import account_reasons, permission_reasons
from bot.core.blockers import blockers, expires_at
from bot.core.decision import Decision, Fresh
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.inputs import (
    Adopt,
    Approve,
    BeginDeployment,
    BuildChanged,
    Cancel,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    Input,
    OfRelease,
    Reject,
    Request,
    Resolve,
    TimePassed,
    Withdraw,
)
from bot.core.lane import Lane
from bot.core.policy import Permission, Policy
from bot.core.refusals import NotExpected, Refusal, TooLate
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
    match given:
        case BuildChanged():
            decided: Decision | Refusal = opening.build_changed(lane, given, policy, fresh, now)
        case Request():
            decided = opening.request(lane, given, policy, fresh, now)
        case Adopt():
            decided = opening.adopt(lane, given, now)
        case TimePassed():
            decided = _time_passed(lane, policy, now)
        case _:
            decided = _of_release(lane, given, policy, now)
    if isinstance(decided, Refusal):
        return decided
    return _settle(decided, policy)


def _time_passed(lane: Lane, policy: Policy, now: datetime) -> Decision:
    decided = Decision(lane)
    for release in lane.open:
        due = expires_at(release, policy)
        if due is not None and due <= now:
            expired = replace(release, state=Lifecycle.EXPIRED, ended_at=now)
            decided = decided.changed(expired).happened(Happening(Happened.EXPIRED, release.number))
    flying = lane.in_flight
    if flying is not None and deploying.timed_out(flying, now):
        return deploying.time_out(decided, flying, now)
    return decided


def _of_release(lane: Lane, given: OfRelease, policy: Policy, now: datetime) -> Decision | Refusal:
    release = lane.release(given.release)
    if release is None:
        raise LookupError(f"R-{given.release} is not in {lane.id}")
    rule = TABLE.get((release.state, type(given)))
    return _refused(release, given, policy) if rule is None else rule(lane, release, given, policy, now)


def _refused(release: Release, given: OfRelease, policy: Policy) -> Refusal:
    match given:
        case Approve() | Reject() | Withdraw() | Cancel():
            return Refusal((*account_reasons(given.by), TooLate(release.state, release.superseded_by)))
        case Resolve() if release.state.ended:
            late = TooLate(release.state, release.superseded_by)
            return Refusal((*permission_reasons(given.by, Permission.RESOLVE, policy), late))
        case _:
            return Refusal((NotExpected(release.state),))


def _settle(decided: Decision, policy: Policy) -> Decision:
    """Send the first release that nothing blocks on its way; the effect's key makes saying so twice harmless."""
    for release in decided.lane.open:
        if not blockers(release, decided.lane, policy):
            return decided.wants(StartDeployment(release.number, release.generation))
    return decided


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
    (Lifecycle.OPEN, BeginDeployment): _rule(deploying.begin),
    (Lifecycle.DEPLOYING, BeginDeployment): _rule(deploying.begin_again),
    (Lifecycle.DEPLOYING, DeploymentAccepted): _rule(deploying.accepted),
    (Lifecycle.DEPLOYING, DeploymentPutOff): _rule(deploying.put_off),
    (Lifecycle.DEPLOYING, DeploymentRefused): _rule(deploying.refused),
    (Lifecycle.DEPLOYING, DeploymentLost): _rule(deploying.lost),
    (Lifecycle.DEPLOYING, DeploymentRunning): _rule(deploying.running),
    (Lifecycle.DEPLOYING, DeploymentEnded): _rule(deploying.ended),
    (Lifecycle.DEPLOYING, Resolve): _rule(deploying.resolve),
}
"""What may happen to one release. A pair that is not here is refused."""

TRANSITIONS: tuple[tuple[Lifecycle, str, Lifecycle], ...] = (
    (Lifecycle.OPEN, "attempt recorded", Lifecycle.DEPLOYING),
    (Lifecycle.OPEN, "rejected with a reason", Lifecycle.REJECTED),
    (Lifecycle.OPEN, "cancelled", Lifecycle.CANCELLED),
    (Lifecycle.OPEN, "approvals missing for too long", Lifecycle.EXPIRED),
    (Lifecycle.OPEN, "a newer build", Lifecycle.SUPERSEDED),
    (Lifecycle.DEPLOYING, "certainly not sent, tried again later", Lifecycle.OPEN),
    (Lifecycle.DEPLOYING, "the job succeeded", Lifecycle.LIVE),
    (Lifecycle.DEPLOYING, "the job failed, was refused or timed out", Lifecycle.FAILED),
)
"""Every change of state with its cause, in the order of the diagram in the README; a test holds it against decide()."""
