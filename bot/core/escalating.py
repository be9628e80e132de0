"""Escalation: a second group hears of it when approvals have been missing for long.

Rules:

- It is due `escalate.after` people were asked, and counted as reminders are: never in quiet hours, and what fell due
  in them or while the bot was down follows at their end. It happens once for each asking: who is asked again, because
  something else would ship or approvals grew old, may hear of it again.
- A reminder that is due at the same time is that message; nobody is bothered twice.
- Those of the group are called whose own approval is still wanted. Where no rule that lacks people asks any of them,
  or they have done what they can, all of them are called to see to it that others decide.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import asking, calendar
from bot.core.approvals import missing, rules_of, wanted_of
from bot.core.decision import Decision
from bot.core.effects import Escalate, Happened, Happening
from bot.core.lane import Lane
from bot.core.policy import Person, Policy
from bot.core.release import Release


@dataclass(frozen=True, slots=True)
class Called:
    """Who of a group is called, and whether to approve; else they are to push those whose approval is missing.

    `usergroup` says that its Slack user group is called too: nobody knows here who of it could help.
    """

    people: tuple[Person, ...]
    usergroup: bool
    to_approve: bool


def escalations(decided: Decision, release: Release, policy: Policy, now: datetime) -> Decision:
    """Return the decision with the escalation that is due for a release, if it is."""
    due = _due(release, decided.lane, policy)
    here = asking.today(release, decided.lane, policy)
    if due is None or here.escalate is None or due > now or calendar.quiet_until(here.quiet_hours, now) is not None:
        return decided
    reminded = max(release.reminded, asking.reminders_due(release, here, now))
    told = decided.changed(replace(release, escalated=True, reminded=reminded))
    to = here.escalate.to
    return told.wants(Escalate(release.number, to)).happened(Happening(Happened.ESCALATED, release.number, detail=to))


def next_moment(release: Release, lane: Lane, policy: Policy, now: datetime) -> datetime | None:
    """Return when a second group hears of a release, not before `now`; None when it does not, or has."""
    due = _due(release, lane, policy)
    if due is None:
        return None
    at = max(due, now)
    return calendar.quiet_until(asking.today(release, lane, policy).quiet_hours, at) or at


def called(to: str, release: Release, lane: Lane, policy: Policy) -> Called:
    """Return who of a group is called for a release whose approvals are missing, in the order of their names."""
    group = policy.group(to)
    if group is None:
        return Called((), usergroup=False, to_approve=False)
    members = sorted((one for one in policy.people if one.id in group.people), key=lambda one: one.id)
    wanted = tuple(one for one in members if wanted_of(one, release, lane, policy))
    short = [one.rule for one in missing(release, lane, policy)] or rules_of(release, lane, policy)
    asked = group.usergroup is not None and any(to in rule.sources for rule in short)
    if wanted or asked:
        return Called(wanted, usergroup=asked, to_approve=True)
    return Called(tuple(members), usergroup=group.usergroup is not None, to_approve=False)


def _due(release: Release, lane: Lane, policy: Policy) -> datetime | None:
    """Return when it is due, whatever the hour; None where it is not to be, has been, or nobody is missing."""
    escalate = asking.today(release, lane, policy).escalate
    if escalate is None or release.escalated or not asking.waits(release, lane, policy):
        return None
    return release.asked_since + escalate.after
