"""What is live by somebody else's doing: deploys that Signoff did not make, and people's word on what runs there."""

from datetime import datetime

from bot.core.decision import Decision, Fresh
from bot.core.inputs import DeclareLive, DeployedElsewhere
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import Refusal


def deployed(lane: Lane, given: DeployedElsewhere, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Take note of somebody else's deployment: it moves what is live, and people are asked again."""
    raise NotImplementedError


def declare(lane: Lane, given: DeclareLive, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a person's word on what is live."""
    raise NotImplementedError
