"""What is counted where it happens: decisions, refusals because of who acted, attempts at effects."""

from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.core.policy import Mode
from bot.ports.meter import Counted, Timed
from bot.ports.trouble import GiveUp, TryLater
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.meter import FakeMeter
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening


def metered(world: World) -> FakeMeter:
    meter = world.desk.meter = FakeMeter()
    return meter


async def test_the_main_job_is_counted(world: World) -> None:
    meter = metered(world)
    await world.approved()
    assert meter.counts[Counted.DECISIONS, "production", "approve", "accepted"] == 1
    assert meter.counts[Counted.DECISIONS, "production", "begin_deployment", "accepted"] == 1
    assert meter.counts[Counted.DECISIONS, "production", "deployment_accepted", "accepted"] == 1
    assert meter.counts[Counted.ATTEMPTS, "deploy", "done"] == 1
    assert meter.counts[Counted.ATTEMPTS, "log", "done"] >= 1
    assert {what for what, _, _ in meter.times} == {Timed.EFFECT}
    assert {labels for _, _, labels in meter.times} >= {("deploy",), ("log",)}
    assert all(0 <= seconds < 60 for _, seconds, _ in meter.times)


async def test_whoever_may_not_is_counted_by_the_reason(world: World) -> None:
    meter = metered(world)
    await world.looks()
    await world.looks(a_report(1))
    await world.clicks("U0SAM", await world.notice(), "approve")
    assert meter.counts[Counted.DECISIONS, "production", "approve", "refused"] == 1
    assert {key: n for key, n in meter.counts.items() if key[0] is Counted.DENIED} == {
        (Counted.DENIED, "not_an_approver"): 1
    }


async def test_attempts_are_counted_by_what_became_of_them(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT)))
    meter = metered(world)
    world.executor.will("start", TryLater(1.0, "away"), GiveUp("no such workflow"))
    await world.looks()
    await world.looks(a_report(1))
    for _ in range(60):
        world.passes(5)
        await world.settle()
    deploys = {key[2]: n for key, n in meter.counts.items() if key[:2] == (Counted.ATTEMPTS, "deploy")}
    assert deploys == {"ready": 1, "dead": 1}


async def test_every_line_about_a_click_carries_its_ids(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    lines: list[MutableMapping[str, Any]] = []

    def keep(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        lines.append(dict(event))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, keep])
    world.chat.will("post", GiveUp("no such channel"))
    await world.clicks("U0SAM", posted, "approve")
    await world.clicks("U0PRIYA", posted, "approve")
    structlog.configure(**before)
    first = {key: lines[0][key] for key in ("event", "inbox", "actor", "lane", "release")}
    assert first == {
        "event": "input_refused",
        "inbox": 1,
        "actor": "sam",
        "lane": "payments/production",
        "release": "R-1",
    }
    approved = next(line for line in lines if line.get("what") == "approved")
    assert (approved["inbox"], approved["actor"], approved["release"]) == (2, "priya", "R-1")
    given_up = next(line for line in lines if line["event"] == "message_not_delivered")
    assert (given_up["effect"].startswith("log:"), given_up["release"], given_up["why"]) == (
        True,
        "R-1",
        "no such channel",
    )
