"""From one environment to the next on the real storage: soak, rollback, and what a second deploy does not do again."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot.core.decide import Decision
from bot.core.events import DeploymentEnded
from bot.core.inputs import Account, Actor, Approve, BeginDeployment, Input, Reject, Request
from bot.core.policy import After, Kind, LaneId, Mode, Permission, Person, SelfApproval
from bot.core.refusals import BuildQuarantined, NeverLiveThere, Refusal
from bot.core.release import Lifecycle, Release, Surface
from bot.ports.store import Transaction
from bot.submit import Setting, adopt, soak_ended, submit, take_reports
from storage.database import SqliteStore, open_store
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_report

T = TypeVar("T")

MINUTE = timedelta(minutes=1)
STAGING = LaneId("payments", "staging")
POLICY = a_policy(
    a_lane_policy(STAGING, mode=Mode.DEPLOYMENT, approvals=()),
    a_lane_policy(LANE, after=After("staging", 30 * MINUTE), rollback=(), self_approval=SelfApproval.ALLOW),
)
SERVICE = POLICY.services[0]
HELD = frozenset({Permission.REQUEST, Permission.ROLLBACK})
PRIYA = Actor(Person("priya", slack="U0PRIYA"), Account.MEMBER, frozenset({"qa"}), Surface.BUTTON, HELD)


class Desk:
    """Runs each step in a transaction, at so many minutes after noon."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.minutes = 0

    def setting(self) -> Setting:
        return Setting(POLICY, NOON + self.minutes * MINUTE, lambda: "abcd2345")

    async def run(self, step: Callable[[Transaction, Setting], T]) -> T:
        return await self.store.write(lambda tx: step(tx, self.setting()))

    async def says(self, lane: LaneId, given: Input) -> Decision | Refusal:
        return await self.run(lambda tx, setting: submit(tx, lane, given, setting))

    async def builds(self, number: int) -> None:
        await self.run(lambda tx, setting: take_reports(tx, SERVICE, [a_report(number)], setting))

    async def ships(self, lane: LaneId) -> None:
        """Deploy what is next there."""
        number = (await self.releases(lane))[0].number
        await self.says(lane, BeginDeployment(number))
        await self.says(lane, DeploymentEnded(number, succeeded=True, detail="", url=None))

    async def asks(self, lane: LaneId, number: int, kind: Kind = Kind.RELEASE) -> Decision | Refusal:
        def step(tx: Transaction, setting: Setting) -> Decision | Refusal:
            build = tx.builds.of_commit("payments", a_report(number).sha)
            assert build is not None
            return submit(tx, lane, Request(build, PRIYA, named=True, kind=kind, reason="it loses money"), setting)

        return await self.run(step)

    async def clock(self, minutes: int) -> None:
        """Let time pass, and what soaked meanwhile be told."""
        self.minutes += minutes

        def step(tx: Transaction, setting: Setting) -> None:
            for soak in tx.agenda.soaked(setting.now):
                soak_ended(tx, soak, setting)

        await self.run(step)

    async def releases(self, lane: LaneId) -> tuple[Release, ...]:
        return await self.store.read(lambda tx: tx.lanes.history(lane, 9))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await open_store(tmp_path / "signoff.db", clock=lambda: NOON, token=lambda: "handle1")
    there = Desk(store)
    await there.run(lambda tx, setting: adopt(tx, SERVICE, [], {STAGING: None, LANE: None}, setting))
    yield there
    await store.close()


async def states(desk: Desk, lane: LaneId) -> list[tuple[str, Lifecycle]]:
    return [(one.build.version, one.state) for one in await desk.releases(lane)]


async def test_a_build_opens_a_release_once_it_has_soaked_before(desk: Desk) -> None:
    await desk.builds(1)
    await desk.ships(STAGING)
    await desk.clock(29)
    assert await states(desk, LANE) == []
    await desk.clock(1)
    assert await states(desk, LANE) == [("1", Lifecycle.OPEN)]


async def test_what_people_have_ended_does_not_open_again_when_it_is_deployed_before_once_more(desk: Desk) -> None:
    await desk.builds(1)
    await desk.ships(STAGING)
    await desk.clock(30)
    await desk.says(LANE, Reject((await desk.releases(LANE))[0].number, PRIYA, "not before the fair"))
    await desk.asks(STAGING, 1)
    await desk.ships(STAGING)
    await desk.clock(30)
    assert await states(desk, LANE) == [("1", Lifecycle.REJECTED)]


async def test_what_was_asked_for_early_ships_when_it_has_soaked(desk: Desk) -> None:
    await desk.builds(1)
    await desk.asks(LANE, 1)
    await desk.says(LANE, Approve((await desk.releases(LANE))[0].number, PRIYA))
    await desk.ships(STAGING)
    await desk.clock(29)
    await desk.ships(LANE)
    assert await states(desk, LANE) == [("1", Lifecycle.OPEN)]
    await desk.clock(1)
    await desk.ships(LANE)
    assert await states(desk, LANE) == [("1", Lifecycle.LIVE)]


async def test_a_rollback_in_one_environment(desk: Desk) -> None:
    for number in (1, 2):
        await desk.builds(number)
        await desk.ships(STAGING)
    assert await desk.asks(LANE, 1, Kind.ROLLBACK) == Refusal((NeverLiveThere("1 (0000001)"),))
    await desk.asks(STAGING, 1, Kind.ROLLBACK)
    await desk.ships(STAGING)
    assert await states(desk, STAGING) == [
        ("1", Lifecycle.LIVE),
        ("2", Lifecycle.ROLLED_BACK),
        ("1", Lifecycle.LIVE),
    ]
    held = await desk.store.read(lambda tx: tx.lanes.load(STAGING))
    assert held.hold is not None
    refused = await desk.asks(STAGING, 2)
    assert isinstance(refused, Refusal)
    assert [type(one) for one in refused.reasons] == [BuildQuarantined]
    await desk.builds(3)
    assert len(await states(desk, STAGING)) == 3
