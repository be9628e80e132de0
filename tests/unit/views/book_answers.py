"""The chapters of the book about what people hear privately: answers to acts, refusals, and words to operations."""

from dataclasses import replace
from typing import Any

from bot.core import refusals
from bot.core.build import BuildState
from bot.core.effects import Happened, Happening
from bot.core.inputs import Account, Answer
from bot.core.lane import Hold
from bot.core.policy import Kind, LaneId, Mode, Permission
from bot.core.refusals import AccountMayNotAct, CannotStop, OwnRelease, OwnWork, Reason, Refusal, Unstoppable
from bot.core.release import DeployStatus, Lifecycle, Override, Release
from bot.core.target import GithubWorkflow
from bot.ports.slack import Message
from bot.reload import NOT_FOLLOWED
from bot.views import answers, done, mention, operations, outsiders
from bot.views.refusals import refusal
from handlers.grammar import parse
from handlers.vocabulary import Misunderstood
from tests.unit.views import book_world as world
from tests.unit.views.book import Chapter, Example
from tests.unit.views.book_world import (
    BAD,
    BOTH,
    EVENING,
    IN_PRODUCTION,
    LOCK,
    NOON,
    NOW,
    PERMALINKS,
    POLICY,
    PRODUCTION,
    QA,
    SRE,
    STOP,
    build,
    deploying,
    ended,
    lane,
    release,
)

SRE_ONLY = ("sre",)
OLD = Lifecycle.SUPERSEDED


def _refused(when: str, reason: Reason, one: Release | None = None, at: LaneId | None = None) -> Example:
    message = refusal(Refusal((reason,)), one, POLICY, PERMALINKS, lane=at)
    return Example(when, message, type(reason))


def _accounts() -> list[Example]:
    return [
        replace(_refused(f"Your account: {one.value}", AccountMayNotAct(one), release()), of=one) for one in Account
    ]


def _of_releases() -> list[Example]:
    one = release()
    late = [
        _refused(f"Too late: {state.value}", refusals.TooLate(state, 43 if state is OLD else None), ended(state))
        for state in Lifecycle
        if state is not Lifecycle.OPEN
    ]
    return [
        _refused("You are no approver", refusals.NotAnApprover((QA, SRE)), one),
        *(replace(_refused(f"It is your own: {how.value}", OwnRelease(how), one), of=how) for how in OwnWork),
        _refused("You have approved it before", refusals.AlreadyApproved(), one),
        _refused("You have not approved it", refusals.NothingToWithdraw(), one),
        _refused("Nobody needs to approve it", refusals.NoApprovalNeeded(), one),
        _refused("What ships has changed since", refusals.ChangedSince(), one),
        *late,
        _refused("You gave no reason", refusals.NoReason(), one),
        _refused("You may not cancel it", refusals.MayNotCancel(), one),
        _refused(
            "Too late, and the CI system can be asked to end it",
            refusals.TooLate(Lifecycle.DEPLOYING),
            deploying(DeployStatus.RUNNING, policy=replace(IN_PRODUCTION, target=GithubWorkflow("deploy.yml", "main"))),
        ),
        *(
            replace(_refused(f"You cannot cancel its deploy: {why.value}", CannotStop(why), one), of=why)
            for why in Unstoppable
        ),
        _refused("You lack a permission", refusals.NotPermitted(Permission.OVERRIDE, SRE_ONLY), one),
        _refused("Nobody has that permission", refusals.NotPermitted(Permission.OVERRIDE, ()), one),
        _refused("Something is still in the way", refusals.StillBlocked(), one),
        _refused("The release is not in that state", refusals.NotExpected(Lifecycle.LIVE), ended(Lifecycle.LIVE)),
        _refused("The time has passed", refusals.NotInThePast(NOON), one),
        _refused("There is nothing to override", refusals.NothingToOverride(), one),
        _refused("There is nothing to undo", refusals.NothingToUndo(), one),
        _refused("It has not failed", refusals.NotFailed(Lifecycle.LIVE), ended(Lifecycle.LIVE)),
        _refused("Something else is live now", refusals.MovedOn("119 (4b5c6d7)"), ended(Lifecycle.FAILED)),
        Example(
            "Several reasons at once",
            refusal(Refusal((refusals.NotAnApprover((QA,)), refusals.ChangedSince())), one, POLICY, PERMALINKS),
        ),
    ]


