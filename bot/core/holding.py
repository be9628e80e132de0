"""What people do to a lane: hold and resume it, lock and unlock it, switch its mode, say what is live there."""

from datetime import datetime

from bot.core.decision import Decision
from bot.core.inputs import HoldLane, LockLane, ResumeLane, SwitchMode, UnlockLane
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import Refusal


def hold(lane: Lane, given: HoldLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """Let nothing start here until somebody resumes it; a second hold replaces the first."""
    raise NotImplementedError


def resume(lane: Lane, given: ResumeLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """End the hold."""
    raise NotImplementedError


def lock(lane: Lane, given: LockLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take the environment for oneself, or extend one's own lock."""
    raise NotImplementedError


def unlock(lane: Lane, given: UnlockLane, policy: Policy, now: datetime) -> Decision | Refusal:
    """End a lock; when it is somebody else's they are told."""
    raise NotImplementedError


def switch(lane: Lane, given: SwitchMode, policy: Policy, now: datetime) -> Decision | Refusal:
    """Change the lane's mode at run time; the file's own mode ends the switch."""
    raise NotImplementedError
