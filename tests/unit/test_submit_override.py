"""The record of an override says what it skipped when it was given, and what it skipped when it was used."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.core.calendar import Dated, Freeze
from bot.core.inputs import BeginDeployment, Override
from tests.factories import NOON, a_lane_policy
from tests.unit.submitting import SAM, Room, two_lanes


def test_a_freeze_that_came_since_is_named(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy())).adopted()
    room.builds(1)
    room.submit(Override(1, SAM, "customers cannot pay"))
    noon = NOON.replace(tzinfo=None)
    room.policy = replace(room.policy, freezes=(Freeze("fair", Dated(noon, noon + timedelta(days=1), "UTC")),))
    room.submit(BeginDeployment(1))
    told = "SELECT action, json_extract(data, '$.skipped') FROM audit WHERE release = 1 AND data LIKE '%skipped%'"
    assert room.sql(told) == [("overridden", "1 of qa"), ("deploy attempted", "1 of qa, the freeze fair")]
