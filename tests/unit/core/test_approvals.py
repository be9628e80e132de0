"""Whether rules are met: the best assignment of people to rules, and who never counts."""

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.approvals import Missing, approval_reasons, gave, missing, needs_another, rules_of, unmapped, word_of
from bot.core.build import Author
from bot.core.inputs import Actor
from bot.core.lane import Around, Change, Lane
from bot.core.policy import ApprovalRule, Hotfix, Kind, Mode, Person, Policy, SelfApproval
from bot.core.refusals import OwnRelease, OwnWork, Reason
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
    lane,
    lane_policy,
    live,
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
        "the requester never counts, renamed since",
        release(1, PRIYA, requested_by="pri", requested_slack="U0PRIYA"),
        POLICY,
        (Missing(QA, 0),),
    ),
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
    assert missing(there, lane(there), under) == lacking


def test_rules_then_and_now_are_told_once_each() -> None:
    assert rules_of(release(under=BOTH), lane(), policy(SRE, NOBODY)) == (QA, SRE, NOBODY)
    assert rules_of(release(under=BOTH), lane(), ELSEWHERE) == (QA, SRE)


def test_each_way_has_rules_of_its_own_then_and_now() -> None:
    ways = policy(rollback=(), hotfix=Hotfix((SRE,)))
    assert [rules_of(release(under=ways, kind=kind), lane(), ways) for kind in Kind] == [(QA,), (), (SRE,)]
    assert rules_of(release(under=ways, kind=Kind.ROLLBACK), lane(), POLICY) == (QA,)
    assert rules_of(release(kind=Kind.HOTFIX), lane(), ways) == (QA, SRE)


def test_a_rule_that_both_policies_have_is_as_far_as_the_stricter_one_counts() -> None:
    lax, strict = policy(TWO_QA, self_approval=SelfApproval.ALLOW), policy(TWO_QA)
    for then, today in ((lax, strict), (strict, lax)):
        there = release(1, PRIYA, ALEX, under=then, requested_by="priya")
        assert missing(there, lane(there), today) == (Missing(TWO_QA, 1),)
    three = replace(QA, count=3)
    lax, strict = policy(three, self_approval=SelfApproval.ALLOW), policy(three)
    for then, today in ((lax, strict), (strict, lax)):
        there = release(1, PRIYA, ALEX, under=then, requested_by="priya")
        assert missing(there, lane(there), today) == (Missing(three, 1),)


# -- one person, several accounts -----------------------------------------------------------------------------------

UNLISTED = replace(PRIYA, person=Person("U0PRIYA", slack="U0PRIYA"))


def test_somebody_who_was_listed_since_counts_once() -> None:
    twice = release(1, UNLISTED, PRIYA, under=policy(TWO_QA))
    assert missing(twice, lane(twice), policy(TWO_QA)) == (Missing(TWO_QA, 1),)


def test_somebody_who_was_listed_since_is_whom_a_rule_names() -> None:
    named = policy(ApprovalRule(("priya",), 1))
    assert missing(release(1, UNLISTED, under=named), lane(), named) == ()


def test_somebody_who_was_listed_since_is_still_who_pushed() -> None:
    pushed = release(1, UNLISTED, build=a_build(1, pusher=PRIYA_AUTHOR))
    assert missing(pushed, lane(), POLICY) == (Missing(QA, 0),)


def test_a_word_is_whose_it_is_under_any_of_their_names() -> None:
    assert gave(PRIYA.person, word(UNLISTED))
    assert gave(UNLISTED.person, word(PRIYA))
    assert gave(Person("priya"), word(PRIYA))
    assert not gave(SAM.person, word(PRIYA))
    assert not gave(Person("sam"), word(replace(PRIYA, person=Person("priya"))))
    assert word_of(SAM.person, release(1, PRIYA, UNLISTED)) is None
    assert word_of(PRIYA.person, release(1, SAM, UNLISTED)) == word(UNLISTED)
    assert word_of(PRIYA.person, release(1, PRIYA, generation=2)) is None


# -- whose own work it is --------------------------------------------------------------------------------------------

