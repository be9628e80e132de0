"""What every command is made of: a place in the parser and a function that runs it."""

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it
else:
    Commands = object

LAST_PORT = 65_535
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
Run = Callable[[argparse.Namespace], int]
"""Runs a command and returns its exit code."""


def command(commands: Commands, name: str, help_text: str, run: Run) -> argparse.ArgumentParser:
    """Add a command; returns its parser, to which its own arguments are added."""
    parser = commands.add_parser(
        name, help=help_text, description=f"{help_text[0].upper()}{help_text[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(run=run)
    return parser


def port(text: str) -> int:
    """Return a port; for argparse, which tells the sentence to whoever wrote another thing."""
    if _PORT.fullmatch(text) is None or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 (any free one) to {LAST_PORT}")
    return int(text)


def takes_policy(parser: argparse.ArgumentParser) -> None:
    """Let a command name the policy file."""
    parser.add_argument("--config", default="signoff.yml", metavar="FILE", help="the policy (default signoff.yml)")
