"""What concerns a whole service or the whole installation: quarantine and its clearing, stop-all and go-all."""

from datetime import datetime

from bot.core import gates
from bot.core.authorize import Act, authorize
from bot.core.build import Build
from bot.core.inputs import Actor
from bot.core.lane import Judgement, Mark, Stop
from bot.core.policy import Policy
from bot.core.refusals import AlreadyStopped, BuildQuarantined, NoReason, NotQuarantined, NotStopped, Reason, Refusal


def stop_all(stop: Stop | None, *, by: Actor, reason: str, policy: Policy, now: datetime) -> Stop | Refusal:
    """Return the stop that keeps everything from starting; what is under way goes on.

    Args:
        stop: the stop in force, if any.
        by: who stops everything.
        reason: why; required.
        policy: today's policy.
        now: the present, in UTC.
    """
    reasons = [*authorize(by, Act.STOP_ALL, policy), *_unsaid(reason)]
    if stop is not None:
        reasons.append(AlreadyStopped(stop))
    return Refusal(tuple(reasons)) if reasons else Stop(by.person.id, reason.strip(), now)


def go_all(stop: Stop | None, *, by: Actor, policy: Policy) -> Refusal | None:
    """Return why everything may not go on, or None when it may."""
    reasons = list(authorize(by, Act.GO_ALL, policy))
    if stop is None:
        reasons.append(NotStopped())
    return Refusal(tuple(reasons)) if reasons else None


def quarantine(
    marks: tuple[Mark, ...], build: Build, *, by: Actor, reason: str, policy: Policy, now: datetime
) -> Mark | Refusal:
    """Return the mark that keeps a build and every later one from shipping, also where an earlier one does already.

    Args:
        marks: all marks of the service; the new one's `seq` is one more than the last.
        build: the bad build.
        by: who says so.
        reason: why; required.
        policy: today's policy.
        now: the present, in UTC.
    """
    reasons = [*authorize(by, Act.QUARANTINE, policy), *_unsaid(reason)]
    already = gates.condemned(marks, build.position)
    if already is not None:
        reasons.append(BuildQuarantined(already))
    return Refusal(tuple(reasons)) if reasons else _mark(marks, build, Judgement.BAD, by, reason, now)


def clear(
    marks: tuple[Mark, ...], build: Build, *, by: Actor, reason: str, policy: Policy, now: datetime
) -> Mark | Refusal:
    """Return the mark by which somebody confirms a build, and every later one with it; arguments as in `quarantine`."""
    reasons = [*authorize(by, Act.CLEAR, policy), *_unsaid(reason)]
    if gates.quarantined(marks, build.position) is None:
        reasons.append(NotQuarantined(build.label))
    return Refusal(tuple(reasons)) if reasons else _mark(marks, build, Judgement.CLEARED, by, reason, now)


def _mark(  # noqa: PLR0917 - the mark's fields, in their order
    marks: tuple[Mark, ...], build: Build, judgement: Judgement, by: Actor, reason: str, now: datetime
) -> Mark:
    seq = max((mark.seq for mark in marks), default=0) + 1
    return Mark(seq, judgement, build.position, build.label, by.person.id, reason.strip(), now)


def _unsaid(reason: str) -> tuple[Reason, ...]:
    return () if reason.strip() else (NoReason(),)
