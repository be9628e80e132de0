"""signoff schema: the policy file's JSON Schema, for editors."""

import argparse
import json

from bot.cli.room import Commands, command
from bot.cli.speech import say
from bot.config.schema import json_schema


def add(commands: Commands) -> None:
    """Add the command."""
    command(commands, "schema", "print the policy file's JSON Schema", _schema)


def _schema(_asked: argparse.Namespace) -> int:
    return say(json.dumps(json_schema(), indent=2))
