"""What people say of a release that waits: approve, withdraw, reject, cancel."""

from dataclasses import replace
from datetime import datetime

from bot.core import approvals
from bot.core.blockers import expires_at
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening
from bot.core.inputs import Approve, Cancel, Override, Reject, Schedule, Undo, Withdraw
from bot.core.lane import Lane
from bot.core.policy import Permission, Policy
from bot.core.refusals import (
    AlreadyApproved,
    ChangedSince,
    MayNotCancel,
    NoApprovalNeeded,
    NoReason,
    NothingToWithdraw,
    Refusal,
    TooLate,
)
from bot.core.release import Approval, Lifecycle, Release, Verdict


def approve(lane: Lane, release: Release, given: Approve, policy: Policy, now: datetime) -> Decision | Refusal:
    """Add a yes; one more than needed is welcome."""
    if not approvals.rules_of(release, policy.lane(release.lane)):
        return Refusal((*approvals.account_reasons(given.by), NoApprovalNeeded()))
    due = expires_at(release, policy)
    if due is not None and due <= now:  # the clock comes a moment later, or was down: that revives nothing
        return Refusal((*approvals.account_reasons(given.by), TooLate(Lifecycle.EXPIRED)))
    reasons = list(approvals.approval_reasons(given.by, release, policy))
    if given.generation is not None and given.generation != release.generation:
        reasons.append(ChangedSince())
    if approvals.word_of(given.by.person, release):
        reasons.append(AlreadyApproved())
    if reasons:
        return Refusal(tuple(reasons))
    said = _said(release, given, given.by.person.id, Verdict.APPROVE, now)
    return Decision(lane).changed(said).happened(Happening(Happened.APPROVED, release.number, given.by.person.id))


def withdraw(lane: Lane, release: Release, given: Withdraw, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a yes back: whoever gave it may, whatever today's policy says."""
    del policy
    reasons = list(approvals.account_reasons(given.by))
    word = approvals.word_of(given.by.person, release)
    if word is None:
        reasons.append(NothingToWithdraw())
    if reasons or word is None:
        return Refusal(tuple(reasons))
    said = replace(_said(release, given, word.person, Verdict.WITHDRAW, now), put_off=None)
    return Decision(lane).changed(said).happened(Happening(Happened.WITHDRAWN, release.number, given.by.person.id))


def _said(release: Release, given: Approve | Withdraw, person: str, verdict: Verdict, now: datetime) -> Release:
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
    reasons = list(approvals.approval_reasons(given.by, release, policy, own_work=False))
    if given.generation is not None and given.generation != release.generation:
        reasons.append(ChangedSince())
    if not why:
        reasons.append(NoReason())
    if reasons:
        return Refusal(tuple(reasons))
    ended = replace(release, state=Lifecycle.REJECTED, ended_at=now, reason=why)
    return Decision(lane).changed(ended).happened(Happening(Happened.REJECTED, release.number, given.by.person.id, why))


def cancel(lane: Lane, release: Release, given: Cancel, policy: Policy, now: datetime) -> Decision | Refusal:
    """Drop a release that has not started."""
    reasons = list(approvals.account_reasons(given.by))
    rules = approvals.rules_of(release, policy.lane(release.lane))
    unruled = not rules and Permission.REQUEST in given.by.permissions
    if not (approvals.asked_for(given.by.person, release) or unruled or approvals.entitled(given.by, rules)):
        reasons.append(MayNotCancel())
    if reasons:
        return Refusal(tuple(reasons))
    ended = replace(release, state=Lifecycle.CANCELLED, ended_at=now)
    return Decision(lane).changed(ended).happened(Happening(Happened.CANCELLED, release.number, given.by.person.id))


def undo(lane: Lane, release: Release, given: Undo, policy: Policy, now: datetime) -> Decision | Refusal:
    """Stop what would start by itself; people are asked again."""
    raise NotImplementedError


def schedule(lane: Lane, release: Release, given: Schedule, policy: Policy, now: datetime) -> Decision | Refusal:
    """Let a release ship at a time at the earliest; after a freeze it is also how people choose."""
    raise NotImplementedError


def override(lane: Lane, release: Release, given: Override, policy: Policy, now: datetime) -> Decision | Refusal:
    """Break the glass: lift missing approvals and freezes for this one release, on the record and loudly."""
    raise NotImplementedError