ALLOW = policy(self_approval=SelfApproval.ALLOW)
STRICT = policy(self_approval=SelfApproval.STRICT)
OPTIONAL = policy(mode=Mode.DEPLOYMENT, self_approval=SelfApproval.STRICT)
BY_PRIYA = a_build(1, authors=(PRIYA_AUTHOR,))
REQUESTER, RETRIER, PUSHER, AUTHOR = (OwnRelease(how) for how in OwnWork)
OWN: list[tuple[str, Release, Policy, tuple[Reason, ...]]] = [
    ("nobody's own", release(), POLICY, ()),
    ("who asked for it", release(requested_by="priya"), POLICY, (REQUESTER,)),
    ("who asked for it under the id they had", release(requested_by="U0PRIYA"), POLICY, (REQUESTER,)),
    (
        "who asked for it under a name they had",
        release(requested_by="pri", requested_slack="U0PRIYA"),
        POLICY,
        (REQUESTER,),
    ),
    ("who asked for it with another account", release(requested_by="pri", requested_slack="U0SAM"), POLICY, ()),
    ("who tried it again", release(retry_of=7, retried_by="priya"), POLICY, (RETRIER,)),
    (
        "who tried it again under a name they had",
        release(retried_by="pri", retried_slack="U0PRIYA"),
        POLICY,
        (RETRIER,),
    ),
    ("who tried it again with another account", release(retried_by="pri", retried_slack="U0SAM"), POLICY, ()),
    ("who pushed, by GitHub id", release(build=a_build(1, pusher=Author("?", github="1001"))), POLICY, (PUSHER,)),
    (
        "who pushed, by e-mail, however written",
        release(build=a_build(1, pusher=Author("?", "PRIYA@acme.example"))),
        POLICY,
        (PUSHER,),
    ),
    (
        "who pushed, by e-mail, though the id is another's",
        release(build=a_build(1, pusher=Author("?", "priya@acme.example", "1002"))),
        POLICY,
        (PUSHER,),
    ),
    ("nobody pushed", release(build=a_build(1, pusher=None)), POLICY, ()),
    ("who wrote it, which is told once others are needed", release(build=BY_PRIYA), POLICY, ()),
    ("who wrote it, under strict", release(under=STRICT, build=BY_PRIYA), STRICT, (AUTHOR,)),
    ("who wrote it, strict since", release(build=BY_PRIYA), STRICT, (AUTHOR,)),
    ("who wrote it, strict then", release(under=STRICT, build=BY_PRIYA), POLICY, (AUTHOR,)),
    ("who wrote none of it, under strict", release(under=STRICT, build=a_build(1, authors=(SAM_AUTHOR,))), STRICT, ()),
    (
        "everything at once, each told once",
        release(under=STRICT, requested_by="priya", retried_by="priya", build=replace(BY_PRIYA, pusher=PRIYA_AUTHOR)),
        STRICT,
        (REQUESTER, RETRIER, PUSHER, AUTHOR),
    ),
    ("all allowed", release(under=ALLOW, requested_by="priya", build=BY_PRIYA), ALLOW, ()),
    ("all allowed then, not now", release(under=ALLOW, requested_by="priya", build=BY_PRIYA), POLICY, (REQUESTER,)),
    ("where today nobody is asked", release(under=ALLOW, requested_by="priya", build=BY_PRIYA), OPTIONAL, ()),
]


@pytest.mark.parametrize(("there", "under", "why"), [row[1:] for row in OWN], ids=[row[0] for row in OWN])
def test_priya_may_approve_but_for(there: Release, under: Policy, why: tuple[Reason, ...]) -> None:
    assert approval_reasons(PRIYA, there, lane(there), under) == why
    assert approval_reasons(PRIYA, there, lane(there), under, own_work=False) == ()
    counts = missing(replace(there, approvals=(word(PRIYA),)), lane(there), under) == ()
    assert counts is (why == ())


# -- commits and their authors ---------------------------------------------------------------------------------------


def change(number: int, *authors: Author) -> Change:
    """Return a commit that is not live yet."""
    build = a_build(number)
    return Change(build.sha, build.position, authors)


def since(*changes: Change) -> Lane:
    """Return a lane in which these commits are not live yet."""
    return lane(around=Around(changes=changes))


