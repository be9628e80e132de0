"""The demo's service whose runs wait at a gate: the panel shows it, and it goes on when its release does."""

from pathlib import Path
from typing import Any

from tests.acceptance.test_demo_scenarios import Told, told

REPO = "acme/gateway"


def gates(here: Told) -> list[dict[str, Any]]:
    """Return what the panel shows of the gateway's gates, newest first."""
    shown = here.demo.forge.snapshot()["repositories"]
    (found,) = [one["gates"] for one in shown if one["name"] == REPO]
    return [{key: one[key] for key in ("title", "environment", "state")} for one in found]


async def test_the_gateway_waits_at_its_gate_until_the_lock_is_lifted(tmp_path: Path) -> None:
    async with told(tmp_path, "everyday") as here:
        waiting = {"title": "#2 feat: accept keys of partners", "environment": "production", "state": "waiting"}
        assert gates(here) == [waiting]
        card = here.message("gateway", "gateway 2 to production")
        await here.answers("alex", "gateway", "/deploy unlock gateway production")
        await here.workspace.changed(lambda: "Live: gateway 2" in here.workspace.plain(card), 90)
        await here.rests()
        assert gates(here) == [waiting | {"state": "approved"}]
        assert [one.key for one in here.demo.forge.landed() if one.repository == REPO] == [
            f"run {here.demo.forge.repositories[REPO].runs[-1].id}/1"
        ]
        assert here.log == []


async def test_what_is_rejected_on_the_panel_is_cancelled_in_slack(tmp_path: Path) -> None:
    async with told(tmp_path, "everyday") as here:
        card = here.message("gateway", "gateway 2 to production")
        await here.demo.forge.act("turn_away", {"repository": REPO, "environment": "production"})
        await here.workspace.changed(lambda: "Cancelled: gateway 2" in here.workspace.plain(card), 90)
        assert [one["state"] for one in gates(here)] == ["rejected"]
