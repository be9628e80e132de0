"""What the word `diff` needs of the database: the builds that would ship, and comparisons that nobody asked for yet."""

from datetime import datetime
from typing import Protocol

from bot.core.build import Build
from bot.core.changelog import Span
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.ports.store import Transaction
from handlers.vocabulary import DiffWords


class AboutLanes(Protocol):
    """Words about the lanes of a service, or of all, in an environment, or in all."""

    @property
    def service(self) -> str | None:
        """The service, if one was named."""

    @property
    def environment(self) -> str | None:
        """The environment, if one was named."""


def lanes_of(tx: Transaction, asked: AboutLanes, policy: Policy) -> tuple[Lane, ...]:
    """Return the lanes that somebody asked about, in the order of the policy."""
    return tuple(
        tx.lanes.load(one.lane)
        for one in policy.lanes()
        if asked.service in {None, one.lane.service} and asked.environment in {None, one.lane.environment}
    )


def unknown(tx: Transaction, asked: DiffWords, policy: Policy) -> tuple[Span, ...]:
    """Return the spans of the answer of which nobody has told yet what they change."""
    newest = tx.builds.newest_deployable(asked.service)
    spans = dict.fromkeys(span for lane in lanes_of(tx, asked, policy) for span in _spans(lane, newest))
    return tuple(span for span in spans if tx.changes.get(span) is None and tx.changes.why_not(span) is None)


def ask_for(tx: Transaction, spans: tuple[Span, ...], now: datetime) -> None:
    """Have spans compared that no release may need, such as that of a build which nobody has asked to ship."""
    for span in spans:
        tx.changes.want(span, now)


def _spans(lane: Lane, newest: Build | None) -> list[Span]:
    if lane.live is None:
        return []
    unfinished = [release.build for release in lane.releases if not release.state.ended]
    builds = unfinished or ([newest] if newest else [])
    return [Span(lane.id.service, lane.live.sha, one.sha) for one in builds if one.sha != lane.live.sha]
