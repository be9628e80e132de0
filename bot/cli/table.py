"""Every command of `signoff`, in the order of its help. A new one is a room of its own and a line here."""

import argparse
from collections.abc import Sequence

from bot.cli import audit, check, demo, effects, reload, schema, serve, simulate, words

ROOMS = (serve, reload, check, schema, demo, words, effects, audit, simulate)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for; `run` is the function of its command. Exits with 2 when it is not understood."""
    whole = parser()
    asked, more = whole.parse_known_args(arguments)
    if more and (not hasattr(asked, "rest") or any(word.startswith("-") for word in more)):
        whole.error(f"unrecognized arguments: {' '.join(more)}")
    if more:  # argparse takes words from one place only; a reason may follow --as PERSON
        asked.rest += more
    return asked


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(prog="signoff", description="The release desk of a team inside Slack.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for room in ROOMS:
        room.add(commands)
    return whole
