"""Whether GitHub would be asked more often than it takes: what docs/polling.md reckons, for the policy at hand."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from urllib.parse import urlsplit

from bot.core.policy import Policy
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubGate

A_MINUTE = 900
"""Reading requests that GitHub takes of one account, whatever it answers."""
AN_HOUR = 5_000
"""Answers that GitHub gives to one account, but those that nothing has changed."""
WITH_ROOM = 600
"""Of a minute's requests: deploys and changes need the rest."""
CHECKED = 6
"""Requests for the checks of the three newest green commits."""
_OF_A_LANE = 2
"""Its newest deployments, and what was said of the newest one."""


@dataclass(slots=True)
class _Asked:
    services: int = 0
    requests: int = 0
    """In one look at each of them."""
    a_minute: float = 0.0


def too_often(policy: Policy) -> Iterator[str]:
    """Yield a warning for each account of GitHub's that looking for news would ask too much of."""
    for (where, owner), asked in _asked(policy).items():
        host = f"the connection `{where}`" if where else "GitHub"
        account = _account(where, owner)
        look = "one look at the service" if asked.services == 1 else f"one look at all {asked.services:,} services"
        if asked.a_minute > A_MINUTE:
            enough = ceil(asked.requests / WITH_ROOM * 60 / 10) * 10
            yield (
                f"Looking for news would ask {host} {asked.a_minute:,.0f} times a minute, {asked.a_minute * 60:,.0f} "
                f"an hour: {look} is {asked.requests:,} requests, made as often as `poll` says. "
                f"GitHub takes {A_MINUTE} a minute of {account}, and {AN_HOUR:,} an hour that find something new. "
                f"Write `poll: {enough}s` or longer for them, or set up webhooks."
            )
        if asked.requests > AN_HOUR:
            yield (
                f"After a start {host} could not tell everything within an hour: "
                f"{look} is {asked.requests:,} requests, and GitHub takes {AN_HOUR:,} an hour of {account} "
                "that find something new. Give some of the services a connection of their own."
            )


def _asked(policy: Policy) -> Mapping[tuple[str | None, str | None], _Asked]:
    """Return what is asked of each account: a connection's own, or of an App each owner's."""
    apps = {one.name for one in policy.connections if one.app is not None}
    free = {one.name for one in policy.connections if not _is_cloud(one.api_url)}
    found: defaultdict[tuple[str | None, str | None], _Asked] = defaultdict(_Asked)
    for service in policy.services:
        source = service.source
        if not isinstance(source, GithubSource):
            continue
        owner = source.repository.partition("/")[0].lower()
        targets = [lane.target for lane in service.lanes]
        told = [one.connection for one in targets if isinstance(one, GithubDeployment | GithubGate)]
        asks = defaultdict[str | None, int](int, {source.connection: 1 + (CHECKED if source.checks else 0)})
        for connection in told:
            asks[connection] += _OF_A_LANE
        for connection, requests in asks.items():
            if connection in free:
                continue
            asked = found[connection, owner if connection in apps else None]
            asked.services += 1
            asked.requests += requests
            asked.a_minute += requests * 60 / source.poll.total_seconds()
    return found


def _account(where: str | None, owner: str | None) -> str:
    """Return whose requests are counted together; whether the environment names an App the policy does not tell."""
    if owner is not None:
        return f"an App at {owner}"
    return "one account" if where else "one account (of an App at each owner)"


def _is_cloud(api_url: str) -> bool:
    """Whether it is GitHub's own host: an Enterprise Server limits nobody unless its administrators want it to."""
    host = urlsplit(api_url).hostname or ""
    return host == "api.github.com" or host.endswith(".ghe.com")
