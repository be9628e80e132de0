"""signoff simulate: the whole bot in virtual time, by seed, with crashes and a network that fails."""

import argparse
import secrets

from bot.cli.room import Commands, command
from bot.cli.speech import say

EVERY = 100


def add(commands: Commands) -> None:
    """Add the command."""
    what = "run the bot through made-up trouble and check what it promises"
    parser = command(commands, "simulate", what, _simulate)
    parser.add_argument("--seed", type=int, metavar="N", help="one schedule, and tell what happened in it")
    parser.add_argument("--schedules", type=int, default=1000, metavar="N", help="how many (default 1000)")


def _simulate(asked: argparse.Namespace) -> int:
    from simulation.schedules import run  # noqa: PLC0415 - only this command needs the simulation

    if asked.seed is not None:
        outcome = run(asked.seed)
        say("\n".join(outcome.trace))
        say(outcome.sentence)
        return 0 if outcome.violation is None else 1
    first = secrets.randbelow(10**9)
    for number in range(asked.schedules):
        outcome = run(first + number)
        if outcome.violation is not None:
            say(outcome.sentence)
            say(f"`signoff simulate --seed {outcome.seed}` tells what happened.")
            return 1
        if (number + 1) % EVERY == 0:
            say(f"{number + 1} schedules, every promise kept")
    return say(f"{asked.schedules} schedules from seed {first}: every promise kept.")
