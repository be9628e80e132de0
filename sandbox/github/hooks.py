"""Webhooks as GitHub delivers them: signed on the raw bytes, once, in the background, never again by themselves."""

import asyncio
import hashlib
import hmac
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.github.weather import Fate, Weather

PATIENCE = ClientTimeout(total=10)  # GitHub.com waits ten seconds
COMMON = frozenset({"ping", "push", "workflow_run", "deployment", "deployment_status"})
EVERY = COMMON | {
    "workflow_job",
    "check_run",
    "status",
    "deployment_review",
    "deployment_protection_rule",
    "repository",
}
"""The events that this stand-in can send."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One event for one listener: what is sent, under which GUID. An event has the same GUID for all its listeners."""

    guid: str
    event: str
    body: bytes
    repository: str = ""
    repository_id: int = 0
    listener: int = 1
    app_id: int | None = None

    def headers(self, secret: str) -> dict[str, str]:
        """Return the headers, with the signatures over the body's bytes."""
        key = secret.encode()
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/sandbox",
            "X-GitHub-Event": self.event,
            "X-GitHub-Delivery": self.guid,
            "X-GitHub-Hook-ID": str(self.listener),
            "X-GitHub-Hook-Installation-Target-Type": "integration" if self.app_id else "repository",
            "X-GitHub-Hook-Installation-Target-ID": str(self.app_id or self.repository_id),
            "X-Hub-Signature": f"sha1={hmac.new(key, self.body, hashlib.sha1).hexdigest()}",
            "X-Hub-Signature-256": f"sha256={hmac.new(key, self.body, hashlib.sha256).hexdigest()}",
        }


def build_webhook(event: str, payload: dict[str, Any], guid: str | None = None) -> Hook:
    """Return the delivery of a payload."""
    repo = payload.get("repository") or {}
    body = json.dumps(payload).encode()
    return Hook(guid or str(uuid.uuid4()), event, body, str(repo.get("full_name", "")), int(repo.get("id", 0)))


