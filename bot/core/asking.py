"""Asking people for approvals, over time: expiry, reminders, approvals that grow old or lapse, asking again.

Rules:

- A release expires when approvals have been missing for `expires_after`. The time in which they were complete does not
  count, nor does time inside a freeze of its environment, whether it may skip that or not. What was opened where builds
  ship by themselves never expires.
- Approvals that are complete last `approval_valid_for`, the shorter of then and now, and so does an override; then
  people are asked again.
- People are reminded `remind_after` they were asked, at most once for each of these times and never in quiet hours;
  what fell due in quiet hours, or while the bot was down, is one reminder.
- Whoever approved is looked at again just before the deploy: an approval lapses when its giver's account is gone or no
  full member's, or when they have left a group without which the rules are not met.
- Asked again means another generation: whatever was said of the former one, an override too, is void.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import calendar
from bot.core.approvals import entitled, gave, in_force, rules_of
from bot.core.blockers import approval_blockers
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, Remind
from bot.core.inputs import Account, Actor
from bot.core.lane import Lane
from bot.core.policy import LanePolicy, Mode, Policy
from bot.core.release import Approval, Lifecycle, Release, Verdict

TOO_OLD = "the approvals are too old"
OVERRIDE_TOO_OLD = "the override is too old"
GONE = "their account is gone"
NO_MEMBER = "their account may not act any more"
LEFT = "they have left the group that was to approve"


def expires_at(release: Release, lane: Lane, policy: Policy) -> datetime | None:
    """Return when a release expires if nobody does anything; None when it does not: it is not open, or approved."""
    after = release.policy.expires_after
    if after is None or release.policy.mode is Mode.DEPLOYMENT or not waits(release, lane, policy):
        return None
    if release.approved_at is not None:  # they were complete until now, and that is noted before any more time counts
        return None
    return calendar.outside(policy.freezes, release.lane, release.asked_since, after)


def anew(release: Release, now: datetime) -> Release:
    """Return the release with nothing said of it yet: what was said before is of a former generation."""
    return replace(
        release,
        generation=release.generation + 1,
        asked_at=now,
        approved_at=None,
        reminded=0,
        escalated=False,
        put_off=None,
        override=None,
    )


def ask_again(decided: Decision, release: Release, why: str, now: datetime) -> Decision:
    """Ask people again for the approvals of an open release, and say why."""
    asked = decided.changed(anew(release, now))
    return asked.happened(Happening(Happened.ASKED_AGAIN, release.number, detail=why))


def completed(release: Release, lane: Lane, policy: Policy, now: datetime) -> Release:
    """Return an open release with the moment since when its approvals are complete, or overridden; None in it if not.

    Where no rule asks anybody there is nothing to complete. While approvals were complete its expiry did not come
    nearer, so when they no longer are `asked_at` moves on to where just the time that counts has passed since.
    """
    asks = release.override is not None or bool(rules_of(release, lane, policy))
    if asks and not approval_blockers(release, lane, policy):
        return release if release.approved_at is not None else replace(release, approved_at=now)
    if release.approved_at is None:
        return release
    freezes, here = policy.freezes, release.lane
    waited = calendar.unfrozen(freezes, here, release.asked_since, release.approved_at)
    return replace(release, approved_at=None, asked_at=calendar.before(freezes, here, now, waited))


def grown_old(release: Release, lane: Lane, policy: Policy, now: datetime) -> bool:
    """Whether an open release's complete approvals, or its override, are too old to ship by: people are asked again."""
    old_at = _old_at(release, lane, policy)
    return old_at is not None and old_at <= now


def renewed(decided: Decision, release: Release, now: datetime) -> Decision:
    """Ask people again for a release whose approvals, or whose override, have grown old."""
    return ask_again(decided, release, TOO_OLD if release.override is None else OVERRIDE_TOO_OLD, now)


def reminders(decided: Decision, release: Release, policy: Policy, now: datetime) -> Decision:
    """Return the decision with the reminder that is due for a release, if one is."""
    lane = decided.lane
    here = today(release, lane, policy)
    due = reminders_due(release, here, now)
    if due <= release.reminded or not waits(release, lane, policy):
        return decided
    if calendar.quiet_until(here.quiet_hours, now) is not None:
        return decided
    told = decided.changed(replace(release, reminded=due)).wants(Remind(release.number, due))
    return told.happened(Happening(Happened.REMINDED, release.number))


