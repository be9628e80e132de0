"""Approvers about whom the directory cannot be asked just before a deploy: how long what it last said of them counts.

An approval is taken only while the directory can be asked. At the trigger its giver is asked about again; while that is
impossible, what was known when they said it counts for LAST_KNOWN, so that an outage of Slack delays no deploy. What is
older counts no more: then the release waits, unless the others suffice, and says so.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import asking
from bot.core.blockers import approval_blockers
from bot.core.decision import Decision
from bot.core.inputs import BeginDeployment
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Release

LAST_KNOWN = timedelta(hours=4)
"""Longer than Slack is usually away, and so short that hardly anybody leaves in between."""
UNASKED = "who approved it cannot be asked about"
"""How the reason begins for which such a release is put off."""


def put_off_since(why: str) -> str:
    """Return the reason for which a release is put off, given why nobody can be asked."""
    return f"{UNASKED}: {why}"


def waits_for_directory(release: Release) -> bool:
    """Whether a release was put off since nobody could be asked about its approvers."""
    return release.put_off is not None and release.put_off.startswith(UNASKED)


def must_wait(lane: Lane, release: Release, given: BeginDeployment, policy: Policy, now: datetime) -> bool:
    """Whether a release has to wait until the directory can be asked about `given.unasked`.

    Whose approval lapses by what the directory said of the others is not counted on here either. A release that cannot
    begin without those waits for nobody: it is open again and says so.
    """
    if given.approvers is None:
        return False
    left = asking.lapsed(Decision(lane), release, given.approvers, policy, now)
    counted = left.lane.release(release.number) or release
    if approval_blockers(counted, lane, policy):
        return False
    standing, unasked = counted.standing(), given.unasked
    known = tuple(word for word in standing if word.person not in unasked or now - word.at <= LAST_KNOWN)
    if len(known) == len(standing):
        return False
    return bool(approval_blockers(replace(counted, approvals=known), lane, policy))
