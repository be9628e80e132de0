"""The services that the demo's pipeline deploys, as probes see them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession

from sandbox import server
from sandbox.clock import MovableClock
from sandbox.github.forge import Forge
from sandbox.scenarios.furniture import Furniture
from sandbox.site import Sites
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(slots=True)
class Town:
    """A repository, its site and a client."""

    forge: Forge
    sites: Sites
    http: ClientSession

    async def asked(self, where: str) -> tuple[int, object]:
        """Return what a probe is answered."""
        async with self.http.get(f"/sites/{where}") as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    clock = MovableClock(lambda: NOON)
    forge = Forge(clock)
    forge.create("acme/payments")
    sites = Sites(forge)
    running = await server.start(Workspace(clock), github=forge, more=sites.routes())
    async with ClientSession(running.url) as http:
        yield Town(forge, sites, http)
    await forge.close()
    await running.stop()


async def test_a_site_tells_the_version_that_was_deployed_last(town: Town) -> None:
    assert await town.asked("payments/production") == (404, {"error": "nothing runs here"})
    assert await town.asked("unknown/production") == (404, {"error": "nothing runs here"})
    company = Furniture(town.forge, MovableClock(lambda: NOON))
    company.past("acme/payments", "Add refunds", days=2, environments=("staging", "production"))
    company.past("acme/payments", "Show the balance", days=1, environments=("staging",))
    assert await town.asked("payments/production") == (200, {"version": "1"})
    assert await town.asked("payments/staging") == (200, {"version": "2"})


async def test_a_version_may_be_ill_and_others_well(town: Town) -> None:
    company = Furniture(town.forge, MovableClock(lambda: NOON))
    company.past("acme/payments", "Add refunds", days=2, environments=("staging", "production"))
    town.sites.ill.add("payments/production 1")
    assert await town.asked("payments/production") == (503, {"error": "too many errors", "version": "1"})
    assert await town.asked("payments/staging") == (200, {"version": "1"})
    company.past("acme/payments", "Add them once", days=1)
    assert await town.asked("payments/production") == (200, {"version": "2"})


async def test_the_panel_makes_everything_ill_and_well_again(town: Town) -> None:
    Furniture(town.forge, MovableClock(lambda: NOON)).past("acme/payments", "Add refunds", days=2)
    for status, ill in ((503, True), (200, False)):
        async with town.http.post("/sandbox/github/break_verification", json={}) as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True})
        async with town.http.get("/sandbox/state") as state:
            assert (await state.json())["pipeline"]["break_verification"] is ill
        assert (await town.asked("payments/production"))[0] == status


async def test_a_form_of_another_site_makes_nothing_ill(town: Town) -> None:
    async with town.http.post("/sandbox/github/break_verification", data="x") as answer:
        assert answer.status == 400
    assert not town.sites.all_ill
