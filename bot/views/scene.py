"""What a view of a release cannot look up itself: today's policy, where links lead, what time it is."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.policy import Policy
from bot.views.links import Links
from bot.views.naming import Permalinks


@dataclass(frozen=True, slots=True)
class Scene:
    """The surroundings of what is shown.

    Attributes:
        policy: today's policy.
        links: where links may lead.
        permalinks: where the cards of releases are, by number.
        now: the present, in UTC.
    """

    policy: Policy
    links: Links
    permalinks: Permalinks
    now: datetime
