"""What the form for a request offers: which builds there are for what is picked, and which of them is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.build import Build, BuildState
from bot.core.lane import Lane
from bot.core.policy import Kind, Policy, ServicePolicy
from bot.core.release import Lifecycle
from bot.ports.store import Transaction
from bot.views import answers
from bot.views.naming import word
from bot.views.request_form import MOST_BUILDS
from bot.views.sheet import Offered
from handlers.filled import Filled
from handlers.request_clerk import went_before

_LOOKED_AT = 300
"""Builds of a service among which the deployable ones are looked for, and releases among which those that were live."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What is picked, as far as it is there; see `bot.views.sheet.Sheet` for each."""

    service: str | None = None
    lane: Lane | None = None
    offered: tuple[Offered, ...] = ()
    build: Build | None = None
    notes: tuple[str, ...] = ()


def pick(tx: Transaction, asked: Filled, policy: Policy, typed: str | None = None) -> Picked:
    """Return what of a form is there today, and what it offers next. The only one there is, is picked.

    Args:
        tx: the transaction.
        asked: what somebody has picked so far.
        policy: today's.
        typed: a version or the first digits of a commit that somebody typed; it is picked where it names one build.
    """
    if asked.service is None:
        return Picked()
    service = policy.service(asked.service)
    if service is None:
        gone = f"{word(asked.service)} is no longer in the policy: please choose another service."
        return Picked(notes=(gone,))
    lane, notes = _lane(tx, asked, service)
    offered = _gone_live(tx, lane) if asked.kind is Kind.ROLLBACK else _deployable(tx, service.name)
    named = tx.builds.named(service.name, typed) if typed is not None else ()
    if typed is not None and len(named) != 1:
        unknown = answers.no_such_build(service.name, typed, named, policy).text
        return Picked(service.name, lane, offered, None, (*notes, unknown))
    build = named[0] if named else tx.builds.of_commit(service.name, asked.commit) if asked.commit else None
    if build is None and not asked.undecided:
        build = _proposed(tx, asked.kind, lane, offered)
    if build is not None and all(one.build.sha != build.sha for one in offered):
        at = None if asked.kind is Kind.ROLLBACK else passed_at(build)  # it was not deployed there
        offered = (*offered[: MOST_BUILDS - 1], Offered(build, at))
    if lane is not None and build is not None:
        lane = tx.lanes.load(lane.id, build=build)  # what is around it tells of this build now
    return Picked(service.name, lane, offered, build, notes)


def _lane(tx: Transaction, asked: Filled, service: ServicePolicy) -> tuple[Lane | None, tuple[str, ...]]:
    """Return the lane that is picked, if it is there; where it is not, a sentence about it."""
    here = service.lane(asked.environment) if asked.environment is not None else None
    if here is None and len(service.lanes) == 1:
        here = service.lanes[0]
    if here is not None:
        return tx.lanes.load(here.lane), ()
    if asked.environment is None:
        return None, ()
    return None, (f"{word(service.name)} has no environment {word(asked.environment)}: please choose one of its own.",)


def _deployable(tx: Transaction, service: str) -> tuple[Offered, ...]:
    """Return the newest deployable builds, newest first."""
    builds = [one for one in tx.builds.newest(service, None, _LOOKED_AT) if one.state is BuildState.DEPLOYABLE]
    return tuple(Offered(one, passed_at(one)) for one in builds[:MOST_BUILDS])


def _gone_live(tx: Transaction, lane: Lane | None) -> tuple[Offered, ...]:
    """Return the builds that were live in a lane, the last first, without what is live unless that is to be mended."""
    if lane is None:
        return ()
    history = tx.lanes.history(lane.id, _LOOKED_AT)
    proposed = went_before(lane, history)
    found: dict[str, Offered] = {}
    for release in history:
        known = tx.builds.by_id(release.build.id) or release.build
        is_live = lane.live is not None and lane.live.sha == known.sha
        again = proposed is not None and proposed.sha == known.sha
        if release.state is Lifecycle.LIVE and (again or not is_live):
            found.setdefault(known.sha, Offered(known, release.ended_at))
    return tuple(found.values())[:MOST_BUILDS]


def _proposed(tx: Transaction, kind: Kind, lane: Lane | None, offered: Sequence[Offered]) -> Build | None:
    """Return the build that words without a version mean; the fast path has none such."""
    match kind:
        case Kind.RELEASE:
            return offered[0].build if offered else None
        case Kind.ROLLBACK:
            before = went_before(lane, tx.lanes.history(lane.id, _LOOKED_AT)) if lane else None
            return next((one.build for one in offered if before is not None and one.build.sha == before.sha), None)
        case Kind.HOTFIX:
            return None


def passed_at(build: Build) -> datetime | None:
    """Return when the last of a build's pipelines passed; None where that is not known."""
    return max((check.updated_at for check in build.checks), default=None)
