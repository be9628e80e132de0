"""What happened between somebody's words and their being decided: they count for what they were about.

Words wait while Slack cannot say who spoke, and while the bot is down. What became so at the very moment at which they
were said, they were about.

Rules:

- They open nothing that was shut after them: no hold, lock or stop, and no build in quarantine.
- They approve and override what people were asked about then, and never what was built since.
- They end no deploy that was begun since, and mark as done and try again only what had failed by then.
- Going back without naming a version means from what was live then, and nothing had failed since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import gates
from bot.core.build import Position
from bot.core.lane import Lane, Mark, Stop
from bot.core.policy import Mode, Policy
from bot.core.release import Lifecycle, Release

_SHIPS = (Mode.OBSERVE, Mode.DELIVERY, Mode.DEPLOYMENT)
"""From the mode in which nothing is shipped to that in which everything is."""

AT_ONCE = timedelta(seconds=10)
"""Words that are decided within this long have not waited."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """When somebody spoke, and when it is decided upon what they said."""

    at: datetime
    decided_at: datetime

    def before(self, moment: datetime) -> bool:
        """Whether something came after the words.

        What lies in the future was before a clock was set back: words that have not waited came after it all the same.
        """
        at_once = timedelta(0) <= self.decided_at - self.at <= AT_ONCE
        return moment > self.at and not (at_once and moment > self.decided_at)


def held(lane: Lane, spoken: Spoken) -> bool:
    """Whether the lane's hold was set after somebody spoke."""
    return lane.hold is not None and spoken.before(lane.hold.since)


def locked(lane: Lane, spoken: Spoken) -> bool:
    """Whether the lane's lock was set, or set anew, after somebody spoke."""
    return lane.lock is not None and spoken.before(lane.lock.renewed or lane.lock.since)


def stopped(stop: Stop | None, spoken: Spoken) -> bool:
    """Whether everything was stopped after somebody spoke."""
    return stop is not None and spoken.before(stop.since)


def condemned(marks: Sequence[Mark], position: Position, spoken: Spoken) -> bool:
    """Whether a build, or one that it contains, was put into quarantine after somebody spoke."""
    mark = gates.quarantined(marks, position)
    return mark is not None and spoken.before(mark.at)


def landed(lane: Lane, spoken: Spoken) -> bool:
    """Whether what is live in the lane became so after somebody spoke."""
    return lane.live is not None and spoken.before(lane.live.since)


def turned(lane: Lane, history: Sequence[Release], spoken: Spoken) -> bool:
    """Whether something became live, or failed, after somebody spoke: back is elsewhere now than it was then."""
    failed = (one.ended_at for one in history if one.state is Lifecycle.FAILED)
    return lane.live is not None and (
        landed(lane, spoken) or any(at is not None and spoken.before(at) for at in failed)
    )


def ships_more(lane: Lane, mode: Mode, policy: Policy) -> bool:
    """Whether a mode lets more ship than the present one: one that lets less ship is never in anybody's way."""
    here = lane.policy(policy)
    return here is not None and _SHIPS.index(mode) > _SHIPS.index(here.mode)


def began(release: Release, spoken: Spoken) -> bool:
    """Whether a deploy that is under way was begun after somebody spoke, who meant an open release then."""
    begun = release.deployment
    return release.state is Lifecycle.DEPLOYING and begun is not None and spoken.before(begun.attempted_at)


def had_failed(release: Release, spoken: Spoken) -> bool:
    """Whether a release that has failed had done so when somebody spoke."""
    ended = release.ended_at
    return release.state is Lifecycle.FAILED and ended is not None and not spoken.before(ended)


def failed_since(release: Release, spoken: Spoken) -> bool:
    """Whether a release that has failed did so after somebody spoke."""
    return release.state is Lifecycle.FAILED and not had_failed(release, spoken)


def generation(release: Release, spoken: Spoken) -> int:
    """Return the generation of a release that somebody spoke of: where people were asked again since, a former one.

    Since when people are asked moves on where approvals are withdrawn; it is no later than the first word of them.
    """
    said = (word.at for word in release.approvals if word.generation == release.generation)
    since = min((release.asked_since, *said)) if release.generation > 1 else release.opened_at
    return release.generation - 1 if spoken.before(since) else release.generation
