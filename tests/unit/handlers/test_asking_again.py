"""What may be asked again is asked until it is taken, refused for good, or a day has passed: the same for each kind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.release import Lifecycle
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.asking_again import AskingAgain, Names
from tests.fakes.world import World
from tests.unit.handlers.asked import Asked
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_letting_on import came_later
from tests.unit.handlers.test_stopping import cancelled
from tests.unit.handlers.test_turning_away import rejected


@dataclass(frozen=True)
class Kind:
    """One kind of effect that may be asked again; its story has exactly one of them, for R-1."""

    name: str
    begins: Callable[..., Awaitable[tuple[World, Asked[Any], AskingAgain]]]
    """Takes what the first calls come to; returns a world in which it is due, who is asked, and who works it off."""
    key: str
    taken: str
    """Its note once it was taken."""
    names: Names
    letter: str
    """What the letter calls it."""
    release: Lifecycle
    """The state of its release, also where it was refused."""


KINDS = (
    Kind(
        "let_on",
        came_later,
        key="let_on:R-1:302",
        taken="run 1 is approved once more",
        names=Names(
            taken="gate_let_on", refused="gate_not_let_on", waits="gate_let_on_waits", failed="gate_let_on_failed"
        ),
        letter="the answer for a job of its run that came to the gate later",
        release=Lifecycle.DEPLOYING,
    ),
    Kind(
        "turn_away",
        rejected,
        key="gate:R-1",
        taken="it is rejected",
        names=Names(
            taken="gate_turned_away",
            refused="gate_not_turned_away",
            waits="gate_turn_away_waits",
            failed="gate_turn_away_failed",
        ),
        letter="the rejection of the run that waits for it at its gate",
        release=Lifecycle.REJECTED,
    ),
    Kind(
        "stop",
        cancelled,
        key="stop:R-1:2026-11-21T12:00:00+00:00",
        taken="run 1 is told to end",
        names=Names(taken="stop_asked", refused="stop_not_asked", waits="stop_waits", failed="stop_call_failed"),
        letter="the request to the CI system to end its deploy",
        release=Lifecycle.DEPLOYING,
    ),
)
pytestmark = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


async def effects(world: World, kind: Kind) -> list[tuple[object, ...]]:
    """Return the key, state and note of each effect of the kind."""
    rows = await world.sql("SELECT kind, key, state, note FROM effects ORDER BY id")
    return [tuple(rest) for name, *rest in rows if name == kind.name]


@pytest.mark.parametrize(
    "trouble", [TryLater(9.0, "not just yet"), Unsure("the answer was lost"), RuntimeError("a bug")], ids=repr
)
async def test_what_was_lost_or_put_off_is_asked_again(
    opening: Opening, kind: Kind, trouble: Trouble | Exception
) -> None:
    world, there, worker = await kind.begins(opening, trouble)
    assert await worker.once() is True
    assert await worker.once() is False
    ((_, state, _),) = await effects(world, kind)
    assert state == "ready"
    world.passes(30)
    assert await worker.once() is True
    assert there.asked == ["R-1", "R-1"]
    assert await effects(world, kind) == [(kind.key, "done", kind.taken)]


async def test_the_log_names_what_waits_apart_from_what_else_is_asked(opening: Opening, kind: Kind) -> None:
    world, _, worker = await kind.begins(opening, RuntimeError("a bug"))
    with capture_logs() as logs:
        assert await worker.once() is True
        world.passes(30)
        assert await worker.once() is True
    assert [line["event"] for line in logs] == [kind.names.failed, kind.names.waits, kind.names.taken]


async def test_after_a_crash_in_the_middle_it_is_asked_again(opening: Opening, kind: Kind) -> None:
    world, there, worker = await kind.begins(opening)
    await world.store.write(lambda tx: worker.claim(tx, world.desk.setting()))
    await world.crash()
    assert await replace(worker, desk=world.desk).once() is True
    assert there.asked == ["R-1"]
    assert await effects(world, kind) == [(kind.key, "done", kind.taken)]


async def test_what_is_refused_for_good_becomes_a_letter_and_the_release_stays(opening: Opening, kind: Kind) -> None:
    world, _, worker = await kind.begins(opening, GiveUp("Signoff may not do that"))
    with capture_logs() as logs:
        assert await worker.once() is True
        assert await worker.once() is False
    assert [line["event"] for line in logs] == [kind.names.refused]
    assert await effects(world, kind) == [(kind.key, "dead", "Signoff may not do that")]
    await world.settle()
    (letter,) = [one for one in world.chat.messages if one.channel == "C0OPS"]
    assert kind.letter in str(letter.message.blocks)
    assert (await world.release()).state is kind.release


async def test_after_a_day_it_is_given_up(opening: Opening, kind: Kind) -> None:
    world, _, worker = await kind.begins(opening, *[TryLater(9.0, "not just yet")] * 2)
    assert await worker.once() is True
    world.passes(timedelta(hours=25).total_seconds())
    assert await worker.once() is True
    assert await effects(world, kind) == [(kind.key, "dead", "not just yet")]
