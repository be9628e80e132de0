"""What is asked for a release, and may be asked again: the part that fakes of such ports share."""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.core.release import Release
from bot.ports.trouble import Trouble

T = TypeVar("T")


@dataclass
class Asked(Generic[T]):
    """Keeps who was asked for; `script` holds what the next calls come to."""

    script: deque[Trouble | Exception] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)

    def ask(self, release: Release, taken: T) -> T | Trouble:
        """Take the ask, unless told otherwise."""
        self.asked.append(release.name)
        told = self.script.popleft() if self.script else None
        if isinstance(told, Exception):
            raise told
        return told or taken
