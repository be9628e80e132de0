"""What the demo leaves out until somebody needs it, so that its page is there at once."""

import subprocess
import sys

PROBE = """
import asyncio, sys, tempfile
from pathlib import Path
from sandbox.demo import open_page

async def main():
    with tempfile.TemporaryDirectory() as folder:
        demo = await open_page(Path(folder), scenario="everyday")
        print([name for name in ("pydantic", "slack_bolt", "slack_sdk", "bot") if name in sys.modules])
        await demo.stop()

asyncio.run(main())
"""


def test_the_page_is_opened_without_what_only_the_bot_and_a_directory_need() -> None:
    said = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
