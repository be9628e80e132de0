"""Whether rules are met: the best assignment of people to rules, and who never counts."""

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.approvals import Missing, missing, only_authors_approved, rules_of
from bot.core.build import Author
from bot.core.inputs import Actor
from bot.core.policy import ApprovalRule, Person, Policy, SelfApproval
from bot.core.release import Release, Verdict
from tests.factories import a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    OLGA,
    POLICY,
    PRIYA,
    PRIYA_AUTHOR,
    QA,
    SAM,
    SAM_AUTHOR,
    SRE,
    lane_policy,
    policy,
    release,
    word,
)

BOTH = policy(QA, SRE)
NOBODY = ApprovalRule(("nobody",), 1)
TWO_QA = replace(QA, count=2)
EITHER = ApprovalRule(("qa", "sre"), 2)

MET: list[tuple[str, Release, Policy, tuple[Missing, ...]]] = [
    ("nobody has approved", release(under=BOTH), BOTH, (Missing(QA, 0), Missing(SRE, 0))),
    ("one rule is met", release(1, SAM, under=BOTH), BOTH, (Missing(QA, 0),)),
    ("both are met", release(1, SAM, PRIYA, under=BOTH), BOTH, ()),
    ("one person satisfies one rule only", release(1, ALEX, under=BOTH), BOTH, (Missing(SRE, 0),)),
    ("whoever is in both is spent where others cannot", release(1, ALEX, PRIYA, under=BOTH), BOTH, ()),
    ("the same in the other order", release(1, ALEX, SAM, under=BOTH), BOTH, ()),
    ("a count of two wants two", release(1, PRIYA, under=policy(TWO_QA)), policy(TWO_QA), (Missing(TWO_QA, 1),)),
    (
        "the same rule twice wants two",
        release(1, PRIYA, under=policy(QA, QA)),
        policy(QA, QA),
        (Missing(TWO_QA, 1),),
    ),
    ("the same rule twice is met by two", release(1, PRIYA, ALEX, under=policy(QA, QA)), policy(QA, QA), ()),
    ("either group will do", release(1, PRIYA, SAM, under=policy(EITHER)), policy(EITHER), ()),
    (
        "a person named in a rule",
        release(1, OLGA, under=policy(ApprovalRule(("olga",), 1))),
        policy(ApprovalRule(("olga",), 1)),
        (),
    ),
    ("a group of nobody is never met", release(1, PRIYA, under=policy(NOBODY)), policy(NOBODY), (Missing(NOBODY, 0),)),
    ("a rule added since holds too", release(1, PRIYA), policy(SRE), (Missing(SRE, 0),)),
    ("a rule lifted since holds still", release(1, PRIYA, under=BOTH), POLICY, (Missing(SRE, 0),)),
    ("one yes may meet the rules then and those now", release(1, ALEX), policy(SRE), ()),
    ("the rules it was opened under hold without a policy", release(), ELSEWHERE, (Missing(QA, 0),)),
    ("nothing is asked where builds ship by themselves", release(under=AUTOMATIC), AUTOMATIC, ()),
    ("nor was then, but today it is", release(under=AUTOMATIC), POLICY, (Missing(QA, 0),)),
    (
        "what was taken back does not count",
        release(1, approvals=(word(PRIYA), word(PRIYA, Verdict.WITHDRAW))),
        POLICY,
        (Missing(QA, 0),),
    ),
    (
        "what was said again after that does",
        release(1, approvals=(word(PRIYA), word(PRIYA, Verdict.WITHDRAW), word(PRIYA))),
        POLICY,
        (),
    ),
    ("a yes to a former artifact does not count", release(1, PRIYA, generation=2), POLICY, (Missing(QA, 0),)),
    ("the requester never counts", release(1, PRIYA, requested_by="priya"), POLICY, (Missing(QA, 0),)),
    (
        "the last pusher never counts",
        release(1, PRIYA, build=a_build(1, pusher=PRIYA_AUTHOR)),
        POLICY,
        (Missing(QA, 0),),
    ),
    (
        "forbidden today is forbidden",
        release(1, PRIYA, requested_by="priya", under=policy(self_approval=SelfApproval.ALLOW)),
        POLICY,
        (Missing(QA, 0),),
    ),
    (
        "allowed today does not lift what was forbidden",
        release(1, PRIYA, requested_by="priya"),
        policy(self_approval=SelfApproval.ALLOW),
        (Missing(QA, 0),),
    ),
    (
        "one's own counts where it always was allowed",
        release(1, PRIYA, requested_by="priya", under=policy(self_approval=SelfApproval.ALLOW)),
        policy(self_approval=SelfApproval.ALLOW),
        (),
    ),
]


@pytest.mark.parametrize(("there", "under", "lacking"), [row[1:] for row in MET], ids=[row[0] for row in MET])
def test_rules(there: Release, under: Policy, lacking: tuple[Missing, ...]) -> None:
    assert missing(there, under) == lacking


def test_rules_then_and_now_are_told_once_each() -> None:
    assert rules_of(release(under=BOTH), lane_policy(policy(SRE, NOBODY))) == (QA, SRE, NOBODY)
    assert rules_of(release(under=BOTH), None) == (QA, SRE)


