"""The forge's state and machinery: repositories, ids, who listens, what goes on in the background, the count."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sandbox.github.access import Access, Grant
from sandbox.github.apps import Registered, installed_at
from sandbox.github.faults import Faults
from sandbox.github.hooks import Hooks
from sandbox.github.rates import Rates
from sandbox.github.records import Deployment, Repository, Run

TASK = "signoff:"


@dataclass(frozen=True, slots=True)
class Landed:
    """A deploy that was really started: what, where, when. `state` is what became of it, in GitHub's word.

    Of one that went on at a gate (`gated`) the key is `run ID/ATTEMPT`.
    """

    id: int
    repository: str
    environment: str
    key: str
    sha: str
    at: datetime
    state: str
    dispatched: bool
    gated: bool = False


class Executor(Protocol):
    """Runs the workflow of a deploy for real, in place of pretending."""

    async def dispatched(self, repo: str, run: Run) -> None:
        """Run the workflow that was dispatched and finish its run."""

    async def deployed(self, repo: str, deployment: Deployment) -> None:
        """Run the workflow `on: deployment`."""


@dataclass(slots=True)
class ForgeState:
    """What a forge has; `sandbox.github.forge` says what happens in it.

    `run_details` off: it is an older GitHub Enterprise Server, whose dispatch knows no `return_run_details`.
    """

    clock: Callable[[], datetime]
    token: str | None = None
    webhook_secret: str = "a secret of the sandbox"  # noqa: S105 - made up
    site: str = "https://github.com"
    auto: bool = False
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    index_lag: float = 0.0
    break_next_deploy: bool = False
    executor: Executor | None = None
    repositories: dict[str, Repository] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    on_change: list[Callable[[], None]] = field(default_factory=list)
    beside: list[Callable[[], dict[str, Any]]] = field(default_factory=list)
    """What else the page's panel shows, by key."""
    hooks: Hooks = field(init=False)
    rates: Rates = field(default_factory=Rates)
    access: Access = field(default_factory=Access)
    registered: Registered = field(default_factory=Registered)
    run_details: bool = True
    requests: int = 0
    _ids: int = 1000
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hooks = Hooks(self.webhook_secret, self.clock, self.paused, self._installation, told=self.changed)

    async def paused(self, seconds: float) -> None:
        """Return after so many seconds, however they are counted now."""
        await self.pause(seconds)

    def _installation(self, repository: str, app: str) -> tuple[int, int] | None:
        found = installed_at(self.registered, self.repository(repository), app)
        return (found.id, found.app.id) if found else None

    def deliver_to(self, url: str | None) -> None:
        """Send webhooks there; None for nowhere."""
        self.hooks.url = url

    @property
    def webhooks_on(self) -> bool:
        """Whether webhooks are sent; what happens while they are off is never told."""
        return self.hooks.on

    @webhooks_on.setter
    def webhooks_on(self, on: bool) -> None:
        self.hooks.on = on

    def repository(self, full_name: str) -> Repository | None:
        """Return a repository; GitHub does not tell names apart by their case."""
        return next((one for name, one in self.repositories.items() if name.lower() == full_name.lower()), None)

    def repository_of(self, number: int) -> Repository | None:
        """Return a repository by its id, which it keeps when it is renamed."""
        return next((one for one in self.repositories.values() if one.id == number), None)

    def moved(self, full_name: str) -> Repository | None:
        """Return the repository that had this name once."""
        asked = full_name.lower()
        return next((one for one in self.repositories.values() if asked in map(str.lower, one.former_names)), None)

    def give_token(
        self,
        token: str,
        login: str,
        login_id: int,
        *,
        repositories: Sequence[str] | None = None,
        permissions: Mapping[str, str] | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """Give a person a token, for some repositories (by name) and permissions, or for all; returns it."""
        chosen = None if repositories is None else frozenset(self.repositories[name].id for name in repositories)
        grant = Grant(token, login, login_id, repositories=chosen, permissions=permissions, expires_at=expires_at)
        return self.access.add(grant)

    def next_id(self) -> int:
        """Return a number that nothing has yet."""
        self._ids += 1
        return self._ids

    async def redeliver(self, guid: str) -> None:
        """Deliver a webhook again; it keeps its GUID. GitHub never does so by itself."""
        await self.hooks.redeliver(guid)

    def changed(self) -> None:
        """Tell whoever watches."""
        for listener in self.on_change:
            listener()

    def landed(self) -> list[Landed]:
        """Return every deploy that was started here for a key, however it was asked for, oldest first: the oracle."""
        found = [one for repository in self.repositories.values() for one in _landed_in(repository)]
        return sorted(found, key=lambda one: one.id)

    def deploys(self) -> Counter[tuple[str, str, str]]:
        """Count what landed, by environment, key and commit."""
        return Counter((one.environment, one.key, one.sha) for one in self.landed())

    def go(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on in the background, until `close`."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Return when nothing goes on by itself any more and every webhook is delivered or lost."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
        await self.hooks.settle()

    async def close(self) -> None:
        """Stop what goes by itself."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hooks.close()


def _landed_in(repository: Repository) -> list[Landed]:
    name = repository.full_name
    made = [
        Landed(
            one.id,
            name,
            one.environment,
            one.task.removeprefix(TASK),
            one.sha,
            one.created_at,
            one.state,
            dispatched=False,
        )
        for one in repository.deployments
        if one.task.startswith(TASK)
    ]
    for run in repository.runs:
        if (key := run.inputs.get("signoff_key")) is not None:
            where, sha = run.inputs.get("environment", ""), run.inputs.get("sha", "")
            state = run.conclusion or run.status
            made.append(Landed(run.id, name, where, key, sha, run.created_at, state, dispatched=True))
    for gate in repository.gates:
        found = repository.deployment(gate.deployment)
        if gate.asked and gate.opened_at is not None and found is not None:
            key = f"run {gate.run}/{gate.attempt}"
            at, state = gate.opened_at, found.state
            made.append(
                Landed(found.id, name, gate.environment, key, found.sha, at, state, dispatched=False, gated=True)
            )
    return made
