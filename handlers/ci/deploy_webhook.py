"""Deploys by signed webhook: one request, known to its receiver by the key that is its id.

The receiver answers the same id the same, so a request whose answer was lost is sent again and nothing is looked up.
How far it is only the receiver's own reports tell.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import ClientSession

from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import DeployWebhook, Target
from bot.ports.ci import HttpReply, Placed, Progress, ProgressStatus
from bot.ports.meter import SILENT, Meter
from bot.ports.trouble import Trouble, TryLater
from handlers.ci.deploy_request import limited, origin_of, read_answer, request_of
from handlers.ci.dialect import Secrets
from handlers.ci.sender import Sender, System

SYSTEM = System("webhook", (("Accept", "application/json"),), limited, largest=64 * 1024)
NO_SECRET_AGAIN = 60.0
"""Seconds."""


@dataclass(slots=True)
class DeployWebhooks:
    """Implements Executor for every target of the kind; each host has a sender of its own, with its own breaker."""

    session: ClientSession
    secret: Secrets
    clock: Callable[[], datetime]
    timeout: float = 15.0
    meter: Meter = SILENT
    _senders: dict[str, Sender] = field(default_factory=dict)

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Ask the receiver to deploy exactly the release's commit; sent again, it is the same request."""
        del service
        target = release.policy.target
        if not isinstance(target, DeployWebhook):
            raise TypeError(f"{release.name} is not deployed by a webhook but by {target}")
        secret = self.secret(target.secret_env)
        if secret is None:
            return TryLater(NO_SECRET_AGAIN, f"{target.secret_env} is not set, so nothing can be signed")
        reply = await self._sender(target).send(request_of(target, release, secret, self.clock()))
        return read_answer(reply, release, self.clock()) if isinstance(reply, HttpReply) else reply

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        """Return None: there is nowhere to look, and whoever sends again is told whether it was there."""
        del service, release
        return None

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return that it waits, until a report says more."""
        del service, release
        return Progress(ProgressStatus.WAITING, "", None)

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return None: nobody can be asked."""
        del service, target
        return None

    def _sender(self, target: DeployWebhook) -> Sender:
        origin = origin_of(target)
        known = self._senders.get(origin)
        if known is None:
            known = self._senders[origin] = Sender(
                self.session, origin, "", self.clock, system=SYSTEM, timeout=self.timeout, meter=self.meter
            )
        return known
