"""The chapters of the book about what follows a release: failures, questions, announcements, direct messages."""

from dataclasses import replace
from datetime import timedelta

from bot.core.aftermath import Aftermath, MarkedDone, Overtaken, TriedAgain, WentBack
from bot.core.build import RunStatus
from bot.core.escalating import Called
from bot.core.inputs import Answer
from bot.core.lane import Around, Hold, Lane, Live
from bot.core.personal import Concern, Ending, Theirs
from bot.core.policy import Kind, Person
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Release
from bot.core.silence import Unreported
from bot.core.speaking import Announcement
from bot.ports.drafts import Draft, DraftState
from bot.ports.letters import Letter, Undelivered
from bot.ports.slack import Message
from bot.views import announcement, draft, failure, letter, mainline, personal, question, reminder, rolled_back
from bot.views.announcement import announce
from bot.views.mention import calling_nobody
from bot.views.unanswered import Waiting, remind_of_unanswered
from tests.unit.views import book_world as world
from tests.unit.views.book import Chapter, Example
from tests.unit.views.book_cards import HANDLES
from tests.unit.views.book_world import (
    BAD,
    LINKS,
    LIVE,
    MORNING,
    NOON,
    NOW,
    PERMALINKS,
    POLICY,
    a_policy,
    build,
    check,
    deploying,
    ended,
    lane,
    release,
    scene,
    yes,
)

_NEWER = Live(world.sha("8d3a7c1"), "119", NOW)
_FAILED = ended(Lifecycle.FAILED, reason="The job ended with failure: container did not start")
_NORA = Person("nora", "U0NORA")
_THEIRS = (Theirs(world.sha("5d1e0aa"), "Refund orders"), Theirs(world.sha("6e2f1bb"), "Test refunds"))


def _asking() -> list[Example]:
    one = release(approvals=(yes("priya", "qa"),))
    people = tuple(person for person in POLICY.people if person.id in {"sam", "alex"})
    helps, pushes = Called(people, usergroup=True, to_approve=True), Called(people, usergroup=False, to_approve=False)
    return [
        Example("An approval has been missing for two hours", reminder.remind(one, lane(one), scene())),
        Example(
            "It is missing for long, and a second group is called",
            reminder.escalate(one, lane(one), "sre", helps, scene()),
        ),
        Example("The same, to people who cannot approve it", reminder.escalate(one, lane(one), "sre", pushes, scene())),
        Example("The same, as a direct message", reminder.tell_escalated(one, lane(one), "sre", helps, scene())),
    ]


def _failures() -> list[Example]:
    def told(came: Aftermath | None = None, one: Release = _FAILED, there: Lane | None = None) -> Message:
        return failure.failure(one, there or lane(one), came, scene(), HANDLES, 1)

    unwell = replace(_FAILED, health=Health(NOON), reason="it was not healthy within 5 min: status 500")
    old = replace(_FAILED, deployment=Deployment(DeployStatus.FAILED, NOW - timedelta(hours=3), ref="9", url=world.JOB))
    return [
        Example("A deploy failed", told()),
        Example("A verification failed", told(one=unwell)),
        Example("It failed long after it began, so something else may be the cause", told(one=old)),
        Example("Somebody tries again", told(TriedAgain(44))),
        Example("Somebody goes back", told(WentBack(45))),
        Example("Somebody marked it as done", told(MarkedDone())),
        Example("Something else has become live", told(Overtaken("119 (4b5c6d7)", 46))),
    ]


def _rolled_back() -> list[Example]:
    back = ended(Lifecycle.LIVE, kind=Kind.ROLLBACK, build=world.OLDER, requested_by="sam", why="it charges twice")
    back = replace(back, number=45)
    out = ended(Lifecycle.ROLLED_BACK)
    held = lane(hold=Hold("R-45 rolled it back", NOW), around=Around(marks=(BAD,)))
    return [
        Example(
            "A rollback is live, and its authors are told personally",
            calling_nobody(rolled_back.tell_rolled_back(back, out, held, scene()), world.POLICY),
        ),
        Example(
            "A rollback is live where nobody is told personally", rolled_back.tell_rolled_back(back, out, held, scene())
        ),
        Example("What was taken out was no release of ours", rolled_back.tell_rolled_back(back, None, lane(), scene())),
    ]