def reminders_due(release: Release, here: LanePolicy, now: datetime) -> int:
    """Return how many of the policy's times to remind have come since people were asked."""
    return sum(release.asked_since + after <= now for after in here.remind_after)


def lapsed(
    decided: Decision, release: Release, approvers: tuple[Actor, ...] | None, policy: Policy, now: datetime
) -> Decision:
    """Count the approvers of an open release again, just before its deploy.

    Args:
        decided: the decision so far.
        release: the release as it is in the decision's lane.
        approvers: everybody whose approval stands, as the directory knows them now; None where nobody was asked.
        policy: today's policy.
        now: the present, in UTC.

    Returns:
        The decision with a word for each approval that lapsed, and what happened; with people asked again where the
        approvals have grown too old; unchanged, with no happening more, where all still count.
    """
    if grown_old(release, decided.lane, policy, now):
        return renewed(decided, release, now)
    if approvers is None:
        return decided
    for word, by, why in _lapsing(release, approvers, decided.lane, policy):
        groups = tuple(sorted(by.groups)) if by else ()
        said = replace(word, verdict=Verdict.LAPSE, groups=groups, at=now, saw=None)
        release = replace(release, approvals=(*release.approvals, said))
        decided = decided.changed(release).happened(Happening(Happened.LAPSED, release.number, word.person, why))
    return decided


def next_moment(release: Release, lane: Lane, policy: Policy, now: datetime) -> datetime | None:
    """Return the next instant at which expiry, age or a reminder changes a release; None when none of them does.

    What was due before `now` and has not been seen to is due still: the instant may lie in the past.
    """
    moments = (
        expires_at(release, lane, policy),
        _old_at(release, lane, policy),
        _reminds_at(release, lane, policy, now),
    )
    return min((moment for moment in moments if moment is not None), default=None)


def waits(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether a release is open and approvals are missing."""
    return release.state is Lifecycle.OPEN and bool(approval_blockers(release, lane, policy))


def today(release: Release, lane: Lane, policy: Policy) -> LanePolicy:
    """Return today's policy of the lane, or the release's own where there is none."""
    return lane.policy(policy) or release.policy


def _old_at(release: Release, lane: Lane, policy: Policy) -> datetime | None:
    """Return when an open release's approvals, or its override, are too old; None while it has neither."""
    since = release.override.at if release.override else release.approved_at
    if release.state is not Lifecycle.OPEN or since is None:
        return None
    lasts = [one.approval_valid_for for one in in_force(release, lane, policy) if one.approval_valid_for is not None]
    return since + min(lasts) if lasts else None


def _reminds_at(release: Release, lane: Lane, policy: Policy, now: datetime) -> datetime | None:
    here = today(release, lane, policy)
    left: list[timedelta] = sorted(here.remind_after)[release.reminded :]
    if not left or not waits(release, lane, policy):
        return None
    at = max(release.asked_since + left[0], now)
    return calendar.quiet_until(here.quiet_hours, at) or at


_Lapse = tuple[Approval, Actor | None, str]


def _lapsing(release: Release, approvers: tuple[Actor, ...], lane: Lane, policy: Policy) -> list[_Lapse]:
    """Return the standing approvals that no longer count, whose they are and why.

    Whoever has left one of several groups may be counted for another; they lapse only when the rules lack them there.
    """
    rules = rules_of(release, lane, policy)
    sources = {source for rule in rules for source in rule.sources}
    found: list[_Lapse] = []
    whole: list[Approval] = []
    narrowed: list[Approval] = []
    left: list[_Lapse] = []
    for word in release.standing():
        by = next((one for one in approvers if gave(one.person, word)), None)
        if by is None or by.account is not Account.MEMBER:
            found.append((word, by, NO_MEMBER if by else GONE))
        elif rules and not entitled(by, rules):
            found.append((word, by, LEFT))
        else:
            whole.append(word)
            narrowed.append(replace(word, groups=tuple(group for group in word.groups if group in by.groups)))
            if sources & (set(word.groups) - by.groups):
                left.append((word, by, LEFT))
    met_whole = approval_blockers(replace(release, approvals=tuple(whole)), lane, policy)
    met_narrowed = approval_blockers(replace(release, approvals=tuple(narrowed)), lane, policy)
    return found if met_whole == met_narrowed else found + left
