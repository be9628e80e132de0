"""A deployer that is asked by signed webhook: it begins once for each id, and repeats its reports until they are heard.

It belongs to the world: a process of the bot that dies leaves it as it is.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.policy import Policy
from bot.ports.ci import Verdict
from bot.ports.inbox import Received
from bot.ports.store import Store
from handlers.ci.deploy_webhook import DeployWebhooks
from handlers.ci.dialect import Known
from handlers.ci.standard_signature import authentic, seal_of, sealed
from handlers.ci.standard_webhook import admit
from handlers.hints import stored
from sandbox.exchange import JSON, Reply
from simulation.network import Mishap, Network
from simulation.session import Sent, Session, as_client_session

SECRET = "canary-deployer-91c27b64d0f3e8a5"  # noqa: S105 - opens nothing
Door = Callable[[Mapping[str, str], bytes, Callable[[], None]], None]
"""Where reports go: headers, body, and what to call once it has been stored."""


@dataclass(slots=True)
class Deploy:
    """A deploy that was begun. `state` is what became of it: running, success or failure."""

    service: str
    environment: str
    key: str
    sha: str
    state: str = "running"


@dataclass(slots=True)
class Report:
    """What is told of a deploy, under the same id until somebody answers."""

    id: str
    body: bytes
    heard: bool = False


@dataclass(slots=True)
class Deployer:
    """The receiver of deploy requests.

    Args:
        clock: the present.
        rng: decides what is left to chance.
        network: the way to it.
        lost: how likely a report does not arrive, or its answer does not; it is told again.
        breaks: how likely a deploy fails.
        latest: seconds within which a report arrives; so they overtake each other.
        door: where reports go; None while no process listens.
    """

    clock: Callable[[], datetime]
    rng: random.Random
    network: Network
    lost: float = 0.0
    breaks: float = 0.15
    latest: float = 8.0
    door: Door | None = None
    asked: list[str] = field(default_factory=list)
    """The id of every request that arrived."""
    landed: list[Deploy] = field(default_factory=list)
    """Every deploy that was begun, each for another id."""
    reports: list[Report] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether a deploy runs, or somebody has not heard of one."""
        return any(one.state == "running" for one in self.landed) or not all(one.heard for one in self.reports)

    def connect(self, clock: Callable[[], datetime], before: Callable[[str], None]) -> DeployWebhooks:
        """Return the bot's own executor for one process; what `before` raises reaches whoever sends."""
        session = Session(self.carry, before=before)
        return DeployWebhooks(as_client_session(session), lambda _name: SECRET, clock, timeout=10.0)

    async def carry(self, sent: Sent) -> Reply:
        """Carry one request."""
        what = f"{sent.method} {sent.url.path}"
        return await self.network.carry(what, lambda: self._meet(sent), sent.patience, sent.connect)

    def _meet(self, sent: Sent) -> Reply:
        """Begin a deploy for an id that is new, and say so of one that is not."""
        seal = seal_of(sent.headers, self.clock())
        if seal is None or not authentic(seal, [SECRET], sent.body):
            return Reply(401, b"{}", {"Content-Type": JSON})
        known = seal.id in self.asked
        self.asked.append(seal.id)
        if known:
            return Reply(self.rng.choice((200, 409)), b"{}", {"Content-Type": JSON})
        self._begin(json.loads(sent.body)["data"])
        return Reply(202, b"{}", {"Content-Type": JSON})

    def _begin(self, data: Mapping[str, str]) -> None:
        one = Deploy(data["service"], data["environment"], data["key"], data["sha"])
        self.landed.append(one)
        if self.rng.random() < 0.7:
            self._tell("deploy.started", one)
        asyncio.get_running_loop().call_later(self.rng.uniform(2.0, 40.0), self._end, one)

    def _end(self, one: Deploy) -> None:
        succeeded = self.rng.random() >= self.breaks
        one.state = "success" if succeeded else "failure"
        self._tell("deploy.succeeded" if succeeded else "deploy.failed", one)

    def _tell(self, what: str, one: Deploy) -> None:
        data = {"service": one.service, "environment": one.environment, "key": one.key, "sha": one.sha}
        said = {"type": what, "timestamp": self.clock().isoformat(), "data": data}
        self.reports.append(Report(f"report-{len(self.reports) + 1}", json.dumps(said).encode()))
        self._deliver(self.reports[-1])

    def _deliver(self, report: Report) -> None:
        """Let it arrive, and deliver it again later, until it is heard."""
        if report.heard:
            return
        loop = asyncio.get_running_loop()
        if self.rng.random() >= self.lost:
            loop.call_later(self.rng.uniform(0.0, self.latest), self._arrive, report)
        loop.call_later(self.rng.uniform(1.0, 20.0), self._deliver, report)

    def _arrive(self, report: Report) -> None:
        def hear() -> None:
            report.heard = report.heard or self.rng.random() >= self.lost

        if self.door is not None:
            self.door(sealed(SECRET, report.id, self.clock(), report.body), report.body, hear)


def deployer_network(rng: random.Random) -> Network:
    """Return the way to a deployer."""
    return Network(rng, {Mishap.LIMITED: _limited})


def _limited(rng: random.Random) -> Reply:
    return Reply(429, b"{}", {"Content-Type": JSON, "Retry-After": str(rng.randint(1, 90))})


def report_door(
    store: Store, policy: Callable[[], Policy], clock: Callable[[], datetime], wake: Callable[[], None]
) -> Callable[[Mapping[str, str], bytes], Awaitable[None]]:
    """Return the door of one process: admitted, stored, as `handlers.webhooks` does behind its HTTP.

    What it does not take for a report of the deployer is a mistake of the simulation, a TypeError.
    """

    async def take(headers: Mapping[str, str], body: bytes) -> None:
        delivery = admit(headers, body, Known(policy(), lambda _name: SECRET, clock()))
        if isinstance(delivery, Verdict):
            raise TypeError(f"the deployer's report was refused: {delivery.name}")
        received = Received("standard", delivery.dedupe_key, stored(delivery.hint), clock())
        if await store.write(lambda tx: tx.inbox.put(received)) is not None:
            wake()

    return take
