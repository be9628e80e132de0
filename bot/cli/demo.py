"""signoff demo: the main job on embedded defaults, with no account anywhere."""

import argparse
import asyncio
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.room import Commands, command, port
from bot.cli.speech import complain, say

if TYPE_CHECKING:
    from sandbox.demo import Bot, Place


def add(commands: Commands) -> None:
    """Add the command."""
    demo = command(commands, "demo", "try everything on this machine, with no account anywhere", _demo)
    demo.add_argument("--port", type=port, default=0, metavar="N", help="port of the page (default: a free one)")
    demo.add_argument("--no-browser", action="store_true", help="do not open the page")
    demo.add_argument("--data", metavar="DIR", help="keep everything in DIR, and go on with what is there")
    demo.add_argument("--scenario", metavar="NAME", help="begin with another story; `--scenario list` names them")


def _demo(asked: argparse.Namespace) -> int:
    from sandbox import demo, scenarios  # noqa: PLC0415 - only this command needs the sandbox

    if asked.scenario == "list":
        return say(scenarios.listed())
    if asked.scenario is not None and asked.scenario not in scenarios.SCENARIOS:
        return complain(f"There is no scenario {asked.scenario}. These are there:\n{scenarios.listed()}")
    data = Path(asked.data) if asked.data else None
    return demo.run(_opened, port=asked.port, browser=not asked.no_browser, scenario=asked.scenario, data=data)


async def _opened(place: "Place") -> "Bot":
    """Start the bot in this process: it shares the sandbox's clock, and ends with it whatever happens."""
    inside = await asyncio.to_thread(importlib.import_module, "bot.cli.demo_bot")  # the page is there meanwhile
    bot: Bot = await inside.opened(place)
    return bot
