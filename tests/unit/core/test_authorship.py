"""Who wrote what a release would bring: as the source's compare tells, and until it has told nothing ships by it."""

from dataclasses import replace

import pytest

from bot.core.approvals import finding_authors, needs_another, unmapped
from bot.core.blockers import FindingAuthors, NeedsAnotherApprover, authorship_blockers, blockers
from bot.core.build import Author
from bot.core.lane import Around, Authorship, Lane
from bot.core.policy import Kind, Policy, SelfApproval
from bot.core.release import Override, Release
from bot.core.words import AUTHORS, overridable
from tests.factories import NOON, a_build, a_sha
from tests.unit.core.values import (
    AUTOMATIC,
    POLICY,
    PRIYA,
    PRIYA_AUTHOR,
    QA,
    SAM_AUTHOR,
    lane,
    lane_policy,
    live,
    policy,
    release,
)

ANN = Author("Ann", "ann@elsewhere.example")
BY_ANN = a_build(3, authors=(ANN,))
THERE = release(1, PRIYA, build=BY_ANN)
BOTH = Authorship(a_sha(1), a_sha(3), ((PRIYA_AUTHOR,), (ANN,)))
NOBODY = replace(BOTH, commits=None)


def among(*told: Authorship, compares: bool = True, release: Release = THERE) -> Lane:
    """Return a lane where commit 1 is live, a release waits, and this was told of commits."""
    return replace(lane(release), live=live(1), around=Around(compares=compares, authorship=told))


def under(self_approval: SelfApproval) -> Policy:
    return policy(QA, self_approval=self_approval)


@pytest.mark.parametrize(
    ("why", "where", "there", "today", "finding"),
    [
        ("nothing was told yet", among(), THERE, POLICY, True),
        ("of another build it was", among(replace(BOTH, head=a_sha(2))), THERE, POLICY, True),
        ("of what was live before it was", among(replace(BOTH, base=a_sha(0))), THERE, POLICY, True),
        ("it was told", among(BOTH), THERE, POLICY, False),
        ("of some of them it was", among(replace(BOTH, untold=1)), THERE, POLICY, True),
        ("nobody can tell", among(NOBODY), THERE, POLICY, False),
        ("nobody compares", among(compares=False), THERE, POLICY, False),
        ("nothing is live", replace(among(), live=None), THERE, POLICY, False),
        ("just that is live", replace(among(), live=live(3)), THERE, POLICY, False),
        ("it goes back", among(), replace(THERE, kind=Kind.ROLLBACK), POLICY, False),
        ("it is a hotfix", among(), replace(THERE, kind=Kind.HOTFIX), POLICY, True),
        ("nobody is asked", among(), release(1, under=AUTOMATIC), AUTOMATIC, False),
        ("people may approve their own, then and now", among(), release(1, under=under(SelfApproval.ALLOW)), under(SelfApproval.ALLOW), False),
        ("they may now, but not then", among(), THERE, under(SelfApproval.ALLOW), True),
        ("they might then, but not now", among(), release(1, under=under(SelfApproval.ALLOW), build=BY_ANN), under(SelfApproval.STRICT), True),
    ],
)  # fmt: skip
def test_it_is_being_found_out_while(why: str, where: Lane, there: Release, today: Policy, finding: bool) -> None:
    assert finding_authors(there, where, today) is finding, why


def test_a_commit_that_no_build_tells_of_needs_somebody_else_than_its_author() -> None:
    assert needs_another(THERE, among(BOTH), POLICY)
    assert blockers(THERE, among(BOTH), POLICY, NOON) == (NeedsAnotherApprover(),)
    assert not needs_another(THERE, among(replace(BOTH, commits=((SAM_AUTHOR,), (ANN,)))), POLICY)
    assert not needs_another(THERE, among(NOBODY), POLICY)
    assert not needs_another(THERE, among(replace(BOTH, base=a_sha(0))), POLICY)


def test_under_strict_the_authors_of_all_its_commits_must_be_listed() -> None:
    strict = under(SelfApproval.STRICT)
    told = replace(BOTH, commits=((Author("Bob"),), (ANN,)))
    there = replace(THERE, policy=lane_policy(strict))
    assert unmapped(there, among(told), strict) == ("Bob", "Ann")


def test_a_release_that_has_its_approvals_waits_until_it_is_told() -> None:
    assert blockers(THERE, among(), POLICY, NOON) == (FindingAuthors(),)
    assert blockers(THERE, among(BOTH, compares=False), POLICY, NOON) == (NeedsAnotherApprover(),)
    by_sam = Authorship(a_sha(1), a_sha(3), ((SAM_AUTHOR,),), untold=100)
    assert blockers(THERE, among(by_sam), POLICY, NOON) == (FindingAuthors(100),), "one of the others may be by Priya"
    without = replace(THERE, approvals=())
    assert FindingAuthors() not in blockers(without, among(release=without), POLICY, NOON), "people are asked anyway"


def test_an_override_lifts_it_and_says_so() -> None:
    assert overridable(THERE, among(), POLICY, NOON) == (AUTHORS,)
    lifted = replace(THERE, override=Override("sam", "it burns", NOON, (AUTHORS,)))
    assert authorship_blockers(lifted, among(release=lifted), POLICY) == ()
    assert blockers(lifted, among(release=lifted), POLICY, NOON) == ()
    assert blockers(lifted, among(replace(BOTH, untold=1), release=lifted), POLICY, NOON) == ()
