"""What people may say of a release that waits, and why not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import BuildState
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.events import BuildChanged
from bot.core.inputs import Account, Actor, Approve, BeginDeployment, Cancel, Reject, Withdraw
from bot.core.policy import Permission, Person, Policy, SelfApproval
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyApproved,
    ChangedSince,
    MayNotCancel,
    NoApprovalNeeded,
    NoReason,
    NotAnApprover,
    NothingToWithdraw,
    OwnRelease,
    OwnWork,
    Reason,
    StillBlocked,
    TooLate,
)
from bot.core.release import Approval, Lifecycle, Release, Surface, Verdict
from tests.factories import NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    GUEST,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    PRIYA_AUTHOR,
    QA,
    SAM,
    SRE,
    actor,
    approves,
    flying,
    go,
    lane,
    one,
    policy,
    reasons,
    release,
    word,
)

BOTH = policy(QA, SRE)
DAY = NOON + timedelta(hours=24)
TWO_OF_QA = policy(replace(QA, count=2))


def test_a_yes_is_kept_with_who_said_it_where_on_what() -> None:
    by = replace(PRIYA, surface=Surface.COMMAND, saw="card-hash")
    decided = go(lane(release(1, under=BOTH)), approves(by), BOTH)
    said = Approval("priya", "U0PRIYA", Verdict.APPROVE, 1, ("qa",), LATER, Surface.COMMAND, "card-hash")
    assert one(decided).approvals == (said,)
    assert decided.happenings == (Happening(Happened.APPROVED, 1, "priya"),)
    assert decided.effects == ()


def test_the_last_missing_yes_sends_the_release_on_its_way() -> None:
    decided = go(lane(release(1, PRIYA, under=BOTH)), approves(SAM), BOTH)
    assert decided.effects == (StartDeployment(1, 1),)
    assert one(decided).state is Lifecycle.OPEN


def test_a_yes_more_than_needed_is_welcome_and_starts_nothing_new() -> None:
    decided = go(lane(release(1, PRIYA)), approves(ALEX))
    assert [said.person for said in one(decided).approvals] == ["priya", "alex"]
    assert decided.effects == (StartDeployment(1, 1),)


OWN = release(1, requested_by="priya", build=a_build(1, pusher=PRIYA_AUTHOR))
HIDDEN = replace(OLGA, person=PRIYA.person, account=Account.BOT)
APPROVE: list[tuple[str, Release, Approve, Policy, tuple[Reason, ...]]] = [
    ("nobody outside the rules", release(), approves(SAM), POLICY, (NotAnApprover((QA,)),)),
    (
        "the requester",
        release(requested_by="priya"),
        approves(PRIYA),
        POLICY,
        (OwnRelease(OwnWork.REQUESTER),),
    ),
    (
        "the last pusher",
        release(build=a_build(1, pusher=PRIYA_AUTHOR)),
        approves(PRIYA),
        POLICY,
        (OwnRelease(OwnWork.PUSHER),),
    ),
    ("somebody twice", release(1, PRIYA), approves(PRIYA), POLICY, (AlreadyApproved(),)),
    ("from a former card", release(generation=2), approves(PRIYA, 1, 1), POLICY, (ChangedSince(),)),
    (
        "where builds ship by themselves",
        release(under=AUTOMATIC),
        approves(PRIYA),
        AUTOMATIC,
        (NoApprovalNeeded(),),
    ),
    (
        "a guest where builds ship by themselves",
        release(under=AUTOMATIC),
        approves(GUEST),
        AUTOMATIC,
        (AccountMayNotAct(Account.GUEST), NoApprovalNeeded()),
    ),
    (
        "for every reason at once",
        OWN,
        Approve(1, HIDDEN, 7),
        POLICY,
        (
            AccountMayNotAct(Account.BOT),
            NotAnApprover((QA,)),
            OwnRelease(OwnWork.REQUESTER),
            OwnRelease(OwnWork.PUSHER),
            ChangedSince(),
        ),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "why"), [row[1:] for row in APPROVE], ids=[row[0] for row in APPROVE]
)
def test_these_may_not_approve(there: Release, given: Approve, under: Policy, why: tuple[Reason, ...]) -> None:
    assert reasons(lane(there), given, under) == why


@pytest.mark.parametrize("account", [kind for kind in Account if kind is not Account.MEMBER])
def test_only_full_members_act_on_a_release(account: Account) -> None:
    by = replace(PRIYA, account=account)
    assert reasons(lane(release()), Approve(1, by)) == (AccountMayNotAct(account),)
    assert reasons(lane(release(1, PRIYA)), Withdraw(1, by)) == (AccountMayNotAct(account),)
    assert reasons(lane(release()), Reject(1, by, "no")) == (AccountMayNotAct(account),)
    assert reasons(lane(release()), Cancel(1, by)) == (AccountMayNotAct(account),)


def test_own_work_may_be_approved_where_the_policy_allows_it() -> None:
    allowed = policy(self_approval=SelfApproval.ALLOW)
    there = lane(release(requested_by="priya", under=allowed))
    assert go(there, approves(PRIYA), allowed).effects == (StartDeployment(1, 1),)


def test_somebody_listed_since_is_still_who_asked() -> None:
    assert reasons(lane(release(requested_by="U0PRIYA")), approves(PRIYA)) == (OwnRelease(OwnWork.REQUESTER),)


def test_somebody_listed_since_has_still_approved() -> None:
    before = replace(PRIYA, person=Person("U0PRIYA", slack="U0PRIYA"))
    assert reasons(lane(release(1, before)), approves(PRIYA)) == (AlreadyApproved(),)
    decided = go(lane(release(1, before)), Withdraw(1, PRIYA))
    assert one(decided).standing() == ()


def test_a_release_that_is_overdue_is_not_revived_by_a_yes_before_the_clock_comes() -> None:
    assert reasons(lane(release()), approves(PRIYA), now=DAY) == (TooLate(Lifecycle.EXPIRED),)
    assert reasons(lane(release()), approves(GUEST), now=DAY)[0] == AccountMayNotAct(Account.GUEST)
    assert go(lane(release()), approves(PRIYA), now=DAY - timedelta(seconds=1)).effects == (StartDeployment(1, 1),)


def test_a_broken_build_may_be_approved_and_waits_to_be_mended() -> None:
    there = release(build=a_build(1, state=BuildState.BROKEN))
    assert go(lane(there), approves(PRIYA)).effects == ()


# -- withdraw --------------------------------------------------------------------------------------------------------


def test_an_approval_is_taken_back_by_a_word_of_its_own() -> None:
    decided = go(lane(release(1, PRIYA)), Withdraw(1, PRIYA))
    said = Approval("priya", "U0PRIYA", Verdict.WITHDRAW, 1, ("qa",), LATER, Surface.BUTTON)
    assert one(decided).approvals == (word(PRIYA), said)
    assert decided.happenings == (Happening(Happened.WITHDRAWN, 1, "priya"),)
    assert decided.effects == ()


def test_a_withdrawal_ends_the_trying_again_of_a_deploy_that_was_put_off() -> None:
    assert one(go(lane(release(1, PRIYA, put_off="GitHub is down")), Withdraw(1, PRIYA))).put_off is None


def test_whoever_left_the_group_may_still_withdraw() -> None:
    assert one(go(lane(release(1, PRIYA)), Withdraw(1, actor("priya", groups=frozenset())))).standing() == ()


def test_there_is_nothing_to_withdraw_without_an_approval_that_stands() -> None:
    assert reasons(lane(release(1, ALEX)), Withdraw(1, PRIYA)) == (NothingToWithdraw(),)
    assert reasons(lane(release(1, PRIYA, generation=2)), Withdraw(1, PRIYA)) == (NothingToWithdraw(),)
    assert reasons(lane(release()), Withdraw(1, GUEST)) == (AccountMayNotAct(Account.GUEST), NothingToWithdraw())


def test_a_withdrawal_stops_a_start_that_waits_and_another_yes_starts_it_again() -> None:
    withdrawn = go(lane(release(1, PRIYA)), Withdraw(1, PRIYA)).lane
    assert reasons(withdrawn, BeginDeployment(1)) == (StillBlocked(),)
    again = go(withdrawn, approves(PRIYA))
    assert again.effects == (StartDeployment(1, 1),)
    assert one(go(again.lane, BeginDeployment(1))).state is Lifecycle.DEPLOYING


# -- reject ----------------------------------------------------------------------------------------------------------


def test_a_rejection_ends_the_release_with_its_reason() -> None:
    decided = go(lane(release()), Reject(1, PRIYA, "  payments are down \n"))
    assert decided.lane.releases == (release(state=Lifecycle.REJECTED, ended_at=LATER, reason="payments are down"),)
    assert decided.happenings == (Happening(Happened.REJECTED, 1, "priya", "payments are down"),)


def test_ones_own_work_may_be_rejected() -> None:
    assert one(go(lane(OWN), Reject(1, PRIYA, "not yet"))).state is Lifecycle.REJECTED


def test_a_rejection_is_refused_with_every_reason() -> None:
    given = Reject(1, replace(SAM, account=Account.GUEST), " \t", 3)
    expected = (AccountMayNotAct(Account.GUEST), NotAnApprover((QA,)), ChangedSince(), NoReason())
    assert reasons(lane(release()), given) == expected


def test_a_rejection_lets_the_next_release_go() -> None:
    there = lane(release(1, PRIYA), release(2, PRIYA))
    assert go(there, Reject(1, PRIYA, "no")).effects == (StartDeployment(2, 1),)


# -- cancel ----------------------------------------------------------------------------------------------------------

CANCELS: list[tuple[str, Release, Policy, Actor, bool]] = [
    ("the requester", release(requested_by="olga"), POLICY, OLGA, True),
    ("the requester under the id they had", release(requested_by="U0OLGA"), POLICY, OLGA, True),
    ("an approver", release(), POLICY, PRIYA, True),
    ("an approver of today's rules", release(), policy(SRE), SAM, True),
    ("an approver of the rules it was opened under", release(), ELSEWHERE, PRIYA, True),
    ("whoever may request where no rule asks anybody", release(under=AUTOMATIC), AUTOMATIC, OLGA, True),
    ("not somebody else", release(requested_by="priya"), POLICY, OLGA, False),
    (
        "not without the permission where no rule asks anybody",
        release(under=AUTOMATIC),
        AUTOMATIC,
        replace(OLGA, permissions=frozenset({Permission.RESOLVE})),
        False,
    ),
]


@pytest.mark.parametrize(("there", "under", "by", "may"), [row[1:] for row in CANCELS], ids=[row[0] for row in CANCELS])
def test_who_may_cancel(there: Release, under: Policy, by: Actor, may: bool) -> None:
    if may:
        decided = go(lane(there), Cancel(1, by), under)
        assert one(decided) == replace(there, state=Lifecycle.CANCELLED, ended_at=LATER)
        assert decided.happenings == (Happening(Happened.CANCELLED, 1, by.person.id),)
    else:
        assert reasons(lane(there), Cancel(1, by), under) == (MayNotCancel(),)


# -- too late --------------------------------------------------------------------------------------------------------


def test_a_late_word_hears_what_became_of_the_release() -> None:
    ended = release(state=Lifecycle.SUPERSEDED, superseded_by=2)
    for act in (approves(PRIYA), Withdraw(1, PRIYA), Reject(1, PRIYA, ""), Cancel(1, PRIYA)):
        assert reasons(lane(ended), act) == (TooLate(Lifecycle.SUPERSEDED, 2),)
        if not isinstance(act, Cancel):  # that is asked of the CI system
            assert reasons(lane(flying()), act) == (TooLate(Lifecycle.DEPLOYING),)
    assert reasons(lane(ended), approves(GUEST)) == (
        AccountMayNotAct(Account.GUEST),
        TooLate(Lifecycle.SUPERSEDED, 2),
    )


def test_a_rebuilt_artifact_voids_a_start_and_asks_again() -> None:
    there = go(
        lane(release(1, PRIYA, ALEX, under=TWO_OF_QA)),
        BuildChanged(a_build(1, artifact="run 2.1"), newest=True),
        TWO_OF_QA,
    )
    assert reasons(there.lane, BeginDeployment(1), TWO_OF_QA) == (StillBlocked(),)
    assert reasons(there.lane, approves(PRIYA, 1, 1), TWO_OF_QA) == (ChangedSince(),)
    first = go(there.lane, approves(PRIYA, 1, 2), TWO_OF_QA)
    assert go(first.lane, approves(ALEX, 1, 2), TWO_OF_QA).effects == (StartDeployment(1, 2),)
