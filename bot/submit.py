"""One input, one transaction: load, decide, save, enqueue, audit. Synchronous, runs on the database's own thread.

A decision may concern other lanes: a build that is bad for its whole service, one that is live where another lane comes
after. These decide in the same transaction, each once: a release becomes live once, and no lane is told of itself but
that time has passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot import intents, personal, quiet, record, silence
from bot.core import gates
from bot.core.build import Build, BuildState, PipelineReport, assess
from bot.core.decide import Decision, Fresh, decide
from bot.core.due import due_at, lane_due_at
from bot.core.effects import Happened, Happening, Taint, TellLanesAfter
from bot.core.events import Adopt, BuildChanged, FoundLive, ReachedBefore, TimePassed
from bot.core.inputs import BeginDeployment, Input, Request, Resolve, Retry
from bot.core.lane import Judgement, Lane, Mark
from bot.core.line import Stopped, judge, news
from bot.core.policy import LaneId, ServicePolicy
from bot.core.refusals import Refusal
from bot.core.release import Release
from bot.intents import HAPPENING, HEAD, anchor, deploy_key, question_name
from bot.ports.agenda import Soak
from bot.ports.store import Transaction
from bot.record import Setting, turn_away
from bot.showing import show

__all__ = [
    "HAPPENING",
    "HEAD",
    "Setting",
    "adopt",
    "anchor",
    "deploy_key",
    "offer",
    "question_name",
    "show_newest",
    "soak_ended",
    "submit",
    "take_reports",
    "turn_away",
    "wake",
]

ANCHORED = (Happened.LIVE, Happened.FAILED, Happened.ROLLED_BACK)
"""After these, at the latest, whoever cuts the end of the chain off is found out."""
RECENT = 50
"""Releases of a lane that are looked through for one of a build that was live before it."""
MOST_BUILDS = 1_000
"""Builds among which the first bad one is looked for."""
AGAIN = timedelta(minutes=1)


def submit(tx: Transaction, lane: LaneId, given: Input, setting: Setting) -> Decision | Refusal:
    """Decide upon one input and write down everything that follows from it, all or nothing."""
    given = _as_known(tx, given)
    before = tx.lanes.load(lane, also=getattr(given, "release", None), build=getattr(given, "build", None))
    fresh = Fresh(tx.lanes.next_number(), setting.suffix())
    decided = decide(before, given, setting.policy, fresh, setting.now)
    if isinstance(decided, Refusal):
        _refused(tx, lane, given, decided, setting)
        return decided
    tx.lanes.save(before, decided.lane)
    for effect in decided.effects:
        intents.enqueue(tx, effect, decided.lane, setting)
    if isinstance(given, Resolve):
        tx.letters.settle(f"question-{given.release}", setting.now, given.answer, given.by.person.id)
    tx.effects.cancel_ready(intents.in_turn(lane), intents.deploys(decided))
    for index, happening in enumerate(decided.happenings):
        record.happened(tx, decided.lane, happening, given, setting)
        if happening.release is not None and not happening.again:
            tx.effects.enqueue(intents.thread_line(happening, index, setting.now), setting.now)
        intents.tell_owner(tx, happening, before, setting)
        personal.tell(tx, happening, before, decided.lane, setting)
    show(tx, before, decided.lane, given, setting)
    _plan(tx, before, decided.lane, given, setting)
    if any(happening.kind in ANCHORED for happening in decided.happenings):
        anchor(tx, setting)
    _tell_others(tx, decided, setting)
    flew = before.in_flight
    if flew is not None and (decided.lane.in_flight is None or decided.lane.in_flight.number != flew.number):
        _look_again(tx, lane, flew.number, setting)
    if gates.closed(before, setting.policy) and not gates.closed(decided.lane, setting.policy):
        show_newest(tx, lane, setting)
    return decided


def _refused(tx: Transaction, lane: LaneId, given: Input, refusal: Refusal, setting: Setting) -> None:
    quiet.show_asked_for(tx, refusal, setting)
    if isinstance(given, BeginDeployment):  # it may be its build that is another by now
        _look_again(tx, lane, given.release, setting)
    if isinstance(given, record.ByPeople):
        record.refused(tx, lane, given, refusal, setting)


def _look_again(tx: Transaction, lane: LaneId, number: int, setting: Setting) -> None:
    """Tell a lane what was reported of a release's build while that was under way, and so went by the release.

    Another artifact voids the approvals of one that was put off; of one that has ended it is something new to ship.
    """
    release = tx.lanes.release(number)
    build = tx.builds.by_id(release.build.id) if release else None
    if release is None or build is None or build == release.build:
        return
    rebuilt = build.state is BuildState.DEPLOYABLE and build.artifact != release.artifact
    newest = tx.builds.newest_deployable(lane.service)
    submit(tx, lane, BuildChanged(build, newest=rebuilt and build == newest, became=rebuilt), setting)


def _as_known(tx: Transaction, given: Input) -> Input:
    """Return the input with what the database knows and nobody said: what is sent is the build as it is today."""
    if isinstance(given, Request):  # whoever names a build may have read it off a release that shipped it long ago
        return replace(given, build=tx.builds.by_id(given.build.id) or given.build)
    if not isinstance(given, Retry | Resolve | BeginDeployment) or given.build is not None:
        return given
    release = tx.lanes.release(given.release)
    return given if release is None else replace(given, build=tx.builds.by_id(release.build.id))


def _tell_others(tx: Transaction, decided: Decision, setting: Setting) -> None:
    for effect in decided.effects:
        match effect:
            case Taint():
                _taint(tx, decided.lane.id, effect, setting)
            case TellLanesAfter(build=build):
                _reached(tx, decided.lane.id, build, setting)
            case _:
                continue


def _taint(tx: Transaction, lane: LaneId, effect: Taint, setting: Setting) -> None:
    """Quarantine a build, and let every lane of its service look."""
    known = tx.gates.marks(lane.service)
    if gates.condemned(known, effect.position) is not None:
        return
    seq = max((mark.seq for mark in known), default=0) + 1
    mark = Mark(seq, Judgement.BAD, effect.position, effect.label, effect.by, effect.reason, setting.now)
    tx.gates.add_mark(lane.service, mark)
    told = Happening(Happened.QUARANTINED, by=effect.by, detail=f"{lane.service} {effect.label}: {effect.reason}")
    record.beyond(tx, told, None, lane.service, setting)
    wake(tx, (one for one in tx.lanes.waiting() if one.service == lane.service), setting)


def wake(tx: Transaction, lanes: Iterable[LaneId], setting: Setting) -> None:
    """Let lanes look at what has changed around them."""
    for lane in lanes:
        submit(tx, lane, TimePassed(), setting)


def _reached(tx: Transaction, lane: LaneId, build: Build, setting: Setting) -> None:
    """Tell the lanes that come after one, today or for what waits in them, that a build is live in it."""
    service = setting.policy.service(lane.service)
    for other in service.lanes if service else ():
        if other.lane == lane:
            continue
        if other.after is not None and other.after.environment == lane.environment:
            reached(tx, other.lane, build, setting)
        elif any(
            one.policy.after is not None and one.policy.after.environment == lane.environment
            for one in tx.lanes.load(other.lane).open
        ):
            submit(tx, other.lane, TimePassed(), setting)


def soak_ended(tx: Transaction, soak: Soak, setting: Setting) -> None:
    """Tell a lane that a build has soaked for long enough in the environment before, if by today's policy it has."""
    tx.agenda.plan_soak(soak, None)
    reached(tx, soak.lane, tx.builds.by_id(soak.build), setting)


