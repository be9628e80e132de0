"""The rules on the real storage: what submit() decides is what the next transaction finds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.core.build import Build, BuildState, PipelineReport, RunStatus
from bot.core.decide import Decision
from bot.core.events import DeploymentAccepted, DeploymentEnded, FoundLive
from bot.core.inputs import Account, Actor, Approve, BeginDeployment, Input, Reject
from bot.core.policy import LaneId, Person
from bot.core.refusals import Refusal
from bot.core.release import Lifecycle, Surface
from bot.ports.effects import EffectKind, EffectState
from bot.ports.store import Transaction
from bot.submit import HAPPENING, Setting, adopt, submit, take_reports
from storage.database import open_store
from tests.factories import LANE, NOON, a_policy, a_report, a_sha

T = TypeVar("T")

POLICY = a_policy()
SERVICE = POLICY.services[0]
PRIYA = Actor(Person("priya", slack="U0PRIYA"), Account.MEMBER, frozenset({"qa"}), Surface.BUTTON)
MINUTE = timedelta(minutes=1)


def at(minutes: int) -> Setting:
    """Return what deciding needs, so many minutes after noon."""
    return Setting(POLICY, NOON + minutes * MINUTE, lambda: "abcd2345")


def told(tx: Transaction) -> list[str]:
    """Work off the thread of R-1 and return what it says, by kind."""
    said = []
    while (row := tx.effects.claim((EffectKind.LOG,), NOON + 99 * MINUTE)) is not None:
        said.append(HAPPENING.validate_json(row.effect.body).kind.value)
        tx.effects.outcome(row, EffectState.DONE, NOON)
    return said


class Desk:
    """Runs each step in a transaction of a database that was opened for it alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def run(self, step: Callable[[Transaction], T]) -> T:
        store = await open_store(self.path, clock=lambda: NOON, token=lambda: "handle1")
        try:
            return await store.write(step)
        finally:
            await store.close()

    async def submit(self, given: Input, minutes: int) -> Decision | Refusal:
        return await self.run(lambda tx: submit(tx, LANE, given, at(minutes)))

    async def hears(self, *reports: PipelineReport, minutes: int) -> tuple[Build, ...]:
        return await self.run(lambda tx: take_reports(tx, SERVICE, reports, at(minutes)))


async def test_from_a_green_build_to_live(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "signoff.db")
    live = FoundLive(a_sha(1), "unknown", NOON, None)
    await desk.run(lambda tx: adopt(tx, SERVICE, [a_report(1)], {LANE: live}, at(0)))
    changed = await desk.hears(a_report(1), a_report(2), minutes=1)
    assert [(build.id, build.sha, build.state) for build in changed] == [(2, a_sha(2), BuildState.DEPLOYABLE)]
    lane = await desk.run(lambda tx: tx.lanes.load(LANE))
    assert lane.live is not None, "adopted with what was found"
    assert (lane.live.sha, lane.live.version) == (a_sha(1), "1")
    assert [(release.name, release.build.sha) for release in lane.open] == [("R-1", a_sha(2))]

    assert isinstance(await desk.submit(Approve(1, PRIYA), 2), Decision)
    row = await desk.run(lambda tx: tx.effects.claim((EffectKind.DEPLOY,), NOON + 3 * MINUTE))
    assert row is not None, "the deploy is due"
    assert (row.effect.key, row.effect.lane) == ("deploy:R-1:1", "deploy:payments/production")
    steps: tuple[Input, ...] = (
        BeginDeployment(1),
        DeploymentAccepted(1, "77", None),
        DeploymentEnded(1, succeeded=True, detail="done", url=None),
    )
    for minutes, given in enumerate(steps, start=3):
        assert isinstance(await desk.submit(given, minutes), Decision)

    ended = await desk.run(lambda tx: tx.lanes.release(1))
    assert ended is not None, "releases are kept"
    assert (ended.state, ended.ended_at) == (Lifecycle.LIVE, NOON + 5 * MINUTE)
    lane = await desk.run(lambda tx: tx.lanes.load(LANE))
    assert [release.number for release in lane.releases] == [1], "what is live is loaded beside what waits"
    assert lane.live is not None, "it is live"
    assert (lane.live.sha, lane.live.release) == (a_sha(2), 1)
    assert await desk.run(told) == ["opened", "approved", "deploy attempted", "deploy accepted", "live"]
    assert await desk.run(lambda tx: tx.audit.verify()) == 6
    assert isinstance(await desk.submit(Approve(1, PRIYA), 6), Refusal)
    assert await desk.run(lambda tx: tx.audit.verify()) == 7


async def test_a_build_that_breaks_while_its_release_waits_is_news(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "signoff.db")
    await desk.run(lambda tx: adopt(tx, SERVICE, [], {LANE: None}, at(0)))
    await desk.hears(a_report(1), minutes=1)
    rerun = a_report(1, attempt=2, status=RunStatus.FAILED)
    await desk.hears(rerun, minutes=2)
    (waiting,) = (await desk.run(lambda tx: tx.lanes.load(LANE))).open
    assert waiting.build.state is BuildState.BROKEN
    assert await desk.run(told) == ["opened", "build broke"]
    rebuilt = a_report(1, attempt=3)
    await desk.hears(rebuilt, minutes=3)
    (waiting,) = (await desk.run(lambda tx: tx.lanes.load(LANE))).open
    assert (waiting.generation, waiting.artifact) == (2, "run 9001.3")
    assert await desk.run(told) == ["rebuilt"]


async def test_a_run_that_is_only_touched_again_opens_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "signoff.db")
    await desk.run(lambda tx: adopt(tx, SERVICE, [], {LANE: None}, at(0)))
    await desk.hears(a_report(2), minutes=1)
    await desk.submit(Reject(1, PRIYA, "not today"), 2)
    touched = replace(a_report(2), updated_at=NOON + 5 * MINUTE)
    assert [build.sha for build in await desk.hears(touched, minutes=6)] == [a_sha(2)]
    lane = await desk.run(lambda tx: tx.lanes.load(LANE))
    assert lane.releases == ()


async def test_a_lane_that_was_seen_before_hears_what_another_ones_adoption_found(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "signoff.db")
    await desk.run(lambda tx: adopt(tx, SERVICE, [], {LANE: None}, at(0)))
    await desk.run(lambda tx: adopt(tx, SERVICE, [a_report(2)], {LaneId("payments", "staging"): None}, at(1)))
    lane = await desk.run(lambda tx: tx.lanes.load(LANE))
    assert [release.build.sha for release in lane.open] == [a_sha(2)]
