"""Whoever spoke, and all that reading their words needs, as of one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.decide import Decision
from bot.core.inputs import Actor, Input
from bot.core.meanwhile import Spoken
from bot.core.policy import LaneId
from bot.core.refusals import Refusal
from bot.ports.store import Transaction
from bot.submit import Setting, submit
from bot.views import refusals
from bot.views.done import read_in
from handlers.desk import Desk
from handlers.outcomes import Told
from handlers.times import Now, Odd, When, odd, resolved


@dataclass(frozen=True, slots=True)
class Asker:
    """One person's words on their way to the rules.

    Attributes:
        desk: where what happens is logged and counted.
        tx: the transaction.
        setting: what deciding needs.
        actor: who spoke.
        links: where the cards of releases are, by number.
        said_at: when they spoke; times are read as of then.
        zone: the time zone that they are in, where it is known.
    """

    desk: Desk
    tx: Transaction
    setting: Setting
    actor: Actor
    links: Mapping[int, str]
    said_at: datetime
    zone: ZoneInfo | None = None

    @property
    def spoken(self) -> Spoken:
        """When they spoke, and when it is decided."""
        return Spoken(self.said_at, self.setting.now)

    def decide(self, lane: LaneId, given: Input) -> Decision | Refusal:
        """Decide upon an input, and log it."""
        decided = submit(self.tx, lane, given, self.setting)
        self.desk.record(lane, given, decided)
        return decided

    def refused(self, refusal: Refusal, lane: LaneId | None = None) -> Told:
        """Return what somebody is told whose words named no release."""
        message = refusals.refusal(refusal, None, self.setting.policy, self.links, lane=lane)
        return Told("refused", message, None)

    def moment(self, when: When) -> datetime:
        """Return the moment that they mean, in UTC."""
        return self.setting.now if isinstance(when, Now) else resolved(when, self.zone, self.said_at)

    def read(self, when: When | None) -> str:
        """Return how a local time was understood, as a sentence after a space; nothing where there was none."""
        if when is None or isinstance(when, Now):
            return ""
        clocks = odd(when, self.zone, self.said_at)
        name = self.zone.key if self.zone else None
        return read_in(name, skipped=clocks is Odd.SKIPPED, twice=clocks is Odd.TWICE)