def _announcements() -> list[Example]:
    live = ended(Lifecycle.LIVE)
    words = "{service} {version} is out.\n{changes}\nThanks to {authors}!"
    template = a_policy(replace(world.IN_PRODUCTION, announcement=Announcement(words)))
    return [
        Example("In our own words", announce(live, scene(), LIVE)),
        Example("Nothing is known of the changes", announce(live, scene(), None)),
        Example("In the words of the service's template", announce(live, scene(template), LIVE)),
        Example("Told late: something newer is live", announce(live, scene(), LIVE, _NEWER)),
        Example("As somebody wrote it", announcement.written("Refunds are here!\nYou find them on the order page.")),
    ]


def _drafts() -> list[Example]:
    live, post = ended(Lifecycle.LIVE), announce(ended(Lifecycle.LIVE), scene(), LIVE)
    buttons = dict.fromkeys(("post_draft", "edit_draft", "discard_draft"), "h")
    waits = Draft(42, NOW)

    def shown(one: Draft, *, is_live: bool = True) -> Message:
        return draft.draft_card(one, live, post, POLICY, buttons, 1, live=is_live)

    posted = replace(waits, state=DraftState.POSTED, ended_at=NOW, ended_by="priya")
    discarded = replace(posted, state=DraftState.DISCARDED)
    dropped = replace(posted, state=DraftState.DROPPED, ended_by=None)
    gone = ended(Lifecycle.ROLLED_BACK)
    return [
        Example("Somebody is to read it first", shown(waits), DraftState.OPEN),
        Example("What Edit opens", draft.edit_form(live, post, POLICY, "h")),
        Example("Nobody has posted it for a while", draft.remind_of_draft(live, waits, PERMALINKS[42])),
        Example("It was posted", shown(posted), DraftState.POSTED),
        Example("It was discarded", shown(discarded), DraftState.DISCARDED),
        Example("Nobody posted it in time", shown(dropped), DraftState.DROPPED),
        Example("What it announces was rolled back, or something newer is live", shown(waits, is_live=False)),
        Example(
            "Somebody else has edited it since",
            draft.changed_since(live, announcement.written("Refunds are here!"), "Refunds, at last!"),
        ),
        Example("A click came too late: it was posted before", draft.too_late(posted, live, POLICY)),
        Example("A click came too late: it is no longer live", draft.too_late(waits, gone, POLICY)),
    ]


def _direct() -> list[Example]:
    def told(
        ending: Ending, one: Release, theirs: tuple[Theirs, ...] = _THEIRS, by: str = "", why: str = ""
    ) -> Message:
        return personal.tell_author(one, ending, Concern(_NORA, theirs), scene(), by=by, why=why)

    yours = Concern(_NORA, _THEIRS)
    late = personal.tell_author(ended(Lifecycle.LIVE), Ending.LIVE, yours, scene(), by_now=_NEWER)
    rejected = ended(Lifecycle.REJECTED)
    back = ended(Lifecycle.ROLLED_BACK)
    return [
        Example("Your changes are live", told(Ending.LIVE, ended(Lifecycle.LIVE)), Ending.LIVE),
        Example("Your changes became live, but something newer is live before you hear of it", late),
        Example("What you asked for is live", told(Ending.LIVE, ended(Lifecycle.LIVE), ())),
        Example(
            "Your change was rejected",
            told(Ending.REJECTED, rejected, _THEIRS[:1], by="priya", why="the migration locks the orders table"),
            Ending.REJECTED,
        ),
        Example(
            "Your change was rolled back",
            told(Ending.ROLLED_BACK, back, _THEIRS[:1], by="sam", why="it charges twice"),
            Ending.ROLLED_BACK,
        ),
        Example("You clicked Mute", personal.muted_now(POLICY)),
        Example("You clicked Unmute", personal.unmuted_now()),
    ]


