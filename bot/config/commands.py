"""What a file must satisfy where it has programs run: one program, whatever is deployed, and time for it to end."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any

from bot.config.policy_file import PolicyFile
from bot.config.shape import Found
from bot.config.yaml_text import Path
from bot.core.policy import LanePolicy
from bot.core.target import Command

TO_END = timedelta(seconds=30)
"""From the attempt to the end of a command there is more than its own time: its start, and the grace to end."""


def commands(file: PolicyFile) -> Iterator[Found]:
    """Yield every mistake about the commands that deploy."""
    for name, service in file.services.items():
        for environment, lane in service.environments.items():
            if lane.deploy is None or lane.deploy.command is None:
                continue
            path: Path = ("services", name, "environments", environment, "deploy", "command")
            yield from program((*path, "argv"), lane.deploy.command.argv)
            limits = (one.deploy_timeout for one in (lane, service, file.defaults))
            limit = next((one for one in limits if one is not None), default_of(LanePolicy, "deploy_timeout"))
            if (lane.deploy.command.timeout or default_of(Command, "timeout")) + TO_END > limit:
                yield Found(
                    (*path, "timeout"),
                    "`timeout` must be at least 30 s shorter than `deploy_timeout`, by which the release fails.",
                )


def program(path: Path, argv: tuple[str, ...]) -> Iterator[Found]:
    """Yield what is wrong with the program of a command: it must be the same whatever is deployed."""
    if "{" in argv[0]:
        yield Found(path, "`argv` begins with a placeholder; write the program first.")


def default_of(owner: type[Any], name: str) -> timedelta:
    """Return a time that holds where the file is silent."""
    value = next(one.default for one in fields(owner) if one.name == name)
    if not isinstance(value, timedelta):
        raise TypeError(f"{name} of {owner.__name__} is no time")
    return value
