"""What the buttons of a card or of a failure stand for, with what their forms add; the rules decide.

A button means what stood on the card when it was shown. Where that is no longer so, whoever clicked is told so, and
where to go on.
"""

from datetime import datetime

from bot.core import meanwhile
from bot.core.inputs import (
    Actor,
    Answer,
    Approve,
    HoldLane,
    MarkDone,
    Reject,
    Request,
    Resolve,
    ResumeLane,
    Retry,
    Schedule,
    Undo,
)
from bot.core.policy import Kind
from bot.core.refusals import Refusal, TooLate
from bot.core.release import Lifecycle, Release
from bot.ports.cards import Handle
from bot.views import answers, done, refusals
from handlers import release_clerk
from handlers.acts import Click, Form
from handlers.asker import Asker
from handlers.lane_clerk import SHUT_SINCE
from handlers.outcomes import Told
from handlers.ways_back import LOOKED_AT, goes_back_to

ANSWERS = {
    "did_run": Answer.DID_RUN,
    "did_not_run": Answer.DID_NOT_RUN,
    "try_again": Answer.TRY_AGAIN,
    "abandon": Answer.ABANDON,
}


def pressed(handle: Handle, act: Click | Form, asker: Asker) -> Told:
    """Do what a button stands for."""
    release = asker.tx.lanes.release(handle.release) if handle.release is not None else None
    if release is None:
        return Told("not what the button stands for", answers.not_my_button(), None)
    match act, handle.act:
        case Form(), "hold":
            until = asker.setting.now + act.length if act.length is not None else None
            return _of_lane(HoldLane(asker.actor, act.reason, until), release, asker)
        case Click(), "resume":
            return _resume(release, asker)
        case Form(), "rollback":
            return _roll_back(release, act.reason, asker)
        case Click(), "now" if release.state is Lifecycle.OPEN and not _waits_for_a_time(release):
            return Told("not scheduled", done.not_scheduled(release, asker.links), None)
    given = _given(handle, act, asker.actor, asker.setting.now)
    if given is None:
        return Told("not what the button stands for", answers.not_my_button(), None)
    return release_clerk.decide(given, release, asker)


def _given(handle: Handle, act: Click | Form, by: Actor, now: datetime) -> release_clerk.OfOne | None:
    """Return what a button stands for, or None: above all, only the button Approve approves."""
    number, generation = handle.release, handle.generation
    if number is None:
        return None
    match act, handle.act:
        case Form(), "reject":
            return Reject(number, by, act.reason, generation)
        case Form(at=datetime() as at), "schedule":
            return Schedule(number, by, at, generation)
        case Form(), "mark_done":
            return MarkDone(number, by, act.reason)
        case Click(), "now":
            return Schedule(number, by, now, generation)
        case Click(), "approve":
            return Approve(number, by, generation)
        case Click(), "undo":
            return Undo(number, by, generation)
        case Click(), "retry":
            return Retry(number, by)
        case Click(), answer if answer in ANSWERS:
            return Resolve(number, by, ANSWERS[answer])
        case _:
            return None


def _waits_for_a_time(release: Release) -> bool:
    return release.scheduled_for is not None or release.waited_for is not None


def _of_lane(given: HoldLane | ResumeLane, release: Release, asker: Asker) -> Told:
    decided = asker.decide(release.lane, given)
    if isinstance(decided, Refusal):
        return _refused(decided, release, asker)
    return Told("done", None, None)


def _resume(release: Release, asker: Asker) -> Told:
    """End the hold, from a card that still shows it: that of a release which has ended is of another day."""
    if release.state is not Lifecycle.OPEN:
        late = Refusal((TooLate(release.state, release.superseded_by),))
        return Told("too late", refusals.refusal(late, release, asker.setting.policy, asker.links), None)
    lane = asker.tx.lanes.load(release.lane)
    if meanwhile.held(lane, asker.spoken):  # a click that waited is about the hold that stood then
        return SHUT_SINCE
    return _of_lane(ResumeLane(asker.actor), release, asker)


def _roll_back(release: Release, reason: str, asker: Asker) -> Told:
    """Go back to what the form has named, if that is still where it goes."""
    lane = asker.tx.lanes.load(release.lane, also=release.number)
    to = goes_back_to(release, lane, asker.tx.lanes.history(release.lane, LOOKED_AT))
    if to is None:
        return Told("nothing to go back to", done.no_way_back(release, asker.setting.policy, asker.links), None)
    decided = asker.decide(release.lane, Request(to, asker.actor, named=True, kind=Kind.ROLLBACK, reason=reason))
    if isinstance(decided, Refusal):
        return _refused(decided, release, asker)
    return Told("opened", None, None)


def _refused(refusal: Refusal, release: Release, asker: Asker) -> Told:
    return Told("refused", refusals.refusal(refusal, release, asker.setting.policy, asker.links), None)
