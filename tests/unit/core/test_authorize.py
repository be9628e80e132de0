"""Who may do what, for every act there is."""

from dataclasses import replace

import pytest

from bot.core.authorize import OF_APPROVERS, PERMISSION, Act, authorize
from bot.core.inputs import Account, Actor
from bot.core.policy import ApprovalRule, Hotfix, Kind, Mode, Permission, Person, Policy
from bot.core.refusals import (
    AccountMayNotAct,
    MayNotCancel,
    NotAnApprover,
    NotPermitted,
    OwnRelease,
    OwnWork,
    Reason,
)
from bot.core.release import Release
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    OLGA,
    POLICY,
    PRIYA,
    QA,
    SAM,
    SRE,
    lane,
    lane_policy,
    policy,
    release,
)

ASKING = [act for act in Act if act not in PERMISSION]
BARE = replace(OLGA, permissions=frozenset[Permission]())


def holding(permission: Permission) -> Actor:
    """Return somebody who holds this permission and nothing else."""
    return replace(OLGA, permissions=frozenset({permission}))


def test_every_permission_is_asked_for_by_some_act() -> None:
    assert set(PERMISSION.values()) == set(Permission)
    assert {act.name for act in ASKING} == {
        "APPROVE",
        "REJECT",
        "WITHDRAW",
        "CANCEL",
        "UNDO",
        "ANNOUNCE",
        "SCHEDULE",
        "RETRY",
    }


NEEDS = {
    "override": "override",
    "mark as done": "override",
    "resolve": "resolve",
    "request": "request",
    "rollback": "rollback",
    "hotfix": "hotfix",
    "hold": "hold",
    "resume": "hold",
    "lock": "lock",
    "unlock": "lock",
    "mode": "mode",
    "live": "live",
    "stop-all": "stop_all",
    "go-all": "stop_all",
    "quarantine": "quarantine",
    "release-quarantine": "quarantine",
}


def test_what_each_act_takes() -> None:
    assert {act.value: permission.value for act, permission in PERMISSION.items()} == NEEDS


@pytest.mark.parametrize("act", PERMISSION)
def test_a_permission_is_held_or_it_is_refused_with_who_holds_it(act: Act) -> None:
    needed = PERMISSION[act]
    given = replace(POLICY, permissions=((needed, ("sre", "kim")),))
    for where in (None, lane()):
        assert authorize(holding(needed), act, given, lane=where) == ()
        for other in set(Permission) - {needed}:
            assert authorize(holding(other), act, given, lane=where) == (NotPermitted(needed, ("sre", "kim")),)
        assert authorize(PRIYA, act, given, lane=where)[-1:] == (
            () if needed in PRIYA.permissions else (NotPermitted(needed, ("sre", "kim")),)
        )


@pytest.mark.parametrize("act", PERMISSION)
def test_where_the_policy_is_silent_approvers_hold_and_roll_back_and_nobody_does_the_rest(act: Act) -> None:
    needed, silent = PERMISSION[act], replace(policy(QA, SRE, ApprovalRule(("qa", "kim"), 1)), permissions=())
    approver = replace(PRIYA, permissions=frozenset[Permission]())
    if needed in OF_APPROVERS:
        assert authorize(approver, act, silent, lane=lane()) == ()
        assert authorize(BARE, act, silent, lane=lane()) == (NotPermitted(needed, ("qa", "sre", "kim")),)
    else:
        assert authorize(approver, act, silent, lane=lane()) == (NotPermitted(needed, ()),)
    assert authorize(approver, act, silent) == (NotPermitted(needed, ()),)
    assert authorize(approver, act, replace(silent, services=()), lane=lane()) == (NotPermitted(needed, ()),)


def test_what_belongs_to_approvers_of_a_lane() -> None:
    assert {Permission.HOLD, Permission.ROLLBACK} == OF_APPROVERS


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("account", [one for one in Account if one is not Account.MEMBER])
def test_only_full_members_act(act: Act, account: Account) -> None:
    may = replace(ALEX, permissions=frozenset(Permission))
    assert authorize(may, act, POLICY, lane=lane(), release=release()) == ()
    refused = authorize(replace(may, account=account), act, POLICY, lane=lane(), release=release())
    assert refused == (AccountMayNotAct(account),)


def test_an_account_that_may_not_act_hears_every_other_reason_too() -> None:
    guest = replace(BARE, account=Account.GUEST)
    assert authorize(guest, Act.STOP_ALL, POLICY) == (
        AccountMayNotAct(Account.GUEST),
        NotPermitted(Permission.STOP_ALL, ()),
    )
    assert authorize(guest, Act.CANCEL, POLICY, lane=lane(), release=release()) == (
        AccountMayNotAct(Account.GUEST),
        MayNotCancel(),
    )
    approver = replace(PRIYA, permissions=frozenset[Permission](), account=Account.GUEST)
    assert authorize(approver, Act.HOLD, replace(POLICY, permissions=()), lane=lane()) == (
        AccountMayNotAct(Account.GUEST),
    )


