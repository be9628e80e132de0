"""What concerns a whole service or the whole installation: quarantine and its clearing, stop-all and go-all."""

from datetime import datetime

from bot.core.build import Build
from bot.core.inputs import Actor
from bot.core.lane import Mark, Stop
from bot.core.policy import Policy
from bot.core.refusals import Refusal


def stop_all(stop: Stop | None, by: Actor, reason: str, policy: Policy, now: datetime) -> Stop | Refusal:
    """Return the stop that keeps everything from starting; what is under way goes on."""
    raise NotImplementedError


def go_all(stop: Stop | None, by: Actor, policy: Policy) -> Refusal | None:
    """Return why everything may not go on, or None when it may."""
    raise NotImplementedError


def quarantine(
    marks: tuple[Mark, ...], build: Build, by: Actor, reason: str, policy: Policy, now: datetime
) -> Mark | Refusal:
    """Return the mark that keeps a build and every later one from shipping; its `seq` is one more than the last."""
    raise NotImplementedError


def clear(
    marks: tuple[Mark, ...], build: Build, by: Actor, reason: str, policy: Policy, now: datetime
) -> Mark | Refusal:
    """Return the mark by which somebody confirms a build, and every later one with it."""
    raise NotImplementedError
