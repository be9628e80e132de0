"""Every refusal: a sentence that says why, and what to do instead."""

from typing import get_args

from inline_snapshot import snapshot

from bot.core.build import BuildState
from bot.core.inputs import Account
from bot.core.policy import LaneId, Permission
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyApproved,
    AlreadyLive,
    AlreadyOpen,
    ChangedSince,
    MayNotCancel,
    NoApprovalNeeded,
    NoReason,
    NotAnApprover,
    NotDeployable,
    NotExpected,
    NothingToWithdraw,
    NotInPolicy,
    NotPermitted,
    OwnRelease,
    OwnWork,
    Reason,
    Refusal,
    StillBlocked,
    TooLate,
)
from bot.core.release import Lifecycle, Release
from bot.views.reasons import sentence
from bot.views.refusals import refusal
from tests.unit.views.reading import check, seen
from tests.unit.views.values import PERMALINKS, POLICY, QA, SRE, a_policy, a_release

REASONS: tuple[Reason, ...] = (
    *(AccountMayNotAct(account) for account in Account),
    NotAnApprover((QA, SRE)),
    NotAnApprover(()),
    OwnRelease(OwnWork.REQUESTER),
    OwnRelease(OwnWork.PUSHER),
    AlreadyApproved(),
    NothingToWithdraw(),
    MayNotCancel(),
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
)


def told(release: Release | None, *reasons: Reason) -> str:
    message = refusal(Refusal(reasons), release, POLICY, PERMALINKS)
    check(message)
    return seen(message)


def test_no_reason_is_left_out_above() -> None:
    assert {type(reason) for reason in REASONS} == set(get_args(Reason))


def test_every_reason_about_a_release() -> None:
    assert "\n".join(sentence(reason, a_release(), POLICY, PERMALINKS) for reason in REASONS) == snapshot("""\
Your account may not do this here; please ask somebody of the team.
Guests may not act on releases; please ask a full member of this workspace.
Bots may not act on releases; a person must.
This account is deactivated; please use an active one.
Only members of the workspace that owns this desk may act on releases; please ask one of them.
Slack could not be asked just now whose account this is; please try again in a minute.
You are not among those who decide here (1 of qa, 2 of sre): please ask kim, <@U0PRIYA>, <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
You are not among those who decide here (no rule): the policy names nobody else either, please tell who keeps it.
You asked for this release, and nobody approves their own work here: please ask another approver.
You pushed this commit, and nobody approves their own work here: please ask another approver.
You have approved this already, once is enough. To take it back: `/deploy withdraw R-42`.
You have no approval standing here, so there is none to take back. `/deploy why payments production` tells all there is to it.
Only who asked for a release and its approvers may cancel it: please ask one of them.
You do not have the permission `resolve`. It is held by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
You do not have the permission `request`. It is held by every full member.
No approval is needed: builds ship there by themselves. `/deploy why payments production` tells all there is to it.
What would ship has changed since the card you saw was shown: please look at it again, then decide.
Too late: it is still open. To ask for a new release: `/deploy payments to production`.
Too late: it is being deployed already. Only the CI system can stop it now.
Too late: it is live already. To ask for a new release: `/deploy payments to production`.
Too late: it was rejected before. To ask for a new release: `/deploy payments to production`.
Too late: it has expired. To ask for a new release: `/deploy payments to production`.
Too late: it was superseded by a newer build. To ask for a new release: `/deploy payments to production`.
Too late: it was cancelled before. To ask for a new release: `/deploy payments to production`.
Too late: it has failed already. To ask for a new release: `/deploy payments to production`.
Too late: it was superseded by <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>. Please decide there.
A rejection needs a reason, for the authors to go on with: `/deploy reject R-42 REASON`.
Something is still in the way. `/deploy why payments production` tells all there is to it.
That does not fit: the release is still open. `/deploy why payments production` tells all there is to it.
That does not fit: the release is being deployed already. `/deploy why payments production` tells all there is to it.
That does not fit: the release is live already. `/deploy why payments production` tells all there is to it.
That does not fit: the release was rejected before. `/deploy why payments production` tells all there is to it.
That does not fit: the release has expired. `/deploy why payments production` tells all there is to it.
That does not fit: the release was superseded by a newer build. `/deploy why payments production` tells all there is to it.
That does not fit: the release was cancelled before. `/deploy why payments production` tells all there is to it.
That does not fit: the release has failed already. `/deploy why payments production` tells all there is to it.
Build 119 cannot be deployed: its pipelines did not all succeed. Please wait for them or name another build.
Build 119 cannot be deployed: its pipelines still run. Please wait for them or name another build.
This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>.
118 (9f3c2ab) is live there already. To deploy it once more, name its version.
The policy does not name payments in qa. It names: payments staging, payments production.\
""")


def test_reasons_without_a_release() -> None:
    reasons: list[Reason] = [AlreadyApproved(), NoReason(), StillBlocked(), TooLate(Lifecycle.FAILED)]
    assert "\n".join(sentence(reason, None, POLICY, PERMALINKS) for reason in reasons) == snapshot("""\
You have approved this already, once is enough. To take it back: `/deploy withdraw RELEASE`.
A rejection needs a reason, for the authors to go on with: `/deploy reject RELEASE REASON`.
Something is still in the way. `/deploy why SERVICE` tells all there is to it.
Too late: it has failed already. To ask for a new release: `/deploy SERVICE to ENV`.\
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
    assert told(a_release(), *reasons) == snapshot("""\
Nothing was changed.
Guests may not act on releases; please ask a full member of this workspace.\
""")
