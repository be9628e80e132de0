"""Every refusal: a sentence that says why, and what to do instead."""

from dataclasses import replace
from typing import get_args

import pytest
from inline_snapshot import snapshot

from bot.core.build import BuildState
from bot.core.inputs import Account
from bot.core.lane import Hold, Judgement, Lock, Mark, Stop
from bot.core.policy import Hotfix, Kind, LaneId, Mode, Permission
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyApproved,
    AlreadyLive,
    AlreadyOpen,
    AlreadyStopped,
    BuildQuarantined,
    CannotStop,
    ChangedSince,
    HeldAlready,
    LaneIsObserved,
    LockedBy,
    MayNotCancel,
    MovedOn,
    NeverLiveThere,
    NoApprovalNeeded,
    NobodyToAsk,
    NoFastPath,
    NoReason,
    NotAnApprover,
    NotDeployable,
    NotExpected,
    NotFailed,
    NothingHeld,
    NothingToOverride,
    NothingToUndo,
    NothingToWithdraw,
    NotInPolicy,
    NotInThePast,
    NotLocked,
    NotPermitted,
    NotQuarantined,
    NotStopped,
    OwnRelease,
    OwnWork,
    Reason,
    Refusal,
    SameMode,
    StillBlocked,
    TooLate,
    Unstoppable,
)
from bot.core.release import Lifecycle, Release
from bot.core.target import GithubDeployment
from bot.views.reasons import sentence
from bot.views.refusals import refusal
from tests.unit.views.reading import check, seen
from tests.unit.views.values import NINE, PERMALINKS, POLICY, PRODUCTION, QA, SRE, TEN, a_policy, a_release

MARK = Mark(1, Judgement.BAD, (NINE, 118, 1), "118 (9f3c2ab)", "sam", "it loses money", TEN)
LOCK = Lock("sam", "U0SAM", "load test", NINE, TEN)
STOP = Stop("sam", "the data centre burns", NINE)

REASONS: tuple[Reason, ...] = (
    *(AccountMayNotAct(account) for account in Account),
    NotAnApprover((QA, SRE)),
    NotAnApprover(()),
    OwnRelease(OwnWork.REQUESTER),
    OwnRelease(OwnWork.RETRIER),
    OwnRelease(OwnWork.PUSHER),
    AlreadyApproved(),
    NothingToWithdraw(),
    MayNotCancel(),
    *(CannotStop(why) for why in Unstoppable),
    NotPermitted(Permission.RESOLVE, ("sre",)),
    NotPermitted(Permission.REQUEST, ("everyone",)),
    NoApprovalNeeded(),
    ChangedSince(),
    *(TooLate(state) for state in Lifecycle),
    TooLate(Lifecycle.SUPERSEDED, 43),
    NoReason(),
    StillBlocked(),
    *(NotExpected(state) for state in Lifecycle),
    NotDeployable("119", BuildState.BROKEN),
    NotDeployable("119", BuildState.PENDING),
    AlreadyOpen(43),
    AlreadyLive("118 (9f3c2ab)"),
    NotInPolicy(LaneId("payments", "qa")),
    OwnRelease(OwnWork.AUTHOR),
    LaneIsObserved(PRODUCTION),
    NobodyToAsk(PRODUCTION),
    NeverLiveThere("116 (7777777)"),
    NoFastPath(PRODUCTION),
    BuildQuarantined(MARK),
    BuildQuarantined(replace(MARK, by=None)),
    NothingHeld(),
    HeldAlready(Hold("the database moves", TEN, "sam")),
    HeldAlready(Hold("after a rollback", TEN)),
    NotLocked(),
    LockedBy(LOCK),
    AlreadyStopped(STOP),
    NotStopped(),
    SameMode(Mode.DELIVERY),
    NotInThePast(TEN),
    NothingToOverride(),
    NothingToUndo(),
    NotFailed(Lifecycle.LIVE),
    NotQuarantined("118 (9f3c2ab)"),
    MovedOn("119 (1111111)"),
)