def reached(tx: Transaction, lane: LaneId, build: Build | None, setting: Setting) -> None:
    """Let a lane decide upon a build that is live, or was, in the environment before, now and when it has soaked."""
    policy = setting.policy.lane(lane)
    build = build and tx.builds.by_id(build.id)  # it may have failed or been rebuilt while it was on its way there
    if policy is None or policy.after is None or build is None:
        return
    met = gates.soaked_at(build, policy.after, tx.lanes.load(lane, build=build).around)
    if met is None:
        return
    tx.agenda.plan_soak(Soak(lane, build.id), met if met > setting.now else None)
    before = LaneId(lane.service, policy.after.environment)
    newest = not tx.lanes.was_overtaken(before, build.position)
    again = any(_ships(release, build) for release in tx.lanes.history(lane, RECENT))
    submit(tx, lane, TimePassed() if again else ReachedBefore(build, newest), setting)


def _ships(release: Release, build: Build) -> bool:
    """Whether a release is of this very artifact: then it had its turn, and a second deploy before opens no other."""
    return release.build.id == build.id and release.artifact == build.artifact


def show_newest(tx: Transaction, lane: LaneId, setting: Setting) -> None:
    """Let a lane that opens more than before decide upon what it did not open: the newest build, and what soaks.

    What had its turn there opens nothing anew, nor does what is older than the lane is for us.
    """
    policy = setting.policy.lane(lane)
    if policy is None:
        return
    if policy.after is not None:
        live = tx.lanes.load(LaneId(lane.service, policy.after.environment)).live
        before = tx.builds.of_commit(lane.service, live.sha) if live else None
        if before is not None and not _had_its_turn(tx, lane, before):
            reached(tx, lane, before, setting)
        return
    newest = tx.builds.newest_deployable(lane.service)
    if newest is not None and not _had_its_turn(tx, lane, newest):
        submit(tx, lane, BuildChanged(newest, newest=True, became=True), setting)


def take_reports(
    tx: Transaction, service: ServicePolicy, reports: Iterable[PipelineReport], setting: Setting
) -> tuple[Build, ...]:
    """Apply what pipelines reported and let the service's lanes decide; returns the builds that changed.

    All reports are stored before any lane decides, so that after a gap only the newest build opens by itself.
    """
    reporting = tx.gates.reporting(service.name)
    changed = _store_reports(tx, service, reports)
    _tell_lanes(tx, service, changed, setting)
    if changed:
        _judge_line(tx, service.name, setting)
        silence.judge(tx, service, reporting, setting.now)
    return tuple(build for build, _ in changed)


