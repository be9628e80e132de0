"""A simulated life begins as the real process does, and no better."""

from itertools import count
from typing import Any

import pytest

from bot.core.inputs import Input
from bot.core.policy import LaneId
from bot.crew import muster
from handlers.desk import Desk
from simulation import life
from simulation.schedules import run


def test_no_lane_is_woken_by_a_start_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wake-up that a crash loses stays lost here as it would outside: under the policy of before nobody is asked."""
    ready: list[Desk] = []
    woken: list[tuple[LaneId, Input]] = []
    submit = Desk.submit

    def mustered(desk: Desk, *rest: Any) -> Any:
        ready.append(desk)
        return muster(desk, *rest)

    async def submitted(desk: Desk, lane: LaneId, given: Input) -> Any:
        if not any(one is desk for one in ready):
            woken.append((lane, given))
        return await submit(desk, lane, given)

    monkeypatch.setattr(life, "muster", mustered)
    monkeypatch.setattr(Desk, "submit", submitted)
    for seed in count(1):
        ready.clear()
        outcome = run(seed)
        assert (outcome.violation, woken) == (None, [])
        if outcome.crashes > 1 and len(ready) > 1:
            break
