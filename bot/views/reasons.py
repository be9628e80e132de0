"""Every reason of a refusal as a sentence with a way on. Exhaustive: a new reason without words is a type error."""

from dataclasses import dataclass
from typing import assert_never

from bot.core.build import BuildState
from bot.core.inputs import Account
from bot.core.policy import Policy
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyApproved,
    AlreadyLive,
    AlreadyOpen,
    ChangedSince,
    MayNotCancel,
    NoApprovalNeeded,
    NoReason,
    NotAnApprover,
    NotDeployable,
    NotExpected,
    NothingToWithdraw,
    NotInPolicy,
    NotPermitted,
    OwnRelease,
    OwnWork,
    Reason,
    StillBlocked,
    TooLate,
)
from bot.core.release import Lifecycle, Release
from bot.views.approvers import everybody, rule_label
from bot.views.holders import holders
from bot.views.limits import few
from bot.views.naming import Permalinks, lane_label, named, typed, word

_AboutPerson = NotAnApprover | OwnRelease | AlreadyApproved | NothingToWithdraw | MayNotCancel | NotPermitted
_AboutRelease = NoApprovalNeeded | ChangedSince | TooLate | NoReason | StillBlocked | NotExpected
_AboutBuild = NotDeployable | AlreadyOpen | AlreadyLive | NotInPolicy


@dataclass(frozen=True, slots=True)
class _Case:
    """What the sentences may refer to."""

    release: Release | None
    policy: Policy
    permalinks: Permalinks

    @property
    def name(self) -> str:
        """The release's name as it is typed, or the grammar's word for one."""
        return self.release.name if self.release else "RELEASE"


def sentence(reason: Reason, release: Release | None, policy: Policy, permalinks: Permalinks) -> str:
    """Return one reason as a sentence with a way on."""
    case = _Case(release, policy, permalinks)
    match reason:
        case AccountMayNotAct():
            return _account(reason.account)
        case NotAnApprover() | OwnRelease() | AlreadyApproved() | NothingToWithdraw() | MayNotCancel() | NotPermitted():
            return _about_person(reason, case)
        case NoApprovalNeeded() | ChangedSince() | TooLate() | NoReason() | StillBlocked() | NotExpected():
            return _about_release(reason, case)
        case NotDeployable() | AlreadyOpen() | AlreadyLive() | NotInPolicy():
            return _about_build(reason, case)
    assert_never(reason)


def _account(account: Account) -> str:
    return _ACCOUNTS[account]


_ACCOUNTS = {
    Account.MEMBER: "Your account may not do this here; please ask somebody of the team.",
    Account.GUEST: "Guests may not act on releases; please ask a full member of this workspace.",
    Account.BOT: "Bots may not act on releases; a person must.",
    Account.DEACTIVATED: "This account is deactivated; please use an active one.",
    Account.STRANGER: "Only members of the workspace that owns this desk may act on releases; please ask one of them.",
    Account.UNKNOWN: "Slack could not be asked just now whose account this is; please try again in a minute.",
}


def _about_person(reason: _AboutPerson, case: _Case) -> str:
    match reason:
        case NotAnApprover():
            rules = few([rule_label(rule) for rule in reason.rules], 5)
            who = everybody(reason.rules, case.policy)
            ask = f"please ask {who}" if who else "the policy names nobody else either, please tell who keeps it"
            return f"You are not among those who decide here ({rules or 'no rule'}): {ask}."
        case OwnRelease():
            done = "asked for this release" if reason.how is OwnWork.REQUESTER else "pushed this commit"
            return f"You {done}, and nobody approves their own work here: please ask another approver."
        case AlreadyApproved():
            undo = typed(case.policy, f"withdraw {case.name}")
            return f"You have approved this already, once is enough. To take it back: {undo}."
        case NothingToWithdraw():
            return f"You have no approval standing here, so there is none to take back. {_why(case)}"
        case MayNotCancel():
            return "Only who asked for a release and its approvers may cancel it: please ask one of them."
        case NotPermitted():
            may = holders(reason.permission, case.policy)
            return f"You do not have the permission `{reason.permission.value}`. It is held by {may}."
    assert_never(reason)


def _about_release(reason: _AboutRelease, case: _Case) -> str:
    match reason:
        case NoApprovalNeeded():
            return f"No approval is needed: builds ship there by themselves. {_why(case)}"
        case ChangedSince():
            return "What would ship has changed since the card you saw was shown: please look at it again, then decide."
        case TooLate():
            return _too_late(reason, case)
        case NoReason():
            how = typed(case.policy, f"reject {case.name} REASON")
            return f"A rejection needs a reason, for the authors to go on with: {how}."
        case StillBlocked():
            return f"Something is still in the way. {_why(case)}"
        case NotExpected():
            return f"That does not fit: the release {IS[reason.state]}. {_why(case)}"
    assert_never(reason)


IS = {
    Lifecycle.OPEN: "is still open",
    Lifecycle.DEPLOYING: "is being deployed already",
    Lifecycle.LIVE: "is live already",
    Lifecycle.REJECTED: "was rejected before",
    Lifecycle.EXPIRED: "has expired",
    Lifecycle.SUPERSEDED: "was superseded by a newer build",
    Lifecycle.CANCELLED: "was cancelled before",
    Lifecycle.FAILED: "has failed already",
}


def _too_late(reason: TooLate, case: _Case) -> str:
    if reason.superseded_by:
        return f"Too late: it was superseded by {named(reason.superseded_by, case.permalinks)}. Please decide there."
    if reason.state is Lifecycle.DEPLOYING:
        return "Too late: it is being deployed already. Only the CI system can stop it now."
    again = (
        typed(case.policy, f"{word(case.release.lane.service)} to {word(case.release.lane.environment)}")
        if (case.release)
        else typed(case.policy, "SERVICE to ENV")
    )
    return f"Too late: it {IS[reason.state]}. To ask for a new release: {again}."


def _about_build(reason: _AboutBuild, case: _Case) -> str:
    match reason:
        case NotDeployable():
            why = (
                "its pipelines did not all succeed" if reason.state is BuildState.BROKEN else "its pipelines still run"
            )
            return f"Build {word(reason.label)} cannot be deployed: {why}. Please wait for them or name another build."
        case AlreadyOpen():
            return f"This build has an open release there already: {named(reason.release, case.permalinks)}."
        case AlreadyLive():
            return (
                f"{word(reason.label)}, the newest deployable build, is live there already. "
                "To deploy it once more, name its version."
            )
        case NotInPolicy():
            lanes = few([f"{word(one.lane.service)} {word(one.lane.environment)}" for one in case.policy.lanes()], 20)
            return f"The policy does not name {lane_label(reason.lane)}. It names: {lanes or 'nothing yet'}."
    assert_never(reason)


def _why(case: _Case) -> str:
    lane = f" {word(case.release.lane.service)} {word(case.release.lane.environment)}" if case.release else " SERVICE"
    return f"{typed(case.policy, f'why{lane}')} tells all there is to it."
