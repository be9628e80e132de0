"""signoff audit verify, signoff audit export: the chain is checked, and taken elsewhere."""

import argparse
import asyncio
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.cli import ledger_sink, ledger_source
from bot.cli.files import settings_alone
from bot.cli.room import Commands, command
from bot.cli.speech import DONE, MISTAKEN, REFUSED, complain, say, unheard
from bot.core.chain import Head
from bot.core.ledger import Checker
from handlers.ledger import Since

EVERY = 100_000
"""Rows between two signs of life on a terminal."""
_HEAD = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})", re.ASCII)
_ROW = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)


def add(commands: Commands) -> None:
    """Add the command with its two verbs."""
    audit = command(commands, "audit", "check the audit chain, or export it", _neither)
    verbs = audit.add_subparsers(required=True, metavar="VERB")
    verify = command(verbs, "verify", "check every row; exit code 1 when one does not fit", _verify)
    verify.add_argument("--against", type=_noted, metavar="SEQ:HASH", help="a head that was noted, to find a lost end")
    verify.add_argument("--file", type=Path, metavar="FILE", help="check an export in JSON lines, without a database")
    export = command(verbs, "export", "write the chain with its hashes, its head in the last line", _export)
    export.add_argument("--since", type=_since, default=1, metavar="DATE|SEQ", help="begin with a day or a row")
    export.add_argument(
        "--format",
        choices=("jsonl", "csv"),
        default="jsonl",
        help="jsonl can be checked with verify --file; csv is for spreadsheets: cells that look like a formula are "
        "prefixed with an apostrophe, and the head is a last row that begins with #",
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="a new file (default: standard output)")


def _neither(_asked: argparse.Namespace) -> int:
    return MISTAKEN


def _verify(asked: argparse.Namespace) -> int:
    checker = Checker(asked.against)
    try:
        done = asyncio.run(_check(asked.file, checker))
    except OSError as problem:
        return complain(f"{asked.file} cannot be read: {problem.strerror}.")
    return _verdict(checker) if done else MISTAKEN


async def _check(file: Path | None, checker: Checker) -> bool:
    """Read all of it; False when something else is wrong, which has been said."""
    if file is not None:
        source = ledger_source.file(file)
    else:
        settings = settings_alone()
        if settings is None:
            return False
        source = ledger_source.chain(settings, 1)
    async with source as lines:
        async for line in lines:
            checker.read(line)
            _sign_of_life(checker)
    return True


def _verdict(checker: Checker) -> int:
    problem = checker.end()
    head = Head(checker.walk.seq, checker.walk.hash)
    if problem is not None:
        return complain(
            f"The audit chain is broken: {problem}.",
            f"Rows read: {checker.rows}; they fit up to row {head.seq}. Restore a backup, and find out who it was.",
            code=REFUSED,
        )
    return say(f"{_extent(checker)}. Its head, to be compared later with --against:\n{head}")


def _extent(checker: Checker) -> str:
    last, first = checker.walk.seq, checker.walk.seq - checker.rows + 1
    if checker.rows == 0:
        return "The audit chain has no row yet"
    holds = f"The audit chain holds, from row {first} to row {last}"
    return holds if first == 1 else f"{holds}; what came before is not in this export"


def _export(asked: argparse.Namespace) -> int:
    try:
        writer = asyncio.run(_written(asked))
    except FileExistsError:
        return complain(f"{asked.output} is there already, and an export overwrites nothing. Name a new file.")
    except OSError as problem:
        if asked.output is None:
            return unheard(problem)
        return complain(f"{asked.output} cannot be written: {problem.strerror}.")
    if writer is None:
        return MISTAKEN
    broken = writer.checker.end()
    if broken is not None:
        return complain(f"Everything was exported, but the audit chain is broken: {broken}.", code=REFUSED)
    return DONE


async def _written(asked: argparse.Namespace) -> ledger_sink.Writer | None:
    settings = settings_alone()
    if settings is None:
        return None
    async with ledger_source.chain(settings, asked.since) as lines:
        with ledger_sink.opened(asked.output) as file:
            writer = ledger_sink.Writer(file, asked.format)
            async for line in lines:
                writer.take(line)
                _sign_of_life(writer.checker)
    return writer


def _sign_of_life(checker: Checker) -> None:
    if checker.rows and checker.rows % EVERY == 0 and sys.stderr.isatty():
        complain(f"{checker.rows:,} rows ...")


def _noted(text: str) -> Head:
    found = _HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise argparse.ArgumentTypeError("write a head as `signoff audit verify` prints it: number:hash")
    return Head(int(found[1]), found[2])


def _since(text: str) -> Since:
    if _ROW.fullmatch(text):
        return int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "write a day such as 2026-11-21, a moment such as 2026-11-21T10:00Z, or the number of a row"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