def told(release: Release | None, *reasons: Reason) -> str:
    message = refusal(Refusal(reasons), release, POLICY, PERMALINKS)
    check(message)
    return seen(message)


def test_no_reason_is_left_out_above() -> None:
    assert {type(reason) for reason in REASONS} == set(get_args(Reason))


def test_a_deploy_that_signoff_cannot_end_is_for_people_to_stop() -> None:
    given = a_release(policy=replace(a_release().policy, target=GithubDeployment("production")))
    assert sentence(TooLate(Lifecycle.DEPLOYING), given, POLICY, PERMALINKS) == (
        "Too late: it is being deployed already. Only the CI system can stop it now: please stop the job there."
    )


@pytest.mark.parametrize(
    ("kind", "permissions", "asked"),
    [
        (Kind.ROLLBACK, ((Permission.ROLLBACK, ("sre",)),), "<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>"),
        (Kind.ROLLBACK, (), "kim, <@U0PRIYA>"),
        (Kind.HOTFIX, (), "nobody yet (the policy file gives `hotfix` to no one)"),
    ],
)
def test_where_nobody_is_asked_those_are_named_who_may_ask_for_it(
    kind: Kind, permissions: tuple[tuple[Permission, tuple[str, ...]], ...], asked: str
) -> None:
    unasked = replace(a_release().policy, rollback=(), hotfix=Hotfix(()))
    policy = a_policy(production=unasked, permissions=permissions)
    assert sentence(MayNotCancel(), a_release(kind=kind, policy=unasked), policy, PERMALINKS) == (
        f"Only who asked for a release and its approvers may do that: please ask {asked}."
    )


