"""What people say of a release that waits: approve, withdraw, reject, cancel, undo, schedule, override.

Rules:

- An override lifts what approvals are missing and the freezes, nothing else, for this one release and what it ships
  now: it sits on the release, and goes when people are asked again, as they are once it has grown as old as approvals
  may, or when the artifact is rebuilt (bot/core/asking.py). What it skips is on record as of the deploy, too.
- Undo stops what would start by itself. Whoever approved takes their approval back by it; where the rules are met
  without it, and when somebody else undoes, people are asked again.
"""

from dataclasses import replace
from datetime import datetime

from bot.core import approvals, asking, gated, gates
from bot.core.authorize import Act, authorize
from bot.core.blockers import (
    FindingAuthors,
    InFreeze,
    NeedsAnotherApprover,
    PeopleUnknown,
    WaitsForApproval,
    WaitsForChoice,
    approval_blockers,
    authorship_blockers,
    lane_blockers,
)
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, TellOperations
from bot.core.inputs import Actor, Approve, Cancel, Override, Reject, Schedule, Undo, Withdraw
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import (
    AlreadyApproved,
    ChangedSince,
    NoApprovalNeeded,
    NoReason,
    NothingToOverride,
    NothingToUndo,
    NothingToWithdraw,
    NotInThePast,
    Reason,
    Refusal,
    TooLate,
)
from bot.core.release import Approval, Lifecycle, Release, Surface, Verdict
from bot.core.release import Override as Overridden
from bot.core.unasked import waits_for_directory

ANOTHER = "an approver who is no author"
AUTHORS = "finding out who wrote its commits"
DIRECTORY = "asking Slack who approved it"


def approve(lane: Lane, release: Release, given: Approve, policy: Policy, now: datetime) -> Decision | Refusal:
    """Add a yes; one more than needed is welcome."""
    if not approvals.rules_of(release, lane, policy):
        return Refusal((*approvals.account_reasons(given.by), NoApprovalNeeded()))
    if _overdue(release, lane, policy, now):
        return Refusal((*approvals.account_reasons(given.by), TooLate(Lifecycle.EXPIRED)))
    reasons = list(authorize(given.by, Act.APPROVE, policy, lane=lane, release=release))
    reasons += _changed_since(release, given)
    word = approvals.word_of(given.by.person, release)
    if word and not _said_again_for(word, given.by, release):
        reasons.append(AlreadyApproved())
    if reasons:
        return Refusal(tuple(reasons))
    tried = None if waits_for_directory(release) else release.put_off
    said = replace(_said(release, given, given.by.person.id, Verdict.APPROVE, now), put_off=tried)
    return Decision(lane).changed(said).happened(Happening(Happened.APPROVED, release.number, given.by.person.id))


def _said_again_for(word: Approval, by: Actor, release: Release) -> bool:
    """Whether a yes given in Slack is said once more on the host, where it counts without Slack."""
    return by.surface is Surface.CLI and word.surface is not Surface.CLI and waits_for_directory(release)


def _overdue(release: Release, lane: Lane, policy: Policy, now: datetime) -> bool:
    """Whether a release should have expired: the clock comes a moment later, or was down. That revives nothing."""
    due = asking.expires_at(release, lane, policy)
    return due is not None and due <= now


def _changed_since(release: Release, given: Approve | Reject | Undo | Schedule | Override) -> list[Reason]:
    """Whether what was clicked, or spoken of, was something else than what ships now."""
    return [] if given.generation in {None, release.generation} else [ChangedSince()]