def _of_lanes() -> list[Example]:
    here = PRODUCTION
    several: list[tuple[str, Reason]] = [
        ("The build is broken", refusals.NotDeployable("119 (4b5c6d7)", BuildState.BROKEN)),
        ("The build's pipelines still run", refusals.NotDeployable("119 (4b5c6d7)", BuildState.PENDING)),
        ("It is open there already", refusals.AlreadyOpen(42)),
        ("It is live there already", refusals.AlreadyLive("117 (1a2b3c4)")),
        ("The policy does not name that place", refusals.NotInPolicy(LaneId("shop", "qa"))),
        ("The lane is only observed", refusals.LaneIsObserved(here)),
        ("It was never live there", refusals.NeverLiveThere("119 (4b5c6d7)")),
        ("There is no fast path", refusals.NoFastPath(here)),
        ("The build is in quarantine", refusals.BuildQuarantined(BAD)),
        ("The build is not in quarantine", refusals.NotQuarantined("119 (4b5c6d7)")),
        ("The lane is not held", refusals.NothingHeld()),
        ("Somebody else holds the lane", refusals.HeldAlready(Hold("the database moves", NOON, "sam", EVENING))),
        ("It is held without an end", refusals.HeldAlready(Hold("R-42 went back", NOON))),
        ("The lane is not locked", refusals.NotLocked()),
        ("Somebody else has locked the lane", refusals.LockedBy(LOCK)),
        ("Everything is stopped already", refusals.AlreadyStopped(STOP)),
        ("Nothing is stopped", refusals.NotStopped()),
        ("The mode is that already", refusals.SameMode(Mode.DELIVERY)),
        ("Nobody could decide there", refusals.NobodyToAsk(here)),
    ]
    return [_refused(when, reason, at=here) for when, reason in several]


def _done() -> list[Example]:
    one, lost, sent = release(), ended(Lifecycle.LIVE), world.deploying(DeployStatus.ATTEMPTED)
    again = release(number=44, retry_of=42, retried_by="nora", approvals=BOTH)
    hold = Hold("the database moves", NOON, "sam", EVENING)
    older = release(older_than_live=True, build=world.OLDER)
    return [
        Example("You asked for a release", answers.opened(one, POLICY, PERMALINKS)),
        Example("You asked for a hotfix", answers.opened(replace(one, kind=Kind.HOTFIX), POLICY, PERMALINKS)),
        Example("You asked for an older build, for later",
                answers.opened(replace(older, scheduled_for=EVENING), POLICY, PERMALINKS, done.read_in("Europe/Berlin"))),
        Example("You approved", answers.approved(one, POLICY, PERMALINKS)),
        Example("You took that back", answers.withdrawn(one, PERMALINKS)),
        Example("You rejected it", answers.rejected(ended(Lifecycle.REJECTED), PERMALINKS)),
        Example("You cancelled it", answers.cancelled(ended(Lifecycle.CANCELLED), PERMALINKS)),
        Example("You cancelled its deploy", answers.asked_to_stop(release(), PERMALINKS)),
        Example("You cancelled its deploy before its job is known", answers.asked_to_stop(sent, PERMALINKS)),
        Example("You scheduled it",
                done.scheduled(one, EVENING, NOW, done.read_in("Europe/Berlin"), PERMALINKS)),
        Example("You said a time, and your time zone is not known",
                done.scheduled(one, EVENING, NOW, done.read_in(None), PERMALINKS)),
        Example("The clocks skip that time",
                done.scheduled(one, EVENING, NOW, done.read_in("Europe/Berlin", skipped=True), PERMALINKS)),
        Example("The clocks show that time twice",
                done.scheduled(one, EVENING, NOW, done.read_in("Europe/Berlin", twice=True), PERMALINKS)),
        Example("You took the time back", done.scheduled(one, NOW, NOW, "", PERMALINKS)),
        Example("It had no time any more", done.not_scheduled(one, PERMALINKS)),
        Example("You broke the glass", done.overridden(one, PERMALINKS)),
        Example("You clicked Undo", done.undone(one, PERMALINKS)),
        Example("You clicked Retry", done.retried(ended(Lifecycle.FAILED), again, PERMALINKS)),
        Example("You marked it as done", done.marked_done(lost, PERMALINKS)),
        Example("It was no longer a failed one", done.not_failed(lost, PERMALINKS)),
        Example("You held a lane", done.held(lane(), hold, POLICY)),
        Example("You resumed it", done.resumed(PRODUCTION)),
        Example("You locked a lane", done.locked(PRODUCTION, LOCK, POLICY, usual=False)),
        Example("You locked a lane and did not say for how long", done.locked(PRODUCTION, LOCK, POLICY, usual=True)),
        Example("You unlocked it", done.unlocked(PRODUCTION)),
        Example("You switched its mode", done.switched(PRODUCTION, Mode.DEPLOYMENT, Mode.DELIVERY)),
        Example("You switched it back", done.switched(PRODUCTION, Mode.DELIVERY, Mode.DELIVERY)),
        Example("You told what is live", done.declared(PRODUCTION, "118")),
        Example("No build is called so", done.no_such_commit("shop", "1.2")),
        Example("You stopped everything", done.stopped(STOP, POLICY)),
        Example("You let everything go on", done.let_go()),
        Example("You put a build in quarantine", done.quarantined(build(), POLICY)),
        Example("You confirmed a build", done.cleared(build())),
        Example("There is nothing to go back to", done.never_went_before(PRODUCTION, POLICY)),
        Example("Something changed since the button Roll back", done.no_way_back(lost, POLICY, PERMALINKS)),
        Example("You answered a question", answers.resolved(lost, Answer.DID_RUN, PERMALINKS)),
        Example("You answered on the command line", answers.settled("effect-12", Answer.TRY_AGAIN)),
        Example("That could not be answered", answers.not_settled("effect-12", "it has been settled already")),
    ]  # fmt: skip


