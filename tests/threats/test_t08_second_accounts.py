"""One's own work needs somebody else, whichever account, login or address it comes under."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.config.load import load_policy
from bot.core.build import Author
from bot.core.policy import ApprovalRule, Group, Permission, Person, Policy, SelfApproval
from handlers.ci.github_commits import authors_of, pusher_of
from handlers.ci.github_compare import _authors
from handlers.ci.github_payloads import Account, Commit, Signature
from tests.factories import ANN, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.threats.ways import opened

PRIYA = Person("priya", slack="U0PRIYA", github="1001", email="priya@acme.example")
SAM = Person("sam", slack="U0SAM", github="1002", email="sam@acme.example")
ROBIN = Author("robin", github="1009")
SECOND = "U0PRIYA2"
"""Priya's second Slack account: in the user group, and not in the policy."""


def asking(self_approval: SelfApproval) -> Policy:
    """Return a policy that asks one of qa: Priya and Sam, and whoever is in a user group of Slack."""
    lane = a_lane_policy(approvals=(ApprovalRule(("qa",), 1),), self_approval=self_approval)
    return replace(
        a_policy(lane),
        people=(PRIYA, SAM, Person("robin", github="1009", email="robin@acme.example")),
        groups=(Group("qa", frozenset({"priya", "sam"}), usergroup="S0QA"),),
        permissions=((Permission.REQUEST, ("everyone",)),),
    )


def wrote(message: str = "Change 1", name: str = "Ann", email: str = "ann@acme.example") -> tuple[Author, ...]:
    """Return the authors of a commit as they are read."""
    return authors_of(Commit(message=message, author=Signature(name=name, email=email)))


@dataclass(frozen=True)
class Case:
    """Who made something, who approves it in turn, and after whose word it ships; None: it never does."""

    why: str
    approve: tuple[str, ...]
    ships: str | None
    pusher: Author = ROBIN
    authors: tuple[Author, ...] = (Author("robin", "robin@acme.example", "1009"),)
    requested_by: str | None = None
    self_approval: SelfApproval = SelfApproval.FORBID


BOTH = ("U0PRIYA", "U0SAM")
STRICT = SelfApproval.STRICT
CASES = (
    Case("nobody's own", BOTH, "U0PRIYA"),
    Case("the pusher, by account", BOTH, "U0SAM", pusher=Author("priya", github="1001")),
    Case(
        "the pusher, after a change of login",
        BOTH,
        "U0SAM",
        pusher=pusher_of(Account(login="sam", id=1001), None) or ANN,
    ),
    Case(
        "somebody who took the login over",
        BOTH,
        "U0PRIYA",
        pusher=pusher_of(Account(login="priya", id=4711), None) or ANN,
    ),
    Case("the author, by address", BOTH, "U0SAM", authors=wrote(email="Priya@Acme.example")),
    Case(
        "the author, by GitHub's private address", BOTH, "U0SAM", authors=wrote(email="1001+x@users.noreply.github.com")
    ),
    Case("that address in capitals", BOTH, "U0SAM", authors=wrote(email="1001+X@Users.NoReply.GitHub.com")),
    Case("a co-author by a trailer", BOTH, "U0SAM", authors=wrote("Fix\n\nCo-Authored-By: P <priya@acme.example>")),
    Case(
        "everybody of qa: nobody is left",
        BOTH,
        None,
        authors=wrote("Fix\n\nCo-authored-by: S <sam@acme.example>", email="priya@acme.example"),
    ),
    Case("a name alone is nobody's", BOTH, "U0PRIYA", authors=wrote(name="priya")),
    Case("the requester", BOTH, "U0SAM", requested_by="U0PRIYA"),
    Case(
        "the second account of the author",
        ("U0PRIYA", SECOND),
        None,
        authors=wrote(email="priya@acme.example"),
        self_approval=STRICT,
    ),
    Case("an author whom nobody knows", BOTH, None, authors=wrote(), self_approval=STRICT),
    Case("the author, under strict", BOTH, "U0SAM", authors=(Author("P", None, "1001"),), self_approval=STRICT),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
async def test_t08_ones_own_work_needs_somebody_else(case: Case, tmp_path: Path) -> None:
    with capture_logs():
        world = World(tmp_path, asking(case.self_approval))
        world.directory.groups = {"S0QA": frozenset({"U0PRIYA", SECOND})}
        await opened(world)
        await world.looks()
        await world.looks(a_report(1, pusher=case.pusher, authors=case.authors))
        name = "R-1"
        if case.requested_by is not None:
            await world.types("U0SAM", "cancel R-1")
            await world.types(case.requested_by, "payments 1 to production")
            name = "R-2"
        shipped = None
        for who in case.approve:
            await world.types(who, f"approve {name}")
            if world.executor.started and shipped is None:
                shipped = who
        assert shipped == case.ships
        await world.store.close()


def test_t09_what_a_commit_claims_gives_nobody_a_word() -> None:
    claimed = Commit(message="x", author=Signature(name="Sam", email="1002+sam@users.noreply.github.com"))
    told = Account(login="sam", id=1001)
    (author,) = _authors(claimed, told)
    assert author.github == "1001", "GitHub's number goes before the one in the text"
    assert asking(STRICT).person_of(github=author.github) == PRIYA
    assert asking(STRICT).person_of(github=told.login) is None
    assert asking(STRICT).person_of(slack="1001") is asking(STRICT).person_of(github="U0PRIYA") is None


POLICY = """
slack: {operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA, github: "1001", email: priya@acme.example}
  - %s
groups: {qa: {people: [priya]}}
services:
  payments:
    channel: C0PAYMENTS
    build: {github: {repository: acme/payments, branch: main, workflows: [build.yml]}}
    environments:
      production: {mode: delivery, approvals: [{from: qa, count: 1}], deploy: {github_deployment: {environment: production}}}
"""


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ("{name: sam, slack: U0PRIYA}", "account belongs to one person"),
        ('{name: sam, github: "1001"}', "account belongs to one person"),
        ("{name: sam, email: PRIYA@acme.example}", "account belongs to one person"),
        ("{name: priya, slack: U0SAM}", "listed twice"),
        ("{name: sam, github: priya}", "number"),
        ("{name: sam, slack: '@priya'}", "id"),
        ("{name: U0PRIYA, slack: U0SAM}", "name"),
        ("{name: everyone, slack: U0SAM}", "name"),
    ],
)
def test_t09_an_account_belongs_to_one_person_and_is_named_by_what_nobody_can_take(second: str, problem: str) -> None:
    loaded = load_policy(POLICY % second, file="signoff.yml", webhooks=True)
    assert isinstance(loaded, tuple | list), "the policy was taken"
    said = " ".join(one.line_of_text for one in loaded)
    assert problem in said, said
