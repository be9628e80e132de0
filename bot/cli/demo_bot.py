"""The bot inside the demo: the same that `signoff serve` runs, with the sandbox's clock."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TextIO

from bot import logs
from bot.app import NotListening, Signoff
from bot.cli.files import read_policy
from bot.config.environment import Settings
from bot.config.named import secrets_of
from bot.core.policy import Policy
from bot.ports.effects import EffectKind
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Transaction
from bot.redaction import Redactor
from handlers.control import socket_path
from handlers.control_socket import unusable
from handlers.slack.app import SlackPace
from handlers.slack.problems import SlackProblem
from sandbox.demo import DemoError, Place
from storage.database import DatabaseProblem

UP_WITHIN = 20.0
"""Seconds; it takes one."""
LOOK_AGAIN = 0.02
SOON = timedelta(seconds=5)
"""Slack's limits put off what is to be said by less than that."""
SOURCES = ("slack", "github", "cli")


@dataclass(frozen=True, slots=True)
class Inside:
    """The running bot, as the demo knows it."""

    signoff: Signoff
    log: TextIO | None = None

    @property
    def port(self) -> int:
        """The port on which it takes webhooks."""
        return self.signoff.bound_port

    def wake(self) -> None:
        """Have everybody who sleeps look at the clock again."""
        self.signoff.desk.bell.ring()

    async def busy(self) -> bool:
        """Return whether something that came in, is to be said or is to be done is due now or in the next seconds."""
        desk = self.signoff.desk
        soon = desk.clock() + SOON
        dues = await desk.store.read(_dues)
        return any(due is not None and due <= soon for due in dues)

    def at_work(self) -> bool:
        """Return whether it is just looking for something or doing it."""
        return bool(self.signoff.desk.under_way)

    async def died(self) -> str:
        """Return when the database was taken away or found damaged, with the sentence about it."""
        return str(await self.signoff.lost())

    async def stop(self) -> None:
        """End it."""
        await self.signoff.stop()
        if self.log is not None:
            self.log.close()


def _dues(tx: Transaction) -> tuple[datetime | None, ...]:
    return tx.inbox.next_due(SOURCES), tx.effects.next_due(tuple(EffectKind)), tx.cards.next_due()


async def opened(place: Place) -> Inside:
    """Start the bot, which logs into its file.

    Raises:
        DemoError: something is wrong with its policy or its database; the text says what.
    """
    settings, policy = _read(place)
    log = place.log.open("a", encoding="utf-8")
    logs.set_up(Redactor(secrets_of(settings)), log)
    return Inside(await _started(place, settings, policy), log)


async def opened_silently(place: Place) -> Inside:
    """Start the bot within another program, whose way of logging stays as it is."""
    return Inside(await _started(place, *_read(place)))


def _read(place: Place) -> tuple[Settings, Policy]:
    settings = Settings.from_environ(place.environment)
    if isinstance(settings, tuple):
        raise DemoError("\n".join(settings))
    policy = read_policy(str(place.policy), webhooks=True)
    if not isinstance(policy, Policy):
        raise DemoError("\n".join(policy))
    return settings, policy


async def _started(place: Place, settings: Settings, policy: Policy) -> Signoff:
    if no_socket := unusable(socket_path(settings.database_path)):
        raise DemoError(no_socket)
    again = partial(read_policy, str(place.policy), webhooks=True)
    pace = SlackPace(clock=lambda: place.clock().timestamp())
    signoff = Signoff(settings, policy, "127.0.0.1", 0, place.clock, slack_pace=pace, read_policy=again)
    try:
        await signoff.start()
        await _looked(signoff)
    except BaseException as problem:
        await signoff.stop()
        if isinstance(problem, TimeoutError):
            raise DemoError(f"The bot did not come up within {UP_WITHIN:.0f} s; its log is {place.log}.") from None
        if isinstance(problem, DatabaseProblem | SlackProblem | NotListening | StoreUnavailable):
            raise DemoError(f"The bot did not come up: {problem}") from None
        raise
    return signoff


async def _looked(signoff: Signoff) -> None:
    """Return when every pipeline was looked at, so that each lane knows what is live: builds before that open nothing.

    Raises:
        TimeoutError: that took too long.
    """
    crew, bell = signoff.vitals.crew, signoff.desk.bell
    async with asyncio.timeout(UP_WITHIN):
        while crew is None or not all(watch.well for watch in crew.watches):
            await bell.wait(bell.rung, LOOK_AGAIN)