@dataclass(frozen=True, slots=True)
class Listener:
    """Whoever hears: an address and its secret. `app`: it is the webhook of that App, by slug, else a repository's.

    `events` and `repositories` (full names, or `owner/*`) say of what it hears; None: of everything.
    """

    secret: str
    url: str | None = None
    events: frozenset[str] | None = None
    repositories: frozenset[str] | None = None
    app: str | None = None
    id: int = 1

    def hears(self, hook: Hook, app: str | None) -> bool:
        """Whether an event is for it; `app` names the only App that the event is for."""
        if app is not None and app != self.app:
            return False
        if self.events is not None and hook.event not in self.events:
            return False
        names = {hook.repository.lower(), f"{hook.repository.split('/')[0].lower()}/*"}
        return self.repositories is None or bool({name.lower() for name in self.repositories} & names)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery and how it was answered (0: not at all)."""

    id: int
    hook: Hook
    to: Listener
    status: int
    at: datetime
    redelivery: bool


@dataclass(slots=True)
class Hooks:
    """Delivers to one address, and to `others`. `on` is the switch, `deliveries` keeps what was answered.

    `events` are what the one address subscribed to, `app` makes it the webhook of an App. `carry` takes everything
    that is for it instead, where there is no network. `weather` says what goes wrong on the way.
    `installation` finds an App's installation and the App's id, by repository and slug.
    """

    secret: str
    clock: Callable[[], datetime]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    installation: Callable[[str, str], tuple[int, int] | None] = lambda _repository, _app: None
    url: str | None = None
    on: bool = True
    events: frozenset[str] = COMMON
    app: str | None = None
    others: list[Listener] = field(default_factory=list)
    carry: Callable[[Hook], None] | None = None
    weather: Weather = field(default_factory=Weather)
    deliveries: list[Delivered] = field(default_factory=list)
    held: list[tuple[Hook, Listener]] = field(default_factory=list)
    told: Callable[[], None] = lambda: None
    """Called after each delivery."""
    _session: ClientSession | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def log(self) -> list[tuple[Hook, int]]:
        """What was delivered, with the answers' status."""
        return [(one.hook, one.status) for one in self.deliveries]

    def listeners(self) -> list[Listener]:
        """Return everybody who hears, the one address first."""
        return [Listener(self.secret, self.url, self.events, app=self.app), *self.others]

    def wanted(self, event: str) -> bool:
        """Whether anybody hears of an event."""
        return self.on and any(one.events is None or event in one.events for one in self.listeners())

    def send(self, hook: Hook, app: str | None = None) -> None:
        """Deliver in the background to whoever is to hear; `app` is the slug of the only App that is."""
        if not self.on:
            return
        for listener in self.listeners():
            reached = listener.url is not None or (listener.id == 1 and self.carry is not None)
            if reached and listener.hears(hook, app) and (own := self._addressed(hook, listener)) is not None:
                self._under_way(own, listener)

    def release(self, *, newest_first: bool = False) -> int:
        """Deliver what was held; returns how many that were."""
        waiting, self.held = self.held, []
        for hook, listener in reversed(waiting) if newest_first else waiting:
            self._go(hook, listener)
        return len(waiting)

    async def deliver(self, hook: Hook, to: Listener | None = None, *, redelivery: bool = False) -> None:
        """Deliver once; what nobody hears is lost, as with GitHub. The answer's status (0 for none) is kept."""
        known = self.listeners()
        # whoever began anew since then may listen at another address
        listener = next((one for one in known if to is not None and one.id == to.id), to or known[0])
        if self._session is None:
            self._session = ClientSession(timeout=PATIENCE)
        try:
            headers = hook.headers(listener.secret)
            async with self._session.post(listener.url or "", data=hook.body, headers=headers) as answer:
                status = answer.status
        except (ClientError, TimeoutError, OSError):
            status = 0
        number = 70_000 + len(self.deliveries)
        self.deliveries.append(Delivered(number, hook, listener, status, self.clock(), redelivery))
        self.told()

    async def redeliver(self, guid: str) -> None:
        """Deliver one again, with the same GUID, as its button at GitHub does.

        Raises:
            LookupError: nothing with that GUID was sent.
        """
        found = next((one for one in self.deliveries if one.hook.guid == guid), None)
        if found is None:
            raise LookupError(f"no delivery has the GUID {guid}")
        await self.deliver(found.hook, found.to, redelivery=True)

    def again(self, delivered: Delivered) -> None:
        """Deliver one again, in the background."""
        self._task(self.deliver(delivered.hook, delivered.to, redelivery=True))

    async def settle(self) -> None:
        """Return when everything that was to be sent is delivered or lost."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Let deliveries end, then close."""
        await self.settle()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _addressed(self, hook: Hook, to: Listener) -> Hook | None:
        """Return the event as a listener gets it; an App hears only of what it is installed for."""
        if to.app is None:
            return replace(hook, listener=to.id)
        found = self.installation(hook.repository, to.app)
        if found is None:
            return None
        number, app_id = found
        body = json.loads(hook.body) | {"installation": {"id": number, "node_id": f"I{number}"}}
        return replace(hook, listener=to.id, app_id=app_id, body=json.dumps(body).encode())

    def _under_way(self, hook: Hook, to: Listener) -> None:
        rule = self.weather.next(hook.event)
        if rule is None or rule.fate is Fate.TWICE:
            self._go(hook, to)
        if rule is not None and rule.fate is Fate.TWICE:
            self._go(hook, to)
        if rule is not None and rule.fate is Fate.HELD:
            self.held.append((hook, to))
        if rule is not None and rule.fate is Fate.LATE:
            self._task(self._later(hook, to, rule.seconds))

    async def _later(self, hook: Hook, to: Listener, seconds: float) -> None:
        await self.pause(seconds)
        self._go(hook, to)

    def _go(self, hook: Hook, to: Listener) -> None:
        if to.id == 1 and self.carry is not None:
            self.carry(hook)
        else:
            self._task(self.deliver(hook, to))

    def _task(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
