"""A second group hears of it when approvals have been missing for long: when, whom it calls, and once."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.core.build import Author
from bot.core.calendar import QuietHours
from bot.core.decide import Decision
from bot.core.due import due_at
from bot.core.effects import Escalate, Happened, Happening
from bot.core.escalating import Called, called, escalations, next_moment
from bot.core.events import TimePassed
from bot.core.policy import ApprovalRule, Group, Person, Policy, SelfApproval
from bot.core.release import Approval, Lifecycle, Release, Surface, Verdict
from bot.core.speaking import Escalation
from tests.factories import NOON, a_build, a_lane_policy, a_policy, a_release
from tests.unit.core.values import go, lane

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)
NIGHT = QuietHours(time(20), time(7), "UTC")
TO_SRE = Escalation(4 * HOUR, "sre")
PRIYA, SAM, ALEX = (Person(name, slack=f"U0{name.upper()}") for name in ("priya", "sam", "alex"))


def under(*rules: ApprovalRule, **changed: Any) -> Policy:
    given: dict[str, Any] = {"approvals": rules or (ApprovalRule(("qa",), 1),), "escalate": TO_SRE, **changed}
    groups = (Group("qa", frozenset({"priya"})), Group("sre", frozenset({"sam", "alex"})))
    return a_policy(a_lane_policy(**given), people=(PRIYA, SAM, ALEX), groups=groups)


def waiting(policy: Policy, **changed: Any) -> Release:
    return a_release(1, policy=policy.lanes()[0], **changed)


def said_yes(person: str) -> Approval:
    groups = ("qa",) if person == "priya" else ("sre",)
    return Approval(person, f"U0{person.upper()}", Verdict.APPROVE, 1, groups, NOON, Surface.BUTTON)


WHEN = [
    ("before", {}, {}, NOON + 4 * HOUR - MOMENT, False, NOON + 4 * HOUR),
    ("then", {}, {}, NOON + 4 * HOUR, True, NOON + 4 * HOUR),
    ("after downtime", {}, {}, NOON + 6 * HOUR, True, NOON + 6 * HOUR),
    ("once", {"escalated": True}, {}, NOON + 6 * HOUR, False, None),
    ("from when people were asked", {"asked_at": NOON + HOUR}, {}, NOON + 4 * HOUR, False, NOON + 5 * HOUR),
    ("nowhere else", {}, {"escalate": None}, NOON + 9 * HOUR, False, None),
    ("not what has started", {"state": Lifecycle.DEPLOYING}, {}, NOON + 9 * HOUR, False, None),
    ("not what is approved", {"approvals": (said_yes("priya"),)}, {}, NOON + 9 * HOUR, False, None),
    ("quiet", {"asked_at": NOON + 5 * HOUR}, {"quiet_hours": NIGHT}, NOON + 9 * HOUR, False, MORNING),
    ("at its end", {"asked_at": NOON + 5 * HOUR}, {"quiet_hours": NIGHT}, MORNING, True, MORNING),
]


@pytest.mark.parametrize(("there", "ruled", "now", "does", "due"), [row[1:] for row in WHEN], ids=[r[0] for r in WHEN])
def test_a_second_group_hears_of_it(
    there: dict[str, Any], ruled: dict[str, Any], now: datetime, does: bool, due: datetime | None
) -> None:
    policy = under(**ruled)
    release = waiting(policy, **there)
    before = Decision(lane(release))
    after = escalations(before, release, policy, now)
    if does:
        told = Happening(Happened.ESCALATED, 1, detail="sre")
        assert after == Decision(lane(replace(release, escalated=True)), (Escalate(1, "sre"),), (told,))
        assert escalations(after, after.lane.releases[0], policy, now) == after
    else:
        assert after == before
    assert next_moment(release, lane(release), policy, now) == due


def test_the_clock_comes_by_for_it() -> None:
    policy = under()
    release = waiting(policy)
    assert due_at(release, lane(release), policy, NOON) == NOON + 4 * HOUR


def test_a_reminder_that_is_due_then_is_that_message() -> None:
    policy = under(remind_after=(2 * HOUR, 4 * HOUR, 6 * HOUR))
    release = waiting(policy, reminded=1)
    after = go(lane(release), TimePassed(), policy, NOON + 4 * HOUR)
    assert [one.kind for one in after.happenings] == [Happened.ESCALATED]
    assert after.effects == (Escalate(1, "sre"),)
    assert after.lane.releases[0].reminded == 2
    later = go(after.lane, TimePassed(), policy, NOON + 6 * HOUR)
    assert [one.kind for one in later.happenings] == [Happened.REMINDED], "the next one follows"


QA, SRE = ApprovalRule(("qa",), 1), ApprovalRule(("sre",), 1)
BOTH = ApprovalRule(("sre",), 2)
WHOM = [
    ("who may approve", (SRE,), {}, Called((ALEX, SAM), usergroup=False, to_approve=True)),
    ("not who has", (BOTH,), {"approvals": (said_yes("sam"),)}, Called((ALEX,), usergroup=False, to_approve=True)),
    ("not for their own", (SRE,), {"requested_by": "sam"}, Called((ALEX,), usergroup=False, to_approve=True)),
    ("who is asked by name", (ApprovalRule(("sam",), 1),), {}, Called((SAM,), usergroup=False, to_approve=True)),
    ("all to push others", (QA,), {}, Called((ALEX, SAM), usergroup=False, to_approve=False)),
    (
        "all to push others once they have done what they can",
        (QA, SRE),
        {"approvals": (said_yes("sam"),)},
        Called((ALEX, SAM), usergroup=False, to_approve=False),
    ),
]


@pytest.mark.parametrize(("rules", "there", "expected"), [row[1:] for row in WHOM], ids=[row[0] for row in WHOM])
def test_those_are_called_who_could_help(
    rules: tuple[ApprovalRule, ...], there: dict[str, Any], expected: Called
) -> None:
    policy = under(*rules)
    release = waiting(policy, **there)
    assert called("sre", release, lane(release), policy) == expected


def test_where_only_another_author_is_missing_those_who_may_approve_are_called() -> None:
    policy = under(SRE, self_approval=SelfApproval.FORBID)
    people = tuple(replace(one, github=f"100{index}") for index, one in enumerate((PRIYA, SAM, ALEX)))
    policy = replace(policy, people=people)
    build = a_build(1, authors=(Author("Sam", "s@acme.example", "1001"),), pusher=None)
    release = waiting(policy, build=build, approvals=(said_yes("sam"),))
    assert called("sre", release, lane(release), policy) == Called((people[2],), usergroup=False, to_approve=True)


def test_a_user_group_is_called_whole() -> None:
    policy = replace(under(SRE), groups=(Group("sre", frozenset({"sam"}), "S0SRE"),))
    release = waiting(policy, requested_by="sam")
    assert called("sre", release, lane(release), policy) == Called((), usergroup=True, to_approve=True)
    others = replace(under(QA), groups=(Group("sre", frozenset({"sam"}), "S0SRE"),))
    release = waiting(others)
    assert called("sre", release, lane(release), others) == Called((SAM,), usergroup=True, to_approve=False)


def test_a_group_that_the_policy_no_longer_has_is_nobody() -> None:
    policy = under()
    release = waiting(policy)
    assert called("ops", release, lane(release), policy) == Called((), usergroup=False, to_approve=False)
