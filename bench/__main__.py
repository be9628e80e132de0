"""`make bench`: all figures, as ratios and counts within this run."""

import asyncio
import logging
import sqlite3
import tempfile
from pathlib import Path

import structlog

from bench import clicks, deploys, facts, intake, page, restart, start


async def main() -> None:
    """Print every figure as it is taken."""
    print(f"SQLite {sqlite3.sqlite_version}; median (lowest to highest) of the rounds\n")
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as name:
        for part in (intake, clicks, deploys, facts, restart, page, start):
            for one in await part.measure(Path(name)):
                print(one, flush=True)


structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
asyncio.run(main())
