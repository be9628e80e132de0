"""Every command of `signoff`, in the order of its help. A new one is a room of its own and a line here."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

ROOMS = ("serve", "reload", "check", "schema", "demo", "words", "effects", "output", "audit", "simulate")
QUICK = "demo"
"""Its page is to be there within a second: nothing is imported for it that other commands need."""


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for; `run` is the function of its command. Exits with 2 when it is not understood."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    whole = parser((QUICK,) if given[:1] == [QUICK] else ROOMS)
    asked, more = whole.parse_known_args(arguments)
    if more and (not hasattr(asked, "rest") or any(word.startswith("-") for word in more)):
        whole.error(f"unrecognized arguments: {' '.join(more)}")
    if more:  # argparse takes words from one place only; a reason may follow --as PERSON
        asked.rest += more
    return asked


def parser(rooms: Sequence[str] = ROOMS) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, or of some of its rooms."""
    whole = argparse.ArgumentParser(prog="signoff", description="The release desk of a team inside Slack.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for room in rooms:
        import_module(f"bot.cli.{room}").add(commands)
    return whole