# -- one person, several accounts -----------------------------------------------------------------------------------

UNLISTED = replace(PRIYA, person=Person("U0PRIYA", slack="U0PRIYA"))


def test_somebody_who_was_listed_since_counts_once() -> None:
    twice = release(1, UNLISTED, PRIYA, under=policy(TWO_QA))
    assert missing(twice, policy(TWO_QA)) == (Missing(TWO_QA, 1),)


def test_somebody_who_was_listed_since_is_whom_a_rule_names() -> None:
    named = policy(ApprovalRule(("priya",), 1))
    assert missing(release(1, UNLISTED, under=named), named) == ()


def test_somebody_who_was_listed_since_is_still_who_pushed() -> None:
    pushed = release(1, UNLISTED, build=a_build(1, pusher=PRIYA_AUTHOR))
    assert missing(pushed, POLICY) == (Missing(QA, 0),)


# -- authors --------------------------------------------------------------------------------------------------------

BY_PRIYA = a_build(1, authors=(PRIYA_AUTHOR,))
BY_BOTH = a_build(1, authors=(PRIYA_AUTHOR, SAM_AUTHOR))
ALLOW = policy(self_approval=SelfApproval.ALLOW)
AUTHORS: list[tuple[str, Release, Policy, bool]] = [
    ("the author alone", release(1, PRIYA, build=BY_PRIYA), POLICY, True),
    ("the author under a former id", release(1, UNLISTED, build=BY_PRIYA), POLICY, True),
    ("the authors among themselves", release(1, PRIYA, SAM, build=BY_BOTH, under=BOTH), BOTH, True),
    ("the author and somebody who counts", release(1, PRIYA, ALEX, build=BY_PRIYA), POLICY, False),
    ("the author and somebody whom no rule asks any more", release(1, PRIYA, SAM, build=BY_PRIYA), POLICY, True),
    ("somebody else", release(1, ALEX, build=BY_PRIYA), POLICY, False),
    ("the author where it is allowed", release(1, PRIYA, build=BY_PRIYA, under=ALLOW), ALLOW, False),
    ("the author where it is forbidden today", release(1, PRIYA, build=BY_PRIYA, under=ALLOW), POLICY, True),
    (
        "the author for the rules it was opened under, another for those of today",
        release(1, PRIYA, SAM, build=BY_PRIYA),
        policy(SRE),
        True,
    ),
    ("nobody", release(build=BY_PRIYA), POLICY, False),
    ("the author where nobody is asked", release(1, PRIYA, build=BY_PRIYA, under=AUTOMATIC), AUTOMATIC, False),
    ("somebody, of a commit by strangers", release(1, PRIYA, build=a_build(1, authors=(Author("X"),))), POLICY, False),
    ("somebody, of a commit by nobody", release(1, PRIYA, build=a_build(1, authors=())), POLICY, False),
]


@pytest.mark.parametrize(("there", "under", "lacks"), [row[1:] for row in AUTHORS], ids=[row[0] for row in AUTHORS])
def test_only_authors_have_approved_when_it_was(there: Release, under: Policy, lacks: bool) -> None:
    assert only_authors_approved(there, under) is lacks


# -- the assignment against trying every one -------------------------------------------------------------------------

SOURCES = ["a", "b", "c"]
RULES = st.lists(
    st.builds(
        ApprovalRule,
        st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True).map(tuple),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=3,
)
PEOPLE = st.lists(st.frozensets(st.sampled_from(SOURCES)), max_size=6)


def most(rules: list[ApprovalRule], people: list[frozenset[str]]) -> int:
    """Return how many places can be filled at most, by trying every way to fill the first."""
    if not rules:
        return 0
    first, rest = rules[0], rules[1:]
    fit = [index for index, groups in enumerate(people) if groups & set(first.sources)]
    best = 0
    for size in range(min(first.count, len(fit)) + 1):
        for chosen in combinations(fit, size):
            left = [groups for index, groups in enumerate(people) if index not in chosen]
            best = max(best, size + most(rest, left))
    return best


@given(RULES, PEOPLE)
def test_people_are_assigned_as_well_as_possible(rules: list[ApprovalRule], people: list[frozenset[str]]) -> None:
    under = policy(*rules)
    actors = [replace(OLGA, person=Person(f"p{index}"), groups=groups) for index, groups in enumerate(people)]
    there: Release = release(1, *actors, under=under)
    wanted = sum(rule.count for rule in rules)
    lacking = missing(there, under)
    assert sum(lack.rule.count - lack.have for lack in lacking) == wanted - most(rules, people)
    assert all(0 <= lack.have < lack.rule.count for lack in lacking)


@given(RULES, PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_approvals_does_not_matter(
    rules: list[ApprovalRule], people: list[frozenset[str]], chance: Random
) -> None:
    under = policy(*rules)
    actors: list[Actor] = [replace(OLGA, person=Person(f"p{i}"), groups=groups) for i, groups in enumerate(people)]
    shuffled = list(actors)
    chance.shuffle(shuffled)
    met = missing(release(1, *actors, under=under), under) == ()
    assert (missing(release(1, *shuffled, under=under), under) == ()) is met
