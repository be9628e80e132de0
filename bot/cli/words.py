"""The words of /deploy on the host: read and act through the running bot, when Slack is down too."""

import argparse
import asyncio
import os
import pwd

from bot.cli.files import settings_alone
from bot.cli.room import Commands, command, takes_policy
from bot.cli.speech import MISTAKEN, REFUSED, complain, say
from handlers.control import Reply, Verdict, Words, socket_path
from handlers.control_client import ask

READING = ("status", "why", "list")
ACTING = ("approve", "reject", "withdraw", "cancel")
CODES = {Verdict.NOT_DONE: REFUSED, Verdict.NOT_UNDERSTOOD: MISTAKEN}


def add(commands: Commands) -> None:
    """Add a command for each word."""
    for word in (*READING, *ACTING):
        acting = command(commands, word, f"the same as /deploy {word} in Slack", _words)
        acting.add_argument("rest", nargs="*", metavar="WORD")
        acting.add_argument("--as", dest="person", metavar="PERSON", help="the person you act for, as in the policy")
        takes_policy(acting)
        acting.set_defaults(word=word)


def _words(asked: argparse.Namespace) -> int:
    settings = settings_alone()
    if settings is None:
        return MISTAKEN
    claimed = pwd.getpwuid(os.getuid()).pw_name
    words = Words(words=" ".join([asked.word, *asked.rest]), person=asked.person, host_user=claimed)
    reply = asyncio.run(ask(socket_path(settings.database_path), words))
    if reply is None:
        return complain(f"Nobody answers beside {settings.database_path}. Start the bot with `signoff serve`.")
    return _told(reply)


def _told(reply: Reply) -> int:
    code = CODES.get(reply.verdict)
    return say(reply.text) if code is None else complain(reply.text, code=code)
