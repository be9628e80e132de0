"""What the doors catch: each logs an exception and goes on, which must not hide that our own code failed."""

import sys
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from bot.ports.outage import StoreUnavailable


@dataclass(slots=True)
class Doors:
    """Listens among structlog's processors: an exception that is logged was caught by somebody who did not expect it.

    An outage of the database is expected, wherever it is noticed, and so is the end of a task or of the process.
    """

    caught: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What was logged, as it was before anything of it was hidden."""

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Note an exception, and pass the line on as it is."""
        self.told.append(str(event))
        told = event.get("exc_info")
        if told:
            error = told if isinstance(told, BaseException) else sys.exc_info()[1]
            if isinstance(error, Exception) and not isinstance(error, StoreUnavailable):
                self.told.append(str(error))
                self.caught.append(f"{event.get('event')}: {type(error).__name__}: {error}")
        return event
