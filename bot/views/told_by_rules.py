"""The lines of a thread about what followed by itself: from the rules, from time, from the pipelines."""

from collections.abc import Callable, Mapping

from bot.core.effects import Happened
from bot.views.escape import date
from bot.views.naming import again, lane_label, lane_words, subject, word
from bot.views.people import authors
from bot.views.sayings import said_why
from bot.views.told import Told


def _expired(told: Told) -> str:
    return (
        "Expired: not all approvals came in time. A timeout is not a rejection, nobody said no. "
        f"To ask again: {again(told.release, told.scene.policy)}"
    )


def _superseded(told: Told) -> str:
    newer = told.other("a newer release")
    return f"Superseded by {newer}, which carries a newer build. Nothing failed; please look there."


def _rebuilt(told: Told) -> str:
    del told
    return "Rebuilt: the same commit now ships another artifact. Former approvals do not count; please look again."


def _build_broke(told: Told) -> str:
    wrote = authors(told.release.build.authors, told.scene.policy)
    return f"The build broke: a pipeline of this commit no longer succeeds. Authors: {wrote}."


def _lapsed(told: Told) -> str:
    why = told.detail or "they may not approve this any more"
    return f"The approval of {told.who} no longer counts: {why} ({told.tally or 'none needed'})."


def _asked_again(told: Told) -> str:
    why = f": {told.detail.removesuffix('.')}" if told.detail else ""
    return f"People are asked again{why}. Former approvals do not count; please look again."


def _escalated(told: Told) -> str:
    return (
        f"Escalated to {word(told.happening.detail)}: approvals have been missing since "
        f"{date(told.release.asked_since)} ({told.tally or 'none needed'})."
    )


def _held(told: Told) -> str:
    resume = told.typed(f"resume {lane_words(told.lane.id)}")
    return f"{lane_label(told.lane.id)} is held now{said_why(told.happening.detail)}. {resume} lets it go on."


def _elsewhere(told: Told) -> str:
    return f"{subject(told.release, 'in')} was deployed by somebody else; Signoff only took note of it.{told.job}"


def _trial_ended(told: Told) -> str:
    return f"On trial: {subject(told.release)} would have shipped now. Nothing was deployed."


LINES: Mapping[Happened, Callable[[Told], str]] = {
    Happened.EXPIRED: _expired,
    Happened.SUPERSEDED: _superseded,
    Happened.REBUILT: _rebuilt,
    Happened.BUILD_BROKE: _build_broke,
    Happened.LAPSED: _lapsed,
    Happened.ASKED_AGAIN: _asked_again,
    Happened.ESCALATED: _escalated,
    Happened.HELD: _held,
    Happened.DEPLOYED_ELSEWHERE: _elsewhere,
    Happened.TRIAL_ENDED: _trial_ended,
}
