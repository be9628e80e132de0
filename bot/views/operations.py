"""What the operations channel reads, loudly, about what somebody did there or to everything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.effects import Happened, Happening
from bot.core.policy import LaneId, Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views import policy_change
from bot.views.blocks import said
from bot.views.contents import overridden
from bot.views.escape import mrkdwn
from bot.views.naming import Permalinks, lane_label, lane_words, named, subject, typed, word
from bot.views.people import person
from bot.views.sayings import said_why

_DETAIL = 1200


@dataclass(frozen=True, slots=True)
class _Loud:
    """What the sentences refer to."""

    happening: Happening
    lane: LaneId | None
    release: Release | None
    policy: Policy
    permalinks: Permalinks
    service: str | None

    @property
    def who(self) -> str:
        return person(self.happening.by, self.policy) if self.happening.by else "Signoff"

    @property
    def owner(self) -> str:
        """Whose lock or hold it is or was; the happening's detail tells."""
        return person(self.happening.detail, self.policy)

    @property
    def where(self) -> str:
        if self.lane is not None:
            return lane_label(self.lane)
        return "everything" if self.service is None else word(self.service)

    @property
    def why(self) -> str:
        return said_why(self.happening.detail)

    @property
    def what(self) -> str:
        if self.release is None:
            return self.where
        return f"{named(self.release.number, self.permalinks)}, {subject(self.release)}"

    def typed(self, words: str) -> str:
        place = lane_words(self.lane) if self.lane else "SERVICE ENV"
        return typed(self.policy, words.format(place=place))


def loud(
    happening: Happening,
    lane: LaneId | None,
    release: Release | None,
    policy: Policy,
    permalinks: Permalinks,
    *,
    service: str | None = None,
) -> Message:
    """Return the message about something that operations must not overlook.

    Args:
        happening: what happened.
        lane: the lane that it happened in; None for what concerns a service or everything.
        release: the release that it concerns, if it concerns one.
        policy: today's policy.
        permalinks: where the cards of releases are.
        service: the service that it concerns, where it concerns one and no lane.
    """
    if happening.kind in policy_change.KINDS:
        return said(*policy_change.policy_change(happening))
    told = _Loud(happening, lane, release, policy, permalinks, service)
    return said(SENTENCES.get(happening.kind, _other)(told))


def _other(told: _Loud) -> str:
    detail = mrkdwn(told.happening.detail, _DETAIL)
    return f"{told.what}: {told.happening.kind.value}, by {told.who}{f': {detail}' if detail else ''}."


def _overridden(told: _Loud) -> str:
    override = told.release.override if told.release else None
    how = overridden(override, told.policy) if override else f"by {told.who}{told.why}"
    return f"OVERRIDE (break-glass) of {told.what}, {how}."


def _marked_done(told: _Loud) -> str:
    return f"{told.who} marked {told.what}, which had failed, as done: it counts as live now{told.why}."


def _mode(told: _Loud) -> str:
    how, _, why = told.happening.detail.partition(": ")
    back = told.typed("mode {place} delivery|deployment|observe REASON")
    what = f"{told.who} switched the mode of {told.where} {mrkdwn(how, _DETAIL)}{said_why(why)}"
    return f"{what}. To switch it again: {back}."


def _unlocked(told: _Loud) -> str:
    lock = told.typed("lock {place} REASON")
    return f"{told.owner}: {told.who} ended your lock of {told.where}. To take it again: {lock}."


def _hold_taken(told: _Loud) -> str:
    resume = told.typed("resume {place}")
    return f"{told.owner}: {told.who} holds {told.where} now, for longer than you did. {resume} lets it go on."


def _lock_ended(told: _Loud) -> str:
    return f"{told.owner}: your lock of {told.where} has ended, since its time was up."


def _lock_ends_soon(told: _Loud) -> str:
    more = told.typed("lock {place} for DURATION REASON")
    return f"{told.owner}: your lock of {told.where} ends soon. To keep it for longer: {more}."


def _declared(told: _Loud) -> str:
    return f"{told.who} said what is live: {told.where}{told.why}. What ships there is compared with that from now on."


def _stopped(told: _Loud) -> str:
    go = told.typed("go-all")
    return (
        f"STOPPED: {told.who} stopped everything{told.why}. Nothing starts anywhere until somebody types {go}; "
        "what is being deployed already goes on."
    )


def _let_go(told: _Loud) -> str:
    return f"{told.who} let everything go on: what has been waiting starts as soon as nothing else is in its way."


def _quarantined(told: _Loud) -> str:
    clear = typed(told.policy, f"release-quarantine {word(told.service or 'SERVICE')} VERSION REASON")
    return (
        f"{told.who} put a build of {told.where} in quarantine, with every build that contains it{told.why}. "
        f"None of them ships until somebody confirms one that is well: {clear}."
    )


def _cleared(told: _Loud) -> str:
    what = f"a build of {told.where}, with every build that contains it"
    return f"{told.who} confirmed {what}{told.why}. They may ship again."


def _elsewhere(told: _Loud) -> str:
    return (
        f"Somebody else deployed to {told.where}{told.why}. It counts as live there now, and people are asked again "
        "for what is open."
    )


SENTENCES: Mapping[Happened, Callable[[_Loud], str]] = {
    Happened.OVERRIDDEN: _overridden,
    Happened.MARKED_DONE: _marked_done,
    Happened.MODE_SWITCHED: _mode,
    Happened.UNLOCKED: _unlocked,
    Happened.LOCK_ENDED: _lock_ended,
    Happened.LOCK_ENDS_SOON: _lock_ends_soon,
    Happened.HOLD_TAKEN: _hold_taken,
    Happened.DECLARED_LIVE: _declared,
    Happened.STOPPED_ALL: _stopped,
    Happened.LET_GO: _let_go,
    Happened.QUARANTINED: _quarantined,
    Happened.CLEARED: _cleared,
    Happened.DEPLOYED_ELSEWHERE: _elsewhere,
}
"""What is said of each; of everything else, its name and details."""
