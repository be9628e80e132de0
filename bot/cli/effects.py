"""What could not be delivered, on the host: the list, and what to do with it; Slack or no Slack."""

import argparse

from bot.cli.room import Commands, command, takes_policy
from bot.cli.words import spoken_words

FORMS = "list | retry NAME | resolve NAME did-run|did-not-run|try-again|abandon"


def add(commands: Commands) -> None:
    """Add the command."""
    effects = command(commands, "effects", "show what could not be delivered, and what to do with it", _effects)
    effects.add_argument("rest", nargs="*", metavar="WORD", help=FORMS)
    effects.add_argument("--as", dest="person", metavar="PERSON", help="the person you act for, as in the policy")
    takes_policy(effects)
    effects.set_defaults(word="effects")


def _effects(asked: argparse.Namespace) -> int:
    return spoken_words(asked, reads=asked.rest == ["list"])
