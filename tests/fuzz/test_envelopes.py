"""Mutated frames of Socket Mode into a real link: what names an envelope is acknowledged once, and nothing fails."""

import json
import random
from dataclasses import dataclass, field
from typing import Any, cast

from handlers.slack import frames
from handlers.slack.frames import Envelope
from handlers.slack.link import Link
from handlers.slack.socket import SocketMode
from tests.fuzz import bodies
from tests.fuzz.inside import inside
from tests.fuzz.mutate import broken
from tests.fuzz.senders import policy
from tests.fuzz.spell import in_bytes, in_json
from tests.fuzz.test_inside import BODIES
from tests.seed import AGAIN, SEED

FRAMES = BODIES // 8
KINDS = {"events_api": bodies.EVENTS, "interactive": bodies.INTERACTIONS, "slash_commands": bodies.COMMANDS}
HELLO = json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0"}})


@dataclass
class Line:
    """A WebSocket that takes whatever is said."""

    said: list[dict[str, Any]] = field(default_factory=list)
    greeted: bool = True

    async def send(self, text: str) -> bool:
        """Keep a frame."""
        self.said.append(json.loads(text))
        return True


def a_frame(rng: random.Random, number: int) -> str:
    """Return a frame as Slack sends it: its payload mutated, or all of it, now and then written as no encoder would."""
    kind = rng.choice(tuple(KINDS))
    text = rng.choice(KINDS[kind]).replace("1605853645.582706", f"{number}.582706")
    text = text.replace("V0FORM", f"V{number}").replace("111.222.ccc", f"{number}.222.ccc")
    whole = {"envelope_id": f"e-{number}", "type": kind, "accepts_response_payload": True}
    if rng.random() < 2 / 3:
        frame = {**whole, "payload": broken(rng, text)}
    else:
        frame = broken(rng, rng.choice((json.dumps({**whole, "payload": json.loads(text)}), HELLO)))
    body = in_bytes(rng, in_json(rng, frame)) if rng.random() < 1 / 3 else json.dumps(frame).encode()
    return body.decode("utf-8", "replace")  # aiohttp lets no other text through


async def test_whatever_a_frame_holds_it_is_acknowledged_where_it_names_an_envelope() -> None:
    rng, acknowledged, stored = random.Random(f"{SEED} envelopes"), 0, 0
    async with inside(policy()) as doors:
        socket = SocketMode(cast("Any", None), "xapp-1", cast("Any", None), doors.dispatch)
        link = Link(1, cast("Any", None), "xapp-1", cast("Any", None), socket)
        for number in range(FRAMES):
            text, line = a_frame(rng, number), Line()
            frame = frames.read(text)
            link._take(cast("Any", line), text)
            for task in list(socket._answering):
                await task
            told = f"frame {number}: {line.said} {doors.heard.caught}; {AGAIN}\n{text!r}"
            assert not doors.heard.caught, told
            named = [frame.id] if isinstance(frame, Envelope) else []
            assert [answer["envelope_id"] for answer in line.said] == named, told
            acknowledged += len(named)
        stored = len(doors.shelf.rows)
        doors.read_back()
    assert acknowledged > FRAMES / 2, f"the mutations are not too wild: {acknowledged}; {AGAIN}"
    assert stored > FRAMES / 25, f"some acted: {stored}; {AGAIN}"
