"""From the end of a deploy job to live: what probes, signals and time say of a release's health."""

from datetime import datetime

from bot.core.decision import Decision
from bot.core.inputs import HealthSeen, MarkDone
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import Refusal
from bot.core.release import Release


def health_seen(lane: Lane, release: Release, given: HealthSeen, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a probe's or a signal's word on a release that is being verified."""
    raise NotImplementedError


def mark_done(lane: Lane, release: Release, given: MarkDone, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a person's word, on the record, that a failed release is live after all."""
    raise NotImplementedError
