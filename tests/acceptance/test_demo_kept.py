"""A demo that keeps its directory comes up again whatever was set to go wrong, and that goes on being wrong."""

from pathlib import Path

from bot.cli.demo_bot import opened_silently
from sandbox import demo
from sandbox.slack.weather import Weather


async def test_a_bot_comes_up_before_its_token_is_revoked_and_the_network_cut_again(tmp_path: Path) -> None:
    first = await demo.start(opened_silently, tmp_path, scenario="first-day", keep=True)
    first.forge.break_next_deploy = True
    first.forge.changed()
    first.running.faults.weather.change({"revoked": True, "cut": True})
    first.running.faults.add("chat.*", "html", count=3)
    await first.stop()

    again = await demo.start(opened_silently, tmp_path, keep=True)
    try:
        assert again.forge.break_next_deploy
        assert again.running.faults.weather == Weather(cut=True, revoked=True)
        assert [(one.kind, one.count) for one in again.running.faults.rules] == [("html", 3)]
        assert again.running.sockets.connections == []
        again.running.faults.clear()
        again.running.faults.weather.change({"cut": False, "revoked": False})
        await again.company.workspace.changed(lambda: again.running.sockets.connections, 90)
    finally:
        await again.stop()
