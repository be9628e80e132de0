"""What people do in App Home, stored before it is acknowledged: they open it, they set something."""

from dataclasses import dataclass

import structlog

from bot.core.policy import Person
from bot.personal import mute
from bot.ports.store import Transaction
from bot.record import Setting
from handlers.desk import Desk

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class HomeDoor:
    """The door behind Slack's listeners for App Home."""

    desk: Desk

    async def opened(self, slack: str, team: str | None, *, empty: bool) -> None:
        """Have somebody's home shown; `empty`: Slack has nothing to show there yet."""
        await self.desk.change(lambda tx, setting: tx.homes.opened(slack, team, setting.now, empty=empty))

    async def mute(self, slack: str, *, muted: bool) -> None:
        """Remember whether somebody wants no direct messages about their changes. No right hangs on it: no audit."""
        person = self.desk.policy.person_of(slack=slack) or Person(slack, slack)

        def work(tx: Transaction, setting: Setting) -> None:
            mute(tx, person, on=muted)
            tx.homes.touch(slack, setting.now)

        await self.desk.change(work)
        log.info("home_setting", actor=person.id, muted=muted)
