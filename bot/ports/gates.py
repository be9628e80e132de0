"""What keeps more than one lane from shipping: the stop of everything, and the marks of a service's builds."""

from typing import Protocol

from bot.core.lane import Mark, Stop


class Gates(Protocol):
    """The stop and the marks, as `Lanes.load` shows them around a lane."""

    def stop(self) -> Stop | None:
        """Return the stop that is in force, if one is."""

    def set_stop(self, stop: Stop | None) -> None:
        """Put a stop in place of the one that is known; None lets everything go again."""

    def marks(self, service: str) -> tuple[Mark, ...]:
        """Return the marks of a service, in order."""

    def add_mark(self, service: str, mark: Mark) -> None:
        """Add a mark; marks are never changed nor taken away. ValueError when its `seq` is not the next one."""
