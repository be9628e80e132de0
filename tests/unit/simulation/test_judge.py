"""The judge of schedules: whose word counts for what was sent, told from the world alone."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest

from bot.core.policy import Kind, LaneId
from sandbox.github.records import Commit
from simulation.judge import Judge, Shipped, Word
from simulation.life import Earth
from simulation.policies import policy

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRIYA, SAM, ROBIN = "U0PRIYA", "U0SAM", "U0ROBIN"
ROLLBACK, NORMAL = Kind.ROLLBACK, Kind.RELEASE


def commit(sha: str, number: int, email: str, parent: str | None, body: str = "") -> Commit:
    """Return a commit by whoever has the account with this number."""
    return Commit(sha, "A change", "Somebody", email, "somebody", number, NOON, body, parent=parent)


COMMITS = (
    commit("one", 1001, "priya@acme.example", None),
    commit("two", 9999, "stranger@acme.example", "one", "Co-authored-by: Sam <sam@acme.example>"),
    commit("three", 1009, "robin@acme.example", "two"),
)
EARTH = SimpleNamespace(
    forge=SimpleNamespace(repositories={"acme/docs": SimpleNamespace(commits=list(COMMITS))}),
    workspace=SimpleNamespace(usergroups={}),
)


@pytest.mark.parametrize(
    ("sha", "live", "kind", "humans", "complaints"),
    [
        ("two", "one", NORMAL, [PRIYA], []),
        ("two", "one", NORMAL, [SAM], ["['two'] are approved by their own authors alone"]),
        ("two", "one", NORMAL, [SAM, PRIYA], []),
        ("three", "one", NORMAL, [SAM], ["['two'] are approved by their own authors alone"]),
        ("three", "two", NORMAL, [SAM], []),
        ("three", None, NORMAL, [SAM], []),
        ("two", "two", NORMAL, [SAM], ["['two'] are approved by their own authors alone"]),
        ("two", "three", ROLLBACK, [SAM], ["['two'] are approved by their own authors alone"]),
        ("two", "three", ROLLBACK, [PRIYA], []),
        ("three", "one", ROLLBACK, [SAM], []),
        ("one", "three", ROLLBACK, [PRIYA], ["[] do not meet ['1 of qa or sre']"]),
        ("three", "two", NORMAL, [ROBIN], ["[] do not meet ['1 of qa or sre']"]),
    ],
)
def test_who_wrote_what_ships_cannot_approve_it_alone(
    sha: str, live: str | None, kind: Kind, humans: list[str], complaints: list[str]
) -> None:
    words = tuple(Word(human, inherited=False) for human in humans)
    sent = Shipped(1, LaneId("docs", "production"), sha, kind, words, live_sha=live)
    assert Judge(cast("Earth", EARTH)).complaints(sent, policy()) == complaints