def behind(number: int, *changes: Change) -> Lane:
    """Return a lane that went on to a build after the commits were loaded."""
    return replace(since(*changes), live=live(number))


BY_BOTH = a_build(1, authors=(PRIYA_AUTHOR, SAM_AUTHOR))
BY_ANN = a_build(3)
BY_P, BY_S, BY_PS = change(1, PRIYA_AUTHOR), change(2, SAM_AUTHOR), change(2, PRIYA_AUTHOR, SAM_AUTHOR)
BUILT_AGAIN = behind(1, replace(BY_P, position=BY_S.position))
AUTHORS: list[tuple[str, Release, Lane, Policy, bool]] = [
    ("the author alone", release(1, PRIYA, build=BY_PRIYA), lane(), POLICY, True),
    ("the author under a former id", release(1, UNLISTED, build=BY_PRIYA), lane(), POLICY, True),
    ("the authors among themselves", release(1, PRIYA, SAM, build=BY_BOTH, under=BOTH), lane(), BOTH, True),
    ("the author and somebody who counts", release(1, PRIYA, ALEX, build=BY_PRIYA), lane(), POLICY, False),
    (
        "the author and somebody whom no rule asks any more",
        release(1, PRIYA, SAM, build=BY_PRIYA),
        lane(),
        POLICY,
        True,
    ),
    ("somebody else", release(1, ALEX, build=BY_PRIYA), lane(), POLICY, False),
    ("the author where it is allowed", release(1, PRIYA, build=BY_PRIYA, under=ALLOW), lane(), ALLOW, False),
    ("the author where it is forbidden today", release(1, PRIYA, build=BY_PRIYA, under=ALLOW), lane(), POLICY, True),
    ("the author where it was forbidden", release(1, PRIYA, build=BY_PRIYA), lane(), ALLOW, True),
    (
        "the author for the rules it was opened under, another for those of today",
        release(1, PRIYA, SAM, build=BY_PRIYA),
        lane(),
        policy(SRE),
        True,
    ),
    ("nobody", release(build=BY_PRIYA), lane(), POLICY, False),
    ("the author where nobody is asked", release(1, PRIYA, build=BY_PRIYA, under=AUTOMATIC), lane(), AUTOMATIC, False),
    (
        "somebody, of a commit by strangers",
        release(1, PRIYA, build=a_build(1, authors=(Author("X"),))),
        lane(),
        POLICY,
        False,
    ),
    ("somebody, of a commit by nobody", release(1, PRIYA, build=a_build(1, authors=())), lane(), POLICY, False),
    ("the author of a commit before it", release(1, PRIYA, build=BY_ANN), since(BY_P), POLICY, True),
    ("the author of a commit after what is live", release(1, PRIYA, build=BY_ANN), behind(0, BY_P), POLICY, True),
    ("the author of a commit that is live by now", release(1, PRIYA, build=BY_ANN), behind(1, BY_P), POLICY, False),
    ("the author of what is live, built once more since", release(1, PRIYA, build=BY_ANN), BUILT_AGAIN, POLICY, False),
    ("the author of a commit after it", release(1, PRIYA, build=a_build(0)), since(BY_P), POLICY, False),
    ("the author of its own commit, told as a change", release(1, PRIYA), since(BY_P), POLICY, True),
    (
        "an author of one and of another",
        release(1, PRIYA, SAM, build=BY_ANN, under=BOTH),
        since(BY_P, BY_S),
        BOTH,
        False,
    ),
    ("both authors of one of two", release(1, PRIYA, SAM, build=BY_ANN, under=BOTH), since(BY_P, BY_PS), BOTH, True),
    ("a third one", release(1, PRIYA, SAM, ALEX, build=BY_ANN, under=BOTH), since(BY_P, BY_PS), BOTH, False),
    ("the author of what it goes back over", release(1, PRIYA, build=a_build(0)), since(BY_P, BY_S), POLICY, False),
]


@pytest.mark.parametrize(
    ("there", "where", "under", "lacks"), [row[1:] for row in AUTHORS], ids=[row[0] for row in AUTHORS]
)
def test_another_is_needed_when_this_was_approved_by(there: Release, where: Lane, under: Policy, lacks: bool) -> None:
    assert needs_another(there, where, under) is lacks


