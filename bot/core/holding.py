"""What people do to a lane: hold and resume it, lock and unlock it, switch its mode; and what ends there by itself.

Rules:

- A hold keeps everything from starting until somebody resumes it or its time is up. Who set it may set it anew;
  somebody else's takes its place only if it lasts longer, so that nothing starts that anybody wanted held, and they
  are told.
- A hold that nobody set, which a rollback or a request left behind, may be resumed by whoever may ask for a release,
  too: what they ask for ships in spite of it, and where nobody may hold, the lane would stay held for ever. A person's
  hold takes its place, unless it would end by itself: then the lane would go on unasked.
- A lock is one person's, for a time. Only they can extend it; whoever else may lock can end it, and they are told.
- A lock or a hold whose time is up is none, whether the clock has come by or not.
- A mode set at run time wins until the file's own mode changes. Releases that are open keep the rules they opened
  under, beside those of the new mode.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import gates
from bot.core.approvals import account_reasons
from bot.core.authorize import Act, authorize
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, TellOperations
from bot.core.inputs import Actor, HoldLane, LockLane, ResumeLane, SwitchMode, UnlockLane
from bot.core.lane import Hold, Lane, Lock, ModeSwitch
from bot.core.policy import LanePolicy, Mode, Policy
from bot.core.refusals import (
    HeldAlready,
    LaneIsObserved,
    LockedBy,
    NobodyToAsk,
    NoReason,
    NothingHeld,
    NotInPolicy,
    NotInThePast,
    NotLocked,
    Reason,
    Refusal,
    SameMode,
)

WARNED_BEFORE = timedelta(minutes=5)
"""How long before its end a lock's owner is told, at most; a short lock tells when a tenth of it is left."""


