"""Keeps App Homes true: each is rendered from the state at the moment of sending, and sent only if it differs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.core.inputs import Account
from bot.core.policy import Policy
from bot.core.release import Surface
from bot.personal import muted
from bot.ports.homes import Home, Look
from bot.ports.outage import StoreUnavailable
from bot.ports.slack import Chat, HomeDiffers
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.views.home import home as home_view
from bot.views.home import home_hash
from bot.views.home_state import Viewer
from bot.views.links import Links
from handlers.desk import Desk
from handlers.home_look import board, refresh_at
from handlers.people import People
from handlers.scenery import scene_of
from handlers.times import zone_of

log = structlog.get_logger()

OWN_FAULT = "our own code failed"
SETTLED = timedelta(minutes=2)
"""For how long a publication whose answer was lost is taken to be able to arrive yet."""


@dataclass(frozen=True, slots=True)
class HomeKeeper:
    """Brings App Homes up to date, one at a time."""

    desk: Desk
    chat: Chat
    people: People
    links: Links

    async def run(self) -> None:
        """Work for ever."""
        await self.desk.work_off(self.once, self._next_due)

    async def once(self) -> bool:
        """Bring one home up to date; False when all are, or rest."""
        policy, now = self.desk.policy, self.desk.clock()
        due = await self.desk.store.read(self._next_due)
        if due is None or due > now:
            return False
        home = await self.desk.store.write(lambda tx: tx.homes.claim(policy.hash, now))
        if home is not None:
            await self._look_at(home, policy)
        return home is not None

    def _next_due(self, tx: Transaction) -> datetime | None:
        return tx.homes.next_due(self.desk.policy.hash, self.desk.clock())

    async def _look_at(self, home: Home, policy: Policy) -> None:
        try:
            viewer = await self._viewer(home)
            if isinstance(viewer, TryLater):
                await self._later(home, timedelta(seconds=viewer.after), viewer.why, lost=False)
                return
            if viewer.actor.account is Account.DEACTIVATED:
                await self._forget(home)
                return
            view, look = await self.desk.store.read(lambda tx: self._rendered(tx, home, viewer, policy))
        except StoreUnavailable:
            raise
        except (
            Exception
        ):  # one of the four doors: logged, and the other homes go on; who opens theirs has it tried anew
            log.exception("home_not_rendered", actor=home.slack)
            await self._forget(home)
            return
        if look.content == home.have_hash:
            await self._shown(home, look)
        else:
            await self._publish(home, view, look)

    async def _viewer(self, home: Home) -> Viewer | TryLater:
        actor = await self.people.in_slack(home.slack, home.team, Surface.BUTTON)
        if isinstance(actor, TryLater):
            return actor
        zone = zone_of(await self.people.zone(home.slack, home.team))
        return Viewer(actor, zone.key if zone else None)

    def _rendered(self, tx: Transaction, home: Home, viewer: Viewer, policy: Policy) -> tuple[dict[str, Any], Look]:
        now = self.desk.clock()
        muting = muted(tx, viewer.actor.person)
        scene = scene_of(tx, policy, self.links, self.desk.workspace, now)
        shown = board(tx, policy, self.desk.workspace)
        view = home_view(replace(viewer, muted=muting), shown, scene, home.looks)
        refresh = refresh_at(tx, policy, home, now)
        return view, Look(tx.homes.changes(), policy.hash, home_hash(view), home.view_hash, refresh)

    async def _publish(self, home: Home, view: dict[str, Any], look: Look) -> None:
        ended = await self._call(home, view, home.view_hash)
        if isinstance(ended, HomeDiffers):  # a publication arrived of which we know nothing: this one is newer
            ended = await self._call(home, view, None)
        match ended:
            case str():
                await self._shown(home, self._as_far_as_known(home, replace(look, view_hash=ended)))
            case TryLater(after, why):
                await self._later(home, timedelta(seconds=after), why, lost=False)
            case Unsure(why):
                await self._later(home, timedelta(), why, lost=True)
            case HomeDiffers():
                await self._later(home, timedelta(), "Slack changed it at the same moment", lost=True)
            case GiveUp(reason):
                log.error("home_not_shown", actor=home.slack, why=reason)
                await self._forget(home)

    async def _call(self, home: Home, view: dict[str, Any], known: str | None) -> str | HomeDiffers | Trouble:
        try:
            return await self.chat.publish_home(home.slack, view, known)
        except Exception:  # the same door: nobody knows what the call did
            log.exception("home_call_failed", actor=home.slack)
            return Unsure(OWN_FAULT)

    def _as_far_as_known(self, home: Home, look: Look) -> Look:
        """Return a look that is sent once more where a first publication may yet arrive: it named no version."""
        if home.view_hash is not None or home.tries == 1:
            return look
        return replace(look, content=None, refresh_at=self.desk.clock() + SETTLED)

    async def _shown(self, home: Home, look: Look) -> None:
        await self.desk.store.write(lambda tx: tx.homes.shown(home, look, self.desk.clock()))

    async def _later(self, home: Home, wait: timedelta, why: str, *, lost: bool) -> None:
        wait = max(wait, self.desk.pause(home.tries))
        log.info("home_waits", actor=home.slack, why=why, seconds=wait.total_seconds())
        due = self.desk.clock() + wait
        await self.desk.store.write(lambda tx: tx.homes.later(home, due, lost=lost))

    async def _forget(self, home: Home) -> None:
        await self.desk.store.write(lambda tx: tx.homes.forget(home))
