"""signoff demo: the main job on embedded defaults, with no account anywhere."""

import argparse
import sys
from pathlib import Path

from bot.cli.room import Commands, command, port


def add(commands: Commands) -> None:
    """Add the command."""
    demo = command(commands, "demo", "try everything on this machine, with no account anywhere", _demo)
    demo.add_argument("--port", type=port, default=0, metavar="N", help="port of the page (default: a free one)")
    demo.add_argument("--no-browser", action="store_true", help="do not open the page")


def _demo(asked: argparse.Namespace) -> int:
    from sandbox.demo import run  # noqa: PLC0415 - only this command needs the sandbox

    def serve(policy: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "bot", "serve", "--config", str(policy), "--port", str(port)]

    return run(serve, port=asked.port, browser=not asked.no_browser)
