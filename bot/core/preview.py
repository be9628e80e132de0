"""What would follow if somebody asked for a release now, told by the rule that decides it when they do.

Nothing is opened. Whether they may ask is not looked at: that is found out about them when they do.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.core import opening
from bot.core.approvals import rules_of
from bot.core.blockers import (
    Blocker,
    NeedsAnotherApprover,
    PeopleUnknown,
    Scheduled,
    WaitsForApproval,
    blockers,
)
from bot.core.build import Build
from bot.core.decision import Fresh
from bot.core.inputs import Account, Actor, Request
from bot.core.lane import Lane
from bot.core.policy import ApprovalRule, Kind, Permission, Person, Policy
from bot.core.refusals import Refusal
from bot.core.release import Lifecycle, Release, Surface

UNNUMBERED = "R-0"
"""The name of a release that is not there: none has ever this number."""
_OF_PEOPLE = (WaitsForApproval, NeedsAnotherApprover, PeopleUnknown)


@dataclass(frozen=True, slots=True)
class Preview:
    """A release as it would be opened.

    Attributes:
        release: the release, without a number.
        lane: its lane as it would be then.
        asked: the rules whose people would be asked; none where nobody would.
        in_the_way: what would keep it from shipping, but the approvals and the time that was chosen.
        gives_way: the open releases whose place it would take.
        holds: whether builds would no longer ship there by themselves.
    """

    release: Release
    lane: Lane
    asked: tuple[ApprovalRule, ...]
    in_the_way: tuple[Blocker, ...]
    gives_way: tuple[Release, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody would ask for. `at` is when it shall ship at the earliest, in UTC."""

    build: Build
    kind: Kind = Kind.RELEASE
    at: datetime | None = None


def preview(lane: Lane, wanted: Wanted, by: Person, policy: Policy, now: datetime) -> Preview | Refusal:
    """Return the release that a request would open, or every reason why it would not.

    Args:
        lane: the lane, loaded with the build: nothing in it is superseded yet.
        wanted: what is asked for; its version counts as named.
        by: who would ask.
        policy: today's.
        now: the present, in UTC.
    """
    groups = frozenset(group.name for group in policy.groups)
    anybody = Actor(by, Account.MEMBER, groups, Surface.MODAL, frozenset(Permission))
    given = Request(wanted.build, anybody, named=True, kind=wanted.kind, reason="to be said", at=wanted.at)
    decided = opening.request(lane, given, policy, Fresh(0, "preview"), now)
    if isinstance(decided, Refusal):
        return decided
    after = decided.lane
    release = after.releases[-1]
    found = blockers(release, after, policy, now)
    return Preview(
        release=release,
        lane=after,
        asked=rules_of(release, after, policy),
        in_the_way=tuple(one for one in found if not isinstance(one, (*_OF_PEOPLE, Scheduled))),
        gives_way=tuple(one for one in after.releases if one.state is Lifecycle.SUPERSEDED),
        holds=lane.hold is None and after.hold is not None,
    )
