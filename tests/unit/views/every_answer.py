"""Every private answer of bot/views, each fed with hostile text; see every_view.py."""

from collections.abc import Mapping

from bot.core import refusals
from bot.core.build import BuildState
from bot.core.calendar import Change, Window
from bot.core.chain import Head
from bot.core.inputs import Account, Answer
from bot.core.lane import Hold, Judgement, Lock, Mark, Stop
from bot.core.policy import ApprovalRule, Mode, Permission
from bot.core.refusals import Reason, Refusal
from bot.core.release import Lifecycle
from bot.ports.slack import Message
from bot.views import anchor, announcement, answers, blocks, done, draft, freezes, mention, outsiders, personal
from bot.views import help as help_view
from bot.views.escape import mrkdwn
from bot.views.help import Entry as Form
from bot.views.help import Topic
from bot.views.refusals import refusal
from tests.unit.views import evil_values as values
from tests.unit.views.every_view import MESSAGES, Entry, a_draft
from tests.unit.views.evil import Evil
from tests.unit.views.evil_values import ELEVEN
from tests.unit.views.values import CARDS, NINE, PERMALINKS, TEN

_HEAD = Head(42, "0123456789abcdef" * 4)


def hold(evil: Evil) -> Hold:
    """Return a hold that somebody set for whatever reason."""
    return Hold(evil(), NINE, evil.maybe(evil()), evil.maybe(ELEVEN))


def lock(evil: Evil) -> Lock:
    """Return a lock of somebody's."""
    return Lock(evil(), evil(), evil(), NINE, ELEVEN)


def stop(evil: Evil) -> Stop:
    """Return that somebody has stopped everything."""
    return Stop(evil(), evil(), NINE)


def every_reason(evil: Evil) -> tuple[Reason, ...]:
    """Return every kind of reason there is, each with whatever names."""
    lane, label = values.lane_id(evil), evil()
    mark = Mark(1, Judgement.BAD, (NINE, 0, 0), evil(), evil.maybe(evil()), evil(), TEN)
    state, rules = evil.pick(list(Lifecycle)), (ApprovalRule((evil(), "sre"), 2),)
    holders = (evil(), "sre", "everyone")[: evil.pick((0, 1, 2, 3))]
    return (
        refusals.NotAnApprover(rules),
        refusals.OwnRelease(evil.pick(list(refusals.OwnWork))),
        refusals.AlreadyApproved(),
        refusals.NothingToWithdraw(),
        refusals.NoApprovalNeeded(),
        refusals.ChangedSince(),
        refusals.TooLate(state, evil.maybe(43)),
        refusals.NoReason(),
        refusals.MayNotCancel(),
        refusals.CannotStop(evil.pick(list(refusals.Unstoppable))),
        refusals.NotPermitted(evil.pick(list(Permission)), holders),
        refusals.NotDeployable(label, evil.pick(list(BuildState))),
        refusals.AlreadyOpen(43),
        refusals.AlreadyLive(label),
        refusals.NotInPolicy(lane),
        refusals.StillBlocked(),
        refusals.NotExpected(state),
        refusals.LaneIsObserved(lane),
        refusals.NeverLiveThere(label),
        refusals.NoFastPath(lane),
        refusals.BuildQuarantined(mark),
        refusals.NothingHeld(),
        refusals.HeldAlready(Hold(evil(), TEN, evil.maybe(evil()), evil.maybe(TEN))),
        refusals.NotLocked(),
        refusals.LockedBy(lock(evil)),
        refusals.AlreadyStopped(stop(evil)),
        refusals.NotStopped(),
        refusals.SameMode(evil.pick(list(Mode))),
        refusals.NobodyToAsk(lane),
        refusals.NotInThePast(TEN),
        refusals.NothingToOverride(),
        refusals.NothingToUndo(),
        refusals.NotFailed(state),
        refusals.NotQuarantined(label),
        refusals.MovedOn(label),
    )


def _refusal(evil: Evil) -> Message:
    found = every_reason(evil)
    account = refusals.AccountMayNotAct(evil.pick(list(Account)))
    first = evil.pick(range(len(found)))
    given = evil.pick(((*found[first : first + 5],), (found[first],), (account, found[first])))
    release = evil.maybe(values.release(evil))
    return refusal(Refusal(given), release, values.policy(evil), PERMALINKS, lane=evil.maybe(values.lane_id(evil)))


def _calling_nobody(evil: Evil) -> Message:
    shown = MESSAGES["status.why"](evil)
    assert isinstance(shown, Message)
    return mention.calling_nobody(shown, values.policy(evil))


def _nothing_to_do(evil: Evil) -> Message:
    act = evil.pick(("reject", "schedule", "hold", "rollback"))
    return answers.nothing_to_do(values.release(evil), act, values.policy(evil), PERMALINKS)


def _help(evil: Evil) -> Message:
    forms = [Form(f"word{number}", "word", "does", "More.", topic, "word") for number, topic in enumerate(Topic)]
    return help_view.help_message(forms, "/deploy", evil())


def _no_such_build(evil: Evil) -> Message:
    return answers.no_such_build(
        evil(), evil.maybe(evil()), evil.some(lambda: values.build(evil), 12), values.policy(evil)
    )


def _changed(evil: Evil) -> Message:
    policy = values.policy(evil)
    change = Change(policy.freezes[0], evil.pick((True, False)), TEN, Window(TEN, ELEVEN))
    return freezes.changed(change, policy)


def _remind_of_draft(evil: Evil) -> Message:
    link = evil.maybe(f"{CARDS}/p42")
    return draft.remind_of_draft(values.release(evil), a_draft(evil), link)


