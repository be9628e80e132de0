"""The words of /deploy on the host: through the running bot, Slack or no Slack; reading ones without it, too."""

import argparse
import asyncio
import os

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.cli.files import settings_alone
from bot.cli.offline import read_alone
from bot.cli.room import Commands, command, takes_policy
from bot.cli.speech import MISTAKEN, REFUSED, complain, say
from bot.config.environment import Settings
from handlers.control import Reply, Verdict, Words, socket_path
from handlers.control_client import ask
from handlers.control_peer import name_of
from handlers.phrases import ENTRIES, REQUEST

READING = ("status", "why", "list", "history", "diff", "freeze")
ACTING = tuple(entry.word for entry in ENTRIES if entry.word not in {*READING, "request", "help"})
CODES = {Verdict.NOT_DONE: REFUSED, Verdict.NOT_UNDERSTOOD: MISTAKEN}


def add(commands: Commands) -> None:
    """Add a command for each word, and `request` for what /deploy does without one."""
    entries = {entry.word: entry for entry in ENTRIES}
    for word in ("request", *ACTING, *READING):
        entry = entries[word]
        spoken = command(commands, word, entry.line, _words)
        form = REQUEST if word == "request" else entry.usage.removeprefix(word).strip()
        spoken.add_argument("rest", nargs="*", metavar="WORD", help=form or "none")
        if word not in READING:
            spoken.add_argument(
                "--as", dest="person", metavar="PERSON", help="the person you act for, as in the policy"
            )
        takes_policy(spoken)
        spoken.set_defaults(word=word, person=None)


def _words(asked: argparse.Namespace) -> int:
    return spoken_words(asked, reads=asked.word in READING)


def spoken_words(asked: argparse.Namespace, *, reads: bool) -> int:
    """Say `word` and `rest` to the bot; where nobody answers and they only read, answer from what is stored."""
    settings = settings_alone()
    if settings is None:
        return MISTAKEN
    request = asked.word == "request"
    try:
        words = Words(
            words=" ".join(asked.rest if request else [asked.word, *asked.rest]),
            person=asked.person,
            host_user=name_of(os.getuid(), None),
            request=request,
        )
    except ValidationError as wrong:
        return complain(*dict.fromkeys(_mistake(one) for one in wrong.errors()))
    reply = asyncio.run(ask(socket_path(settings.database_path), words))
    return _without_the_bot(asked, settings, words, reads=reads) if reply is None else told(reply)


def _mistake(wrong: ErrorDetails) -> str:
    """Return what is wrong with words that nobody can be sent, of which nothing is echoed."""
    if wrong["type"] == "string_too_long":
        return f"That is longer than {wrong['ctx']['max_length']:,} characters."
    return "That is not UTF-8."


def _without_the_bot(asked: argparse.Namespace, settings: Settings, words: Words, *, reads: bool) -> int:
    if not reads:
        return complain(
            f"The bot does not run (nobody answers beside {settings.database_path}), so nothing was changed. "
            "Start it with `signoff serve` and say it again; it needs no Slack for this."
        )
    reply = read_alone(settings, asked.config, words)
    if reply is None:
        return MISTAKEN
    if reply.verdict is Verdict.DONE:
        complain(f"The bot does not run; this is what stands in {settings.database_path}.")
    return told(reply)


def told(reply: Reply) -> int:
    """Say what the bot answered; returns the exit code of its verdict."""
    code = CODES.get(reply.verdict)
    return say(reply.text) if code is None else complain(reply.text, code=code)
