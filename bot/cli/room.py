"""What every command is made of: a place in the parser and a function that runs it."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it
else:
    Commands = object

Run = Callable[[argparse.Namespace], int]
"""Runs a command and returns its exit code."""


def command(commands: Commands, name: str, help_text: str, run: Run) -> argparse.ArgumentParser:
    """Add a command; returns its parser, to which its own arguments are added."""
    parser = commands.add_parser(
        name, help=help_text, description=f"{help_text[0].upper()}{help_text[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(run=run)
    return parser


def takes_policy(parser: argparse.ArgumentParser) -> None:
    """Let a command name the policy file."""
    parser.add_argument("--config", default="signoff.yml", metavar="FILE", help="the policy (default signoff.yml)")
