"""signoff output: what the command of a release printed, kept on this host."""

import argparse
import re
from functools import partial

from bot.cli.files import settings_alone
from bot.cli.room import Commands, command
from bot.cli.speech import MISTAKEN, REFUSED, complain, say
from bot.config.environment import Settings
from bot.config.named import secrets_of

_RELEASE = re.compile(r"R-[1-9][0-9]{0,17}", re.ASCII)


def add(commands: Commands) -> None:
    """Add the command."""
    output = command(commands, "output", "print what the command of a release printed", _output)
    output.add_argument("release", metavar="RELEASE", help="such as R-42")


def _output(asked: argparse.Namespace) -> int:
    if not _RELEASE.fullmatch(asked.release):
        return complain("A release is named like R-42.")
    settings = settings_alone()
    return MISTAKEN if settings is None else _shown(asked.release, settings)


def _shown(release: str, settings: Settings) -> int:
    from bot.redaction import Redactor  # noqa: PLC0415 - only where something is to be hidden
    from handlers.ci.command_record import directory_of, printed_of  # noqa: PLC0415 - the parser needs none of it

    directory = directory_of(settings.database_path)
    hide = partial(Redactor(secrets_of(settings)).text, lines=True)
    try:
        found = printed_of(directory, release, hide)
    except OSError as problem:
        return complain(f"{directory} cannot be read: {problem.strerror}.")
    if found is None:
        return complain(f"No command of {release} is on record in {directory}.", code=REFUSED)
    return say(found.removesuffix("\n"))
