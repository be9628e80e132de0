"""Whose approval a release waits for, rule by rule."""

from dataclasses import replace

import pytest

from bot.core.awaiting import awaits
from bot.core.inputs import Account, Actor
from bot.core.policy import ApprovalRule, Person, SelfApproval
from bot.core.release import Lifecycle, Origin, Override, Release, Surface
from tests.unit.views.values import IN_PRODUCTION, NINE, QA, SRE, TEN, a_lane, a_policy, a_release, a_yes

BOTH = (QA, SRE)


def who(name: str, *groups: str, account: Account = Account.MEMBER) -> Actor:
    return Actor(Person(name, slack=f"U0{name.upper()}"), account, frozenset(groups), Surface.BUTTON)


def waits(actor: Actor, *rules: ApprovalRule, self_approval: SelfApproval = SelfApproval.FORBID, **of: object) -> bool:
    here = replace(IN_PRODUCTION, approvals=rules, self_approval=self_approval)
    release: Release = replace(a_release(policy=here), **of)  # type: ignore[arg-type]
    return awaits(actor, release, a_lane(release), a_policy(here))


def test_whoever_is_asked_and_has_not_answered() -> None:
    assert waits(who("priya", "qa"), QA)
    assert not waits(who("priya", "qa"), QA, approvals=(a_yes(),))
    assert not waits(who("alex", "sre"), QA)
    assert not waits(who("priya", "qa", account=Account.GUEST), QA)


def test_not_whose_rule_is_met_already() -> None:
    assert not waits(who("kim", "qa"), QA, approvals=(a_yes(),))
    assert not waits(who("kim", "qa"), *BOTH, approvals=(a_yes(),))
    assert waits(who("alex", "sre"), *BOTH, approvals=(a_yes(),))


def test_whoever_lets_another_be_counted_elsewhere() -> None:
    of_both = a_yes("alex", ("qa", "sre"))
    assert waits(who("kim", "qa"), QA, ApprovalRule(("sre",), 1), approvals=(of_both,))
    assert waits(who("dora", "sre"), QA, ApprovalRule(("sre",), 1), approvals=(of_both,))


def test_not_for_ones_own_work() -> None:
    allow = SelfApproval.ALLOW
    assert not waits(who("priya", "qa"), QA, origin=Origin.REQUEST, requested_by="priya")
    assert waits(who("priya", "qa"), QA, self_approval=allow, origin=Origin.REQUEST, requested_by="priya")


def test_whom_nobody_can_place_holds_up_nobody_else() -> None:
    assert waits(who("priya", "qa"), QA, self_approval=SelfApproval.STRICT)
    assert not waits(who("kim", "qa"), QA, self_approval=SelfApproval.STRICT, approvals=(a_yes(),))


@pytest.mark.parametrize("state", [one for one in Lifecycle if one is not Lifecycle.OPEN])
def test_only_what_is_open_waits(state: Lifecycle) -> None:
    assert not waits(who("priya", "qa"), QA, state=state, ended_at=TEN)


def test_nobody_is_asked_any_more_once_it_is_overridden() -> None:
    assert not waits(who("priya", "qa"), QA, override=Override("sam", "fire", NINE, ("1 of qa",)))
    assert not waits(who("priya", "qa"))
