"""Silence: the newest build of a service waits for its pipelines for too long, and its channel hears of that once.

Rules:

- The newest build counts, and no other: of an older one nobody expects anything. It waits while it is pending, since
  that was first seen, by our own clock: what runs again has its whole time. That it runs again tells as well that it
  had ended, whether or not we heard of that.
- What waited already when a service was judged for the first time is no news: it may have hung for months. What is
  newer has its whole time.
- A newer build that waits as well begins nothing anew, or where many are pushed nobody would ever hear: what counts is
  since when none has been reported to its end, from the first that waited on.
- A quarantined build ships nothing, whatever its pipelines say, so nobody is called for it.
- It is told once. However many later builds wait like it, nobody hears of them until it, one that waited with it or a
  later one has been reported to its end: all of them would most likely say the same.
- That a build is reported again is not told by itself: it opens a notice, ships, or breaks or mends the line, and who
  looks at the pipeline knows anyhow. One message more would tell nobody what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import gates
from bot.core.build import Build, BuildState, PipelineReport, RunStatus
from bot.core.lane import Mark
from bot.core.policy import ServicePolicy


@dataclass(frozen=True, slots=True)
class Unreported:
    """The newest build of a service, which waits for its pipelines.

    Attributes:
        build: the build.
        since: when it was seen first that this one waits, or `first`.
        first: the first build that waited, where that is an older one: none from it on has been reported to its end.
    """

    build: Build
    since: datetime
    first: Build | None = None

    @property
    def oldest(self) -> Build:
        """The first build that waited."""
        return self.first or self.build


@dataclass(frozen=True, slots=True)
class Reporting:
    """How the pipelines of a service report.

    Attributes:
        waiting: the build that waits for them.
        told: the one of which the channel heard.
        old: the one that waited already when that was judged for the first time.
        judged: whether it ever was.
    """

    waiting: Unreported | None = None
    told: Build | None = None
    old: Build | None = None
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a build waits for: runs that have begun and not ended, and pipelines that have reported nothing."""

    unended: tuple[PipelineReport, ...]
    unreported: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether it waits for anything."""
        return bool(self.unended or self.unreported)


def judge(builds: Sequence[Build], before: Reporting, now: datetime, branch: str | None = None) -> Reporting:
    """Return how the pipelines of a service report.

    Args:
        builds: builds of the service, newest first, at least back to whichever is known of `before`.
        before: the former judgement, with its builds as they were then: what runs again is told by the difference.
        now: the present, in UTC.
        branch: the branch of which the service's builds are by today's policy; None: any counts.
    """
    newest = builds[0] if builds else None
    if not before.judged:
        return Reporting(old=None if newest is None or _ended(newest) else newest)
    told, known, old = before.told, before.waiting, before.old
    known_then = (told, old, known and known.build, known and known.first)
    again = {one.id for one in builds for was in known_then if was and _runs_again(was, one)}
    ended = [one.position for one in builds if _ended(one) or one.id in again]
    reported = known is not None and any(position >= known.oldest.position for position in ended)
    if told is not None and (reported or any(position >= told.position for position in ended)):
        told = None
    if old is not None and any(position >= old.position for position in ended):
        old = None
    if newest is None or _ended(newest) or (old is not None and newest.id == old.id):
        return Reporting(None, told, old)
    if known is None or reported or newest.branch == branch != known.oldest.branch:
        return Reporting(Unreported(newest, now), told, old)
    first = next((one for one in builds if one.id == known.oldest.id), known.oldest)
    return Reporting(Unreported(newest, known.since, None if first.id == newest.id else first), told, old)


def news(after: Reporting, service: ServicePolicy, marks: Sequence[Mark], now: datetime) -> Unreported | None:
    """Return what the service's channel is to be told, once; None while there is nothing to tell.

    Args:
        after: how the service's pipelines report now.
        service: the service by today's policy.
        marks: the service's marks.
        now: the present, in UTC.
    """
    waiting = after.waiting
    if waiting is None or after.told is not None or not counts(waiting.build, service, marks):
        return None
    return waiting if _too_long(waiting, service, now) else None


def heard(reporting: Reporting, service: ServicePolicy, marks: Sequence[Mark], now: datetime) -> Unreported | None:
    """Return the build of which people are to read that its pipelines are silent, now that the channel heard so.

    That is the newest, be it the one of which it heard or not, once none has ended for too long.

    Args:
        reporting: how the service's pipelines report.
        service: the service by today's policy.
        marks: the service's marks.
        now: the present, in UTC.
    """
    waiting, told = reporting.waiting, reporting.told
    if waiting is None or told is None or not counts(waiting.build, service, marks):
        return None
    return waiting if waiting.build.id == told.id or _too_long(waiting, service, now) else None


def counts(build: Build, service: ServicePolicy, marks: Sequence[Mark]) -> bool:
    """Whether anybody expects a build's pipelines to end, and they have not: the one rule for whatever tells of it.

    Args:
        build: the newest build of the service, or the one of which its channel heard, as it is today.
        service: the service by today's policy: a build of a branch that it no longer names is none of its own.
        marks: the service's marks.
    """
    if service.reported_within is None or _ended(build) or service.source.branch not in {None, build.branch}:
        return False
    return gates.quarantined(marks, build.position) is None and bool(lacking(build, service.source.pipelines))


def lacking(build: Build, pipelines: Sequence[str]) -> Lacking:
    """Return which of the pipelines that must succeed have not ended for a build, in the policy's order."""
    known = {check.pipeline: check for check in build.checks}
    begun = [known[name] for name in pipelines if name in known]
    return Lacking(
        tuple(one for one in begun if one.status in {RunStatus.QUEUED, RunStatus.RUNNING}),
        tuple(name for name in pipelines if name not in known),
    )


def _runs_again(was: Build, build: Build) -> bool:
    """Whether a pipeline that had begun for a build has begun anew since: another attempt, or another run."""
    if was.id != build.id:
        return False
    runs = {one.pipeline: (one.run_id, one.attempt) for one in was.checks}
    return any(runs.get(one.pipeline, run) != run for one in build.checks for run in [(one.run_id, one.attempt)])


def _too_long(waiting: Unreported, service: ServicePolicy, now: datetime) -> bool:
    return service.reported_within is not None and now - waiting.since >= service.reported_within


def _ended(build: Build) -> bool:
    return build.state is not BuildState.PENDING