def _judge_line(tx: Transaction, service: str, setting: Setting, *, silently: bool = False) -> None:
    """Judge whether the main branch is deployable; the service's channel hears of a change once."""
    before = tx.gates.line(service)
    known = before.first if isinstance(before, Stopped) else before.newest
    after = judge(tx.builds.newest(service, known.position if known else None, MOST_BUILDS), before)
    tx.gates.set_line(service, after)
    told = news(before, after)
    if told is not None and not silently:
        intents.tell_line(tx, service, told, setting.now)


def adopt(
    tx: Transaction,
    service: ServicePolicy,
    reports: Iterable[PipelineReport],
    live: Mapping[LaneId, FoundLive | None],
    setting: Setting,
) -> None:
    """See a service's lanes for the first time: what is live, and which builds are old and never open by themselves."""
    reporting = tx.gates.reporting(service.name)
    changed = _store_reports(tx, service, reports)
    _judge_line(tx, service.name, setting, silently=True)  # what broke before we came is no news
    silence.judge(tx, service, reporting, setting.now)
    _tell_lanes(tx, service, changed, setting)  # lanes that were seen before; unadopted ones open nothing
    for lane, found in live.items():
        build = tx.builds.of_commit(service.name, found.sha) if found else None
        if found and build:
            found = replace(found, position=build.position, version=build.version)  # noqa: PLW2901 - the same fact, told better
        submit(tx, lane, Adopt(found), setting)


def _store_reports(
    tx: Transaction, service: ServicePolicy, reports: Iterable[PipelineReport]
) -> tuple[tuple[Build, bool], ...]:
    """Store reports; return the builds that changed, oldest first, and whether each has just become deployable."""
    commits = dict.fromkeys(report.sha for report in reports if tx.builds.report(report))
    changed = []
    for sha in commits:
        known = tx.builds.of_commit(service.name, sha)
        reports_of_it = tx.builds.reports(service.name, sha)
        build = assess(reports_of_it, service.source.pipelines, service.version_from, known, service.tag_glob)
        if build is not None and build != known:
            changed.append((tx.builds.save(build), _became_deployable(known, build)))
    return tuple(sorted(changed, key=lambda one: one[0].position))


def _became_deployable(known: Build | None, build: Build) -> bool:
    """Whether there is something new to ship: CI systems touch runs that ended long ago, and that opens nothing."""
    if build.state is not BuildState.DEPLOYABLE:
        return False
    return known is None or known.state is not BuildState.DEPLOYABLE or known.artifact != build.artifact


def _tell_lanes(
    tx: Transaction, service: ServicePolicy, changed: Iterable[tuple[Build, bool]], setting: Setting
) -> None:
    newest = tx.builds.newest_deployable(service.name)
    for build, became in changed:
        is_newest = became and newest is not None and build.position >= newest.position
        for lane in service.lanes:
            submit(tx, lane.lane, BuildChanged(build, newest=is_newest, became=became), setting)


def offer(tx: Transaction, service: ServicePolicy, first: Build, setting: Setting) -> None:
    """Show the deployable builds from one on to the lanes once more, since what kept them from opening is gone.

    The newest opens like a new one. Where each must ship those before it do, unless they had their turn.
    """
    later = tx.builds.newest(service.name, first.position, MOST_BUILDS)
    builds = [build for build in reversed(later) if build.state is BuildState.DEPLOYABLE]
    for lane in service.lanes:
        for build in builds:
            newest = build is builds[-1]
            if newest or not _had_its_turn(tx, lane.lane, build):
                submit(tx, lane.lane, BuildChanged(build, newest=newest, became=True), setting)
                reached(tx, lane.lane, build, setting)


def _had_its_turn(tx: Transaction, lane: LaneId, build: Build) -> bool:
    """Whether a build opened a release in a lane already, or is older than the lane is for us."""
    adopted = tx.lanes.load(lane).adopted_at
    if adopted is None or build.position[0] < adopted:
        return True
    return any(_ships(release, build) for release in tx.lanes.history(lane, RECENT))


def _plan(tx: Transaction, before: Lane, after: Lane, given: Input, setting: Setting) -> None:
    """Note when time has something to say of the lane and of each release that is, or was until now, unfinished."""
    told = isinstance(given, TimePassed)
    for release in after.releases:
        if not release.state.ended or release != before.release(release.number):
            due = due_at(release, after, setting.policy, setting.now)
            tx.agenda.plan(release.number, after.id, _later(due, setting.now) if told else due)
    due = lane_due_at(after)
    tx.agenda.plan_lane(after.id, _later(due, setting.now) if told else due)


def _later(due: datetime | None, now: datetime) -> datetime | None:
    """Return when to look again: not at once, where a look has just changed nothing, or the clock would go round."""
    return due if due is None or due > now else now + AGAIN
