"""People, lanes and short ways to decide, for the tests of the rules."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.build import Author
from bot.core.decide import Decision, Fresh, decide
from bot.core.inputs import Account, Actor, Approve, Input
from bot.core.lane import Lane, Live
from bot.core.policy import ApprovalRule, Group, LanePolicy, Mode, Permission, Person, Policy
from bot.core.refusals import Reason, Refusal
from bot.core.release import Approval, Deployment, DeployStatus, Lifecycle, Release, Surface, Verdict
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_policy, a_release

QA = ApprovalRule(("qa",), 1)
SRE = ApprovalRule(("sre",), 1)
GROUPS = {"priya": ("qa",), "sam": ("sre",), "alex": ("qa", "sre"), "olga": ()}
FRESH = Fresh(9, "abcd2345")
LATER = NOON + timedelta(minutes=5)
PRIYA_AUTHOR = Author("Priya", "priya@acme.example", "1001")
SAM_AUTHOR = Author("Sam", "sam@acme.example", "1002")


def policy(*rules: ApprovalRule, **changed: Any) -> Policy:
    """Return a policy of one delivery lane with these rules (by default one of qa) and the four people."""
    today = a_lane_policy(approvals=rules or (QA,), **changed)
    people = tuple(
        Person(name, slack=f"U0{name.upper()}", github=str(1001 + index), email=f"{name}@acme.example")
        for index, name in enumerate(GROUPS)
    )
    groups = (Group("qa", frozenset({"priya", "alex"})), Group("sre", frozenset({"sam", "alex"})))
    return replace(a_policy(today), people=people, groups=groups)


POLICY = policy()
AUTOMATIC = policy(mode=Mode.DEPLOYMENT)
ELSEWHERE = replace(POLICY, services=())


def lane_policy(of: Policy = POLICY) -> LanePolicy:
    """Return the policy's only lane."""
    return of.services[0].lanes[0]


def actor(name: str, **changed: Any) -> Actor:
    """Return somebody at their button: a full member with their groups; everyone may request, sre may resolve."""
    groups = frozenset(GROUPS.get(name, ()))
    held = {Permission.REQUEST} | ({Permission.RESOLVE} if "sre" in groups else set())
    person = Person(name, slack=f"U0{name.upper()}")
    return replace(Actor(person, Account.MEMBER, groups, Surface.BUTTON, frozenset(held)), **changed)


PRIYA, SAM, ALEX, OLGA = (actor(name) for name in GROUPS)
GUEST = actor("priya", account=Account.GUEST)


def word(by: Actor, verdict: Verdict = Verdict.APPROVE, generation: int = 1) -> Approval:
    """Return what somebody said at noon."""
    groups = tuple(sorted(by.groups))
    return Approval(by.person.id, by.person.slack, verdict, generation, groups, NOON, by.surface)


def release(number: int = 1, *by: Actor, under: Policy = POLICY, **changed: Any) -> Release:
    """Return an open release of build `number`, approved by these people."""
    words = tuple(word(one) for one in by)
    return replace(a_release(number, policy=lane_policy(under), approvals=words), **changed)


def flying(number: int = 1, status: DeployStatus = DeployStatus.ATTEMPTED, **changed: Any) -> Release:
    """Return an approved release whose deploy was attempted at noon."""
    begun = release(number, PRIYA, state=Lifecycle.DEPLOYING, deployment=Deployment(status, attempted_at=NOON))
    return replace(begun, **changed)


def live(number: int, release_number: int | None = None) -> Live:
    """Return build `number` as what is live."""
    build = a_build(number)
    return Live(build.sha, build.version, NOON, build.position, release_number)


def lane(*releases: Release, **changed: Any) -> Lane:
    """Return an adopted lane with these releases, nothing live."""
    return replace(Lane(LANE, adopted_at=NOON, releases=releases), **changed)


def go(there: Lane, given: Input, under: Policy = POLICY, now: datetime = LATER) -> Decision:
    """Decide; it must not be refused."""
    decided = decide(there, given, under, FRESH, now)
    assert isinstance(decided, Decision), decided
    return decided


def reasons(there: Lane, given: Input, under: Policy = POLICY, now: datetime = LATER) -> tuple[Reason, ...]:
    """Decide; it must be refused. Return every reason."""
    decided = decide(there, given, under, FRESH, now)
    assert isinstance(decided, Refusal), decided
    return decided.reasons


def one(decided: Decision, number: int = 1) -> Release:
    """Return a release as decided."""
    found = decided.lane.release(number)
    assert found, number
    return found


def approves(by: Actor, number: int = 1, generation: int | None = None) -> Approve:
    """Return somebody's yes."""
    return Approve(number, by, generation)
