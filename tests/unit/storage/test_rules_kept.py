"""What the release rules decide is there again after a restart: on releases, on lanes, on lines of main branches."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.build import BuildState
from bot.core.lane import Hold, Lane, Lock, ModeSwitch
from bot.core.line import Running, Stopped
from bot.core.policy import After, ApprovalRule, Hotfix, Kind, Mode, Skip
from bot.core.release import Approval, Health, Lifecycle, Origin, Override, Release, Surface, Verdict
from bot.core.silence import Reporting, Unreported
from bot.core.verification import HttpProbe, Verification
from bot.ports.effects import EffectKind, NewEffect
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_release
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import opened

LATER = NOON + timedelta(hours=1)
SRE = (ApprovalRule(("sre",), 1),)
LAPSED = Approval("priya", "U0PRIYA", Verdict.LAPSE, 1, (), LATER, Surface.BUTTON)
RULED: dict[str, Any] = {
    "kind": Kind.HOTFIX,
    "why": "it burns",
    "retry_of": 1,
    "asked_at": NOON,
    "approved_at": LATER,
    "reminded": 2,
    "escalated": True,
    "scheduled_for": LATER,
    "override": Override("sam", "it burns", NOON, ("1 of qa", "freeze «weekend»")),
    "waited_for": "weekend",
    "chosen": True,
    "health": Health(NOON, LATER),
}


def test_a_release_keeps_everything_from_its_birth(file: File) -> None:
    policy = a_lane_policy(
        after=After("staging", timedelta(minutes=30)),
        hotfix=Hotfix(SRE, frozenset(Skip)),
        rollback=SRE,
        verify=Verification(probe=HttpProbe("https://payments.example/health", 200, "build.sha", "{sha}")),
        remind_after=(timedelta(hours=2), timedelta(hours=8)),
        undo_window=timedelta(seconds=30),
    )
    release = a_release(2, origin=Origin.EXTERNAL, policy=policy, approvals=(LAPSED,), **RULED)
    with file.transaction() as tx:
        opened(tx, a_release(1), release)
    with file.transaction() as tx:
        assert tx.lanes.release(2) == release


@pytest.mark.parametrize("name", [name for name in RULED if name not in {"kind", "why", "retry_of"}])
def test_a_release_keeps_what_changes_on_its_way(file: File, name: str) -> None:
    with file.transaction() as tx:
        opened(tx, a_release())
    with file.transaction() as tx:
        before = tx.lanes.load(LANE)
        changed = replace(a_release(), **{name: RULED[name]})
        tx.lanes.save(before, before.replaced(changed))
    with file.transaction() as tx:
        assert tx.lanes.release(1) == changed


def test_a_lane_keeps_its_mode_its_hold_and_its_lock(file: File) -> None:
    mode = ModeSwitch(Mode.OBSERVE, Mode.DELIVERY, "sam", "we move", NOON)
    hold = Hold("R-7 rolled it back", NOON, until=LATER)
    lock = Lock("priya", "U0PRIYA", "load test", NOON, LATER, warned=True)
    lane = Lane(LANE, adopted_at=NOON, mode=mode, hold=hold, lock=lock)
    with file.transaction() as tx:
        tx.lanes.save(Lane(LANE), lane)
    with file.transaction() as tx:
        assert tx.lanes.load(LANE) == lane
        tx.lanes.save(lane, replace(lane, hold=None))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE) == replace(lane, hold=None)
        tx.lanes.save(replace(lane, hold=None), Lane(LANE, adopted_at=NOON))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE) == Lane(LANE, adopted_at=NOON)


def test_a_release_that_is_verified_has_the_lane_for_itself(file: File) -> None:
    def verifying(number: int) -> Release:
        return a_release(number, state=Lifecycle.VERIFYING)

    with file.transaction() as tx:
        opened(tx, verifying(1), a_release(2))
        assert tx.lanes.in_flight() == (verifying(1),)
        assert tx.lanes.unfinished() == (verifying(1), a_release(2))
        before = tx.lanes.load(LANE)
        live = replace(verifying(1), state=Lifecycle.LIVE, ended_at=NOON)
        tx.lanes.save(before, before.replaced(live).replaced(verifying(2)))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE).releases == (verifying(2),)
        with pytest.raises(sqlite3.IntegrityError, match=r"^UNIQUE constraint failed: releases.service"):
            opened(tx, a_release(3, state=Lifecycle.DEPLOYING))


def test_a_line_is_kept_with_its_builds_as_they_are_today(file: File) -> None:
    with file.transaction() as tx:
        good, bad, worse = (tx.builds.save(a_build(number, id=0)) for number in (1, 2, 3))
        assert tx.gates.line("payments") == Running()
        tx.gates.set_line("payments", Running())
        assert tx.gates.line("payments") == Running()
        tx.gates.set_line("payments", Running(good))
    with file.transaction() as tx:
        assert tx.gates.line("payments") == Running(good)
        tx.gates.set_line("payments", Stopped(bad, worse))
    with file.transaction() as tx:
        bad = tx.builds.save(replace(bad, state=BuildState.BROKEN))
        assert tx.gates.line("payments") == Stopped(bad, worse)
        tx.gates.set_line("payments", Stopped(bad, bad))
    with file.transaction() as tx:
        assert tx.gates.line("payments") == Stopped(bad, bad)
        assert tx.gates.line("billing") == Running()


def test_what_waits_for_its_pipelines_is_kept_with_its_builds_as_they_are_today(file: File) -> None:
    with file.transaction() as tx:
        first, second = (tx.builds.save(a_build(number, id=0, state=BuildState.PENDING)) for number in (1, 2))
        assert tx.gates.reporting("payments") == Reporting(judged=False)
        waits = Unreported(second, NOON, first)
        for kept in (
            Reporting(waits),
            Reporting(Unreported(second, NOON)),
            Reporting(None, first, second),
            Reporting(),
        ):
            tx.gates.set_reporting("payments", kept)
            assert tx.gates.reporting("payments") == kept
        tx.gates.set_reporting("payments", Reporting(waits, first, first))
    with file.transaction() as tx:
        assert tx.gates.reporting("payments") == Reporting(waits, first, first)
        tx.builds.save(a_build(9, id=0, service="billing"))
        third = tx.builds.save(a_build(3, id=0, state=BuildState.PENDING))
        assert tx.gates.reporting("payments") == Reporting(Unreported(third, NOON, first), first, first)
        tx.gates.set_reporting("payments", Reporting(Unreported(second, LATER), first))
    with file.transaction() as tx:
        first = tx.builds.save(replace(first, state=BuildState.BROKEN))
        assert tx.gates.reporting("payments") == Reporting(Unreported(third, LATER, second), first)
        assert tx.gates.reporting("billing") == Reporting(judged=False)
        tx.gates.set_reporting("docs", Reporting())
        assert tx.gates.reporting("docs") == Reporting(), "it has no build"


def test_builds_by_id_and_the_newest_from_a_position_on(file: File) -> None:
    with file.transaction() as tx:
        builds = [tx.builds.save(a_build(number, id=0, state=BuildState.BROKEN)) for number in (1, 2, 3)]
        tx.builds.save(a_build(4, id=0, service="billing"))
        assert tx.builds.by_id(2) == builds[1]
        assert tx.builds.by_id(9) is None
        assert tx.builds.newest("payments", None, 9) == tuple(reversed(builds))
        assert tx.builds.newest("payments", None, 1) == (builds[2],)
        assert tx.builds.newest("payments", builds[1].position, 9) == (builds[2], builds[1])


def test_what_would_be_claimed_can_be_looked_at_and_claimed_alone(file: File) -> None:
    first, second = (NewEffect(f"deploy:R-{n}:1", EffectKind.DEPLOY, f"lane {n}", None, "{}") for n in (1, 2))
    with file.transaction() as tx:
        assert tx.effects.look((EffectKind.DEPLOY,), NOON) is None
        tx.effects.enqueue(first, NOON)
        tx.effects.enqueue(second, NOON)
        assert tx.effects.look((EffectKind.LOG,), NOON) is None
        assert tx.effects.look((EffectKind.DEPLOY,), NOON) == (1, first)
        assert tx.effects.look((EffectKind.DEPLOY,), NOON) == (1, first), "it is left alone"
    with file.transaction() as tx:
        claimed = tx.effects.claim((EffectKind.DEPLOY,), NOON, only=2)
        assert claimed is not None
        assert claimed.effect == second
        assert tx.effects.claim((EffectKind.DEPLOY,), NOON, only=2) is None
        assert tx.effects.claim((EffectKind.LOG,), NOON, only=1) is None


@pytest.mark.parametrize("kind", list(EffectKind))
def test_every_kind_of_effect_can_be_kept(file: File, kind: EffectKind) -> None:
    with file.transaction() as tx:
        tx.effects.enqueue(NewEffect("key", kind, "lane", None, "{}"), NOON)
        assert tx.effects.look((kind,), NOON) == (1, NewEffect("key", kind, "lane", None, "{}"))
