"""Keeps calls from a host that does not answer, or that asked for quiet: it delays them and decides nothing.

What it knows lives in memory: after a restart the first calls find out anew, at the price of a few that fail. A call
that is kept back was certainly not sent.
"""

from datetime import datetime, timedelta

import structlog

from bot.ports.trouble import TryLater

log = structlog.get_logger()

FAILURES = 5
"""So many in a row, and only a probe goes out now and then."""
PROBE_EVERY = timedelta(seconds=30)


class Breaker:
    """What is known of one host. Every call asks `keeps` first and then says how it ended."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._failures = 0
        self._next_probe: datetime | None = None
        self._quiet: tuple[datetime, str] | None = None

    def keeps(self, now: datetime) -> TryLater | None:
        """Return for how long a call is kept back, and why; None when it may go out, as the probe where one is due."""
        if self._quiet is not None and now < self._quiet[0]:
            until, why = self._quiet
            return TryLater((until - now).total_seconds(), why)
        if self._next_probe is None:
            return None
        if now < self._next_probe:
            why = f"{self._host} has not answered {self._failures} times in a row; it is asked again soon"
            return TryLater((self._next_probe - now).total_seconds(), why)
        self._next_probe = now + PROBE_EVERY
        return None

    def failed(self, now: datetime) -> None:
        """No answer came, or one that says that the host itself is ill."""
        self._failures += 1
        if self._failures < FAILURES:
            return
        if self._failures == FAILURES:
            log.warning("host_rested", host=self._host, failures=self._failures)
        self._next_probe = now + PROBE_EVERY

    def answered(self) -> None:
        """An answer came, whatever it says; quiet that was asked for meanwhile is kept all the same."""
        if self._failures >= FAILURES:
            log.info("host_answers_again", host=self._host, failures=self._failures)
        self._failures, self._next_probe = 0, None

    def asked_for_quiet(self, now: datetime, trouble: TryLater) -> None:
        """Keep exactly to what the host asked for; it does answer, so nothing else is wrong with it."""
        self.answered()
        until = now + timedelta(seconds=trouble.after)
        self._quiet = (max(until, self._quiet[0]) if self._quiet else until, trouble.why)
        log.warning("host_asked_for_quiet", host=self._host, seconds=trouble.after)
