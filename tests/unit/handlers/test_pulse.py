"""The lag of the event loop, on a clock that the test moves."""

import asyncio

import pytest

from handlers.pulse import EVERY, Pulse


async def test_the_lag_is_how_late_the_last_wake_up_was_or_the_next_one_is() -> None:
    now = 100.0
    pulse = Pulse(lambda: now)
    assert pulse.lag == 0.0
    running = asyncio.create_task(pulse.run())
    await asyncio.sleep(0)
    assert pulse.lag == 0.0
    now += EVERY + 7.0
    assert pulse.lag == 7.0
    pulse.beat()
    now -= 7.0
    assert pulse.lag == 7.0
    pulse.beat()
    assert pulse.lag == 0.0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class NoMoreTimeError(Exception):
    """The test's clock has run out."""


async def test_a_loop_that_was_blocked_shows_when_it_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.pulse.EVERY", 0.0)
    times = [6.0, 0.0]

    def clock() -> float:
        if not times:
            raise NoMoreTimeError
        return times.pop()

    pulse = Pulse(clock)
    with pytest.raises(NoMoreTimeError):
        await pulse.run()
    times.append(1.0)
    assert pulse.lag == 6.0
