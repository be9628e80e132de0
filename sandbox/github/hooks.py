"""Webhooks as GitHub delivers them: signed on the raw bytes, once, in the background, never again by themselves."""

import asyncio
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

PATIENCE = ClientTimeout(total=10)  # GitHub.com waits ten seconds


@dataclass(frozen=True, slots=True)
class Hook:
    """One delivery: what is sent, under which GUID."""

    guid: str
    event: str
    body: bytes

    def headers(self, secret: str) -> dict[str, str]:
        """Return the headers, with the signature over the body's bytes."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/sandbox",
            "X-GitHub-Event": self.event,
            "X-GitHub-Delivery": self.guid,
            "X-GitHub-Hook-ID": "1",
            "X-GitHub-Hook-Installation-Target-Type": "repository",
            "X-Hub-Signature-256": f"sha256={digest}",
        }


def build_webhook(event: str, payload: dict[str, Any], guid: str | None = None) -> Hook:
    """Return a delivery of a payload."""
    return Hook(guid or str(uuid.uuid4()), event, json.dumps(payload).encode())


@dataclass(slots=True)
class Hooks:
    """Delivers to one address. `on` is the switch, `log` keeps what was answered, by GUID.

    `carry` takes everything instead, where there is no network.
    """

    secret: str
    url: str | None = None
    on: bool = True
    carry: Callable[[Hook], None] | None = None
    log: list[tuple[Hook, int]] = field(default_factory=list)
    _session: ClientSession | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, hook: Hook) -> None:
        """Deliver in the background, if somebody is to hear."""
        if self.on and self.carry is not None:
            self.carry(hook)
        elif self.on and self.url is not None:
            task = asyncio.get_running_loop().create_task(self.deliver(hook))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def deliver(self, hook: Hook) -> None:
        """Deliver once; what nobody hears is lost, as with GitHub. The answer's status (0 for none) is kept."""
        if self._session is None:
            self._session = ClientSession(timeout=PATIENCE)
        try:
            async with self._session.post(self.url or "", data=hook.body, headers=hook.headers(self.secret)) as answer:
                status = answer.status
        except (ClientError, TimeoutError, OSError):
            status = 0
        self.log.append((hook, status))

    async def redeliver(self, guid: str) -> None:
        """Deliver one again, with the same GUID, as its button at GitHub does.

        Raises:
            LookupError: nothing with that GUID was sent.
        """
        hook = next((hook for hook, _ in self.log if hook.guid == guid), None)
        if hook is None:
            raise LookupError(f"no delivery has the GUID {guid}")
        await self.deliver(hook)

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
