"""What a view of a release cannot look up itself: today's policy, where links lead, what time it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.changelog import Comparison, Span
from bot.core.lane import Live
from bot.core.policy import Policy
from bot.core.silence import Unreported
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
        compared: what the source's compare told of the spans that are shown; a span may be missing.
        why_not: why nobody can tell what a span changes, where that is so; others wrote some of it.
        before: what was live in its lane before each release ended that is shown, by number: the base of its span
            (a release that has not ended has the lane's own `live` for its base).
        silent: the builds that wait for pipelines which are silent, by service.
    """

    policy: Policy
    links: Links
    permalinks: Permalinks
    now: datetime
    compared: Mapping[Span, Comparison] = field(default_factory=dict)
    why_not: Mapping[Span, str] = field(default_factory=dict)
    before: Mapping[int, Live] = field(default_factory=dict)
    silent: Mapping[str, Unreported] = field(default_factory=dict)
