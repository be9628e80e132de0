"""The lines of a thread about what people did to a release."""

from collections.abc import Callable, Mapping

from bot.core.effects import Happened
from bot.views.contents import overridden
from bot.views.escape import date, quote
from bot.views.outcome import REASON
from bot.views.people import authors
from bot.views.sayings import said_why
from bot.views.told import Told


def _approved(told: Told) -> str:
    return f"Approved by {told.who} ({told.tally})." if told.tally else f"Approved by {told.who}."


def _withdrawn(told: Told) -> str:
    return f"{told.who} withdrew their approval ({told.tally or 'none needed'})."


def _rejected(told: Told) -> str:
    reason = quote(told.happening.detail, REASON) or "> (no reason stored)"
    wrote = authors(told.release.build.authors, told.scene.policy)
    return f"Rejected by {told.who}. For the authors, {wrote}:\n{reason}"


def _cancelled(told: Told) -> str:
    if told.happening.by is None:
        return f"Cancelled: {told.detail}. Nothing was deployed."
    return f"Cancelled by {told.who}. Nothing was deployed."


def _asked_to_stop(told: Told) -> str:
    when = f" {told.detail}" if told.happening.detail else ""
    asked = f"the CI system is asked to end its job{when}, and how that ends is what counts"
    return f"{told.who} cancels the deploy: {asked}."


def _resolved(told: Told) -> str:
    return f"{told.who} looked and answers: {told.detail}."


def _undone(told: Told) -> str:
    return f"{told.who} stopped it before it started. Nothing was deployed, and people are asked again."


def _scheduled(told: Told) -> str:
    at = told.release.scheduled_for
    if at is None:
        return f"{told.who} lets it ship as soon as nothing is in its way."
    return f"{told.who} scheduled it for {date(at)}: it goes on by itself then."


def _overridden(told: Told) -> str:
    override = told.release.override
    what = overridden(override, told.scene.policy) if override else f"by {told.who}{said_why(told.happening.detail)}"
    return f"OVERRIDDEN (break-glass) {what}."


def _retried(told: Told) -> str:
    return f"{told.who} tries again with {told.other('a new release')}."


def _marked_done(told: Told) -> str:
    return f"{told.who} marked it as done: it counts as live{said_why(told.happening.detail)}."


def _rolled_back(told: Told) -> str:
    by = f" by {told.who}" if told.happening.by else ""
    return f"Rolled back{by} with {told.other('another release')}{said_why(told.happening.detail)}."


LINES: Mapping[Happened, Callable[[Told], str]] = {
    Happened.APPROVED: _approved,
    Happened.WITHDRAWN: _withdrawn,
    Happened.REJECTED: _rejected,
    Happened.CANCELLED: _cancelled,
    Happened.ASKED_TO_STOP: _asked_to_stop,
    Happened.RESOLVED: _resolved,
    Happened.UNDONE: _undone,
    Happened.SCHEDULED: _scheduled,
    Happened.OVERRIDDEN: _overridden,
    Happened.RETRIED: _retried,
    Happened.MARKED_DONE: _marked_done,
    Happened.ROLLED_BACK: _rolled_back,
}
