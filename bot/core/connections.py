"""Connections: the hosts of CI systems that the policy names beside the environment's, and what proves us there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GithubApp:
    """The variables that hold a GitHub App's id and its private key."""

    id_env: str
    private_key_env: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A GitHub under a name of its own: one host, one token or App, one secret of its webhooks.

    Attributes:
        name: how sources and targets name it.
        api_url: the address of its REST API; does not end with a slash.
        web_url: the address under which people see it; does not end with a slash.
        token_env: the variable that holds a token; None where an App acts.
        app: the App that acts.
        secret_env: the variable that holds the secret of its webhooks; None: it is asked instead.
    """

    name: str
    api_url: str
    web_url: str
    token_env: str | None = None
    app: GithubApp | None = None
    secret_env: str | None = None
