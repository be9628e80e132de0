"""The API's two limits: so many calls an hour for each caller, so many points and so much new content a minute.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
READING, WRITING = 1, 5
"""The points that a call costs."""


@dataclass(slots=True)
class Window:
    """The hour of one caller: it begins with their first call."""

    began: datetime
    used: int = 0


@dataclass(slots=True)
class Rates:
    """Counts calls and says who must wait. With `strict` off everything is counted and nothing refused.

    `counted` are the calls that cost something, `free` the answers 304, by caller: they cost nothing.
    """

    limit: int = 5000
    points: int = 900
    contents: int = 80
    strict: bool = True
    counted: Counter[str] = field(default_factory=Counter)
    free: Counter[str] = field(default_factory=Counter)
    _windows: dict[str, Window] = field(default_factory=dict)
    _lately: dict[str, deque[tuple[datetime, int]]] = field(default_factory=dict)

    def exhausted(self, caller: str, now: datetime) -> bool:
        """Whether nothing remains of the caller's hour."""
        return self.strict and self._window(caller, now).used >= self.limit

    def hurried(self, caller: str, method: str, now: datetime) -> int | None:
        """Note a call; returns the seconds to wait when there were too many within a minute."""
        lately = self._lately.setdefault(caller, deque())
        while lately and lately[0][0] <= now - MINUTE:
            lately.popleft()
        cost = READING if method in {"GET", "HEAD"} else WRITING
        spent = sum(points for _, points in lately)
        written = sum(points == WRITING for _, points in lately)
        if self.strict and (spent + cost > self.points or (cost == WRITING and written >= self.contents)):
            return max(1, int((lately[0][0] + MINUTE - now).total_seconds()))
        lately.append((now, cost))
        return None

    def note(self, caller: str, now: datetime, *, free: bool) -> None:
        """Count an answer."""
        if free:
            self.free[caller] += 1
        else:
            self.counted[caller] += 1
            self._window(caller, now).used += 1

    def headers(self, caller: str, now: datetime) -> dict[str, str]:
        """Return what every answer says of the limit."""
        window = self._window(caller, now)
        used = min(self.limit, window.used)
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.limit - used),
            "x-ratelimit-used": str(used),
            "x-ratelimit-reset": str(int((window.began + HOUR).timestamp())),
            "x-ratelimit-resource": "core",
        }

    def _window(self, caller: str, now: datetime) -> Window:
        window = self._windows.get(caller)
        if window is None or now >= window.began + HOUR:
            window = self._windows[caller] = Window(now)
        return window
