"""What people do to one release, by name or by button: the rules decide, and the person hears what came of it."""

from bot.core import meanwhile
from bot.core.approvals import account_reasons
from bot.core.inputs import (
    Approve,
    Cancel,
    MarkDone,
    Override,
    Reject,
    Resolve,
    Retry,
    Schedule,
    Undo,
    Withdraw,
)
from bot.core.lane import Lane
from bot.core.refusals import Refusal, TooLate
from bot.core.release import Lifecycle, Release, Surface
from bot.ports.slack import Message
from bot.views import answers, done, refusals
from handlers.asker import Asker
from handlers.outcomes import Told
from handlers.vocabulary import (
    ApproveWords,
    CancelWords,
    OfRelease,
    OverrideWords,
    RejectWords,
    RetryWords,
    ScheduleWords,
    WithdrawWords,
)

OfOne = Approve | Reject | Withdraw | Cancel | Undo | Schedule | Override | MarkDone | Resolve | Retry


def by_name(words: OfRelease, asker: Asker) -> Told:
    """Do what words ask of a release."""
    release = asker.tx.lanes.release(words.release)
    if release is None:
        return Told("no such release", answers.no_such_release(words.release, asker.setting.policy), None)
    if isinstance(words, CancelWords) and meanwhile.began(release, asker.spoken):
        late = Refusal((*account_reasons(asker.actor), TooLate(release.state)))
        said = refusals.refusal(late, release, asker.setting.policy, asker.links)
        return Told("too late", said, release.policy.channel)  # no rule has judged it, nor kept a record of it
    if isinstance(words, RetryWords) and meanwhile.failed_since(release, asker.spoken):
        said = answers.failed_since(release, asker.setting.policy, asker.links)
        return Told("failed since", said, release.policy.channel)
    read = asker.read(words.at) if isinstance(words, ScheduleWords) else ""
    return decide(_given(words, release, asker), release, asker, read)


def _given(words: OfRelease, release: Release, asker: Asker) -> OfOne:
    number, by = words.release, asker.actor
    match words:
        case ApproveWords():
            return Approve(number, by, meanwhile.generation(release, asker.spoken))
        case RejectWords():
            return Reject(number, by, words.reason)
        case WithdrawWords():
            return Withdraw(number, by)
        case CancelWords():
            return Cancel(number, by)
        case RetryWords():
            return Retry(number, by)
        case ScheduleWords():
            return Schedule(number, by, asker.moment(words.at))
        case OverrideWords():
            if meanwhile.had_failed(release, asker.spoken):  # to override is to mark as done, but only what people saw
                return MarkDone(number, by, words.reason)
            return Override(number, by, words.reason, meanwhile.generation(release, asker.spoken))


def decide(given: OfOne, release: Release, asker: Asker, read: str = "") -> Told:
    """Decide upon an act on a release; `read` tells how a local time was understood, or nothing."""
    decided = asker.decide(release.lane, given)
    channel = release.policy.channel
    if isinstance(decided, Refusal):
        return Told("refused", refusals.refusal(decided, release, asker.setting.policy, asker.links), channel)
    if given.by.surface in {Surface.BUTTON, Surface.MODAL}:
        return Told("done", None, channel)
    return Told("done", _done(given, release, decided.lane, asker, read), channel)


def _done(given: OfOne, before: Release, lane: Lane, asker: Asker, read: str) -> Message:
    release, links = lane.release(before.number) or before, asker.links
    match given:
        case Approve():
            return answers.approved(release, asker.setting.policy, links)
        case Reject():
            return answers.rejected(release, links)
        case Withdraw():
            return answers.withdrawn(release, links)
        case Cancel():
            under_way = release.state is Lifecycle.DEPLOYING
            return (answers.asked_to_stop if under_way else answers.cancelled)(release, links)
        case Resolve():
            return answers.resolved(release, given.answer, links)
        case _:
            return _done_by_rule(given, release, lane, asker, read)


def _done_by_rule(
    given: Undo | Schedule | Override | MarkDone | Retry, release: Release, lane: Lane, asker: Asker, read: str
) -> Message:
    links, now = asker.links, asker.setting.now
    match given:
        case Schedule(at=at):
            return done.scheduled(release, at, now, read, links)
        case Override():
            return done.overridden(release, links)
        case MarkDone():
            return done.marked_done(release, links)
        case Retry():
            return done.retried(release, lane.releases[-1], links)
        case Undo():
            return done.undone(release, links)
