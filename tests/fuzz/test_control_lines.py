"""Mutated lines of the command line's socket: each is answered with a sentence, and none decides anything."""

import asyncio
import json
import os
import random
from pathlib import Path
from typing import Any, cast

from aiohttp import web
from multidict import CIMultiDict

from handlers.control import Control, Reply
from handlers.control_socket import _Answers, _door
from simulation.doors import Doors
from tests.factories import a_policy, a_report
from tests.fakes.world import World
from tests.fuzz.bodies import WORDS
from tests.fuzz.inside import Request, written_down
from tests.fuzz.mutate import broken, garbled
from tests.fuzz.spell import in_bytes, in_json
from tests.seed import AGAIN, SEED

LINES = int(os.environ.get("SIGNOFF_BODIES", "20000")) // 20
PEOPLE = ("alex", "ALEX", "", "U0PRIYA", "<@U0PRIYA>", "nobody\x00", "everyone", "qa", "x" * 200)
"""None of them may decide anything."""


class Local(Request):
    """A request over the socket, whose other end the kernel does not name."""

    transport = None


async def answered(world: World, answers: _Answers, body: bytes) -> web.Response:
    """Return what a line is answered with, while the bot works off what it stores."""
    request = cast("web.Request", Local(CIMultiDict(), body, "application/json", {}))
    answering = asyncio.ensure_future(_door(request, answers.words))
    while not answering.done():
        await asyncio.sleep(0)
        if world.acts.waiting:
            await world.acts.once()
    return cast("web.Response", answering.result())


async def test_whatever_is_said_over_the_socket_is_answered_and_decides_nothing(tmp_path: Path) -> None:
    rng, heard, world = random.Random(f"{SEED} lines"), Doors(), World(tmp_path, a_policy())
    with written_down(heard):
        await world.open()
        await world.looks()
        await world.looks(a_report(1))
        answers = _Answers(Control(world.reception, world.acts))
        for number in range(LINES):
            words = rng.choice(WORDS)
            asked: dict[str, Any] = {
                "words": garbled(rng, words) if rng.random() < 1 / 3 else words,
                "person": rng.choice((None, *PEOPLE)),
                "host_user": rng.choice((None, "operator")),
                "request": rng.random() < 1 / 8,
            }
            body = in_bytes(rng, in_json(rng, broken(rng, json.dumps(asked))))
            answer = await answered(world, answers, body)
            told = f"line {number}: {answer.status} {heard.caught}; {AGAIN}\n{body!r}"
            assert answer.status in {200, 400}, told
            assert not heard.caught, told
            assert Reply.model_validate_json(answer.text or "").text, told
        decided = await world.sql(
            "SELECT (SELECT count(*) FROM approvals), (SELECT count(*) FROM inbox WHERE state <> 'done')"
        )
        assert decided == [(0, 0)], AGAIN
        assert world.executor.started == [], AGAIN
        await world.store.close()
