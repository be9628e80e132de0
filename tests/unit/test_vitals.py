"""Each part that can be told without the database, and the loops that failed lately."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot import crew
from bot.crew import Crew
from bot.ports.meter import Counted
from bot.vitals import Vitals
from handlers.desk import Desk
from handlers.health import Part, down, ill, well
from handlers.intake import Intake
from handlers.reception import Reception
from handlers.slack.app import SlackConnection
from tests.fakes.meter import FakeMeter


@dataclass
class FakeSlack:
    """How Slack is."""

    well: bool = True
    refused: str = ""
    states: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        return {"connections": [{"state": state} for state in self.states]}


@dataclass
class FakeDesk:
    """Has a meter."""

    meter: FakeMeter = field(default_factory=FakeMeter)


@dataclass
class FakeWatch:
    """Whether its source answers."""

    well: bool


def a_crew(watches: tuple[FakeWatch, ...] = (), **loops: crew.Loop) -> Crew:
    nobody = cast("Any", None)
    desk = cast("Desk", FakeDesk())
    return Crew(desk, cast("Reception", nobody), cast("Intake", nobody), cast("Any", watches), loops)


@pytest.mark.parametrize(
    ("slack", "part"),
    [
        (None, ill("away")),
        (FakeSlack(), well("connected")),
        (FakeSlack(well=False), ill("away")),
        (FakeSlack(refused="token_revoked"), ill("refused")),
        (FakeSlack(well=False, states=("connected", "disabled")), ill("disabled")),
    ],
)
def test_slack_is_told_in_a_word(slack: FakeSlack | None, part: Part) -> None:
    vitals = Vitals("instance")
    vitals.slack = cast("SlackConnection | None", slack)
    assert vitals.parts()["slack"] == part


def test_the_process_starts_runs_and_drains() -> None:
    vitals = Vitals("instance")
    assert vitals.parts() == {"process": down("starting"), "slack": ill("away")}
    vitals.started = True
    assert vitals.parts()["process"] == well("started")
    vitals.draining = True
    assert vitals.parts()["process"] == down("draining")


@pytest.mark.parametrize(("wells", "part"), [((True, True), well("answers")), ((True, False), ill("away"))])
async def test_one_source_that_is_away_is_told_without_its_name(wells: tuple[bool, ...], part: Part) -> None:
    vitals = Vitals("instance")
    vitals.crew = a_crew(tuple(FakeWatch(one) for one in wells))
    assert vitals.parts()["ci"] == part


async def test_a_loop_that_failed_shows_until_it_has_run_well_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "LOOP_PAUSE", 0.0)
    again = asyncio.Event()
    failures = [RuntimeError("first"), RuntimeError("second")]

    async def fails_twice() -> None:
        if failures:
            raise failures.pop()
        again.set()
        await asyncio.Event().wait()

    async def runs() -> None:
        await asyncio.Event().wait()

    working = a_crew((), acts=runs, cards=fails_twice)
    vitals = Vitals("instance", crew=working)
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: real() + ahead)
    with capture_logs() as logs:
        working.start()
        assert vitals.parts()["loops"] == well("running")
        async with asyncio.timeout(30):
            await again.wait()
        assert vitals.parts()["loops"] == ill("failing")
        assert working.failing == 1
        ahead = crew.STEADY + 1.0
        assert vitals.parts()["loops"] == well("running")
        await working.stop()
    assert working.failures == ["cards", "cards"]
    assert [(line["event"], line["loop"]) for line in logs] == [("loop_failed", "cards")] * 2
    assert cast("FakeDesk", working.desk).meter.counts == {(Counted.LOOP_FAILURES,): 2}


async def test_a_loop_that_has_ended_is_not_running() -> None:
    async def cancels() -> None:
        raise asyncio.CancelledError

    working = a_crew((), acts=cancels)
    working.start()
    await asyncio.gather(*working._tasks, return_exceptions=True)
    assert working.failing == 1
    await working.stop()