def hold(lane: Lane, given: HoldLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """Let nothing start here until somebody resumes it; one's own second hold replaces the first, as a longer does."""
    reasons = [*authorize(given.by, Act.HOLD, policy, lane=lane), *_unfit(lane, given.reason, given.until, policy, now)]
    known = gates.hold_of(lane, now)
    if known is not None and _takes_away(given, known):
        reasons.append(HeldAlready(known))
    if reasons:
        return Refusal(tuple(reasons))
    by, why = given.by.person.id, given.reason.strip()
    held = replace(lane, hold=Hold(why, now, by, given.until))
    decided = Decision(held).happened(Happening(Happened.HELD, by=by, detail=why))
    if known is None or known.by is None or known.by in _mine(given.by):
        return decided
    return decided.wants(TellOperations(Happening(Happened.HOLD_TAKEN, by=by, detail=known.by)))


def resume(lane: Lane, given: ResumeLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """End the hold."""
    held = gates.hold_of(lane, now)
    reasons = list(authorize(given.by, Act.RESUME, policy, lane=lane))
    if held is not None and held.by is None and not authorize(given.by, Act.REQUEST, policy, lane=lane):
        reasons = []
    if held is None:
        reasons.append(NothingHeld())
    if reasons:
        return Refusal(tuple(reasons))
    return Decision(replace(lane, hold=None)).happened(Happening(Happened.RESUMED, by=given.by.person.id))


def lock(lane: Lane, given: LockLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take the environment for oneself, or extend one's own lock."""
    reasons = [*authorize(given.by, Act.LOCK, policy, lane=lane), *_unfit(lane, given.reason, given.until, policy, now)]
    known = gates.lock_of(lane, now)
    if known is not None and not _owns(given.by, known):
        reasons.append(LockedBy(known))
    if reasons:
        return Refusal(tuple(reasons))
    by, why = given.by.person, given.reason.strip()
    renewed = None if known is None else now
    since = now if known is None else known.since
    locked = replace(lane, lock=Lock(by.id, by.slack, why, since, given.until, renewed=renewed))
    return Decision(locked).happened(Happening(Happened.LOCKED, by=by.id, detail=why))


def unlock(lane: Lane, given: UnlockLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """End a lock; when it is somebody else's, they and operations are told."""
    known = gates.lock_of(lane, now)
    own = known is not None and _owns(given.by, known)
    reasons = list(account_reasons(given.by) if own else authorize(given.by, Act.UNLOCK, policy, lane=lane))
    if known is None:
        return Refusal((*reasons, NotLocked()))
    if reasons:
        return Refusal(tuple(reasons))
    told = Happening(Happened.UNLOCKED, by=given.by.person.id, detail=known.owner)
    ended = Decision(replace(lane, lock=None)).happened(told)
    return ended if own else ended.wants(TellOperations(told))


def switch(lane: Lane, given: SwitchMode, policy: Policy, now: datetime) -> Decision | Refusal:
    """Change the lane's mode at run time; the file's own mode ends the switch."""
    reasons = [*authorize(given.by, Act.MODE, policy, lane=lane), *_unfit(lane, given.reason, None, policy, now)]
    written, here = policy.lane(lane.id), lane.policy(policy)
    if here is not None and here.mode is given.mode:
        reasons.append(SameMode(given.mode))
    if written is not None and written.target is None and given.mode is not Mode.OBSERVE:
        reasons.append(LaneIsObserved(lane.id))  # the file names nothing to deploy to
    if written is not None and given.mode is Mode.DELIVERY and _asks_nobody(written):
        reasons.append(NobodyToAsk(lane.id))
    if reasons or written is None or here is None:
        return Refusal(tuple(reasons))
    by, why = given.by.person.id, given.reason.strip()
    over = None if given.mode is written.mode else ModeSwitch(given.mode, written.mode, by, why, now)
    told = Happening(Happened.MODE_SWITCHED, by=by, detail=f"from {here.mode.value} to {given.mode.value}: {why}")
    return Decision(replace(lane, mode=over)).happened(told).wants(TellOperations(told))


def warns_at(known: Lock) -> datetime:
    """Return when a lock's owner is told that it ends soon."""
    return known.until - min((known.until - known.since) / 10, WARNED_BEFORE)


def time_passed(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """End the lock and the hold whose time is up, and say once that a lock ends soon; end a mode the file has ended."""
    decided = _mode_of_the_file(decided, policy)
    lane = decided.lane
    if lane.hold is not None and gates.hold_of(lane, now) is None:
        told = Happening(Happened.HOLD_ENDED, detail=lane.hold.reason)
        decided = replace(decided, lane=replace(lane, hold=None)).happened(told)
    lane, known = decided.lane, decided.lane.lock
    if known is None:
        return decided
    if known.until <= now:
        told = Happening(Happened.LOCK_ENDED, detail=known.owner)
        return replace(decided, lane=replace(lane, lock=None)).happened(told)
    if not known.warned and warns_at(known) <= now:
        told = Happening(Happened.LOCK_ENDS_SOON, detail=known.owner)
        return replace(decided, lane=replace(lane, lock=replace(known, warned=True))).happened(told)
    return decided


def _mode_of_the_file(decided: Decision, policy: Policy) -> Decision:
    """End a mode that was set over another than the file's: else it would come back when the file does."""
    lane, written = decided.lane, policy.lane(decided.lane.id)
    if lane.mode is None or (written is not None and written.mode is lane.mode.over):
        return decided
    now_it_is = "no lane" if written is None else written.mode.value
    detail = f"from {lane.mode.mode.value} to {now_it_is}: the policy file was changed"
    return replace(decided, lane=replace(lane, mode=None)).happened(Happening(Happened.MODE_SWITCHED, detail=detail))


def _asks_nobody(written: LanePolicy) -> bool:
    """Whether a lane that is not meant for people's decisions names none who could take them."""
    return written.mode is not Mode.DELIVERY and not written.approvals


def _unfit(lane: Lane, reason: str, until: datetime | None, policy: Policy, now: datetime) -> tuple[Reason, ...]:
    """Return what is wrong with what was said, whoever said it."""
    found: list[Reason] = []
    if policy.lane(lane.id) is None:
        found.append(NotInPolicy(lane.id))
    if not reason.strip():
        found.append(NoReason())
    if until is not None and until <= now:
        found.append(NotInThePast(until))
    return tuple(found)


def _takes_away(given: HoldLane, known: Hold) -> bool:
    """Whether a hold would let start what somebody else meant to hold still, or end what has no end."""
    if known.by is None:
        return given.until is not None
    lasts_longer = known.until is not None and (given.until is None or given.until > known.until)
    return known.by not in _mine(given.by) and not lasts_longer


def _owns(by: Actor, known: Lock) -> bool:
    """Whether a lock is the actor's own."""
    return bool(_mine(by) & {known.owner, known.slack})


def _mine(by: Actor) -> set[str]:
    """Return every id under which somebody may have acted: listed in the policy since, or no longer."""
    return {one for one in (by.person.id, by.person.slack) if one is not None}
