"""Words that ask for a release of a build, a rollback, a hotfix: which build is meant, and never a guess."""

from collections.abc import Sequence
from datetime import datetime

from bot.core import meanwhile
from bot.core.build import Build
from bot.core.inputs import Request
from bot.core.lane import Lane
from bot.core.policy import Kind, LaneId
from bot.core.refusals import Refusal
from bot.core.release import Lifecycle, Release
from bot.views import answers, done
from handlers.acts import Wish
from handlers.asker import Asker
from handlers.outcomes import Told
from handlers.vocabulary import HotfixWords, OfBuild, RequestWords, RollbackWords

_LOOKED_AT = 200
"""Releases of a lane among which the one before is looked for."""


def wished(wish: Wish, asker: Asker) -> Told:
    """Open the release that a form asks for, exactly as its words would."""
    match wish.way:
        case Kind.RELEASE:
            return about_build(RequestWords(wish.service, wish.version, wish.environment), asker, wish.at)
        case Kind.ROLLBACK:
            return about_build(RollbackWords(wish.service, wish.version, wish.environment, wish.reason), asker)
        case Kind.HOTFIX:
            return about_build(HotfixWords(wish.service, wish.version, wish.environment, wish.reason), asker)


def about_build(words: OfBuild, asker: Asker, at: datetime | None = None) -> Told:
    """Open the release that words ask for; `at` is the moment that was picked rather than typed."""
    lane = LaneId(words.service, words.environment)
    if isinstance(words, RollbackWords) and words.version is None and _turned_since(lane, asker):
        return Told("live has changed", answers.live_since(), None)
    builds = _builds(words, lane, asker)
    if isinstance(words, RollbackWords) and words.version is None and not builds:
        return Told("no such build", done.never_went_before(lane, asker.setting.policy), None)
    if len(builds) != 1:
        return Told(
            "no such build", answers.no_such_build(words.service, words.version, builds, asker.setting.policy), None
        )
    given = _given(words, builds[0], asker, at)
    decided = asker.decide(lane, given)
    if isinstance(decided, Refusal):
        return asker.refused(decided, lane)
    read = asker.read(words.at if isinstance(words, RequestWords) else None)
    opened = decided.lane.releases[-1]
    return Told("opened", answers.opened(opened, asker.setting.policy, asker.links, read), None)


def _turned_since(lane: LaneId, asker: Asker) -> bool:
    lanes = asker.tx.lanes
    return meanwhile.turned(lanes.load(lane), lanes.history(lane, _LOOKED_AT), asker.spoken)


def _given(words: OfBuild, build: Build, asker: Asker, at: datetime | None) -> Request:
    match words:
        case RequestWords():
            moment = asker.moment(words.at) if words.at else at
            return Request(build, asker.actor, named=words.version is not None, at=moment)
        case RollbackWords():
            return Request(build, asker.actor, named=True, kind=Kind.ROLLBACK, reason=words.reason)
        case HotfixWords():
            return Request(build, asker.actor, named=True, kind=Kind.HOTFIX, reason=words.reason)


def _builds(words: OfBuild, lane: LaneId, asker: Asker) -> tuple[Build, ...]:
    """Return the builds that the words may mean."""
    if words.version is not None:
        return asker.tx.builds.named(words.service, words.version)
    if isinstance(words, RollbackWords):
        before = went_before(asker.tx.lanes.load(lane), asker.tx.lanes.history(lane, _LOOKED_AT))
    else:
        before = asker.tx.builds.newest_deployable(words.service)
    return (before,) if before else ()


def went_before(lane: Lane, history: Sequence[Release]) -> Build | None:
    """Return the build to which a rollback goes that names none.

    Where the last deploy failed that is what is live, as far as anybody knows: going back to it mends what was left
    half done. Else it is what was live before that. None when neither is known.

    Args:
        lane: the lane with what is live.
        history: its releases, newest first.
    """
    live = lane.live
    if live is None:
        return None
    for release in history:
        if release.state is Lifecycle.FAILED and release.ended_at is not None and release.ended_at > live.since:
            return next((one.build for one in history if one.build.sha == live.sha), None)
        if release.state is Lifecycle.LIVE and release.build.sha != live.sha:
            return release.build
    return None
