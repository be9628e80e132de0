"""Why an act on a release was refused: it came too late, nothing is there to do, something has changed."""

from typing import assert_never

from bot.core.refusals import (
    CannotStop,
    ChangedSince,
    MovedOn,
    NoApprovalNeeded,
    NoReason,
    NotExpected,
    NotFailed,
    NothingToOverride,
    NothingToUndo,
    NotInThePast,
    StillBlocked,
    TooLate,
    Unstoppable,
)
from bot.core.release import Lifecycle
from bot.core.stopping import STOPPABLE
from bot.views.case import Case
from bot.views.escape import date
from bot.views.naming import named, word

AboutRelease = NoApprovalNeeded | ChangedSince | TooLate | NoReason | StillBlocked | NotExpected | NotInThePast
AboutAct = NothingToOverride | NothingToUndo | NotFailed | MovedOn | CannotStop

IS = {
    Lifecycle.OPEN: "is still open",
    Lifecycle.DEPLOYING: "is being deployed already",
    Lifecycle.VERIFYING: "is deployed already and being verified",
    Lifecycle.LIVE: "is live already",
    Lifecycle.REJECTED: "was rejected before",
    Lifecycle.EXPIRED: "has expired",
    Lifecycle.SUPERSEDED: "was superseded by a newer build",
    Lifecycle.CANCELLED: "was cancelled before",
    Lifecycle.FAILED: "has failed already",
    Lifecycle.ROLLED_BACK: "was rolled back",
}

UNSTOPPABLE = {
    Unstoppable.UNKNOWN: (
        "Nobody knows whether this deploy has begun, so there is no job to end: please look, then answer the question "
        "about it in the operations channel."
    ),
    Unstoppable.TARGET: (
        "Signoff cannot end a deploy of this kind: please stop the job in the CI system. How it ends is told here."
    ),
}


def about_release(reason: AboutRelease, case: Case) -> str:
    """Return why a release is not in a state for that."""
    match reason:
        case NoApprovalNeeded():
            return f"No approval is needed: the policy asks for none here. {case.why}"
        case ChangedSince():
            return "What would ship has changed since the card you saw was shown: please look at it again, then decide."
        case TooLate():
            return _too_late(reason, case)
        case NoReason():
            return "A reason is required, for others to go on with: please write it after the rest of the command."
        case NotInThePast():
            return f"{date(reason.at)} has passed already: please name a later time."
        case StillBlocked():
            return f"Something is still in the way. {case.why}"
        case NotExpected():
            return f"That does not fit: the release {IS[reason.state]}. {case.why}"
    assert_never(reason)


def about_act(reason: AboutAct, case: Case) -> str:
    """Return why there is nothing for an act to do."""
    match reason:
        case NothingToOverride():
            return (
                "No approval is missing and no freeze is in force, so there is nothing to override; "
                f"override lifts nothing else. {case.why}"
            )
        case NothingToUndo():
            back = case.typed(f"withdraw {case.name}")
            return (
                f"It does not start by itself just now, so there is nothing to undo. To take an approval back: {back}."
            )
        case CannotStop():
            return UNSTOPPABLE[reason.why]
        case NotFailed():
            return f"Only a release that failed can be tried again or marked as done; this one {IS[reason.state]}."
        case MovedOn():
            status = case.typed(f"status {case.place}")
            return (
                f"{word(reason.label)} has become live there since, so it is too late for that. What is live: {status}."
            )
    assert_never(reason)


def _too_late(reason: TooLate, case: Case) -> str:
    if reason.superseded_by:
        return f"Too late: it was superseded by {named(reason.superseded_by, case.permalinks)}. Please decide there."
    if reason.state is Lifecycle.DEPLOYING:
        return f"Too late: it is being deployed already. {_end_it(case)}"
    if reason.state in {Lifecycle.VERIFYING, Lifecycle.LIVE}:
        back = case.typed(f"rollback {_place(case, 'in')} REASON")
        return f"Too late: it {IS[reason.state]}. To go back: {back}."
    if reason.state is Lifecycle.FAILED:
        return f"Too late: it {IS[reason.state]}. To try it again: {case.typed(f'retry {case.name}')}."
    return f"Too late: it {IS[reason.state]}. To ask for a new release: {case.typed(_place(case, 'to'))}."


def _end_it(case: Case) -> str:
    """Return how a deploy that is under way can be ended."""
    if case.release is not None and isinstance(case.release.policy.target, STOPPABLE):
        return f"To have the CI system end it: {case.typed(f'cancel {case.name}')}."
    return "Only the CI system can stop it now: please stop the job there."


def _place(case: Case, way: str) -> str:
    lane = case.lane
    return f"{word(lane.service)} {way} {word(lane.environment)}" if lane else f"SERVICE {way} ENV"
