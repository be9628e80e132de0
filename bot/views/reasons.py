"""Every reason of a refusal as a sentence with a way on. Exhaustive: a new reason without words is a type error."""

from typing import assert_never

from bot.core import refusals
from bot.core.authorize import OF_KIND
from bot.core.policy import LaneId, Policy
from bot.core.refusals import (
    AlreadyApproved,
    MayNotCancel,
    NotAnApprover,
    NothingToWithdraw,
    NotPermitted,
    OwnRelease,
    OwnWork,
    Reason,
)
from bot.core.release import Release
from bot.views.approvers import everybody, rule_label
from bot.views.case import Case
from bot.views.holders import holders, named_holders
from bot.views.lane_reasons import AboutBuild, AboutHold, AboutLane, about_build, about_hold, about_lane
from bot.views.limits import few
from bot.views.naming import Permalinks
from bot.views.outsiders import outsider
from bot.views.release_reasons import AboutAct, AboutRelease, about_act, about_release

_AboutPerson = NotAnApprover | OwnRelease | AlreadyApproved | NothingToWithdraw | MayNotCancel | NotPermitted


def sentence(
    reason: Reason, release: Release | None, policy: Policy, permalinks: Permalinks, *, lane: LaneId | None = None
) -> str:
    """Return one reason as a sentence with a way on; `lane` is what the act was about where it named no release."""
    case = Case(release, lane, policy, permalinks)
    if isinstance(reason, refusals.AccountMayNotAct):
        return outsider(reason.account)
    if isinstance(reason, AboutRelease):
        return about_release(reason, case)
    if isinstance(reason, AboutAct):
        return about_act(reason, case)
    if isinstance(reason, AboutHold):
        return about_hold(reason, case)
    if isinstance(reason, AboutLane):
        return about_lane(reason, case)
    if isinstance(reason, AboutBuild):
        return about_build(reason, case)
    return _about_person(reason, case)


_OWN = {
    OwnWork.REQUESTER: "asked for this release",
    OwnWork.RETRIER: "tried this release again",
    OwnWork.PUSHER: "pushed this commit",
    OwnWork.AUTHOR: "wrote a commit that it would make live",
}


def _about_person(reason: _AboutPerson, case: Case) -> str:
    match reason:
        case NotAnApprover():
            rules = few([rule_label(rule) for rule in reason.rules], 5)
            who = everybody(reason.rules, case.policy)
            ask = f"please ask {who}" if who else "the policy names nobody else either, please tell who keeps it"
            return f"You are not among those who decide here ({rules or 'no rule'}): {ask}."
        case OwnRelease():
            return f"You {_OWN[reason.how]}, and nobody approves their own work here: please ask another approver."
        case AlreadyApproved():
            undo = case.typed(f"withdraw {case.name}")
            return f"You have approved this already, once is enough. To take it back: {undo}."
        case NothingToWithdraw():
            return f"You have no approval standing here, so there is none to take back. {case.why}"
        case MayNotCancel():
            return f"Only who asked for a release and its approvers may do that: please ask {_its_people(case)}."
        case NotPermitted():
            may = named_holders(reason.permission, reason.holders, case.policy)
            return f"You do not have the permission `{reason.permission.value}`. It is held by {may}."
    assert_never(reason)


def _its_people(case: Case) -> str:
    """Return whom a release asks, and where it asks nobody who might have asked for one of its kind."""
    release = case.release
    if release is None:
        return "one of them"
    here = next((one for one in case.policy.lanes() if one.lane == release.lane), release.policy)
    asked = everybody(release.policy.required(release.kind), case.policy)
    return asked or holders(OF_KIND[release.kind], case.policy, here)
