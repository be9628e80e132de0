"""Requests whose receiver knows what it has seen by their id: an answer that was lost is asked for by sending again.

Each time is a sending like the first: everything that may be in the way is looked at before it. Pure.
"""

from datetime import timedelta

from bot.core.policy import WhenUnknown
from bot.core.release import Release
from bot.core.target import Command, DeployWebhook

_SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, «Deliverability»."""
_SPREAD = 0.1
NEVER_BEGUN = "it was never begun, and nothing of before can begin it"
NEVER_SENT = "it was cancelled before it was sent"


def known_by_its_id(release: Release) -> bool:
    """Whether a release's receiver answers the same request the same, however often it comes."""
    return isinstance(release.policy.target, DeployWebhook)


def looked_for(release: Release) -> timedelta:
    """Return for how long a lost request may yet turn up: no time where nobody looks, or this host itself does."""
    at_once = isinstance(release.policy.target, DeployWebhook | Command)
    return timedelta(0) if at_once else release.policy.lookup_window


def why_again(release: Release) -> str | None:
    """Return why a lost request may be sent again; None where a person has to say so."""
    if known_by_its_id(release):
        return "its receiver knows it by its id"
    if release.policy.when_unknown is WhenUnknown.RESEND:
        return "not known after the look-up window; the policy says resend"
    return None


def lost_pause(release: Release, times: int, chance: float) -> timedelta:
    """Return how long to leave a lost request alone: not at all where it is looked up, else by the schedule.

    `times`, from 1, is how often it was lost: what certainly never arrived takes no step. `chance`, 0 to 1, spreads
    what failed together.
    """
    if not known_by_its_id(release):
        return timedelta(0)
    step = _SCHEDULE[min(times, len(_SCHEDULE)) - 1]
    return step * (1 + _SPREAD * chance)