@pytest.mark.parametrize("act", ASKING)
def test_what_concerns_a_release_needs_one(act: Act) -> None:
    message = f"^{act.value} concerns a release$"
    with pytest.raises(ValueError, match=message):
        authorize(PRIYA, act, POLICY, lane=lane())
    with pytest.raises(ValueError, match=message):
        authorize(PRIYA, act, POLICY, release=release())


OWN = release(requested_by="priya")
CASES: list[tuple[str, Act, Actor, Release, Policy, tuple[Reason, ...]]] = [
    ("an approver approves", Act.APPROVE, PRIYA, release(), POLICY, ()),
    ("nobody else does", Act.APPROVE, SAM, release(), POLICY, (NotAnApprover((QA,)),)),
    ("an approver of then", Act.APPROVE, PRIYA, release(), policy(SRE), ()),
    ("an approver of now", Act.APPROVE, SAM, release(), policy(SRE), ()),
    ("not one's own", Act.APPROVE, PRIYA, OWN, POLICY, (OwnRelease(OwnWork.REQUESTER),)),
    ("one's own is rejected", Act.REJECT, PRIYA, OWN, POLICY, ()),
    ("nobody else rejects", Act.REJECT, SAM, release(), POLICY, (NotAnApprover((QA,)),)),
    ("whoever left takes back", Act.WITHDRAW, BARE, release(), POLICY, ()),
]


@pytest.mark.parametrize(
    ("act", "by", "there", "under", "why"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_who_speaks_of_a_release(act: Act, by: Actor, there: Release, under: Policy, why: tuple[Reason, ...]) -> None:
    assert authorize(by, act, under, lane=lane(there), release=there) == why


PEOPLE: list[tuple[str, Actor, Release, Policy, bool]] = [
    ("its requester", BARE, release(requested_by="olga"), POLICY, True),
    ("its requester under the id they had", BARE, release(requested_by="U0OLGA"), POLICY, True),
    ("an approver", PRIYA, release(), POLICY, True),
    ("an approver of today's rules", SAM, release(), policy(SRE), True),
    ("an approver of the rules it was opened under", PRIYA, release(), ELSEWHERE, True),
    ("whoever may request where no rule asks anybody", OLGA, release(under=AUTOMATIC), AUTOMATIC, True),
    ("not whoever may request where a rule does", OLGA, release(), POLICY, False),
    ("not somebody else", OLGA, release(requested_by="priya"), POLICY, False),
    ("not without the permission", BARE, release(under=AUTOMATIC), AUTOMATIC, False),
    ("not a stranger with the name of nobody", replace(BARE, person=Person("None")), release(), POLICY, False),
]


@pytest.mark.parametrize("act", [Act.CANCEL, Act.UNDO, Act.ANNOUNCE, Act.SCHEDULE, Act.RETRY])
@pytest.mark.parametrize(("by", "there", "under", "may"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE])
def test_whose_a_release_is(act: Act, by: Actor, there: Release, under: Policy, may: bool) -> None:
    expected = () if may else (MayNotCancel(),)
    assert authorize(by, act, under, lane=lane(there), release=there) == expected


UNASKED = replace(lane_policy(), rollback=(), hotfix=Hotfix(()))
KINDS = [(Kind.RELEASE, Permission.REQUEST), (Kind.ROLLBACK, Permission.ROLLBACK), (Kind.HOTFIX, Permission.HOTFIX)]


@pytest.mark.parametrize(("kind", "needed"), KINDS)
def test_to_try_or_end_what_asks_nobody_takes_what_asking_for_it_takes(kind: Kind, needed: Permission) -> None:
    there = replace(release(under=AUTOMATIC), kind=kind, policy=replace(UNASKED, mode=Mode.DEPLOYMENT))
    under = replace(AUTOMATIC, permissions=((Permission.ROLLBACK, ("sre",)),))
    for permission in Permission:
        expected = () if permission is needed else (MayNotCancel(),)
        for act in (Act.RETRY, Act.CANCEL, Act.UNDO, Act.SCHEDULE):
            assert authorize(holding(permission), act, under, lane=lane(there), release=there) == expected
    assert authorize(holding(Permission.REQUEST), Act.ANNOUNCE, under, lane=lane(there), release=there) == ()


def test_a_lane_where_builds_ship_by_themselves_has_the_approvers_that_it_writes_down() -> None:
    automatic = policy(QA, mode=Mode.DEPLOYMENT)
    by = replace(PRIYA, permissions=frozenset[Permission]())
    assert authorize(by, Act.HOLD, automatic, lane=lane()) == ()
    assert authorize(BARE, Act.ROLLBACK, automatic, lane=lane()) == (NotPermitted(Permission.ROLLBACK, ("qa",)),)
