"""The deployer of the simulation: one deploy for each id, and reports until they are heard."""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.release import Release
from bot.core.target import DeployWebhook
from bot.ports.ci import Placed
from bot.ports.trouble import Trouble, TryLater, Unsure
from simulation.deployer import Deploy, Deployer, deployer_network
from simulation.network import Mishap
from tests.factories import NOON, a_lane_policy, a_policy, a_release
from tests.unit.simulation.virtual import virtually

SERVICE = a_policy().services[0]
TARGET = DeployWebhook("https://deployer.example/deploy", "DEPLOYER_SECRET")
RELEASE = a_release(policy=a_lane_policy(target=TARGET))
PLACED = Placed(RELEASE.key, None)


def a_deployer(seed: int = 1) -> Deployer:
    loop = asyncio.get_running_loop()
    network = deployer_network(random.Random(seed))
    return Deployer(lambda: NOON + timedelta(seconds=loop.time()), random.Random(seed), network)


async def asked(deployer: Deployer, release: Release = RELEASE) -> Placed | Trouble:
    return await deployer.connect(deployer.clock, lambda _what: None).start(SERVICE, release)


@pytest.mark.parametrize(
    ("mishap", "ended", "deploys"),
    [
        (None, PLACED, 1),
        (Mishap.REFUSED, TryLater(5.0, "the CI system cannot be reached (ClientConnectorError)"), 0),
        (Mishap.LOST_BEFORE, Unsure("the connection was lost (ServerDisconnectedError)"), 0),
        (Mishap.LOST_AFTER, Unsure("the connection was lost (ServerDisconnectedError)"), 1),
        (Mishap.SILENT, Unsure("the connection was lost (TimeoutError)"), 0),
        (Mishap.ERROR_AFTER, Unsure("the receiver answers 500"), 1),
        (Mishap.LIMITED, TryLater(9.0, "the receiver answers 429"), 0),
        (Mishap.TRUNCATED, PLACED, 1),
    ],
)
def test_each_way_that_it_can_be_asked(mishap: Mishap | None, ended: Placed | Trouble, deploys: int) -> None:
    async def story() -> tuple[object, object, list[Deploy]]:
        deployer = a_deployer()
        if mishap is not None:
            deployer.network.plan("POST /deploy", mishap)
        first = await asked(deployer)
        begun = len(deployer.landed)
        return (first, begun), await asked(deployer), deployer.landed

    first, again, landed = virtually(story)
    assert (first, again) == ((ended, deploys), PLACED)
    assert [replace(one, state="running") for one in landed] == [
        Deploy("payments", "production", RELEASE.key, RELEASE.build.sha)
    ]


def test_whoever_does_not_sign_begins_nothing() -> None:
    async def story() -> tuple[object, list[Deploy]]:
        deployer = a_deployer()
        executor = deployer.connect(deployer.clock, lambda _what: None)
        executor.secret = lambda _name: "another"
        return await executor.start(SERVICE, RELEASE), deployer.landed

    ended, landed = virtually(story)
    assert (getattr(ended, "reason", None), landed) == ("the receiver answers 401", [])


def test_a_report_is_told_under_its_id_until_it_is_heard() -> None:
    heard: list[tuple[str, str]] = []

    async def story() -> tuple[bool, bool]:
        deployer = a_deployer()
        deployer.breaks = 0.0

        def door(headers: Mapping[str, str], body: bytes, hear: Callable[[], None]) -> None:
            told = (headers["webhook-id"], json.loads(body)["type"])
            if heard.count(told) == 1:
                hear()
            heard.append(told)

        await asked(deployer)
        await asyncio.sleep(200)
        deployer.door = door
        busy = deployer.busy
        await asyncio.sleep(200)
        return busy, deployer.busy

    assert virtually(story) == (True, False)
    assert sorted(set(heard)) == [("report-1", "deploy.started"), ("report-2", "deploy.succeeded")]
    assert min(heard.count(told) for told in heard) >= 2
