"""Who comes to the desk: one account for each way to be somebody, and a policy that gives them what it can.

Whoever is no full member is in every group, so that nothing but their account stands in their way.
"""

from dataclasses import replace
from datetime import timedelta
from enum import Enum

from bot.core.inputs import Account
from bot.core.policy import ApprovalRule, Group, Hotfix, Permission, Person, Policy, Skip
from bot.core.speaking import Announcement
from tests.factories import a_lane_policy, a_policy


class Who(Enum):
    """Somebody, by the name that the policy has for them or would have."""

    APPROVER = "priya"  # in qa, which the lane asks
    HOLDER = "sam"  # in sre, which holds every permission
    REQUESTER = "olga"  # asked for the release, and may ask for releases
    AUTHOR = "ann"  # in qa as well, wrote and pushed what ships
    MEMBER = "alex"  # of the team, without any right
    UNLISTED = "nell"  # a full member whom the policy does not name
    SECOND = "ann2"  # the author's second account, which the policy does not name
    GUEST = "gus"
    BOT = "bob"
    DEACTIVATED = "dora"
    STRANGER = "stan"  # of another workspace, in a shared channel
    UNKNOWN = "una"  # Slack's answer about them cannot be read

    @property
    def slack(self) -> str:
        """Their Slack account."""
        return f"U0{self.value.upper()}"


ACCOUNTS = {
    Who.GUEST: Account.GUEST,
    Who.BOT: Account.BOT,
    Who.DEACTIVATED: Account.DEACTIVATED,
    Who.STRANGER: Account.STRANGER,
    Who.UNKNOWN: Account.UNKNOWN,
}
"""Who is no full member."""
UNLISTED = frozenset({Who.UNLISTED, Who.SECOND})
FULL = tuple(who for who in Who if who not in ACCOUNTS)
LISTED = tuple(who for who in FULL if who not in UNLISTED)

_QA = {Who.APPROVER, Who.AUTHOR} | set(ACCOUNTS)
_SRE = {Who.HOLDER} | set(ACCOUNTS)


def a_desk_policy() -> Policy:
    """Return a policy of one lane that asks qa, waits half a minute, has a fast path and drafts announcements."""
    lane = a_lane_policy(
        undo_window=timedelta(seconds=30),
        hotfix=Hotfix((ApprovalRule(("sre",), 1),), frozenset({Skip.SOAK})),
        rollback=(),
        announce=True,
        announcement=Announcement(None, edit=True),
    )
    permissions = [(permission, ("sre",)) for permission in Permission if permission is not Permission.REQUEST]
    github = {Who.AUTHOR: "2001", Who.APPROVER: "1001", Who.HOLDER: "1002"}
    listed = [who for who in Who if who not in UNLISTED]
    return replace(
        a_policy(lane),
        people=tuple(Person(who.value, slack=who.slack, github=github.get(who)) for who in listed),
        groups=(
            Group("qa", frozenset(who.value for who in _QA)),
            Group("sre", frozenset(who.value for who in _SRE)),
        ),
        permissions=((Permission.REQUEST, ("sre", "olga")), *permissions),
    )
