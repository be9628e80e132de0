"""What is judged for more than one lane: the stop of everything, a service's marks, line and silence."""

from typing import Protocol

from bot.core.lane import Mark, Stop
from bot.core.line import Line
from bot.core.silence import Reporting


class Gates(Protocol):
    """The stop and the marks, as `Lanes.load` shows them around a lane; the lines of services, and how they report."""

    def stop(self) -> Stop | None:
        """Return the stop that is in force, if one is."""

    def set_stop(self, stop: Stop | None) -> None:
        """Put a stop in place of the one that is known; None lets everything go again."""

    def marks(self, service: str) -> tuple[Mark, ...]:
        """Return the marks of a service, in order."""

    def add_mark(self, service: str, mark: Mark) -> None:
        """Add a mark; marks are never changed nor taken away. ValueError when its `seq` is not the next one."""

    def line(self, service: str) -> Line:
        """Return how the line of a service was judged last, with its builds as they are today."""

    def set_line(self, service: str, line: Line) -> None:
        """Keep a judgement; one that names no build proves nothing and is not kept."""

    def reporting(self, service: str) -> Reporting:
        """Return how a service's pipelines reported when that was judged last, with its builds as they are today.

        While builds wait, the newest of the service is the one that is said to.
        """

    def set_reporting(self, service: str, reporting: Reporting) -> None:
        """Keep a judgement in place of the former one."""