def withdraw(lane: Lane, release: Release, given: Withdraw, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a yes back: whoever gave it may, whatever today's policy says."""
    reasons = list(authorize(given.by, Act.WITHDRAW, policy, lane=lane, release=release))
    word = approvals.word_of(given.by.person, release)
    if word is None:
        reasons.append(NothingToWithdraw())
    if reasons or word is None:
        return Refusal(tuple(reasons))
    said = replace(_said(release, given, word.person, Verdict.WITHDRAW, now), put_off=None)
    return Decision(lane).changed(said).happened(Happening(Happened.WITHDRAWN, release.number, given.by.person.id))


def _said(release: Release, given: Approve | Withdraw | Undo, person: str, verdict: Verdict, now: datetime) -> Release:
    by = given.by
    word = Approval(
        person=person,
        slack=by.person.slack,
        verdict=verdict,
        generation=release.generation,
        groups=tuple(sorted(by.groups)),
        at=now,
        surface=by.surface,
        saw=by.saw,
    )
    return replace(release, approvals=(*release.approvals, word))


def reject(lane: Lane, release: Release, given: Reject, policy: Policy, now: datetime) -> Decision | Refusal:
    """End a release with a reason; one's own work may be rejected."""
    why = given.reason.strip()
    reasons = list(authorize(given.by, Act.REJECT, policy, lane=lane, release=release))
    reasons += _changed_since(release, given)
    if not why:
        reasons.append(NoReason())
    if reasons:
        return Refusal(tuple(reasons))
    ended = replace(release, state=Lifecycle.REJECTED, ended_at=now, reason=why)
    told = Happening(Happened.REJECTED, release.number, given.by.person.id, why)
    return gated.turn_away(Decision(lane).changed(ended).happened(told), ended)


def cancel(lane: Lane, release: Release, given: Cancel, policy: Policy, now: datetime) -> Decision | Refusal:
    """Drop a release that has not started."""
    reasons = authorize(given.by, Act.CANCEL, policy, lane=lane, release=release)
    if reasons:
        return Refusal(reasons)
    ended = replace(release, state=Lifecycle.CANCELLED, ended_at=now)
    return Decision(lane).changed(ended).happened(Happening(Happened.CANCELLED, release.number, given.by.person.id))


def undo(lane: Lane, release: Release, given: Undo, policy: Policy, now: datetime) -> Decision | Refusal:
    """Stop what would start by itself when its undo window ends."""
    reasons = list(authorize(given.by, Act.UNDO, policy, lane=lane, release=release))
    reasons += _changed_since(release, given)
    until = gates.undo_until(release, lane, policy)
    if until is None or until <= now:
        reasons.append(NothingToUndo())
    if reasons:
        return Refusal(tuple(reasons))
    told = Happening(Happened.UNDONE, release.number, given.by.person.id)
    word = approvals.word_of(given.by.person, release)
    if word is not None:
        taken_back = replace(_said(release, given, word.person, Verdict.WITHDRAW, now), put_off=None)
        if approval_blockers(taken_back, lane, policy):
            return Decision(lane).changed(taken_back).happened(told)
        release = taken_back
    return Decision(lane).changed(asking.anew(release, now)).happened(told)


def schedule(lane: Lane, release: Release, given: Schedule, policy: Policy, now: datetime) -> Decision | Refusal:
    """Let a release ship at a time at the earliest; after a freeze it is also how people choose, then with any time.

    The present itself takes a later time back.
    """
    reasons = list(authorize(given.by, Act.SCHEDULE, policy, lane=lane, release=release))
    reasons += _changed_since(release, given)
    chooses = release.waited_for is not None and gates.wants_choice(release, lane, policy)
    takes_back = given.at == now and release.scheduled_for is not None
    if given.at <= now and not chooses and not takes_back:
        reasons.append(NotInThePast(given.at))
    if _overdue(release, lane, policy, now):
        reasons.append(TooLate(Lifecycle.EXPIRED))
    if reasons:
        return Refusal(tuple(reasons))
    at = given.at if given.at > now else None
    later = replace(release, scheduled_for=at, chosen=release.chosen or chooses, put_off=None)
    told = Happening(Happened.SCHEDULED, release.number, given.by.person.id, detail=at.isoformat() if at else "")
    return Decision(lane).changed(later).happened(told)


def override(lane: Lane, release: Release, given: Override, policy: Policy, now: datetime) -> Decision | Refusal:
    """Break the glass: lift missing approvals and freezes for this one release, on the record and loudly."""
    why = given.reason.strip()
    reasons = list(authorize(given.by, Act.OVERRIDE, policy, lane=lane, release=release))
    reasons += _changed_since(release, given)
    if not why:
        reasons.append(NoReason())
    skipped = overridable(release, lane, policy, now)
    if not skipped:
        reasons.append(NothingToOverride())
    if _overdue(release, lane, policy, now):
        reasons.append(TooLate(Lifecycle.EXPIRED))
    if reasons:
        return Refusal(tuple(reasons))
    by = given.by.person.id
    told = Happening(Happened.OVERRIDDEN, release.number, by, why)
    lifted = replace(release, override=Overridden(by, why, now, skipped), put_off=None)
    return Decision(lane).changed(lifted).happened(told).wants(TellOperations(told))


def overridable(release: Release, lane: Lane, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return by name what is in the way of a release that an override lifts: rules as people read them, and freezes."""
    names = [DIRECTORY] if waits_for_directory(release) else []
    of_people = approval_blockers(release, lane, policy) or authorship_blockers(release, lane, policy)
    for blocker in (*of_people, *lane_blockers(release, lane, policy, now)):
        match blocker:
            case WaitsForApproval():
                names.append(str(blocker.missing.rule))
            case NeedsAnotherApprover():
                names.append(ANOTHER)
            case PeopleUnknown():
                names += [f"{name} is not in the policy's people" for name in blocker.names]
            case FindingAuthors():
                names.append(AUTHORS)
            case InFreeze():
                names.append(f"the freeze {blocker.name}")
            case WaitsForChoice():
                names.append(f"the choice after the freeze {blocker.freeze}")
            case _:  # a hold, a lock, a stop: these stay
                continue
    return tuple(dict.fromkeys(names))
