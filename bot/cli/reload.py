"""signoff reload: the running bot reads its policy again."""

import argparse
import asyncio

from bot.cli.files import settings_alone
from bot.cli.room import Commands, command
from bot.cli.speech import MISTAKEN, complain
from bot.cli.words import told
from handlers.control import socket_path
from handlers.control_client import reload


def add(commands: Commands) -> None:
    """Add the command."""
    command(commands, "reload", "have the running bot read its policy again", _reload)


def _reload(asked: argparse.Namespace) -> int:
    del asked
    settings = settings_alone()
    if settings is None:
        return MISTAKEN
    reply = asyncio.run(reload(socket_path(settings.database_path)))
    if reply is None:
        return complain(
            f"The bot does not run (nobody answers beside {settings.database_path}), so there is nothing to reload: "
            "it reads the policy when it starts."
        )
    return told(reply)