def _not_done() -> list[Example]:
    typed = ("aprove R-42", "foo", "approve", "reject R-42", "hold shop production", "shop to qa", "shop 118 at noonish",
             "status sop", "shop 118", "mode shop production fast because")  # fmt: skip
    sentences = [(words, parse(words, POLICY)) for words in typed]
    old, live = ended(OLD, superseded_by=43), ended(Lifecycle.LIVE)
    several = (build(), build(sha=world.sha("9f3c2ac")))
    return [
        *(
            Example(f"You typed `/deploy {words}`", answers.misunderstood(parsed.sentence))
            for words, parsed in sentences
            if isinstance(parsed, Misunderstood)
        ),
        Example("No release has that name", answers.no_such_release(99, POLICY)),
        Example("No build is called so", answers.no_such_build("shop", "1.2", (), POLICY)),
        Example("Several builds are called so", answers.no_such_build("shop", "9f3c2a", several, POLICY)),
        Example("The service has no build yet", answers.no_such_build("shop", None, (), POLICY)),
        Example("A command line names nobody we know", answers.nobody_by_that_name("jo")),
        Example("A reading command where only acts count", answers.reads_only()),
        Example("You clicked a copy of the notice", answers.already_handled(release(), PERMALINKS)),
        Example("You clicked a copy of the notice, and it counted", answers.copy_of_card()),
        Example("You acted elsewhere since", answers.overtaken()),
        Example("What you wanted to open was shut since", answers.shut_since()),
        Example("What is live has changed since you wanted to go back", answers.live_since()),
        Example("What is live has changed since you told it", answers.declared_since()),
        Example("The mode was switched since you switched it", answers.mode_since()),
        Example(
            "It has failed since you wanted to try it again",
            answers.failed_since(ended(Lifecycle.FAILED), POLICY, PERMALINKS),
        ),
        Example("A button that is no longer one", answers.not_my_button()),
        Example(
            "You clicked Reject, and it has changed", answers.nothing_to_do(release(), "reject", POLICY, PERMALINKS)
        ),
        Example("You clicked Reject, and it is superseded", answers.nothing_to_do(old, "reject", POLICY, PERMALINKS)),
        Example("You clicked Reject, and it is live", answers.nothing_to_do(live, "reject", POLICY, PERMALINKS)),
        Example("You clicked Hold, and it is live", answers.nothing_to_do(live, "hold", POLICY, PERMALINKS)),
        Example("Something went wrong on our side", answers.set_aside("inbox-7")),
        Example("You mentioned Signoff with an act", mention.acts_by_command("approve R-42", POLICY)),
        Example("You mentioned Signoff and asked nothing", mention.nothing_asked(POLICY)),
        Example("A guest mentioned Signoff", outsiders.for_members(Account.GUEST)),
    ]


