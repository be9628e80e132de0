"""The policies of the walk: as plain dicts for the judge, and the same as the core's own values."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.core.build import Author
from bot.core.calendar import Dated, Freeze
from bot.core.inputs import Account, Actor
from bot.core.policy import (
    After,
    ApprovalRule,
    Group,
    Hotfix,
    LaneId,
    LanePolicy,
    Mode,
    NewerBuild,
    Permission,
    Person,
    Policy,
    SelfApproval,
    Skip,
    WhenLifted,
)
from bot.core.release import Surface
from bot.core.speaking import Escalation
from bot.core.target import GithubDeployment, GithubWorkflow
from bot.core.verification import Verification
from tests.factories import NOON, a_policy
from tests.unit.core.model import FREEZES, MAY, PEOPLE, Fact, Judge

DAY = 24 * 60
QA, SRE, BOTH = (("qa",), 1), (("sre",), 1), (("qa", "sre"), 2)
BASE: Fact = {
    "mode": "delivery",
    "approvals": [QA, SRE],
    "self": "forbid",
    "each": False,
    "lifted": "oldest",
    "expires": DAY,
    "valid": 3 * DAY,
    "undo": 2,
    "retry": 60,
    "after": 30,
    "rollback": [],
    "hotfix": {"approvals": [SRE], "skip": {"soak", "freeze"}},
    "verify": None,
    "trial": False,
}
PRODUCTION: list[Fact] = [
    BASE,
    {**BASE, "verify": (5, 10), "undo": 0, "approvals": [QA], "after": None},
    {**BASE, "each": True, "lifted": "ask", "expires": 2 * DAY, "approvals": [SRE], "after": None},
    {**BASE, "each": True, "lifted": "newest", "undo": 0, "after": 60, "retry": 0, "valid": None},
    {**BASE, "self": "strict", "approvals": [BOTH], "valid": DAY, "rollback": None},
    {**BASE, "self": "allow", "approvals": [SRE, SRE, QA], "hotfix": None, "expires": None},
    {**BASE, "mode": "deployment", "undo": 0, "verify": (5, 0)},
    {**BASE, "trial": True, "after": 0},
    {**BASE, "approvals": [], "hotfix": {"approvals": [BOTH], "skip": {"freeze"}}},
]
AUTOMATIC: Fact = {
    **BASE,
    "mode": "deployment",
    "approvals": [],
    "undo": 0,
    "after": None,
    "expires": None,
    "hotfix": None,
}
STAGING: list[Fact] = [AUTOMATIC, AUTOMATIC, {**AUTOMATIC, "verify": (5, 10)}, {**AUTOMATIC, "each": True}]
STOPPABLE = {"production"}
"""Lanes whose jobs can be ended while they run."""
ACCOUNTS = {name: Author(name, f"{name}@acme.example", str(1001 + index)) for index, name in enumerate(PEOPLE)}


def lane_id(env: str) -> LaneId:
    """Return a lane of the one service."""
    return LaneId("payments", env)


def _rules(given: Iterable[tuple[tuple[str, ...], int]]) -> tuple[ApprovalRule, ...]:
    return tuple(ApprovalRule(sources, count) for sources, count in given)


def _span(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def lane_policy(env: str, rules: Fact) -> LanePolicy:
    """Return the rules of a lane as the core knows them."""
    verify, hotfix = rules["verify"], rules["hotfix"]
    return LanePolicy(
        lane=lane_id(env),
        mode=Mode(rules["mode"]),
        channel="C0PAYMENTS",
        target=GithubWorkflow("deploy.yml", "main") if env in STOPPABLE else GithubDeployment(env),
        approvals=_rules(rules["approvals"]),
        self_approval=SelfApproval(rules["self"]),
        newer_build=NewerBuild.EACH_MUST_SHIP if rules["each"] else NewerBuild.LATEST_WINS,
        when_lifted=WhenLifted(rules["lifted"]),
        expires_after=_span(rules["expires"]),
        approval_valid_for=_span(rules["valid"]),
        undo_window=timedelta(minutes=rules["undo"]),
        remind_after=(timedelta(hours=2),),
        escalate=Escalation(timedelta(hours=3), "sre"),
        retry_within=timedelta(minutes=rules["retry"]),
        after=None if rules["after"] is None else After("staging", timedelta(minutes=rules["after"])),
        rollback=None if rules["rollback"] is None else _rules(rules["rollback"]),
        hotfix=hotfix and Hotfix(_rules(hotfix["approvals"]), frozenset(map(Skip, hotfix["skip"]))),
        verify=verify and Verification(timedelta(minutes=verify[0]), timedelta(minutes=verify[1])),
        trial=rules["trial"],
        announce=True,
    )


def core_policy(rules: dict[str, Fact]) -> Policy:
    """Return a policy of one service with these lanes, the people, and the freezes."""
    people = tuple(
        Person(name, slack=f"U0{name.upper()}", github=account.github, email=account.email)
        for name, account in ACCOUNTS.items()
    )
    names = {"qa", "sre"}
    groups = tuple(
        Group(name, frozenset(one for one, mine in PEOPLE.items() if name in mine)) for name in sorted(names)
    )
    freezes = tuple(
        Freeze(name, Dated(_local(begin), _local(end), "UTC"), tuple(sorted(envs)))
        for name, begin, end, envs in FREEZES
    )
    lanes = tuple(lane_policy(env, of) for env, of in rules.items())
    nobody: dict[str, Any] = {"services": ()} if not lanes else {}
    return a_policy(*lanes, people=people, groups=groups, freezes=freezes, permissions=(), **nobody)


def _local(minute: int) -> datetime:
    return (NOON + timedelta(minutes=minute)).replace(tzinfo=None)


def actor(person: str, judge: Judge) -> Actor:
    """Return somebody as the directory knows them now."""
    return Actor(
        Person(person, slack=f"U0{person.upper()}"),
        Account.MEMBER if judge.members[person] else Account.DEACTIVATED,
        frozenset(judge.groups[person]),
        Surface.BUTTON,
        frozenset(Permission(name) for name in MAY.get(person, set())),
    )