def test_every_reason_about_a_release() -> None:
    assert "\n".join(sentence(reason, a_release(), POLICY, PERMALINKS) for reason in REASONS) == snapshot("""\
Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.
Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.
Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.
Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.
Slack could not be asked just now whose account this is; please try again in a minute.
You are not among those who decide here (1 of qa, 2 of sre): please ask kim, <@U0PRIYA>, <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
You are not among those who decide here (no rule): the policy names nobody else either, please tell who keeps it.
You asked for this release, and nobody approves their own work here: please ask another approver.
You tried this release again, and nobody approves their own work here: please ask another approver.
You pushed this commit, and nobody approves their own work here: please ask another approver.
You have approved this already, once is enough. To take it back: `/deploy withdraw R-42`.
You have no approval standing here, so there is none to take back. `/deploy why payments production` tells all there is to it.
Only who asked for a release and its approvers may do that: please ask kim, <@U0PRIYA>.
Nobody knows whether this deploy has begun, so there is no job to end: please look, then answer the question about it in the operations channel.
Signoff cannot end a deploy of this kind: please stop the job in the CI system. How it ends is told here.
You do not have the permission `resolve`. It is held by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
You do not have the permission `request`. It is held by every full member.
No approval is needed: the policy asks for none here. `/deploy why payments production` tells all there is to it.
What would ship has changed since the card you saw was shown: please look at it again, then decide.
Too late: it is still open. To ask for a new release: `/deploy payments to production`.
Too late: it is being deployed already. To have the CI system end it: `/deploy cancel R-42`.
Too late: it is deployed already and being verified. To go back: `/deploy rollback payments in production REASON`.
Too late: it is live already. To go back: `/deploy rollback payments in production REASON`.
Too late: it was rejected before. To ask for a new release: `/deploy payments to production`.
Too late: it has expired. To ask for a new release: `/deploy payments to production`.
Too late: it was superseded by a newer build. To ask for a new release: `/deploy payments to production`.
Too late: it was cancelled before. To ask for a new release: `/deploy payments to production`.
Too late: it has failed already. To try it again: `/deploy retry R-42`.
Too late: it was rolled back. To ask for a new release: `/deploy payments to production`.
Too late: it was superseded by <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>. Please decide there.
A reason is required, for others to go on with: please write it after the rest of the command.
Something is still in the way. `/deploy why payments production` tells all there is to it.
That does not fit: the release is still open. `/deploy why payments production` tells all there is to it.
That does not fit: the release is being deployed already. `/deploy why payments production` tells all there is to it.
That does not fit: the release is deployed already and being verified. `/deploy why payments production` tells all there is to it.
That does not fit: the release is live already. `/deploy why payments production` tells all there is to it.
That does not fit: the release was rejected before. `/deploy why payments production` tells all there is to it.
That does not fit: the release has expired. `/deploy why payments production` tells all there is to it.
That does not fit: the release was superseded by a newer build. `/deploy why payments production` tells all there is to it.
That does not fit: the release was cancelled before. `/deploy why payments production` tells all there is to it.
That does not fit: the release has failed already. `/deploy why payments production` tells all there is to it.
That does not fit: the release was rolled back. `/deploy why payments production` tells all there is to it.
Build 119 cannot be deployed: its pipelines did not all succeed. Please have them run again, or name another build.
Build 119 cannot be deployed: its pipelines still run. Please wait for them or name another build.
This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>.
118 (9f3c2ab) is live there already. To deploy it once more, name its version.
The policy does not name payments in qa. It names: payments staging, payments production.
You wrote a commit that it would make live, and nobody approves their own work here: please ask another approver.
Signoff only observes payments in production: its pipeline deploys there by itself. Where the policy file says how to deploy, `/deploy mode payments production delivery REASON` changes that (by nobody yet (the policy file gives `mode` to no one)).
The policy names nobody who approves releases of payments in production, so they would still ship by themselves. `/deploy hold payments production REASON` keeps them back; people decide once the policy file has `approvals` for it.
116 (7777777) was never live there, and a rollback goes only to what was. To deploy it all the same, ask for a release: `/deploy payments VERSION to production`.
The policy has no fast path for payments in production: ask for a release instead, with `/deploy payments VERSION to production`, or have a `hotfix` written for it.
Build 118 (9f3c2ab) is in quarantine, and every build that contains it: <@U0SAM> put it there <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “it loses money”. A build that is well again can be confirmed with `/deploy release-quarantine payments VERSION REASON` (by nobody yet (the policy file gives `quarantine` to no one)).
Build 118 (9f3c2ab) is in quarantine, and every build that contains it: Signoff put it there <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “it loses money”. A build that is well again can be confirmed with `/deploy release-quarantine payments VERSION REASON` (by nobody yet (the policy file gives `quarantine` to no one)).
It is not held, so there is nothing to resume. `/deploy why payments production` tells all there is to it.
payments in production is held by <@U0SAM>, since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “the database moves”. Yours would take the place of theirs: please ask them, or end it first with `/deploy resume payments production`; what waits may start then.
payments in production is held, since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “after a rollback”. That has no end, and yours would have one: please hold it without a time, or end it first with `/deploy resume payments production`; what waits may start then.
Nobody has it for themselves, so there is nothing to unlock. `/deploy why payments production` tells all there is to it.
<@U0SAM> has payments in production for themselves until <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “load test”. Please ask them, or end their lock first with `/deploy unlock payments production`.
Everything is stopped by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the data centre burns”. Once is enough; `/deploy go-all` lets it go on.
Nothing is stopped, so there is nothing to let go on. `/deploy status` shows what waits.
Its mode is delivery already. `/deploy status payments production` shows it.
<!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC> has passed already: please name a later time.
No approval is missing and no freeze is in force, so there is nothing to override; override lifts nothing else. `/deploy why payments production` tells all there is to it.
It does not start by itself just now, so there is nothing to undo. To take an approval back: `/deploy withdraw R-42`.
Only a release that failed can be tried again or marked as done; this one is live already.
Build 118 (9f3c2ab) is not in quarantine, nor is any that it contains: there is none to lift.
119 (1111111) has become live there since, so it is too late for that. What is live: `/deploy status payments production`.\
""")


