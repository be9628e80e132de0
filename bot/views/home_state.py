"""What App Home shows, as data: who looks, the lanes, and what is asked in the operations channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.inputs import Actor
from bot.core.lane import Lane
from bot.core.line import Line


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks. `zone` is the time zone in which their times are read, by its name; None where it is not known."""

    actor: Actor
    zone: str | None = None
    muted: bool = False  # they want no direct messages about their changes


@dataclass(frozen=True, slots=True)
class Asked:
    """Something undelivered about which operations are asked. `name` is that of the list: effect-12."""

    name: str
    what: str
    release: int | None
    since: datetime
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The stored state that homes show.

    Attributes:
        lanes: those of today's policy in its order, then others in which something waits.
        lines: how the main branch of each service was judged; a service may be missing.
        asked: what is undelivered, the oldest first.
        questions: where the questions about lost deploy requests are, by release.
    """

    lanes: tuple[Lane, ...] = ()
    lines: Mapping[str, Line] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    questions: Mapping[int, str] = field(default_factory=dict)