def _line() -> list[Example]:
    bad = build(
        sha=world.sha("4b5c6d7"),
        version="119",
        title="Speed the search up",
        authors=(world.OMAR,),
        checks=(check(status=RunStatus.FAILED),),
    )
    shop, hangs = POLICY.services[0], build(version="120", checks=(check(status=RunStatus.RUNNING),))
    return [
        Example("The main branch can no longer be deployed", mainline.broken(bad, POLICY, LINKS)),
        Example("It can be deployed again", mainline.mended(build(version="120"), bad, POLICY, LINKS)),
        Example("Its newest build waits for its pipelines", mainline.silent(Unreported(hangs, MORNING), shop, scene())),
        Example("So do builds before it", mainline.silent(Unreported(hangs, MORNING, bad), shop, scene())),
    ]


def _questions() -> list[Example]:
    buttons = dict.fromkeys(("did_run", "did_not_run", "try_again", "abandon"), "h")
    lost, live = deploying(DeployStatus.UNKNOWN), ended(Lifecycle.LIVE)

    def asked(one: Release, said: question.Said | None = None) -> Message:
        return question.question(one, POLICY, LINKS, buttons, PERMALINKS, 1, said=said)

    answered = question.Said("sam", Answer.DID_RUN, NOW)
    letters = [
        Letter(7, "effect-12", 42, "announce", "Slack answers is_archived", NOON, None, None, None),
        Letter(7, "effect-12", 42, "announce", "Slack answers is_archived", NOON, NOW, Answer.TRY_AGAIN, "sam"),
        Letter(7, "effect-12", 42, "announce", "Slack answers is_archived", NOON, NOW, None, None),
    ]
    left = [
        Undelivered("effect-12", "announce", 42, "dead", NOON, None, "Slack answers is_archived"),
        Undelivered("inbox-7", "github", None, "waiting", NOON, NOW, "GitHub answers 503"),
    ]

    question_42 = Letter(6, "question-42", 42, "question", "", NOON, None, None, None)
    waiting = [Waiting(question_42, lost, PERMALINKS[42]), Waiting(letters[0], live, None)]

    def shown(one: Letter) -> Message:
        return letter.letter_card(one, live, POLICY, buttons, PERMALINKS, 1)

    return [
        Example("The answer to a deploy request was lost", asked(lost)),
        Example("Somebody answered", asked(live, answered)),
        Example("It became known by itself", asked(live)),
        Example("A message could not be delivered", shown(letters[0])),
        Example("Somebody answered that", shown(letters[1])),
        Example("It was delivered after all", shown(letters[2])),
        Example("A day later nobody has answered", remind_of_unanswered(waiting, POLICY)),
        Example("`signoff effects list`", letter.undelivered(left, PERMALINKS)),
        Example("`signoff effects list` when all is well", letter.undelivered((), PERMALINKS)),
    ]


def chapters() -> list[Chapter]:
    """Return the chapters about what follows a release."""
    return [
        Chapter("Calls for action", "New messages in the service's channel, since an edit notifies nobody.", _asking()),
        Chapter("A deploy that failed", "A new message that mentions the authors, then kept true.", _failures()),
        Chapter("A rollback", "A new message that mentions the authors of what was taken out.", _rolled_back()),
        Chapter("The main branch", "Told once when it breaks, and once when it is mended.", _line()),
        Chapter("Announcements", "In the announcement channel, for people outside the team.", _announcements()),
        Chapter("Drafts of announcements", "In the service's channel, where the policy asks for that.", _drafts()),
        Chapter("Direct messages", "To the authors of a change, and to whoever asked for it.", _direct()),
        Chapter("Questions to operations", "Cards in the operations channel, and their list.", _questions()),
    ]
