"""The words of /deploy on the host: read and act through the running bot, when Slack is down too."""

import argparse
import asyncio
import getpass

from bot.cli.files import settings_alone
from bot.cli.room import Commands, command, takes_policy
from bot.cli.speech import MISTAKEN, complain, say
from handlers import control

WORDS = ("status", "why", "list", "approve", "reject", "withdraw", "cancel")


def add(commands: Commands) -> None:
    """Add a command for each word."""
    for word in WORDS:
        acting = command(commands, word, f"the same as /deploy {word} in Slack", _words)
        acting.add_argument("rest", nargs="*", metavar="WORD")
        acting.add_argument("--as", dest="person", metavar="PERSON", help="the person you act for, as in the policy")
        takes_policy(acting)
        acting.set_defaults(word=word)


def _words(asked: argparse.Namespace) -> int:
    settings = settings_alone()
    if settings is None:
        return MISTAKEN
    words = control.Words(words=" ".join([asked.word, *asked.rest]), person=asked.person, host_user=getpass.getuser())
    reply = asyncio.run(control.ask(control.socket_path(settings.database_path), words))
    if reply is None:
        return complain(f"Nobody answers beside {settings.database_path}. Start the bot with `signoff serve`.")
    return say(reply.text)
