"""Puts each GitHub together: its one sender, who we are there, and the ports that ask it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import ClientSession

from bot.config.accounts import Account
from bot.core.connections import Connection
from bot.core.policy import LaneId, Policy
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow, Target
from bot.ports.ci import Executor
from bot.ports.meter import Meter
from handlers.ci.github_app import Scope
from handlers.ci.github_app_sender import AppSender
from handlers.ci.github_app_tokens import InstallationTokens
from handlers.ci.github_checked_builds import CheckedBuilds
from handlers.ci.github_connection import Github
from handlers.ci.github_connections import Githubs, Ports
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_gated_builds import GatedBuilds
from handlers.ci.github_gates import GithubGates
from handlers.ci.github_kept import Kept
from handlers.ci.github_scope import Asked, scope_of
from handlers.ci.github_stops import GithubStops
from handlers.ci.sender import Sender, Sends


class Workshop:
    """Makes what speaks to each GitHub.

    Args:
        http: the client's connections; every host has its own among them.
        policy: today's policy.
        clock: the present.
        meter: hears of each call.
    """

    def __init__(
        self, http: ClientSession, policy: Callable[[], Policy], clock: Callable[[], datetime], meter: Meter
    ) -> None:
        self._http = http
        self._policy = policy
        self._clock = clock
        self._meter = meter
        self._asked: dict[tuple[LaneId, bool], Asked] = {}

    def all(self, api_url: str, web_url: str, own: Account, account: Callable[[Connection], Account | None]) -> Githubs:
        """Return the environment's own GitHub with all that the policy names besides."""

        def make(connection: Connection) -> Ports | None:
            found = account(connection)
            return self._ports(connection.api_url, connection.web_url, found, connection.name) if found else None

        return Githubs(self._ports(api_url, web_url, own, None), self._policy, make, self._asked)

    def _ports(self, api_url: str, web_url: str, account: Account, connection: str | None) -> Ports:
        sends = Kept(self._sends(api_url, account, connection))
        github, gates = Github(sends, web_url), GithubGates(sends, web_url)
        executors: Mapping[type[Target], Executor] = {
            GithubDeployment: github,
            GithubWorkflow: github,
            GithubGate: gates,
        }
        builds = CheckedBuilds(GatedBuilds(github, GateReader(sends, web_url)), sends, web_url)
        return Ports(builds, github, executors, gates, GithubStops(sends))

    def _sends(self, api_url: str, account: Account, connection: str | None) -> Sends:
        token = account.token.get_secret_value() if account.token is not None else ""
        sender = Sender(self._http, api_url, token, self._clock, meter=self._meter)
        if account.app_id is None or account.private_key is None:
            return sender
        from handlers.ci.github_app_assertion import asserting  # noqa: PLC0415 - RSA is loaded for Apps alone

        proves = asserting(account.app_id, account.private_key.get_secret_value())

        def scope(repository: str) -> Scope:
            return scope_of(self._policy(), connection, repository, self._asked.values())

        return AppSender(InstallationTokens(sender, proves, scope))
