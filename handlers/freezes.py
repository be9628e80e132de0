"""Tells the channels of the services concerned when a freeze begins and when it ends, each once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core import calendar
from bot.core.calendar import Change
from bot.core.policy import Policy
from bot.intents import tell_freeze
from bot.ports.store import Transaction
from bot.submit import Setting
from handlers.desk import Desk

MARK = "freezes told until"
AHEAD = timedelta(days=1)
"""How far it looks for the next change: at the end of that time it looks again."""


@dataclass(slots=True)
class FreezeNotices:
    """Looks at the calendar when a freeze begins or ends, and when the policy is another one."""

    desk: Desk
    _due: datetime | None = None
    _under: str = field(default="")

    async def run(self) -> None:
        """Wait for the next change, for ever."""
        while True:
            seen = self.desk.bell.rung
            due = await self.once()
            await self.desk.rest(seen, due)

    async def once(self) -> datetime:
        """Have told what has begun or ended since it was last looked; returns when there is more to look at."""
        now, policy = self.desk.clock(), self.desk.policy
        if self._due is None or now >= self._due or policy.hash != self._under:
            if policy.freezes:
                await self.desk.change(_tell)
            ahead = calendar.changes(policy.freezes, now, now + AHEAD)
            self._due = ahead[0].at if ahead else now + AHEAD
            self._under = policy.hash
        return self._due


def _tell(tx: Transaction, setting: Setting) -> None:
    """Enqueue the last change of each freeze since the mark; what ended again while nobody looked is no news."""
    told = tx.remembered.get(MARK)
    tx.remembered.set(MARK, setting.now.isoformat())
    if told is None:
        return
    for change in news(setting.policy, datetime.fromisoformat(told), setting.now):
        for channel in channels(change, setting.policy):
            tell_freeze(tx, change, channel, setting.now)


def news(policy: Policy, since: datetime, now: datetime) -> tuple[Change, ...]:
    """Return which freezes have begun since, and are in force, or have ended that were in force before."""
    last: dict[str, Change] = {}
    first: dict[str, Change] = {}
    for change in calendar.changes(policy.freezes, since, now):
        first.setdefault(change.freeze.name, change)
        last[change.freeze.name] = change
    return tuple(one for name, one in last.items() if one.begins or not first[name].begins)


def channels(change: Change, policy: Policy) -> tuple[str, ...]:
    """Return the channels of the services that a freeze concerns, each once, in the order of the file."""
    concerned = (
        service.channel
        for service in policy.services
        if any(change.freeze.concerns(lane.lane) for lane in service.lanes)
    )
    return tuple(dict.fromkeys(concerned))
