"""What a door catches is counted: a bug that is taken for a lost answer is a bug all the same."""

from collections.abc import Iterator
from itertools import count

import pytest
import structlog

from bot.ports.outage import StoreUnavailable
from bot.ports.slack import Gone, Message
from bot.ports.trouble import Trouble
from handlers.slack.chat import SlackChat
from simulation.doors import Doors
from simulation.loop import Killed
from simulation.schedules import run

log = structlog.get_logger()


@pytest.fixture
def doors() -> Iterator[Doors]:
    listening = Doors()
    processors = structlog.get_config()["processors"]
    processors.insert(0, listening)
    yield listening
    processors.remove(listening)


def test_every_third_edit_that_raises_breaks_a_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    update, calls = SlackChat.update, iter(range(1, 10_000))

    async def updated(chat: SlackChat, channel: str, ts: str, message: Message) -> Trouble | Gone | None:
        if next(calls) % 3 == 0:
            raise AttributeError("no such thing")
        return await update(chat, channel, ts, message)

    monkeypatch.setattr(SlackChat, "update", updated)
    violation = next(told for told in (run(seed).violation for seed in count(1)) if told)
    assert violation.startswith("Violation: doors caught: ['card_call_failed: AttributeError: no such thing', ")


def test_an_exception_is_noted_with_the_line_that_tells_of_it(doors: Doors) -> None:
    try:
        raise KeyError("release")  # noqa: TRY301 - what a door catches
    except KeyError:
        log.exception("deploy_call_failed")
    log.error("work_failed_while_stopping", exc_info=ValueError("late"))
    assert doors.caught == ["deploy_call_failed: KeyError: 'release'", "work_failed_while_stopping: ValueError: late"]


def test_an_outage_a_kill_and_what_is_no_exception_are_not_noted(doors: Doors) -> None:
    try:
        raise StoreUnavailable("disk full")  # noqa: TRY301 - what a door catches
    except StoreUnavailable:
        log.exception("inbox_row_failed")
    log.error("inbox_row_set_aside")
    log.error("work_failed_while_stopping", exc_info=Killed())
    assert doors.caught == []