def _operations() -> list[Example]:
    override = release(override=Override("sam", "the fix cannot wait for qa", NOON, ("1 of qa",)))
    told: list[tuple[str, Happened, dict[str, Any], Any, Release | None]] = [
        ("Somebody broke the glass", Happened.OVERRIDDEN, {"by": "sam"}, PRODUCTION, override),
        ("Somebody marked a failed release as done", Happened.MARKED_DONE,
         {"by": "sam", "detail": "the job had only lost its log"}, PRODUCTION, ended(Lifecycle.LIVE)),
        ("A mode was switched", Happened.MODE_SWITCHED,
         {"by": "sam", "detail": "from delivery to deployment: every build passes staging first"}, PRODUCTION, None),
        ("Somebody's lock was ended", Happened.UNLOCKED, {"by": "sam", "detail": "alex"}, PRODUCTION, None),
        ("A longer hold took the place of somebody's", Happened.HOLD_TAKEN,
         {"by": "sam", "detail": "alex"}, PRODUCTION, None),
        ("A lock ends soon", Happened.LOCK_ENDS_SOON, {"detail": "alex"}, PRODUCTION, None),
        ("A lock has ended", Happened.LOCK_ENDED, {"detail": "alex"}, PRODUCTION, None),
        ("Somebody told what is live", Happened.DECLARED_LIVE,
         {"by": "sam", "detail": "118, deployed by hand"}, PRODUCTION, None),
        ("Everything was stopped", Happened.STOPPED_ALL, {"by": "sam", "detail": STOP.reason}, None, None),
        ("Everything goes on", Happened.LET_GO, {"by": "sam"}, None, None),
        ("A build was put in quarantine", Happened.QUARANTINED,
         {"by": "sam", "detail": "118 (9f3c2ab): it charges twice"}, None, None),
        ("A build was confirmed", Happened.CLEARED,
         {"by": "sam", "detail": "120 (5e6f7a8): the fix is in it"}, None, None),
        ("Somebody else deployed", Happened.DEPLOYED_ELSEWHERE,
         {"detail": "119 (4b5c6d7)"}, PRODUCTION, None),
        ("The policy was read again", Happened.POLICY_CHANGED,
         {"by": "root", "detail": "shop production: expires_after was 24h, is 48h"}, None, None),
        ("The policy could not be read again", Happened.POLICY_REFUSED,
         {"detail": "signoff.yml, line 12: unknown key expires_affter; did you mean expires_after?"}, None, None),
        ("The policy is in force, and our own code failed then", Happened.POLICY_NOT_FOLLOWED,
         {"detail": "\n".join(NOT_FOLLOWED)}, None, None),
    ]  # fmt: skip
    return [Example(when, _loud(Happening(kind, None, **more), at, one), kind) for when, kind, more, at, one in told]


def _loud(happening: Happening, at: LaneId | None, one: Release | None) -> Message:
    return operations.loud(happening, at, one, POLICY, PERMALINKS, service=None if at else "shop")


def chapters() -> list[Chapter]:
    """Return the chapters about private answers, and about what operations read."""
    return [
        Chapter("Answers: it was done", "Private, to whoever acted.", _done()),
        Chapter("Answers: it was not understood, or is over", "Private, to whoever acted.", _not_done()),
        Chapter("Refusals about a release", "Private, with every reason.", [*_accounts(), *_of_releases()]),
        Chapter("Refusals about a lane or a build", "Private, with every reason.", _of_lanes()),
        Chapter("Operations", "In the operations channel, loudly.", _operations()),
    ]
