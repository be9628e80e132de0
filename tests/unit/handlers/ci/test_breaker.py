"""A host that does not answer is left alone but for a probe; one that asks for quiet gets exactly that."""

from datetime import timedelta

from bot.ports.trouble import TryLater
from handlers.ci.breaker import Breaker
from tests.factories import NOON

SECOND = timedelta(seconds=1)


def failing(times: int) -> Breaker:
    """Return a breaker that saw so many failures at noon."""
    breaker = Breaker("api.github.example")
    for _ in range(times):
        breaker.failed(NOON)
    return breaker


def rested(seconds: float, times: int = 5) -> TryLater:
    why = f"api.github.example has not answered {times} times in a row; it is asked again soon"
    return TryLater(seconds, why)


def test_four_failures_change_nothing_and_a_fifth_rests_the_host() -> None:
    assert failing(4).keeps(NOON) is None
    assert failing(5).keeps(NOON) == rested(30.0)


def test_an_answer_between_failures_begins_the_count_anew() -> None:
    breaker = failing(4)
    breaker.answered()
    breaker.failed(NOON)
    assert breaker.keeps(NOON) is None


def test_one_probe_goes_out_every_half_minute() -> None:
    breaker = failing(5)
    assert breaker.keeps(NOON + 29 * SECOND) == rested(1.0)
    assert breaker.keeps(NOON + 30 * SECOND) is None
    assert breaker.keeps(NOON + 30 * SECOND) == rested(30.0)
    breaker.failed(NOON + 40 * SECOND)
    assert breaker.keeps(NOON + 69 * SECOND) == rested(1.0, 6)
    assert breaker.keeps(NOON + 70 * SECOND) is None


def test_a_probe_that_is_answered_lets_everything_through() -> None:
    breaker = failing(5)
    assert breaker.keeps(NOON + 30 * SECOND) is None
    breaker.answered()
    assert [breaker.keeps(NOON + 30 * SECOND) for _ in range(3)] == [None, None, None]


def test_quiet_is_kept_to_the_second_whatever_is_answered_meanwhile() -> None:
    breaker = failing(5)
    breaker.asked_for_quiet(NOON, TryLater(60.0, "GitHub answers 429"))
    breaker.answered()
    breaker.asked_for_quiet(NOON, TryLater(10.0, "GitHub answers 429"))
    assert breaker.keeps(NOON + 59 * SECOND) == TryLater(1.0, "GitHub answers 429")
    assert breaker.keeps(NOON + 60 * SECOND) is None
