"""Every command of `signoff`, in the order of its help. A new one is a room of its own and a line here."""

import argparse

from bot.cli import check, demo, schema, serve, words

ROOMS = (serve, check, schema, demo, words)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; what it parses has `run`, the function of the command."""
    whole = argparse.ArgumentParser(prog="signoff", description="The release desk of a team inside Slack.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for room in ROOMS:
        room.add(commands)
    return whole
