"""Mutated requests over real sockets to the whole bot, for every route: no 5xx, nothing decided, all worked off."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.acceptance.desk import Desk
from tests.fuzz.senders import NOBODY, SENDERS, Sender
from tests.fuzz.world import ask, post, whole
from tests.seed import AGAIN, SEED

BODIES = int(os.environ.get("SIGNOFF_BODIES", "20000")) * 3 // 20
TAKEN = {200, 202}
REFUSED = {-1, 400, 401, 404, 405}
UNANSWERED = 100
"""One in so many may be left without an answer: where the door had answered and gone before all of it was sent."""
MOST_GROWTH = 96 * 2**20
"""Bytes; the sandbox keeps what it was told in the same process."""


async def sends(here: Desk, name: str, sender: Sender, counted: Counter[tuple[str, int]]) -> None:
    """Send to one route, one after the other; half of it without a signature."""
    assert here.signoff is not None
    rng = random.Random(f"{SEED} {name} by socket")
    port = here.signoff.bound_metrics_port if name == "metrics" else here.signoff.bound_port
    method = "GET" if name in NOBODY else "POST"
    [(handle,), *_] = ask(here.folder, "SELECT id FROM handles")
    for number in range(sender.share(BODIES)):
        sent = sender.make(
            rng, here.clock(), lambda text: text.replace("h4ndle", str(handle)).replace("T0ACME", "T0SANDBOX")
        )
        signed = name not in NOBODY and number % 2 == 0
        answer = await post(port, sender.path, sent, rng, signed=signed, method=method)
        told = f"body {number} of {name}: {answer}; {AGAIN}\n{sent}"
        under_way = answer.status == 503 and "still being worked on" in answer.text
        allowed = TAKEN | REFUSED if signed or name in NOBODY else REFUSED
        if name in SENDERS and len(sent.body) > sender.largest:
            allowed = {-1, 413} if signed else {-1, 401, 413}
        assert answer.status in allowed | {0} or under_way, told
        counted[name, answer.status] += 1


async def test_whatever_comes_is_answered_and_nothing_is_decided(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    counted: Counter[tuple[str, int]] = Counter()
    process = psutil.Process()
    async with whole(tmp_path) as (here, heard):
        before = process.memory_info().rss
        async with asyncio.TaskGroup() as group:
            for name, sender in {**SENDERS, **NOBODY}.items():
                group.create_task(sends(here, name, sender, counted))
        await here.comes(lambda: not ask(tmp_path, "SELECT 1 FROM inbox WHERE state = 'waiting'"))
        assert not heard.caught, f"{heard.caught}; {AGAIN}"
        assert [record.getMessage() for record in caplog.records if record.exc_info] == [], AGAIN
        assert ask(tmp_path, "SELECT * FROM inbox WHERE state <> 'done'") == [], AGAIN
        assert ask(tmp_path, "SELECT count(*) FROM approvals") == [(0,)], AGAIN
        assert ask(tmp_path, "SELECT count(*) FROM effects WHERE kind = 'deploy'") == [(0,)], AGAIN
        assert here.forge.deploys() == {}, AGAIN
        stored = ask(tmp_path, "SELECT source FROM inbox GROUP BY source HAVING count(*) > 2 ORDER BY source")
        assert [source for (source,) in stored] == ["buildbot", "github", "slack", "standard"], AGAIN
        assert process.memory_info().rss - before < MOST_GROWTH, counted
    for name, sender in {**SENDERS, **NOBODY}.items():
        assert counted[name, 0] <= sender.share(BODIES) // UNANSWERED, counted
    assert all(counted[name, 401] and counted[name, 200] and counted[name, 400] for name in SENDERS), counted
