"""What a file must satisfy where it names hosts: one account each, no connection that is not there."""

from collections.abc import Collection, Iterator

from bot.config.addresses import web_of
from bot.config.file_connections import GithubConnection
from bot.config.policy_file import PolicyFile, ServiceSection
from bot.config.problem import nearest, quoted
from bot.config.shape import Found
from bot.config.yaml_text import Path
from bot.core.connections import Connection, GithubApp

OWN = frozenset(
    {
        "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "GITHUB_TOKEN", "GITHUB_APP_ID",
        "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET", "BUILDBOT_PASSWORD", "BUILDBOT_WEBHOOK_SECRET",
    }
)  # fmt: skip
"""What is for one host alone: no connection may have it sent to another, nor be signed for by it."""
TARGETS = ("github_deployment", "github_workflow", "github_gate")
"""The targets that may name a connection."""


def connections(file: PolicyFile, known: Collection[str]) -> Iterator[Found]:
    """Yield every mistake about connections; `known` are those that are written, well or not."""
    for name, written in file.connections.items():
        path: Path = ("connections", name, "github")
        if written.github.token_env is not None and written.github.app is not None:
            yield Found((*path, "token_env"), "`token_env` and `app` are both written; keep one.")
        if written.github.token_env is None and written.github.app is None:
            yield Found(path, f"{quoted(name)} does not say who we are there; write token_env or app.")
        yield from (
            Found((*path, *key), f"{variable} is not this connection's; name a variable of its own.")
            for key, variable in _variables(written.github)
            if variable in OWN
        )
    for path, name in _named(file):
        if name not in known:
            near = nearest(name, known)
            meant = f" Did you mean `{near}`?" if near else ""
            yield Found(path, f"{quoted(name)} is not in `connections`.{meant}")


def unused(file: PolicyFile) -> Iterator[str]:
    """Yield a warning for each connection that nothing uses."""
    used = {name for _, name in _named(file)}
    yield from (f"No service uses the connection `{name}`." for name in file.connections if name not in used)


def connection(name: str, written: GithubConnection) -> Connection:
    """Return a connection as the core knows it."""
    app = GithubApp(written.app.id_env, written.app.private_key_env) if written.app is not None else None
    url = written.api_url.rstrip("/")
    return Connection(name, url, web_of(url), written.token_env, app, written.secret_env)


def _variables(written: GithubConnection) -> Iterator[tuple[Path, str | None]]:
    yield ("token_env",), written.token_env
    yield ("secret_env",), written.secret_env
    if written.app is not None:
        yield ("app", "id_env"), written.app.id_env
        yield ("app", "private_key_env"), written.app.private_key_env


def _named(file: PolicyFile) -> Iterator[tuple[Path, str]]:
    """Yield where a connection is named, and which."""
    for name, service in file.services.items():
        source = service.build.github
        if source is not None and source.connection is not None:
            yield ("services", name, "build", "github", "connection"), source.connection
        yield from _of_targets(name, service)


def _of_targets(name: str, service: ServiceSection) -> Iterator[tuple[Path, str]]:
    for environment, lane in service.environments.items():
        for key in TARGETS:
            target = getattr(lane.deploy, key, None)
            if target is not None and target.connection is not None:
                yield ("services", name, "environments", environment, "deploy", key, "connection"), target.connection
