"""One input, one transaction: load, decide, save, enqueue, audit. Synchronous, runs on the database's own thread."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from bot.core.build import Build, BuildState, PipelineReport, assess
from bot.core.chain import Head
from bot.core.decide import Decision, Fresh, decide
from bot.core.due import due_at
from bot.core.effects import (
    Announce,
    AskWhetherItRan,
    Effect,
    Happened,
    Happening,
    ResendDeployment,
    StartDeployment,
    TellFailure,
)
from bot.core.inputs import (
    Actor,
    Adopt,
    Approve,
    BuildChanged,
    Cancel,
    FoundLive,
    Input,
    Reject,
    Request,
    Resolve,
    TimePassed,
    Withdraw,
)
from bot.core.lane import Lane
from bot.core.policy import LaneId, Policy, ServicePolicy
from bot.core.refusals import Refusal
from bot.core.release import Release
from bot.ports.letters import Undelivered
from bot.ports.store import AuditEntry, CardKind, EffectKind, EffectState, NewEffect, Transaction

ByPeople = Approve | Reject | Withdraw | Cancel | Resolve | Request
HAPPENING: TypeAdapter[Happening] = TypeAdapter(Happening)
"""How a happening is kept until its line stands in the thread."""
HEAD: TypeAdapter[Head] = TypeAdapter(Head)
"""How a head is kept until it is noted."""
ANCHORED = (Happened.LIVE, Happened.FAILED)
"""After these, at the latest, whoever cuts the end of the chain off is found out."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What deciding needs from outside besides the input: today's policy, the present, a source of key suffixes."""

    policy: Policy
    now: datetime
    suffix: Callable[[], str]


def submit(tx: Transaction, lane: LaneId, given: Input, setting: Setting) -> Decision | Refusal:
    """Decide upon one input and write down everything that follows from it, all or nothing."""
    before = tx.lanes.load(lane, also=getattr(given, "release", None))
    fresh = Fresh(tx.lanes.next_number(), setting.suffix())
    decided = decide(before, given, setting.policy, fresh, setting.now)
    if isinstance(decided, Refusal):
        if isinstance(given, ByPeople):
            _record_refusal(tx, lane, given, decided, setting)
        return decided
    tx.lanes.save(before, decided.lane)
    for effect in decided.effects:
        _enqueue(tx, effect, decided.lane, setting)
    if isinstance(given, Resolve):
        tx.letters.settle(f"question-{given.release}", setting.now, given.answer, given.by.person.id)
    tx.effects.cancel_ready(_in_turn(lane), _deploys(decided))
    for index, happening in enumerate(decided.happenings):
        _record(tx, lane, happening, given, setting)
        if happening.release is not None and not happening.again:
            tx.effects.enqueue(_line(happening, index, setting.now), setting.now)
    _show(tx, before, decided.lane, setting.now)
    _plan(tx, before, decided.lane, given, setting.policy)
    if any(happening.kind in ANCHORED for happening in decided.happenings):
        anchor(tx, setting)
    return decided


def anchor(tx: Transaction, setting: Setting) -> None:
    """Have the head of the audit chain noted outside: in the log and the operations channel. Each head at most once."""
    head = tx.audit.head()
    if head.seq == 0:
        return
    key = f"anchor:{head.seq}"
    tx.effects.enqueue(NewEffect(key, EffectKind.ANCHOR, "anchor", None, HEAD.dump_json(head).decode()), setting.now)


def take_reports(
    tx: Transaction, service: ServicePolicy, reports: Iterable[PipelineReport], setting: Setting
) -> tuple[Build, ...]:
    """Apply what pipelines reported and let the service's lanes decide; returns the builds that changed.

    All reports are stored before any lane decides, so that after a gap only the newest build opens by itself.
    """
    changed = _store_reports(tx, service, reports)
    _tell_lanes(tx, service, changed, setting)
    return tuple(build for build, _ in changed)


def adopt(
    tx: Transaction,
    service: ServicePolicy,
    reports: Iterable[PipelineReport],
    live: Mapping[LaneId, FoundLive | None],
    setting: Setting,
) -> None:
    """See a service's lanes for the first time: what is live, and which builds are old and never open by themselves."""
    changed = _store_reports(tx, service, reports)
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
        build = assess(reports_of_it, service.source.workflows, service.version_from, known, service.tag_glob)
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


def deploy_key(release: Release) -> str:
    """Return the key of the effect that deploys what a release ships now."""
    return f"deploy:{release.name}:{release.generation}"


def question_name(release: Release) -> str:
    """Return under which name it is kept who answered whether the deploy of a release ran."""
    return f"question-{release.number}"


