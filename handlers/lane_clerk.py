"""Words about a lane, a build or everything: what they ask of the rules, and what is answered."""

import re
from datetime import datetime, timedelta
from typing import assert_never

from bot.core import meanwhile
from bot.core.build import Build
from bot.core.effects import Happened
from bot.core.inputs import DeclareLive, HoldLane, LockLane, ResumeLane, SwitchMode, UnlockLane
from bot.core.lane import Lane
from bot.core.policy import LaneId
from bot.core.refusals import Refusal
from bot.ports.slack import Message
from bot.submit_service import clear, go_all, quarantine, stop_all
from bot.views import answers, done
from handlers.asker import Asker
from handlers.outcomes import Told
from handlers.vocabulary import (
    ClearWords,
    GoAllWords,
    HoldWords,
    LiveWords,
    LockWords,
    ModeWords,
    OfAll,
    OfLane,
    QuarantineWords,
    ResumeWords,
    StopAllWords,
    UnlockWords,
)

USUAL_LOCK = timedelta(hours=1)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
SHUT_SINCE = Told("shut since", answers.shut_since(), None)
_ROWS = 1_000
"""Rows of the audit that are looked through at once, the newest first."""
_ToLane = HoldLane | ResumeLane | LockLane | UnlockLane | SwitchMode


def about_lane(words: OfLane, asker: Asker) -> Told:
    """Do what words ask of a lane."""
    lane = LaneId(words.service, words.environment)
    known = asker.tx.lanes.load(lane)
    if isinstance(words, LiveWords):
        if meanwhile.landed(known, asker.spoken):
            return Told("live has changed", answers.declared_since(), None)
        return _declare(words, lane, asker)
    ships_more = isinstance(words, ModeWords) and meanwhile.ships_more(known, words.mode, asker.setting.policy)
    if ships_more and _switched_since(lane, asker):
        return Told("mode has changed", answers.mode_since(), None)
    if _opens_what_was_shut_since(words, known, asker):
        return SHUT_SINCE
    given = _given(words, asker)
    decided = asker.decide(lane, given)
    if isinstance(decided, Refusal):
        return asker.refused(decided, lane)
    return Told("done", _answer(words, given, decided.lane, asker), None)


def _opens_what_was_shut_since(words: OfLane, lane: Lane, asker: Asker) -> bool:
    """Whether words that waited to be decided would end a hold or a lock that was set, or set anew, after them."""
    match words:
        case ResumeWords():
            return meanwhile.held(lane, asker.spoken)
        case UnlockWords():
            return meanwhile.locked(lane, asker.spoken)
        case _:
            return False


def _switched_since(lane: LaneId, asker: Asker) -> bool:
    """Whether the lane's mode was switched after this was said: the audit tells of a switch back to the file's, too."""
    audit, said_at = asker.tx.audit, asker.said_at
    last = audit.head().seq
    while last > 0:
        after = max(last - _ROWS, 0)
        since = audit.first_since(said_at, after, last - after)
        if since is None:
            return False
        for row in audit.page(since - 1, last - since + 1).rows:
            switched = (row.action, row.lane) == (Happened.MODE_SWITCHED.value, str(lane))
            if switched and asker.spoken.before(datetime.fromisoformat(row.at)):
                return True
        last = after if since == after + 1 else 0
    return False


def _given(words: HoldWords | ResumeWords | LockWords | UnlockWords | ModeWords, asker: Asker) -> _ToLane:
    now, by = asker.setting.now, asker.actor
    match words:
        case HoldWords():
            return HoldLane(by, words.reason, now + words.length if words.length else None)
        case ResumeWords():
            return ResumeLane(by)
        case LockWords():
            return LockLane(by, words.reason, now + (words.length or USUAL_LOCK))
        case UnlockWords():
            return UnlockLane(by)
        case ModeWords():
            return SwitchMode(by, words.mode, words.reason)
    assert_never(words)


def _answer(words: OfLane, given: _ToLane, lane: Lane, asker: Asker) -> Message:
    policy = asker.setting.policy
    match given:
        case HoldLane() if lane.hold is not None:
            return done.held(lane, lane.hold, policy)
        case LockLane() if lane.lock is not None:
            usual = isinstance(words, LockWords) and words.length is None
            return done.locked(lane.id, lane.lock, policy, usual=usual)
        case SwitchMode():
            written = policy.lane(lane.id)
            return done.switched(lane.id, given.mode, written.mode if written else given.mode)
        case UnlockLane():
            return done.unlocked(lane.id)
        case _:
            return done.resumed(lane.id)


def _declare(words: LiveWords, lane: LaneId, asker: Asker) -> Told:
    builds = asker.tx.builds.named(words.service, words.version)
    commit = words.version.lower()
    if len(builds) == 1:
        build = builds[0]
        given = DeclareLive(asker.actor, build.sha, build.version, words.reason, build)
    elif builds:
        return Told(
            "no such build", answers.no_such_build(words.service, words.version, builds, asker.setting.policy), None
        )
    elif _COMMIT.fullmatch(commit):
        given = DeclareLive(asker.actor, commit, commit[:12], words.reason)
    else:
        return Told("no such build", done.no_such_commit(words.service, words.version), None)
    decided = asker.decide(lane, given)
    if isinstance(decided, Refusal):
        return asker.refused(decided, lane)
    return Told("done", done.declared(lane, given.version), None)


def about_all(words: OfAll, asker: Asker) -> Told:
    """Do what words ask of a build or of everything."""
    tx, by, setting = asker.tx, asker.actor, asker.setting
    match words:
        case StopAllWords(reason):
            stopped = stop_all(tx, by, reason, setting)
            if isinstance(stopped, Refusal):
                return asker.refused(stopped)
            return Told("done", done.stopped(stopped, setting.policy), None)
        case GoAllWords():
            if meanwhile.stopped(tx.gates.stop(), asker.spoken):
                return SHUT_SINCE
            let_go = go_all(tx, by, setting)
            return asker.refused(let_go) if isinstance(let_go, Refusal) else Told("done", done.let_go(), None)
        case QuarantineWords() | ClearWords():
            builds = tx.builds.named(words.service, words.version)
            if len(builds) != 1:
                return Told(
                    "no such build",
                    answers.no_such_build(words.service, words.version, builds, asker.setting.policy),
                    None,
                )
            return _mark(words, builds[0], asker)
    assert_never(words)


def _mark(words: QuarantineWords | ClearWords, build: Build, asker: Asker) -> Told:
    marks = asker.tx.gates.marks(build.service)
    if isinstance(words, ClearWords) and meanwhile.condemned(marks, build.position, asker.spoken):
        return SHUT_SINCE
    mark = quarantine if isinstance(words, QuarantineWords) else clear
    marked = mark(asker.tx, build, asker.actor, words.reason, asker.setting)
    if isinstance(marked, Refusal):
        return asker.refused(marked)
    if isinstance(words, QuarantineWords):
        return Told("done", done.quarantined(build, asker.setting.policy), None)
    return Told("done", done.cleared(build), None)
