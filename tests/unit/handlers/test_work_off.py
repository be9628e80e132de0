"""How a loop works off what is due: it looks before it takes, and rests when there was nothing after all."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

import pytest

from bot.ports.store import Store, Transaction
from handlers.bell import Bell
from handlers.desk import Desk
from tests.factories import NOON, a_policy

T = TypeVar("T")


@dataclass
class Due:
    """When the next thing is due, look by look; a loop that looks once more has come to its end here."""

    looks: list[datetime | None]
    said: list[str] = field(default_factory=list)
    is_there: bool = True

    async def read(self, query: Callable[[Transaction], T]) -> T:
        return query(cast("Transaction", None))

    def next(self, _: Transaction) -> datetime | None:
        if not self.looks:
            raise EOFError
        self.said.append("looks")
        return self.looks.pop(0)

    async def once(self) -> bool:
        self.said.append("works")
        return self.is_there


async def worked(due: Due, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    desk = Desk(cast("Store", due), a_policy(), lambda: NOON, "x".__mul__, Bell(), lambda: 0.0)

    async def wait(seen: int, seconds: float | None) -> None:
        assert seen == desk.bell.rung
        due.said.append(f"rests {seconds}")

    monkeypatch.setattr(desk.bell, "wait", wait)
    with pytest.raises(EOFError):
        await asyncio.wait_for(desk.work_off(due.once, due.next), 5)
    return due.said


async def test_what_is_due_is_worked_off_without_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    due = Due([NOON, NOON - timedelta(seconds=1), NOON + timedelta(seconds=4)])
    assert await worked(due, monkeypatch) == ["looks", "works", "looks", "works", "looks", "rests 4.0"]


async def test_where_nothing_is_due_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    due = Due([None, NOON + timedelta(hours=1)])
    assert await worked(due, monkeypatch) == ["looks", "rests 30.0", "looks", "rests 30.0"]


async def test_what_was_not_there_after_all_does_not_keep_it_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await worked(Due([NOON], is_there=False), monkeypatch) == ["looks", "works", "rests 0.0"]
