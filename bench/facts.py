"""Deciding in a lane with many facts: ten times as many of each kind, in turn; ten times the time is linear."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bench.figures import Figure, figure
from bot.core.build import Author
from bot.core.decide import Fresh, decide
from bot.core.events import BuildChanged, TimePassed
from bot.core.inputs import Account, Actor, Approve, Input
from bot.core.lane import Around, Change, Judgement, Lane, Mark, Reached
from bot.core.policy import After, NewerBuild, Person, Policy
from bot.core.refusals import Refusal
from bot.core.release import Approval, Release, Surface, Verdict
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_policy, a_release

MANY = 10_000
ROUNDS = 5
SINCE = timedelta(minutes=5)
Made = tuple[Lane, Policy]
PRIYA = Actor(Person("priya", slack="U0PRIYA"), Account.MEMBER, frozenset({"qa"}), Surface.BUTTON)
NEWER = BuildChanged(a_build(MANY + 1), newest=True, became=True)
"""A build that is newer than all that waits, and opens a release that takes their place."""


async def measure(folder: Path) -> list[Figure]:
    """Return for each kind of fact how much longer deciding takes with ten times as many."""
    del folder
    kinds: dict[str, tuple[Callable[[int], Made], Input]] = {
        "releases that wait for approval": (waiting, TimePassed()),
        "releases that wait, one of which is approved": (waiting, Approve(1, PRIYA)),
        "releases that wait, when a newer build comes": (waiting, NEWER),
        "releases that each must ship": (queued, TimePassed()),
        "words on one release": (words, TimePassed()),
        "changes since what is live": (changes, TimePassed()),
        "marks of the service": (marks, TimePassed()),
        "builds that were live in the environment before": (reached, TimePassed()),
    }
    figures = []
    for name, (make, given) in kinds.items():
        few, many = make(MANY // 10), make(MANY)
        taken = [(_decides(many, given), _decides(few, given)) for _ in range(ROUNDS)]
        spent = sorted(of_many for of_many, _ in taken)[ROUNDS // 2] * 1000
        ratios = [of_many / of_few for of_many, of_few in taken]
        figures.append(figure(f"{MANY:,} {name}, against {MANY // 10:,} ({spent:.0f} ms)", ratios, "x time"))
    return figures


def _decides(made: Made, given: Input) -> float:
    lane, policy = made
    begun = perf_counter()
    done = decide(lane, given, policy, Fresh(99_999, "abcd2345"), NOON + SINCE)
    spent = perf_counter() - begun
    if isinstance(done, Refusal):
        raise TypeError(f"what is measured was refused: {done.reasons}")
    return spent


def waiting(count: int) -> Made:
    """Return a lane with open releases that nobody has approved."""
    return _lane(*(a_release(number) for number in range(1, count + 1))), a_policy()


def queued(count: int) -> Made:
    """Return a lane with approved releases that go one after the other."""
    rules = a_lane_policy(newer_build=NewerBuild.EACH_MUST_SHIP)
    ready = [a_release(number, policy=rules, approvals=(_word("priya"),)) for number in range(1, count + 1)]
    return _lane(*ready), a_policy(rules)


def words(count: int) -> Made:
    """Return a lane with a release on which many people have had their word."""
    said = tuple(_word(f"person-{number}") for number in range(count))
    return _lane(a_release(1, approvals=said)), a_policy()


def changes(count: int) -> Made:
    """Return a lane with a release that brings many commits, each by somebody else."""
    builds = [a_build(number, authors=(Author(f"Ann {number}", f"{number}@acme.example"),)) for number in range(count)]
    between = tuple(Change(one.sha, one.position, one.authors) for one in builds)
    release = a_release(count + 1, approvals=(_word("priya"),))
    return replace(_lane(release), around=Around(changes=between)), a_policy()


def marks(count: int) -> Made:
    """Return a lane of a service in which builds were quarantined and cleared in turn."""
    judged = tuple(
        Mark(seq, (Judgement.BAD, Judgement.CLEARED)[seq % 2], a_build(seq).position, f"{seq}", None, "", NOON)
        for seq in range(count)
    )
    return replace(_lane(a_release(count + 1)), around=Around(marks=judged)), a_policy()


def reached(count: int) -> Made:
    """Return a lane after another one, in which its builds have been live."""
    rules = a_lane_policy(after=After("staging", timedelta(minutes=30)))
    there = tuple(Reached("staging", number, NOON) for number in range(1, count + 1))
    waits: tuple[Release, ...] = (a_release(count, policy=rules), a_release(count + 1, policy=rules))
    return replace(_lane(*waits), around=Around(reached=there)), a_policy(rules)


def _lane(*releases: Release) -> Lane:
    return Lane(LANE, adopted_at=NOON, releases=releases)


def _word(person: str) -> Approval:
    return Approval(person, f"U0{person}", Verdict.APPROVE, 1, ("qa",), NOON, Surface.BUTTON)
