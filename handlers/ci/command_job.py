"""What a command of the policy becomes for one release: whole checked arguments, and a small environment. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.core.target import Command
from bot.core.verification import CommandProbe
from bot.ports.trouble import GiveUp

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)
_GRAMMAR: Mapping[str, re.Pattern[str]] = {
    "version": re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_+~@/-]|\.(?!\.)){0,199}", re.ASCII),
    "sha": re.compile(r"[0-9a-f]{40}", re.ASCII),
    "digest": re.compile(r"sha256:[0-9a-f]{64}", re.ASCII),
    "environment": _NAME,
    "service": _NAME,
    "release": re.compile(r"R-[1-9][0-9]{0,17}", re.ASCII),
    "key": re.compile(r"R-[1-9][0-9]{0,17}-[a-z0-9]{8}", re.ASCII),
}
"""What each value must be as a whole: none begins like an option or holds what a script may expand."""
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Job:
    """What is run: the program with its arguments, where, with which environment, and for how long at most."""

    argv: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]
    seconds: float

    def as_json(self) -> dict[str, object]:
        """Return it as the supervisor reads it."""
        return {
            "argv": list(self.argv),
            "directory": self.directory,
            "environment": dict(self.environment),
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Host:
    """What a command is given of the host: where it runs unless the policy says so, and the user's own directory."""

    directory: str
    home: str


def job_of(asked: Command | CommandProbe, values: Mapping[str, str], host: Host) -> Job | GiveUp:
    """Return the job for a release, or why there can be none: a value that is no argument, or that nobody reported."""
    argv: list[str] = []
    for argument in asked.argv:
        found = _PLACEHOLDER.fullmatch(argument)
        value = values.get(found[1], "") if found else argument
        if found and not _fits(found[1], value):
            told = f"{value[:100]!r} is no argument" if value else "nobody reported one"
            return GiveUp(f"the command wants {argument}, and {told}; nothing was run")
        argv.append(value)
    said = {f"SIGNOFF_{name.upper()}": value for name, value in values.items() if _fits(name, value)}
    environment = {"PATH": PATH, "HOME": host.home, "LANG": "C.UTF-8", **said}
    limit: timedelta = asked.timeout
    return Job(tuple(argv), asked.directory or host.directory, environment, limit.total_seconds())


def _fits(name: str, value: str) -> bool:
    grammar = _GRAMMAR.get(name)
    return grammar is not None and grammar.fullmatch(value) is not None
