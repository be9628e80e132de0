"""A start under another policy: every lane decides anew, once; under the same policy nobody is asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.inputs import SwitchMode
from bot.core.policy import LaneId, Mode, Policy
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from handlers import reconsider as room
from handlers.reconsider import reconsider
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.submitting import EVERYBODY, SAM

STAGING = LaneId("payments", "staging")
BOTH = a_policy(a_lane_policy(), a_lane_policy(STAGING))
STRICTER = replace(BOTH, groups=(), hash="policy-2")


async def restarted(world: World, policy: Policy | None = None) -> int:
    """Start again, under another policy if one is given."""
    await world.crash(policy)
    return await reconsider(world.desk, "1.0")


async def test_a_restart_under_the_same_policy_asks_nobody(opening: Opening) -> None:
    world = await opening(BOTH)
    await world.looks()
    await world.looks(a_report(1))
    assert await reconsider(world.desk, "1.0") == 2
    before = await world.sql("SELECT * FROM audit")
    assert await restarted(world) == 0
    assert await world.sql("SELECT * FROM audit") == before
    assert await reconsider(world.desk, "1.1") == 2, "another version may have other rules"


async def test_what_another_policy_unblocks_starts(opening: Opening) -> None:
    lane, other = a_lane_policy(mode=Mode.DEPLOYMENT), a_lane_policy(STAGING)
    world = await opening(a_policy(lane))
    await world.looks()
    await world.looks(a_report(1))
    await world.looks(a_report(2))
    await restarted(world, a_policy(other, hash="without the lane"))
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert await world.states() == [Lifecycle.LIVE, Lifecycle.OPEN], "the policy does not name the lane of R-2"
    assert await restarted(world, a_policy(lane, other, hash="with both")) == 1
    await world.settle()
    assert await world.states() == [Lifecycle.LIVE, Lifecycle.DEPLOYING]


async def test_what_another_policy_makes_due_is_due(opening: Opening) -> None:
    world = await opening(BOTH)
    await world.looks()
    await world.looks(a_report(1))
    await world.clicks("U0PRIYA", await world.notice(1), "approve")
    assert await world.clock.once() == NOON + timedelta(minutes=30), "R-1 flies, R-2 waits for approval"
    assert await restarted(world, STRICTER) == 2
    assert await world.sql("SELECT subject, due_at FROM agenda ORDER BY subject") == [
        ("R-1", "2026-11-21T12:30:00.000000Z"),
        ("R-2", "2026-11-22T12:00:00.000000Z"),
    ]


async def test_a_mode_that_the_file_has_ended_does_not_come_back_with_it(opening: Opening) -> None:
    file = a_policy(a_lane_policy(), permissions=EVERYBODY)
    world = await opening(file)
    await world.desk.submit(LANE, SwitchMode(SAM, Mode.DEPLOYMENT, "a demo"))
    await restarted(world, a_policy(a_lane_policy(mode=Mode.OBSERVE), hash="observed"))
    assert await restarted(world, replace(file, hash="and back")) == 0
    lane = await world.store.read(lambda tx: tx.lanes.load(LANE))
    assert lane.mode is None, "the file's own mode holds"
    assert await world.sql(
        "SELECT actor, json_extract(data, '$.detail') FROM audit WHERE action = 'mode switched'"
    ) == [
        ("sam", "from delivery to deployment: a demo"),
        (None, "from deployment to observe: the policy file was changed"),
    ]


async def test_what_another_policy_lets_open_opens(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "AT_ONCE", 1)
    world = await opening(a_policy(a_lane_policy(mode=Mode.OBSERVE), a_lane_policy(STAGING, mode=Mode.OBSERVE)))
    await world.looks()
    await world.looks(a_report(1))
    assert await world.states(LANE) == await world.states(STAGING) == []
    assert await restarted(world, BOTH) == 0
    assert await world.states(LANE) == await world.states(STAGING) == [Lifecycle.OPEN]


async def test_all_lanes_are_asked_though_few_at_once(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "AT_ONCE", 1)
    world = await opening(BOTH)
    await world.looks()
    await world.looks(a_report(1))
    world.passes(24 * 3600)
    assert await reconsider(world.desk, "1.0") == 2
    assert await world.states(LANE) == await world.states(STAGING) == [Lifecycle.EXPIRED]
    assert await world.clock.once() is None


async def test_a_database_from_before_due_times_learns_them(opening: Opening) -> None:
    world = await opening(BOTH)
    await world.looks()
    await world.looks(a_report(1))
    await world.store.write(lambda tx: tx.agenda.plan(1, LANE, None))
    await world.store.write(lambda tx: tx.agenda.plan(2, STAGING, None))
    assert await world.clock.once() is None
    await reconsider(world.desk, "1.0")
    assert await world.clock.once() == NOON + timedelta(days=1)
