"""A forge without a server, whoever asks it, and a clock that the test moves."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.github import in_process
from sandbox.github.apps import assertion
from sandbox.github.forge import Forge
from sandbox.github.hooks import Hook
from sandbox.github.records import Repository, Run

REPO = "acme/payments"
TOKEN = "ghs_sandbox"
START = datetime(2026, 11, 21, 10, tzinfo=UTC)


@dataclass(slots=True)
class Said:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def refusal(self) -> tuple[int, str]:
        """Its status and what it says."""
        return self.status, self.body["message"]


@dataclass(slots=True)
class World:
    """A forge with one repository and everything that it sends."""

    forge: Forge = field(init=False)
    now: datetime = START
    sent: list[Hook] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forge = Forge(lambda: self.now, token=TOKEN)
        self.forge.create(REPO)
        self.forge.hooks.carry = self.sent.append

    @property
    def repository(self) -> Repository:
        """The repository."""
        return next(iter(self.forge.repositories.values()))

    @property
    def run(self) -> Run:
        """The newest run."""
        return self.repository.runs[-1]

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = TOKEN, **headers: str) -> Said:
        """Ask for a path from the root on."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            told["Authorization"] = f"Bearer {token}"
        sent = b"" if body is None else json.dumps(body).encode()
        status, answered, text = in_process.answer(self.forge, method, path, headers=told, body=sent)
        return Said(status, answered, json.loads(text) if text else None)

    def get(self, path: str, token: str | None = TOKEN, **headers: str) -> Said:
        """Read something of the repository."""
        return self.ask("GET", f"/repos/{REPO}{path}", token=token, **headers)

    def post(self, path: str, body: Any = None, token: str | None = TOKEN, **headers: str) -> Said:
        """Send something to the repository."""
        return self.ask("POST", f"/repos/{REPO}{path}", {} if body is None else body, token=token, **headers)

    def told(self, event: str) -> list[dict[str, Any]]:
        """Return the bodies of an event's webhooks, oldest first."""
        return [json.loads(hook.body) for hook in self.sent if hook.event == event]

    def app(self, slug: str = "signoff", **permissions: str) -> str:
        """Register an App, install it and return a token of the installation."""
        self.forge.apps.register(slug, permissions, owner="acme")
        installed = self.forge.apps.install(slug, "acme")
        return self.forge.apps.token(installed, None, permissions).token

    def asserted(self, slug: str = "signoff", issuer: str = "", *, begun: int = -60, ends: int = 540) -> str:
        """Return an App's assertion, which begins and ends so many seconds from now."""
        app = self.forge.registered.apps[slug]
        moments = (self.now + timedelta(seconds=seconds) for seconds in (begun, ends))
        return assertion(issuer or str(app.id), app.private_key, *moments)