def test_reasons_without_a_release() -> None:
    reasons: list[Reason] = [AlreadyApproved(), NoReason(), StillBlocked(), TooLate(Lifecycle.FAILED)]
    assert "\n".join(sentence(reason, None, POLICY, PERMALINKS) for reason in reasons) == snapshot("""\
You have approved this already, once is enough. To take it back: `/deploy withdraw RELEASE`.
A reason is required, for others to go on with: please write it after the rest of the command.
Something is still in the way. `/deploy why SERVICE ENV` tells all there is to it.
Too late: it has failed already. To try it again: `/deploy retry RELEASE`.\
""")


def test_reasons_under_an_empty_policy() -> None:
    nothing = a_policy(services=(), permissions=())
    reasons: list[Reason] = [NotInPolicy(LaneId("payments", "qa")), NotPermitted(Permission.REQUEST, ())]
    assert "\n".join(sentence(reason, None, nothing, PERMALINKS) for reason in reasons) == snapshot("""\
The policy does not name payments in qa. It names: nothing yet.
You do not have the permission `request`. It is held by nobody yet (the policy file gives `request` to no one).\
""")


def test_one_reason() -> None:
    assert told(a_release(), AlreadyApproved()) == snapshot("""\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production).
You have approved this already, once is enough. To take it back: `/deploy withdraw R-42`.\
""")


def test_all_reasons_not_the_first() -> None:
    assert told(a_release(), NotAnApprover((QA,)), OwnRelease(OwnWork.PUSHER), ChangedSince()) == snapshot("""\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production).
• You are not among those who decide here (1 of qa): please ask kim, <@U0PRIYA>.
• You pushed this commit, and nobody approves their own work here: please ask another approver.
• What would ship has changed since the card you saw was shown: please look at it again, then decide.\
""")


def test_without_a_release() -> None:
    assert told(None, AlreadyOpen(43)) == snapshot("""\
Nothing was changed.
This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>.\
""")


def test_outsiders_learn_no_names() -> None:
    reasons = (AccountMayNotAct(Account.GUEST), NotAnApprover((QA,)), TooLate(Lifecycle.SUPERSEDED, 43))
    assert told(a_release(), *reasons) == snapshot(
        "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
    )


def test_what_concerns_a_lane_names_it() -> None:
    lane = LaneId("payments", "staging")
    message = refusal(Refusal((NothingHeld(), LockedBy(LOCK))), None, POLICY, PERMALINKS, lane=lane)
    check(message)
    assert seen(message) == snapshot("""\
Nothing was changed (payments in staging).
• It is not held, so there is nothing to resume. `/deploy why payments staging` tells all there is to it.
• <@U0SAM> has payments in staging for themselves until <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “load test”. Please ask them, or end their lock first with `/deploy unlock payments staging`.\
""")


def test_a_lock_is_told_without_its_lane_where_that_is_not_known() -> None:
    reasons = (LockedBy(LOCK), BuildQuarantined(MARK), NeverLiveThere("116"), TooLate(Lifecycle.LIVE), MayNotCancel())
    assert "\n".join(sentence(reason, None, POLICY, PERMALINKS) for reason in reasons) == snapshot("""\
<@U0SAM> has it. Please ask them, or end their lock first with `/deploy unlock SERVICE ENV`.
Build 118 (9f3c2ab) is in quarantine, and every build that contains it: <@U0SAM> put it there <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “it loses money”. A build that is well again can be confirmed with `/deploy release-quarantine SERVICE VERSION REASON` (by nobody yet (the policy file gives `quarantine` to no one)).
116 was never live there, and a rollback goes only to what was. To deploy it all the same, ask for a release: `/deploy SERVICE VERSION to ENV`.
Too late: it is live already. To go back: `/deploy rollback SERVICE in ENV REASON`.
Only who asked for a release and its approvers may do that: please ask one of them.\
""")
