"""Durable webhook intake against the same handler without a database, both over loopback, in turn."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TypeVar

from aiohttp import ClientSession, web

from bench.figures import Figure, figure, timed
from bot.core.policy import LaneId, LanePolicy, Mode, Policy, ServicePolicy
from bot.core.source import GithubSource, VersionFrom
from bot.core.target import GithubDeployment
from bot.ports.store import Store, Transaction
from handlers.webhooks import Webhooks
from storage.database import open_store

SECRET = "a secret of this run"
ROUNDS = 5
REQUESTS = 300
T = TypeVar("T")


class Forgetful:
    """A store that keeps nothing: what the intake would cost without a database."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Do nothing."""
        del work
        return None  # type: ignore[return-value] # the route only asks whether it raised

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Refuse: nothing asks."""
        raise NotImplementedError


def policy() -> Policy:
    """Return a policy with one service."""
    source = GithubSource("acme/payments", "main", (".github/workflows/build.yml",))
    lane = LanePolicy(LaneId("payments", "production"), Mode.DELIVERY, "C0PAYMENTS", GithubDeployment("production"))
    return Policy((ServicePolicy("payments", "C0PAYMENTS", source, VersionFrom.RUN_NUMBER, (lane,)),))


def body() -> bytes:
    """Return a `workflow_run` of about 20 KB, as GitHub's are."""
    run = {"id": 30433642, "path": ".github/workflows/build.yml", "head_sha": "a" * 40, "padding": "x" * 19_000}
    return json.dumps(
        {"action": "completed", "workflow_run": run, "repository": {"full_name": "acme/payments"}}
    ).encode()


async def serve(store: Store) -> tuple[web.AppRunner, str]:
    """Start the webhook route over a store."""
    numbers = count()
    app = web.Application(client_max_size=6 * 1024 * 1024)
    app.add_routes(
        Webhooks(
            store,
            policy,
            {"GITHUB_WEBHOOK_SECRET": SECRET}.get,
            clock=lambda: datetime.now(UTC),  # noqa: TID251 - a benchmark has the real clock
            wake=lambda: None,
            request_id=lambda: str(next(numbers)),
        ).routes()
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/github"


async def deliver(session: ClientSession, url: str, number: int, payload: bytes, signature: str) -> None:
    """Deliver one webhook with a delivery id of its own."""
    headers = {
        "X-GitHub-Event": "workflow_run",
        "X-GitHub-Delivery": f"{number:08x}-0000-4000-8000-000000000000",
        "X-Hub-Signature-256": signature,
        "Content-Type": "application/json",
    }
    async with session.post(url, data=payload, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def measure(folder: Path) -> list[Figure]:
    """Return the ratio of requests per second, with and without the database, at 1 and at 16 at once."""
    store = await open_store(folder / "intake.db", clock=lambda: datetime.now(UTC), token=lambda: "0" * 32)  # noqa: TID251 - the real clock
    durable, with_database = await serve(store)
    forgetful, without = await serve(Forgetful())
    payload = body()
    signature = "sha256=" + hmac.new(SECRET.encode(), payload, hashlib.sha256).hexdigest()
    numbers = count(1)
    figures = []
    async with ClientSession() as session:

        async def burst(url: str, at_once: int) -> None:
            gate = asyncio.Semaphore(at_once)

            async def one() -> None:
                async with gate:
                    await deliver(session, url, next(numbers), payload, signature)

            await asyncio.gather(*(one() for _ in range(REQUESTS)))

        for at_once in (1, 16):
            ratios = []
            for _ in range(ROUNDS + 1):
                plain = await timed(lambda at_once=at_once: burst(without, at_once))  # type: ignore[misc]
                stored = await timed(lambda at_once=at_once: burst(with_database, at_once))  # type: ignore[misc]
                ratios.append(plain / stored)
            figures.append(figure(f"durable webhook intake / no database, {at_once} at once", ratios[1:], "x rps"))
    await durable.cleanup()
    await forgetful.cleanup()
    await store.close()
    return figures
