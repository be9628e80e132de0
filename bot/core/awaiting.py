"""Whose approval a release waits for: theirs who may give it, have not, and bring it further by it."""

from dataclasses import replace

from bot.core.approvals import word_of
from bot.core.authorize import Act, authorize
from bot.core.blockers import Blocker, PeopleUnknown, approval_blockers
from bot.core.inputs import Actor
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Approval, Lifecycle, Release, Verdict


def awaits(actor: Actor, release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether an open release waits for this person's approval.

    One whose rules ask this person but are met as far as they could meet them does not. Nothing is decided by it: an
    approval is judged when it is given.
    """
    if release.state is not Lifecycle.OPEN or word_of(actor.person, release) is not None:
        return False
    before = _asked(release, lane, policy)
    if not before or authorize(actor, Act.APPROVE, policy, lane=lane, release=release):
        return False
    word = Approval(
        person=actor.person.id,
        slack=actor.person.slack,
        verdict=Verdict.APPROVE,
        generation=release.generation,
        groups=tuple(sorted(actor.groups)),
        at=release.asked_since,
        surface=actor.surface,
    )
    return _asked(replace(release, approvals=(*release.approvals, word)), lane, policy) != before


def _asked(release: Release, lane: Lane, policy: Policy) -> list[Blocker]:
    """Return what approvals are missing; whom nobody can place is for the policy file."""
    return [one for one in approval_blockers(release, lane, policy) if not isinstance(one, PeopleUnknown)]
