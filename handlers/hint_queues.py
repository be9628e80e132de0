"""What is on which host: hints of each connection wait apart, so that one that does not answer delays no other."""

from datetime import datetime, timedelta

from bot.core.policy import Policy, ServicePolicy
from bot.core.source import GithubSource
from bot.ports.store import Transaction

GITHUB = "github"
_KNOWN = "hints of "
"""Before the name of a queue, where queues are remembered that ever were."""
_LATEST = timedelta(days=3650)
"""Further ahead than anything is put off to."""


def queue_of(connection: str | None) -> str:
    """Return the name under which a connection's hints wait in the inbox; None: the environment's own."""
    return GITHUB if connection is None else f"{GITHUB}/{connection}"


def connection_of(service: ServicePolicy) -> str | None:
    """Return the connection over which a service's builds are asked about; None: the environment's own, or none."""
    return service.source.connection if isinstance(service.source, GithubSource) else None


def settle_queues(tx: Transaction, policy: Policy, now: datetime) -> int:
    """Remember the queues of a policy, and end what waits in those that nobody works off any more; returns how many.

    Nobody is behind a webhook, and what a connection hinted at that the policy has no more is of no concern.
    """
    here = {queue_of(connection.name) for connection in policy.connections}
    for queue in here:
        tx.remembered.set(f"{_KNOWN}{queue}", queue)
    gone = set(tx.remembered.beginning(_KNOWN).values()) - here
    ended = 0
    for queue in sorted(gone):
        while (row := tx.inbox.claim(now + _LATEST, (queue,))) is not None:
            tx.inbox.done(row.id, "nothing that the policy names")
            ended += 1
    return ended