WROTE: list[tuple[str, Release, Lane, tuple[Missing, ...]]] = [
    ("the author of what ships", release(1, PRIYA, build=BY_PRIYA, under=STRICT), lane(), (Missing(QA, 0),)),
    ("an author of a commit before it", release(1, PRIYA, build=BY_ANN, under=STRICT), since(BY_PS), (Missing(QA, 0),)),
    ("the author of a commit after it", release(1, PRIYA, build=a_build(0), under=STRICT), since(BY_P), ()),
    ("no author", release(1, ALEX, build=BY_BOTH, under=STRICT), since(BY_P, BY_S), ()),
]


@pytest.mark.parametrize(("there", "where", "lacking"), [row[1:] for row in WROTE], ids=[row[0] for row in WROTE])
def test_under_strict_no_author_counts(there: Release, where: Lane, lacking: tuple[Missing, ...]) -> None:
    assert missing(there, where, STRICT) == lacking
    assert missing(there, where, POLICY) == lacking
    assert missing(replace(there, policy=lane_policy()), where, STRICT) == lacking
    assert missing(replace(there, policy=lane_policy()), where, POLICY) == ()


STRANGER = replace(PRIYA, person=Person("U0EVE", slack="U0EVE"))
BY_STRANGERS = a_build(1, authors=(Author("Ann"), Author("Bo", "bo@acme.example"), PRIYA_AUTHOR))
UNKNOWN: list[tuple[str, Release, Lane, Policy, tuple[str, ...]]] = [
    ("everybody is known", release(1, SAM, build=BY_PRIYA, under=STRICT), lane(), STRICT, ()),
    ("authors", release(build=BY_STRANGERS, under=STRICT), lane(), STRICT, ("Ann", "Bo")),
    ("strict since", release(build=BY_STRANGERS), lane(), STRICT, ("Ann", "Bo")),
    ("strict then", release(build=BY_STRANGERS, under=STRICT), lane(), POLICY, ("Ann", "Bo")),
    ("not asked for", release(1, STRANGER, build=BY_STRANGERS), lane(), POLICY, ()),
    ("no approval is asked for", release(build=BY_STRANGERS, under=OPTIONAL), lane(), OPTIONAL, ()),
    (
        "each once, approvers after authors",
        release(1, STRANGER, SAM, build=a_build(2, authors=(Author("Ann"),)), under=STRICT),
        since(change(1, Author("Cy"), SAM_AUTHOR), change(2, Author("Ann")), change(3, Author("Later"))),
        STRICT,
        ("Cy", "Ann", "U0EVE"),
    ),
    ("an approver listed since", release(1, UNLISTED, build=BY_PRIYA, under=STRICT), lane(), STRICT, ()),
    (
        "an approver without Slack",
        release(1, replace(SAM, person=Person("sam")), build=BY_PRIYA, under=STRICT),
        lane(),
        STRICT,
        (),
    ),
    (
        "not who took it back",
        release(approvals=(word(STRANGER), word(STRANGER, Verdict.WITHDRAW)), build=BY_PRIYA, under=STRICT),
        lane(),
        STRICT,
        (),
    ),
]


@pytest.mark.parametrize(
    ("there", "where", "under", "names"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN]
)
def test_who_is_unknown_under_strict(there: Release, where: Lane, under: Policy, names: tuple[str, ...]) -> None:
    assert unmapped(there, where, under) == names


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
def test_t32_people_are_assigned_as_well_as_possible(rules: list[ApprovalRule], people: list[frozenset[str]]) -> None:
    under = policy(*rules)
    actors = [replace(OLGA, person=Person(f"p{index}"), groups=groups) for index, groups in enumerate(people)]
    there: Release = release(1, *actors, under=under)
    wanted = sum(rule.count for rule in rules)
    lacking = missing(there, lane(there), under)
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
    met = missing(release(1, *actors, under=under), lane(), under) == ()
    assert (missing(release(1, *shuffled, under=under), lane(), under) == ()) is met
