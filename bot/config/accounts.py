"""Who we are on each GitHub: the token or App that the environment holds, and which of them the policy needs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.config.environment import GITHUB_REMEDY, Settings, Variables
from bot.core.connections import Connection
from bot.core.policy import Policy, ServicePolicy
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow

_OURS = ("GITHUB_TOKEN", "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY")
"""The variables that prove us where the policy names no connection."""


@dataclass(frozen=True, slots=True)
class Account:
    """What proves us: a token, or an App's id and private key."""

    token: SecretStr | None = None
    app_id: str | None = None
    private_key: SecretStr | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Account":
        """Return who we are where the policy names no connection."""
        return cls(settings.github_token, settings.github_app_id, settings.github_app_private_key)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of connections, and what is missing of them."""

    environ: Mapping[str, str] = field(repr=False)

    def of(self, connection: Connection) -> Account | None:
        """Return who we are on a connection; None where that is not there, or is none."""
        return self._read(connection, Variables(self.environ))

    def problems(self, policy: Policy) -> tuple[str, ...]:
        """Return one sentence for each variable that the policy needs and that is not there, or is none."""
        found: list[str] = []
        for name in users(policy):
            connection = policy.connection(name) if name is not None else None
            found += self._of_the_environment() if connection is None else self._of_a_connection(connection)
        return tuple(dict.fromkeys(found))

    def values(self, policy: Policy) -> tuple[SecretStr, ...]:
        """Return the secrets of a policy's connections, for whoever must hide them."""
        accounts = [self.of(connection) for connection in policy.connections]
        proofs = [proof for one in accounts if one is not None for proof in (one.token, one.private_key)]
        signing = [Variables(self.environ).text(one.secret_env) for one in policy.connections if one.secret_env]
        return (*(one for one in proofs if one is not None), *(SecretStr(one) for one in signing if one))

    def _of_a_connection(self, connection: Connection) -> Iterable[str]:
        variables = Variables(self.environ)
        missing = [
            f"{variable} is not set; `connections` in the policy says that it holds {holds}."
            for variable, holds in _named(connection)
            if variables.text(variable) is None
        ]
        if variables.problems or missing:
            return variables.problems or missing
        self._read(connection, variables)
        return variables.problems

    def _of_the_environment(self) -> Iterable[str]:
        """Return what is missing where the policy names no connection; what is wrong with it, the settings tell."""
        variables = Variables(self.environ)
        if any(variables.text(name) for name in _OURS) or variables.problems:
            return ()
        return (f"GITHUB_TOKEN is not set: {GITHUB_REMEDY}; or set {_OURS[1]} and {_OURS[2]} of a GitHub App.",)

    def _read(self, connection: Connection, variables: Variables) -> Account | None:
        if connection.app is not None:
            app_id, key = variables.app(connection.app.id_env, connection.app.private_key_env)
            return Account(None, app_id, key) if app_id is not None and key is not None else None
        token = variables.token(connection.token_env or "", GITHUB_REMEDY, needed=False)
        return Account(token) if token is not None else None


def users(policy: Policy) -> Mapping[str | None, tuple[str, ...]]:
    """Return which services use which connection, by its name; None: the environment's own."""
    found: dict[str | None, tuple[str, ...]] = {}
    for service in policy.services:
        for name in dict.fromkeys(_connections(service)):
            found[name] = (*found.get(name, ()), service.name)
    return found


def needs(policy: Policy) -> Iterator[str]:
    """Yield which variables a policy needs, in the words that `signoff check` prints."""
    for name, services in users(policy).items():
        connection = policy.connection(name) if name is not None else None
        whose = f"for {', '.join(services)}"
        if connection is None:
            yield f"needs {_OURS[0]}, or {_OURS[1]} and {_OURS[2]}, {whose}"
        else:
            variables = " and ".join(variable for variable, _ in _named(connection))
            yield f"needs {variables} (connection {connection.name}) {whose}"


def _connections(service: ServicePolicy) -> Iterator[str | None]:
    if isinstance(service.source, GithubSource):
        yield service.source.connection
        for lane in service.lanes:
            if isinstance(lane.target, GithubDeployment | GithubWorkflow | GithubGate):
                yield lane.target.connection


def _named(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each variable that a connection names, and what it holds."""
    if connection.token_env is not None:
        yield connection.token_env, f"the token of {connection.name}"
    if connection.app is not None:
        yield connection.app.id_env, f"the id of {connection.name}'s GitHub App"
        yield connection.app.private_key_env, f"the private key of {connection.name}'s GitHub App"
    if connection.secret_env is not None:
        yield connection.secret_env, f"the secret of {connection.name}'s webhooks"
