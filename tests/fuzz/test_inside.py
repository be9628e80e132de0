"""Mutated requests straight into the doors, signed and unsigned, for every route."""

import os
import random
from collections import Counter
from dataclasses import replace

import pytest

from tests.fuzz.bodies import NOON
from tests.fuzz.inside import inside
from tests.fuzz.senders import SENDERS, Sent, as_it_is, policy
from tests.seed import AGAIN, SEED

BODIES = int(os.environ.get("SIGNOFF_BODIES", "20000"))
ANSWERS = {200, 202, 400, 401}
FORGED = 8
"""One in so many is sent without its signature, or with one that is wrong."""


def allowed(sent: Sent, largest: int, *, signed: bool) -> set[int]:
    """Return what may be answered; of a body too large, who signed it is asked before or not at all."""
    if len(sent.body) > largest:
        return {413} if signed else {401, 413}
    return ANSWERS if signed else {401}


@pytest.mark.parametrize("name", SENDERS)
async def test_whatever_is_sent_is_answered_and_what_is_stored_can_be_read(name: str) -> None:
    rng, sender, counted, stored = random.Random(f"{SEED} {name}"), SENDERS[name], Counter[int](), 0
    bodies = sender.share(BODIES)
    async with inside(policy()) as doors:
        for number in range(bodies):
            sent, signed = sender.make(rng, NOON, as_it_is), number % FORGED != 0
            if number == 1:
                sent = replace(sent, body=sent.body + b" " * sender.largest)
            before = len(doors.shelf.rows), len(doors.shelf.seen)
            status = await doors.send(sender.path, sent, sent.said(rng, signed=signed))
            told = f"body {number} of {name}: {status} {doors.heard.caught}; {AGAIN}\n{sent.body!r}"
            assert status in allowed(sent, sender.largest, signed=signed), told
            assert not doors.heard.caught, told
            assert signed or before == (len(doors.shelf.rows), len(doors.shelf.seen)), told
            counted[status] += 1
            stored += len(doors.shelf.rows) - before[0]
            if number % 500 == 0:
                doors.read_back()
        doors.read_back()
    assert counted[200] > bodies / 25, f"the mutations are not too wild: {counted}; {AGAIN}"
    assert counted[400] > bodies / 8, f"and not too tame: {counted}; {AGAIN}"
    assert stored > bodies / 100, f"some were new: {stored}; {AGAIN}"
