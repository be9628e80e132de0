"""The draft of an announcement that people read first: what may be done with it, and what becomes of one that waits.

Rules:

- Whoever may announce a release may post, edit or discard its draft, once; every end is final.
- Only what is live is announced: when something else is live there, its draft can be posted no longer.
- A button does what it says with the text that stood beside it: where that has changed, nothing is done.
- A draft that waits is reminded of once and then dropped; one of what is no longer live is dropped in place of that.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.core.authorize import Act, authorize
from bot.core.inputs import Actor
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import Refusal
from bot.core.release import Lifecycle, Release

REMIND_AFTER = timedelta(hours=4)
DROP_AFTER = timedelta(hours=24)


class DraftState(Enum):
    """How far a draft is; every state but the first is final."""

    OPEN = "open"
    POSTED = "posted"
    DISCARDED = "discarded"
    DROPPED = "dropped"  # nobody posted it in time


@dataclass(frozen=True, slots=True)
class Draft:
    """The announcement of one release, as somebody is to read it. `text` is None until somebody has written another."""

    release: int
    opened_at: datetime
    state: DraftState = DraftState.OPEN
    text: str | None = None
    edited_by: str | None = None
    reminded: bool = False
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def drops_at(self) -> datetime:
        """When it is dropped if nobody has posted it by then."""
        return self.opened_at + DROP_AFTER

    @property
    def due_at(self) -> datetime:
        """When it is to be seen to, while it is open: to remind of it, then to drop it."""
        return self.drops_at if self.reminded else self.opened_at + REMIND_AFTER


class Press(Enum):
    """What somebody does with a draft."""

    POST = "post_draft"
    EDIT = "edit_draft"
    DISCARD = "discard_draft"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What somebody did. `text`: what they wrote, where they edit; `seen`: it is still the text that they saw."""

    what: Press
    by: Actor
    text: str = ""
    seen: bool = True


@dataclass(frozen=True, slots=True)
class TooLate:
    """The draft is no longer open, or what it announces is no longer live."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Changed:
    """The draft says something else than what was seen."""


def reads_first(release: Release, policy: Policy) -> bool:
    """Whether people read the announcement of a release before it is posted, by today's policy."""
    here = (policy.lane(release.lane) or release.policy).announcement
    return here is not None and here.edit


def is_live(release: Release, lane: Lane) -> bool:
    """Whether a release is what is live in its lane: not rolled back, and nothing newer has come since."""
    return release.state is Lifecycle.LIVE and lane.live is not None and lane.live.release == release.number


def press(  # noqa: PLR0917 - a draft with what it is about
    draft: Draft, release: Release, lane: Lane, given: Pressed, policy: Policy, now: datetime
) -> Draft | Refusal | TooLate | Changed:
    """Decide what becomes of a draft by what somebody did.

    Args:
        draft: the draft.
        release: the release that it announces.
        lane: the release's lane, with what is live there.
        given: what was done, and by whom.
        policy: today's policy.
        now: the present, in UTC.
    """
    reasons = authorize(given.by, Act.ANNOUNCE, policy, lane=lane, release=release)
    if reasons:
        return Refusal(reasons)
    if draft.state is not DraftState.OPEN or not is_live(release, lane):
        return TooLate(draft)
    if not given.seen:
        return Changed()
    by = given.by.person.id
    if given.what is Press.EDIT:
        return replace(draft, text=given.text, edited_by=by)
    ended = DraftState.POSTED if given.what is Press.POST else DraftState.DISCARDED
    return replace(draft, state=ended, ended_at=now, ended_by=by)


def seen_to(draft: Draft, release: Release, lane: Lane, now: datetime) -> Draft:
    """Return an open draft as time has left it: dropped, reminded of, or as it was while nothing is due."""
    if now < draft.due_at:
        return draft
    if now >= draft.drops_at or not is_live(release, lane):
        return replace(draft, state=DraftState.DROPPED, ended_at=now)
    return replace(draft, reminded=True)
