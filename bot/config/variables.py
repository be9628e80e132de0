"""What a file must satisfy where it names variables: each holds one thing, for one host or for one who signs.

A token that goes to two hosts is known to each of them, and so is a token that somebody is given to sign with.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.config.connections import OWN
from bot.config.file_connections import GithubConnection
from bot.config.policy_file import Inherited, PolicyFile
from bot.config.problem import quoted
from bot.config.shape import Found
from bot.config.yaml_text import Path

_OWNS = "the environment's own"


class _Use(NamedTuple):
    """A variable that a key of a section names, and what that says it holds."""

    section: Path
    key: Path
    variable: str
    holds: str
    of: str = ""
    """What tells two apart that are called the same."""


def variables(
    file: PolicyFile, holders: Iterable[tuple[Path, Inherited]], spoiled: Callable[[Path], bool]
) -> Iterator[Found]:
    """Yield a mistake for each variable that was named for something else before.

    Args:
        file: the file's model.
        holders: where releases may be said to be verified, each with its path.
        spoiled: whether something in a section was refused already, so that others may stand in for it.
    """
    known = dict.fromkeys(OWN, (_OWNS, ""))
    for use in (*_connections(file), *_signers(file), *_receivers(file), *_watches(holders), *_heartbeat(file)):
        if spoiled(use.section) or (use.section[:1] == ("connections",) and use.variable in OWN):  # told by those
            continue
        held = known.setdefault(use.variable, (use.holds, use.of))
        if held != (use.holds, use.of):
            yield Found((*use.section, *use.key), f"{use.variable} is {held[0]} already; name a variable of its own.")


def _connections(file: PolicyFile) -> Iterator[_Use]:
    """One host may be reached on several connections by one token or one App."""
    for name, written in file.connections.items():
        api_url = written.github.api_url.rstrip("/").lower()
        for key, variable, what in _of_connection(written.github):
            holds = f"{what} {urlsplit(api_url).netloc}"
            yield _Use(("connections", name, "github"), key, variable, holds, api_url)


def _of_connection(written: GithubConnection) -> Iterator[tuple[Path, str, str]]:
    if written.token_env is not None:
        yield ("token_env",), written.token_env, "the token of"
    if written.app is not None:
        yield ("app", "id_env"), written.app.id_env, "the App's id at"
        yield ("app", "private_key_env"), written.app.private_key_env, "the App's private key at"
    if written.secret_env is not None:
        yield ("secret_env",), written.secret_env, "the secret of the webhooks of"


def _signers(file: PolicyFile) -> Iterator[_Use]:
    for name, service in file.services.items():
        written = service.build.standard
        if written is not None:
            yield _Use(
                ("services", name, "build", "standard"), ("secret_env",), written.secret_env, _secret_of(written.source)
            )


def _watches(holders: Iterable[tuple[Path, Inherited]]) -> Iterator[_Use]:
    for place, holder in holders:
        written = holder.verify.signal if holder.verify is not None else None
        if written is not None:
            yield _Use((*place, "verify", "signal"), ("secret_env",), written.secret_env, _secret_of(written.source))


def _receivers(file: PolicyFile) -> Iterator[_Use]:
    """One host may deploy for several lanes."""
    for name, service in file.services.items():
        for environment, lane in service.environments.items():
            written = lane.deploy.webhook if lane.deploy is not None else None
            if written is not None:
                section: Path = ("services", name, "environments", environment, "deploy", "webhook")
                holds = f"the secret of the deployer at {urlsplit(written.url).netloc.lower()}"
                yield _Use(section, ("secret_env",), written.secret_env, holds)


def _heartbeat(file: PolicyFile) -> Iterator[_Use]:
    if file.heartbeat is not None and file.heartbeat.secret_env is not None:
        yield _Use(("heartbeat",), ("secret_env",), file.heartbeat.secret_env, "the address of the heartbeat")


def _secret_of(source: str) -> str:
    return f"the secret of {quoted(source)}"
