"""What follows by itself after anything has happened in a lane: approvals complete, freezes lift, the next one starts."""

from datetime import datetime

from bot.core.decision import Decision
from bot.core.policy import Policy


def settle(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """Return the decision with all that follows from it; settling twice changes nothing more.

    In this order: since when approvals are complete, which releases a freeze keeps or has kept, what a lifted freeze
    means for them, what ends on trial, and the first release that nothing blocks, which is sent on its way.
    """
    raise NotImplementedError


def time_passed(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """Return what is due: expiry, approvals grown old, reminders, ends of locks and holds, time limits, verification."""
    raise NotImplementedError
