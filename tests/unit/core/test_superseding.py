"""What a newer release does to older ones: when it is opened, and when it is live."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.build import BuildState
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.events import BuildChanged, DeploymentEnded
from bot.core.inputs import Request
from bot.core.lane import Around, Lane, Reached
from bot.core.policy import Hotfix, Kind, NewerBuild, Permission, Policy
from bot.core.release import Lifecycle, Origin, Release
from bot.core.superseding import overtake
from tests.factories import NOON, a_build
from tests.unit.core.values import (
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    QA,
    SAM,
    SRE,
    flying,
    go,
    lane,
    live,
    one,
    policy,
    release,
)

FAST = policy(QA, hotfix=Hotfix((SRE,)), rollback=(SRE,))
UNDO = policy(undo_window=timedelta(seconds=30))
SECOND = timedelta(seconds=1)
EACH = policy(newer_build=NewerBuild.EACH_MUST_SHIP)
EACH_FAST = policy(QA, hotfix=Hotfix((SRE,)), newer_build=NewerBuild.EACH_MUST_SHIP)
ONCALL = replace(SAM, permissions=SAM.permissions | {Permission.HOTFIX, Permission.ROLLBACK})
REACHED = tuple(Reached("production", number, NOON) for number in range(9))


def states(there: Lane) -> dict[int, str]:
    return {one.number: one.state.value for one in there.releases}


def news(number: int) -> BuildChanged:
    return BuildChanged(a_build(number), newest=True, became=True)


def asks(number: int, kind: Kind = Kind.RELEASE, **changed: Any) -> Request:
    return Request(a_build(number, **changed), ONCALL, named=True, kind=kind, reason="it loses money")


def urgent(number: int, kind: Kind = Kind.HOTFIX, *by: Any) -> Release:
    return release(number, *by, under=FAST, kind=kind, origin=Origin.REQUEST, requested_by="olga")


def test_a_newer_build_supersedes_the_older_ones_that_wait() -> None:
    decided = go(lane(release(1), release(2)), news(3))
    assert one(decided) == release(1, state=Lifecycle.SUPERSEDED, ended_at=LATER, superseded_by=9)
    assert states(decided.lane) == {1: "superseded", 2: "superseded", 9: "open"}
    assert decided.happenings[:2] == (
        Happening(Happened.SUPERSEDED, 1, other=9),
        Happening(Happened.SUPERSEDED, 2, other=9),
    )


SUPERSEDES: list[tuple[str, Lane, BuildChanged | Request, Policy, dict[int, str]]] = [
    ("not the one whose deploy is next", lane(release(1, PRIYA)), news(3), POLICY, {1: "open", 9: "open"}),
    (
        "not the one that is next behind one in flight",
        lane(flying(1), release(2, PRIYA)),
        news(3),
        POLICY,
        {1: "deploying", 2: "open", 9: "open"},
    ),
    (
        "one that is ready, but not next",
        lane(release(1, PRIYA), release(2, PRIYA)),
        news(3),
        POLICY,
        {1: "open", 2: "superseded", 9: "open"},
    ),
    (
        "one that is ready, but not next since another was chosen",
        lane(release(1, PRIYA), release(2, PRIYA, chosen=True)),
        news(3),
        POLICY,
        {1: "superseded", 2: "open", 9: "open"},
    ),
    (
        "not one whose undo window runs",
        lane(release(1, PRIYA, approved_at=LATER - SECOND)),
        news(3),
        UNDO,
        {1: "open", 9: "open"},
    ),
    (
        "not one that is approved for a chosen time, beside the one that is next",
        lane(release(1, PRIYA), release(2, PRIYA, scheduled_for=LATER + SECOND)),
        news(3),
        POLICY,
        {1: "open", 2: "open", 9: "open"},
    ),
    (
        "one for a chosen time that nobody has approved",
        lane(release(2, scheduled_for=LATER + SECOND)),
        news(3),
        POLICY,
        {2: "superseded", 9: "open"},
    ),
    (
        "one that is approved and broken",
        lane(release(1, PRIYA, build=a_build(1, state=BuildState.BROKEN))),
        news(3),
        POLICY,
        {1: "superseded", 9: "open"},
    ),
    ("not the one in flight", lane(flying(1)), news(3), POLICY, {1: "deploying", 9: "open"}),
    ("not one that ended", lane(release(1, state=Lifecycle.REJECTED)), news(3), POLICY, {1: "rejected", 9: "open"}),
    (
        "one that was asked for",
        lane(release(1, origin=Origin.REQUEST, requested_by="olga")),
        news(3),
        POLICY,
        {1: "superseded", 9: "open"},
    ),
    (
        "not one that was asked for although it is older than what is live",
        lane(release(1, origin=Origin.REQUEST, requested_by="olga", older_than_live=True), live=live(2)),
        news(3),
        POLICY,
        {1: "open", 9: "open"},
    ),
    (
        "that one too, when people ask for the newer",
        lane(release(1, origin=Origin.REQUEST, requested_by="olga", older_than_live=True), live=live(2)),
        asks(3),
        POLICY,
        {1: "superseded", 9: "open"},
    ),
    (
        "not a newer one, when an older is asked for",
        lane(release(3)),
        Request(a_build(2), OLGA, named=True),
        POLICY,
        {3: "open", 9: "open"},
    ),
    (
        "one at the same place, when another is asked for",
        lane(release(3)),
        asks(4, position=a_build(3).position),
        POLICY,
        {3: "superseded", 9: "open"},
    ),
    ("not a hotfix", lane(urgent(1)), news(3), FAST, {1: "open", 9: "open"}),
    ("not a hotfix, when people ask for it", lane(urgent(1)), asks(3), FAST, {1: "open", 9: "open"}),
    ("not a rollback", lane(urgent(1, Kind.ROLLBACK)), news(3), FAST, {1: "open", 9: "open"}),
    ("a hotfix, when it is one", lane(urgent(1)), asks(3, Kind.HOTFIX), FAST, {1: "superseded", 9: "open"}),
    (
        "an ordinary one, when it is a hotfix",
        lane(release(1)),
        asks(3, Kind.HOTFIX),
        FAST,
        {1: "superseded", 9: "open"},
    ),
    (
        "not a rollback, when it is a hotfix",
        lane(urgent(1, Kind.ROLLBACK)),
        asks(3, Kind.HOTFIX),
        FAST,
        {1: "open", 9: "open"},
    ),
    (
        "a rollback, when it is one to a later build",
        lane(urgent(1, Kind.ROLLBACK), around=Around(reached=REACHED)),
        asks(3, Kind.ROLLBACK),
        FAST,
        {1: "superseded", 9: "open"},
    ),
    (
        "not a rollback, when it is one to an earlier build",
        lane(urgent(3, Kind.ROLLBACK), around=Around(reached=REACHED)),
        asks(2, Kind.ROLLBACK),
        FAST,
        {3: "open", 9: "open"},
    ),
    (
        "a hotfix, when it is a rollback to a later build",
        lane(urgent(1), around=Around(reached=REACHED)),
        asks(3, Kind.ROLLBACK),
        FAST,
        {1: "superseded", 9: "open"},
    ),
    ("none, where each must ship", lane(release(1, under=EACH)), news(3), EACH, {1: "open", 9: "open"}),
    ("none, where each must ship now", lane(release(1)), news(3), EACH, {1: "open", 9: "open"}),
    ("none, where each had to ship", lane(release(1, under=EACH)), news(3), POLICY, {1: "open", 9: "open"}),
    (
        "what is of the same build, even where each must ship",
        lane(release(3, PRIYA, under=EACH_FAST)),
        asks(3, Kind.HOTFIX),
        EACH_FAST,
        {3: "superseded", 9: "open"},
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "after"), [row[1:] for row in SUPERSEDES], ids=[row[0] for row in SUPERSEDES]
)
def test_a_newer_build_supersedes(
    there: Lane, given: BuildChanged | Request, under: Policy, after: dict[int, str]
) -> None:
    assert states(go(there, given, under).lane) == after


def done(number: int) -> DeploymentEnded:
    return DeploymentEnded(number, succeeded=True, detail="done", url=None)


def test_what_was_spared_does_not_take_the_environment_back_once_a_newer_one_is_live() -> None:
    later = release(3, PRIYA, build=a_build(1, id=7), origin=Origin.REQUEST)
    decided = go(lane(release(1, PRIYA), flying(2), later), done(2))
    assert states(decided.lane) == {1: "superseded", 2: "live", 3: "open"}
    assert one(decided).superseded_by == 2
    assert decided.effects[-1] == StartDeployment(3, 1)


OVERTAKES: list[tuple[str, Release, Release, str]] = [
    ("an older one", release(1), flying(2), "superseded"),
    ("one of the same place", release(1, build=a_build(2, id=7)), flying(2), "superseded"),
    ("not a newer one that was opened before", release(1, build=a_build(5)), flying(2), "open"),
    ("a hotfix", urgent(1), flying(2), "superseded"),
    ("not a rollback", urgent(1, Kind.ROLLBACK), flying(2), "open"),
    ("not a rollback, when it is a hotfix", urgent(1, Kind.ROLLBACK), flying(2, kind=Kind.HOTFIX), "open"),
    ("a rollback, when it is one", urgent(1, Kind.ROLLBACK), flying(2, kind=Kind.ROLLBACK), "superseded"),
    ("what a pipeline opened after it", release(4, build=a_build(1)), flying(2), "superseded"),
    ("what was asked for after it", release(4, build=a_build(1), origin=Origin.REQUEST), flying(2), "open"),
]


@pytest.mark.parametrize(("waits", "lands", "state"), [row[1:] for row in OVERTAKES], ids=[row[0] for row in OVERTAKES])
def test_what_is_live_supersedes(waits: Release, lands: Release, state: str) -> None:
    decided = go(lane(waits, lands), done(lands.number))
    assert one(decided, waits.number).state.value == state


def test_what_somebody_declared_supersedes_all_that_is_no_newer_but_rollbacks() -> None:
    there = lane(release(1), urgent(2, Kind.ROLLBACK), release(4), release(5, build=a_build(3), origin=Origin.REQUEST))
    decided = overtake(Decision(there), a_build(3), None, LATER)
    assert states(decided.lane) == {1: "superseded", 2: "open", 4: "open", 5: "superseded"}
    assert one(decided).superseded_by is None
    assert decided.happenings[0] == Happening(Happened.SUPERSEDED, 1)
