"""Every public function of bot/views that people read something of, by name, each fed with hostile text.

What makes a message of a release is here; private answers are in every_answer.py, forms and homes in every_form.py,
and what only makes a piece of a sentence in every_piece.py. A test holds the tables against the modules.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.core.aftermath import MarkedDone, Overtaken, TriedAgain, WentBack
from bot.core.changelog import Span
from bot.core.effects import Happened, Happening
from bot.core.escalating import Called
from bot.core.inputs import Answer
from bot.core.personal import Concern, Ending, Theirs
from bot.core.policy import Person
from bot.core.release import Lifecycle
from bot.core.silence import Unreported
from bot.core.source import GithubSource
from bot.ports.drafts import Draft, DraftState
from bot.ports.letters import Letter, Undelivered
from bot.ports.slack import Message
from bot.views import (
    announcement,
    card,
    diff,
    draft,
    failure,
    history,
    letter,
    mainline,
    operations,
    personal,
    question,
    reminder,
    rolled_back,
    status,
    thread,
)
from bot.views.buttons import FAILURE_ACTS, NOTICE_ACTS
from bot.views.scene import Scene
from bot.views.unanswered import Waiting, remind_of_unanswered
from tests.unit.views import evil_values as values
from tests.unit.views.evil import Evil
from tests.unit.views.values import LINKS, NINE, PERMALINKS, TEN

Shown = Message | dict[str, Any] | None
Entry = Callable[[Evil], Shown]
"""Returns a message, or a view (a modal or a home) as Slack gets it; None where there is nothing to say."""

HANDLES = dict.fromkeys((*NOTICE_ACTS, *FAILURE_ACTS, "changes"), "h")
_ANSWERS = dict.fromkeys(("did_run", "did_not_run", "try_again", "abandon"), "h")
_DRAFTS = dict.fromkeys(("post_draft", "edit_draft", "discard_draft"), "h")
KINDS_OF_LETTER = ("announce", "notice", "deploy", "slack", "github")


def _notice(evil: Evil) -> Message:
    release = values.release(evil)
    lane = values.lane(evil, release)
    return card.notice(release, lane, values.scene(evil, values.span_of(release, lane)), HANDLES, 1)


def _failure(evil: Evil) -> Message:
    release = values.release(evil, Lifecycle.FAILED, Lifecycle.LIVE)
    came = evil.pick((None, MarkedDone(), TriedAgain(43), WentBack(43), Overtaken(evil(), 43), Overtaken(evil(), None)))
    lane = values.lane(evil, release)
    return failure.failure(release, lane, came, values.scene(evil, values.span_of(release, lane)), HANDLES, 1)


def _question(evil: Evil) -> Message:
    release, policy = values.release(evil), values.policy(evil)
    said = question.Said(evil(), evil.pick(list(Answer)), TEN)
    return question.question(release, policy, LINKS, _ANSWERS, PERMALINKS, 1, said=evil.maybe(said))


def _announce(evil: Evil) -> Message:
    release, before = values.release(evil, Lifecycle.LIVE), values.live(evil)
    scene = values.scene(evil, values.span_of(release, replace(values.lane(evil, release), live=before)))
    return announcement.announce(release, scene, evil.maybe(before), evil.maybe(before))


def a_draft(evil: Evil) -> Draft:
    """Return a draft in any state that somebody may have written anew."""
    state, by = evil.pick(list(DraftState)), evil.maybe(evil())
    return Draft(42, TEN, state, evil.maybe(evil()), evil.maybe(evil()), ended_at=evil.maybe(TEN), ended_by=by)


def _draft(evil: Evil) -> Message:
    release, policy = values.release(evil, Lifecycle.LIVE, Lifecycle.ROLLED_BACK), values.policy(evil)
    late = values.release(evil), evil.maybe(values.live(evil))
    post = announcement.written(evil(), *late) if evil.pick((True, False)) else _announce(evil)
    live = evil.pick((True, False))
    return draft.draft_card(a_draft(evil), release, post, policy, _DRAFTS, 1, live=live)


def _letter(evil: Evil) -> Message:
    what, answer = evil.pick(KINDS_OF_LETTER), evil.maybe(evil.pick(list(Answer)))
    one = Letter(7, "effect-12", 42, what, evil(), TEN, evil.maybe(TEN), answer, evil.maybe(evil()))
    return letter.letter_card(one, evil.maybe(values.release(evil)), values.policy(evil), _ANSWERS, PERMALINKS, 1)


def _unanswered(evil: Evil) -> Message:
    def one() -> Waiting:
        what = evil.pick(("question", *KINDS_OF_LETTER))
        open_one = Letter(7, "effect-12", 42, what, evil(), TEN, None, None, None)
        return Waiting(open_one, evil.maybe(values.release(evil)), evil.maybe(PERMALINKS[42]))

    return remind_of_unanswered(evil.some(one, 30), values.policy(evil))


def _undelivered(evil: Evil) -> Message:
    several = evil.some(lambda: Undelivered("card-3", evil.pick(KINDS_OF_LETTER), 42, "dead", TEN, None, evil()), 60)
    return letter.undelivered(several, PERMALINKS)


def _line(evil: Evil) -> Message | None:
    release, kind = values.release(evil), evil.pick(list(thread.LINES))
    happening = Happening(kind, 42, evil.maybe(evil()), evil(), evil.maybe(43), values.url(evil))
    return thread.line(happening, release, values.lane(evil, release), values.scene(evil))


def _loud(evil: Evil) -> Message:
    happening = Happening(evil.pick(list(Happened)), 42, evil.maybe(evil()), evil(), 43, values.url(evil))
    release, lane = evil.maybe(values.release(evil)), evil.maybe(values.lane_id(evil))
    policy = values.policy(evil)
    return operations.loud(happening, lane, release, policy, PERMALINKS, service=evil.maybe(evil()))


def _remind(evil: Evil) -> Message:
    release = values.release(evil, Lifecycle.OPEN)
    return reminder.remind(release, values.lane(evil, release), values.scene(evil))


def _called(evil: Evil, scene: Scene) -> Called:
    people = scene.policy.people[: evil.pick((0, 1, 9))]
    return Called(people, usergroup=evil.pick((True, False)), to_approve=evil.pick((True, False)))


def _escalated(evil: Evil) -> Message:
    release, scene = values.release(evil, Lifecycle.OPEN), values.scene(evil)
    lane, group = values.lane(evil, release), evil.pick((evil(), "sre", "qa"))
    return reminder.escalate(release, lane, group, _called(evil, scene), scene)


def _told_escalated(evil: Evil) -> Message:
    release, scene = values.release(evil, Lifecycle.OPEN), values.scene(evil)
    return reminder.tell_escalated(release, values.lane(evil, release), evil(), _called(evil, scene), scene)


def _rolled_back(evil: Evil) -> Message:
    release, other = values.release(evil, Lifecycle.LIVE), evil.maybe(values.release(evil, Lifecycle.ROLLED_BACK))
    spans = (Span(other.lane.service, other.build.sha, release.build.sha),) if other else ()
    return rolled_back.tell_rolled_back(release, other, values.lane(evil, release), values.scene(evil, *spans))


def _told(evil: Evil) -> Message:
    commits = evil.some(lambda: Theirs("1" * 40, evil()), 15)
    concern = Concern(Person("priya", "U0PRIYA"), commits)
    release, by = values.release(evil, Lifecycle.LIVE), evil.maybe(evil())
    ending, why, by_now = evil.pick(list(Ending)), evil.pick(("", evil())), evil.maybe(values.live(evil))
    return personal.tell_author(release, ending, concern, values.scene(evil), by=by, why=why, by_now=by_now)


def _broken(evil: Evil) -> Message:
    return mainline.broken(values.build(evil), values.policy(evil), LINKS)


def _mended(evil: Evil) -> Message:
    first = evil.maybe(values.build(evil))
    return mainline.mended(values.build(evil), first, values.policy(evil), LINKS)


def _silent(evil: Evil) -> Message:
    source = GithubSource("acme/payments", "main", (evil(),), checks=evil.some(evil, 7))
    service = replace(values.policy(evil).services[0], source=source)
    first = evil.pick((None, values.build(evil)))
    return mainline.silent(Unreported(values.build(evil), NINE, first), service, values.scene(evil))


def _status(evil: Evil) -> Message:
    return status.status((values.lane(evil, values.release(evil)), values.lane(evil)), values.scene(evil))


def _why(evil: Evil) -> Message:
    lanes = (values.lane(evil, values.release(evil)), values.lane(evil))
    newest = evil.pick((None, {}, {"payments": values.build(evil)}))
    return status.why(lanes, values.scene(evil), newest=newest)


def _list(evil: Evil) -> Message:
    several = evil.some(lambda: values.release(evil), 9)
    return status.open_list(several, values.policy(evil), PERMALINKS)


def _history(evil: Evil) -> Message:
    first, policy = values.release(evil), values.policy(evil)
    lane = values.lane(evil, first)
    several = tuple(replace(values.release(evil), lane=first.lane) for _ in range(3))
    return history.history((lane,), evil.pick(((), (first, *several))), values.scene(evil, under=policy), 50)


def _diff(evil: Evil) -> Message:
    release = values.release(evil)
    lane = values.lane(evil, *evil.pick(((release,), (release,) * 5, ())))
    scene = values.scene(evil, values.span_of(release, lane))
    return diff.diff((lane,), evil.maybe(values.build(evil)), scene)


MESSAGES: Mapping[str, Entry] = {
    "announcement.announce": _announce,
    "announcement.written": lambda evil: announcement.written(evil()),
    "card.notice": _notice,
    "diff.diff": _diff,
    "draft.draft_card": _draft,
    "failure.failure": _failure,
    "history.history": _history,
    "letter.letter_card": _letter,
    "letter.undelivered": _undelivered,
    "unanswered.remind_of_unanswered": _unanswered,
    "mainline.broken": _broken,
    "mainline.mended": _mended,
    "mainline.silent": _silent,
    "operations.loud": _loud,
    "personal.tell_author": _told,
    "question.question": _question,
    "reminder.escalate": _escalated,
    "reminder.remind": _remind,
    "reminder.tell_escalated": _told_escalated,
    "rolled_back.tell_rolled_back": _rolled_back,
    "status.open_list": _list,
    "status.status": _status,
    "status.why": _why,
    "thread.line": _line,
}