def _enqueue(tx: Transaction, effect: Effect, lane: Lane, setting: Setting) -> None:
    release = lane.release(effect.release)
    if release is None:
        raise LookupError(f"an effect of R-{effect.release}, which is not in {lane.id}")
    match effect:
        case StartDeployment():
            new = NewEffect(deploy_key(release), EffectKind.DEPLOY, _in_turn(lane.id), release.number, "{}")
            tx.effects.enqueue(new, setting.now)
        case ResendDeployment():
            tx.effects.resume(deploy_key(release), EffectState.READY, setting.now)
        case Announce():
            _tell(tx, EffectKind.ANNOUNCE, release, setting.now)
        case TellFailure():
            _tell(tx, EffectKind.TELL_FAILURE, release, setting.now)
        case AskWhetherItRan():
            channel = setting.policy.operations or release.policy.channel
            asked = Undelivered(question_name(release), "question", release.number, "unknown", setting.now, None, "")
            tx.letters.open(asked, setting.now)
            tx.cards.want(CardKind.QUESTION, release.number, channel, setting.now)


def _in_turn(lane: LaneId) -> str:
    """Return the lane of effects in which the deploys of a lane go one at a time."""
    return f"deploy:{lane}"


def _deploys(decided: Decision) -> tuple[str, ...]:
    """Return the keys of the deploys that are under way or next: whatever else waits in the lane is no longer due."""
    starts = [decided.lane.release(one.release) for one in decided.effects if isinstance(one, StartDeployment)]
    return tuple(deploy_key(release) for release in (*starts, decided.lane.in_flight) if release is not None)


def _tell(tx: Transaction, kind: EffectKind, release: Release, now: datetime) -> None:
    key = f"{kind.value}:{release.name}"
    tx.effects.enqueue(NewEffect(key, kind, key, release.number, "{}"), now)


def _line(happening: Happening, index: int, now: datetime) -> NewEffect:
    key = f"log:R-{happening.release}:{now.isoformat()}:{index}:{happening.kind.value}:{happening.by or ''}"
    body = HAPPENING.dump_json(happening).decode()
    return NewEffect(key, EffectKind.LOG, f"thread:R-{happening.release}", happening.release, body)


def _show(tx: Transaction, before: Lane, after: Lane, now: datetime) -> None:
    """Ask for the cards that this may have changed: those of changed releases, and of all that wait in the lane."""
    for release in after.releases:
        old = before.release(release.number)
        if release == old and (release.state.ended or before == after):
            continue
        tx.cards.want(CardKind.NOTICE, release.number, release.policy.channel, now)
        if release == old:
            continue
        question = tx.cards.of(CardKind.QUESTION, release.number)
        if question is not None:
            tx.cards.want(CardKind.QUESTION, release.number, question.channel, now)
        if release.state.ended:
            tx.effects.resume(deploy_key(release), EffectState.CANCELLED, now)


def _plan(tx: Transaction, before: Lane, after: Lane, given: Input, policy: Policy) -> None:
    """Note when time has something to say of each release that changed; of all when a lane is looked at anew."""
    for release in after.releases:
        if isinstance(given, TimePassed) or release != before.release(release.number):
            tx.agenda.plan(release.number, after.id, due_at(release, policy))


def _record(tx: Transaction, lane: LaneId, happening: Happening, given: Input, setting: Setting) -> None:
    actor = given.by if isinstance(given, ByPeople) and happening.by == given.by.person.id else None
    data: dict[str, str | int | None] = {"detail": happening.detail}
    if happening.other is not None:
        data["other"] = happening.other
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action=happening.kind.value,
            actor=happening.by,
            surface=actor.surface.value if actor else None,
            lane=str(lane),
            release=happening.release,
            policy_hash=setting.policy.hash,
            data=data | _identity(actor),
        )
    )


def _record_refusal(tx: Transaction, lane: LaneId, given: ByPeople, refusal: Refusal, setting: Setting) -> None:
    reasons = ", ".join(type(reason).__name__ for reason in refusal.reasons)
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action="refused",
            actor=given.by.person.id,
            surface=given.by.surface.value,
            lane=str(lane),
            release=getattr(given, "release", None),
            policy_hash=setting.policy.hash,
            data={"act": type(given).__name__, "reasons": reasons} | _identity(given.by),
        )
    )


def turn_away(tx: Transaction, act: str, by: Actor | None, why: str, setting: Setting) -> None:
    """Record an act that reached no lane: a button that is not ours, words that name nothing, a person nobody knows."""
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action="refused",
            actor=by.person.id if by else None,
            surface=by.surface.value if by else None,
            lane=None,
            release=None,
            policy_hash=setting.policy.hash,
            data={"act": act, "reasons": why} | _identity(by),
        )
    )


def _identity(actor: Actor | None) -> dict[str, str | int | None]:
    if actor is None:
        return {}
    return {"slack": actor.person.slack, "host_user": actor.host_user, "saw": actor.saw}
