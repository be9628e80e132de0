"""Why an act on a lane, on the whole installation or on a build was refused."""

from typing import assert_never

from bot.core.build import BuildState
from bot.core.policy import Permission
from bot.core.refusals import (
    AlreadyLive,
    AlreadyOpen,
    AlreadyStopped,
    BuildQuarantined,
    HeldAlready,
    LaneIsObserved,
    LockedBy,
    NeverLiveThere,
    NobodyToAsk,
    NoFastPath,
    NotDeployable,
    NothingHeld,
    NotInPolicy,
    NotLocked,
    NotQuarantined,
    NotStopped,
    SameMode,
)
from bot.views.barriers import held, locked, stopped
from bot.views.case import Case
from bot.views.escape import date
from bot.views.holders import holders
from bot.views.limits import few
from bot.views.naming import lane_label, lane_words, named, word
from bot.views.people import person
from bot.views.sayings import said_why

AboutHold = NothingHeld | HeldAlready | NotLocked | LockedBy
AboutLane = AlreadyStopped | NotStopped | SameMode | NobodyToAsk | LaneIsObserved | NotInPolicy
AboutBuild = NotDeployable | AlreadyOpen | AlreadyLive | NeverLiveThere | NoFastPath | BuildQuarantined | NotQuarantined


def about_hold(reason: AboutHold, case: Case) -> str:
    """Return what somebody keeps a lane from, or does not."""
    match reason:
        case NothingHeld():
            return f"It is not held, so there is nothing to resume. {case.why}"
        case HeldAlready():
            return _held_already(reason, case)
        case NotLocked():
            return f"Nobody has it for themselves, so there is nothing to unlock. {case.why}"
        case LockedBy():
            return _locked_by(reason, case)
    assert_never(reason)


def about_lane(reason: AboutLane, case: Case) -> str:
    """Return why a lane, or everything, is not in a state for that."""
    match reason:
        case AlreadyStopped():
            go = case.typed("go-all")
            return f"{stopped(reason.stop, case.policy)} Once is enough; {go} lets it go on."
        case NotStopped():
            return f"Nothing is stopped, so there is nothing to let go on. {case.typed('status')} shows what waits."
        case SameMode():
            return f"Its mode is {reason.mode.value} already. {case.typed(f'status {case.place}')} shows it."
        case NobodyToAsk():
            hold = case.typed(f"hold {lane_words(reason.lane)} REASON")
            return (
                f"The policy names nobody who approves releases of {lane_label(reason.lane)}, so they would still ship "
                f"by themselves. {hold} keeps them back; people decide once the policy file has `approvals` for it."
            )
        case LaneIsObserved():
            mode = case.typed(f"mode {lane_words(reason.lane)} delivery REASON")
            return (
                f"Signoff only observes {lane_label(reason.lane)}: its pipeline deploys there by itself. Where the "
                f"policy file says how to deploy, {mode} changes that (by {holders(Permission.MODE, case.policy)})."
            )
        case NotInPolicy():
            lanes = few([lane_words(one.lane) for one in case.policy.lanes()], 20)
            return f"The policy does not name {lane_label(reason.lane)}. It names: {lanes or 'nothing yet'}."
    assert_never(reason)


def _held_already(reason: HeldAlready, case: Case) -> str:
    where = held(reason.hold, case.lane, case.policy) if case.lane else "It is held already."
    end = f"end it first with {case.typed(f'resume {case.place}')}; what waits may start then."
    if reason.hold.by is None:
        return f"{where} That has no end, and yours would have one: please hold it without a time, or {end}"
    return f"{where} Yours would take the place of theirs: please ask them, or {end}"


def _locked_by(reason: LockedBy, case: Case) -> str:
    where = (
        locked(reason.lock, case.lane, case.policy)
        if case.lane
        else f"{person(reason.lock.owner, case.policy)} has it."
    )
    return f"{where} Please ask them, or end their lock first with {case.typed(f'unlock {case.place}')}."


def about_build(reason: AboutBuild, case: Case) -> str:
    """Return why a build cannot go there."""
    match reason:
        case NotDeployable():
            broken = reason.state is BuildState.BROKEN
            bad = "its pipelines did not all succeed. Please have them run again, or name another build."
            early = "its pipelines still run. Please wait for them or name another build."
            return f"Build {word(reason.label)} cannot be deployed: {bad if broken else early}"
        case AlreadyOpen():
            return f"This build has an open release there already: {named(reason.release, case.permalinks)}."
        case AlreadyLive():
            return f"{word(reason.label)} is live there already. To deploy it once more, name its version."
        case NeverLiveThere():
            return (
                f"{word(reason.label)} was never live there, and a rollback goes only to what was. "
                f"To deploy it all the same, ask for a release: {_request(case)}."
            )
        case NoFastPath():
            return (
                f"The policy has no fast path for {lane_label(reason.lane)}: ask for a release instead, with "
                f"{_request(case)}, or have a `hotfix` written for it."
            )
        case BuildQuarantined():
            return _quarantined(reason, case)
        case NotQuarantined():
            label = word(reason.label)
            return f"Build {label} is not in quarantine, nor is any that it contains: there is none to lift."
    assert_never(reason)


def _request(case: Case) -> str:
    lane = case.lane
    return case.typed(f"{word(lane.service)} VERSION to {word(lane.environment)}" if lane else "SERVICE VERSION to ENV")


def _quarantined(reason: BuildQuarantined, case: Case) -> str:
    mark = reason.mark
    who = person(mark.by, case.policy) if mark.by else "Signoff"
    service = word(case.lane.service) if case.lane else "SERVICE"
    clear = case.typed(f"release-quarantine {service} VERSION REASON")
    return (
        f"Build {word(mark.label)} is in quarantine, and every build that contains it: {who} put it there "
        f"{date(mark.at)}{said_why(mark.reason)}. A build that is well again can be confirmed with {clear} "
        f"(by {holders(Permission.QUARANTINE, case.policy)})."
    )