ANSWERS: Mapping[str, Entry] = {
    "anchor.line": lambda _: anchor.line(_HEAD),
    "anchor.root": lambda _: anchor.root(_HEAD, TEN, 1),
    "answers.already_handled": lambda evil: answers.already_handled(values.release(evil), PERMALINKS),
    "answers.approved": lambda evil: answers.approved(values.release(evil), values.policy(evil), PERMALINKS),
    "answers.cancelled": lambda evil: answers.cancelled(values.release(evil), PERMALINKS),
    "answers.copy_of_card": lambda _: answers.copy_of_card(),
    "answers.misunderstood": lambda evil: answers.misunderstood(mrkdwn(evil(), 300) or "?"),
    "answers.no_such_build": _no_such_build,
    "answers.no_such_release": lambda evil: answers.no_such_release(42, values.policy(evil)),
    "answers.nobody_by_that_name": lambda evil: answers.nobody_by_that_name(evil()),
    "answers.not_my_button": lambda _: answers.not_my_button(),
    "answers.not_settled": lambda evil: answers.not_settled(evil(), "it was settled before"),
    "answers.nothing_to_do": _nothing_to_do,
    "answers.opened": lambda evil: answers.opened(
        values.release(evil), values.policy(evil), PERMALINKS, done.read_in(evil())
    ),
    "answers.overtaken": lambda _: answers.overtaken(),
    "answers.shut_since": lambda _: answers.shut_since(),
    "answers.live_since": lambda _: answers.live_since(),
    "answers.declared_since": lambda _: answers.declared_since(),
    "answers.mode_since": lambda _: answers.mode_since(),
    "answers.failed_since": lambda evil: answers.failed_since(values.release(evil), values.policy(evil), PERMALINKS),
    "answers.reads_only": lambda _: answers.reads_only(),
    "answers.asked_to_stop": lambda evil: answers.asked_to_stop(values.release(evil), PERMALINKS),
    "answers.rejected": lambda evil: answers.rejected(values.release(evil), PERMALINKS),
    "answers.resolved": lambda evil: answers.resolved(values.release(evil), evil.pick(list(Answer)), PERMALINKS),
    "answers.set_aside": lambda evil: answers.set_aside(evil()),
    "answers.settled": lambda evil: answers.settled(evil(), evil.pick(list(Answer))),
    "answers.withdrawn": lambda evil: answers.withdrawn(values.release(evil), PERMALINKS),
    "blocks.listing": lambda evil: blocks.listing([mrkdwn(evil(), 300) or "?", blocks.Fact("X", mrkdwn(evil(), 99))]),
    "blocks.said": lambda evil: blocks.said(mrkdwn(evil(), 300) or "?", blocks.Fact("X", mrkdwn(evil(), 99))),
    "done.cleared": lambda evil: done.cleared(values.build(evil)),
    "done.declared": lambda evil: done.declared(values.lane_id(evil), evil()),
    "done.held": lambda evil: done.held(values.lane(evil), hold(evil), values.policy(evil)),
    "done.let_go": lambda _: done.let_go(),
    "done.locked": lambda evil: done.locked(
        values.lane_id(evil), lock(evil), values.policy(evil), usual=evil.pick((True, False))
    ),
    "done.marked_done": lambda evil: done.marked_done(values.release(evil), PERMALINKS),
    "done.never_went_before": lambda evil: done.never_went_before(values.lane_id(evil), values.policy(evil)),
    "done.no_such_commit": lambda evil: done.no_such_commit(evil(), evil()),
    "done.no_way_back": lambda evil: done.no_way_back(values.release(evil), values.policy(evil), PERMALINKS),
    "done.not_failed": lambda evil: done.not_failed(values.release(evil), PERMALINKS),
    "done.not_scheduled": lambda evil: done.not_scheduled(values.release(evil), PERMALINKS),
    "done.overridden": lambda evil: done.overridden(values.release(evil), PERMALINKS),
    "done.quarantined": lambda evil: done.quarantined(values.build(evil), values.policy(evil)),
    "done.resumed": lambda evil: done.resumed(values.lane_id(evil)),
    "done.retried": lambda evil: done.retried(values.release(evil), values.release(evil), PERMALINKS),
    "done.scheduled": lambda evil: done.scheduled(
        values.release(evil), ELEVEN, TEN, done.read_in(evil(), skipped=True), PERMALINKS
    ),
    "done.stopped": lambda evil: done.stopped(stop(evil), values.policy(evil)),
    "done.switched": lambda evil: done.switched(values.lane_id(evil), evil.pick(list(Mode)), evil.pick(list(Mode))),
    "done.undone": lambda evil: done.undone(values.release(evil), PERMALINKS),
    "done.unlocked": lambda evil: done.unlocked(values.lane_id(evil)),
    "draft.changed_since": lambda evil: draft.changed_since(values.release(evil), announcement.written(evil()), evil()),
    "draft.remind_of_draft": _remind_of_draft,
    "draft.too_late": lambda evil: draft.too_late(a_draft(evil), values.release(evil), values.policy(evil)),
    "freezes.changed": _changed,
    "freezes.freezes": lambda evil: freezes.freezes(values.policy(evil), TEN),
    "help.help_message": _help,
    "mention.acts_by_command": lambda evil: mention.acts_by_command(evil(), values.policy(evil)),
    "mention.calling_nobody": _calling_nobody,
    "mention.nothing_asked": lambda evil: mention.nothing_asked(values.policy(evil)),
    "outsiders.for_members": lambda evil: outsiders.for_members(evil.pick(list(Account))),
    "personal.muted_now": lambda evil: personal.muted_now(values.policy(evil)),
    "personal.unmuted_now": lambda _: personal.unmuted_now(),
    "refusals.refusal": _refusal,
}
