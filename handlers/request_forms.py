"""The form for a request: opened with what was typed, drawn anew at each choice, checked before it is stored.

Nothing is remembered between the steps. Each is held against today's policy and what is stored at that moment.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core import gates
from bot.core.build import BuildState
from bot.core.lane import Lane
from bot.core.policy import Kind, LaneId, Person, Policy
from bot.ports.store import Transaction
from bot.views.escape import plain
from bot.views.links import Links
from bot.views.request_form import request_form
from bot.views.sheet import Sheet
from handlers.acts import Wish
from handlers.desk import Desk
from handlers.filled import Filled
from handlers.grammar_form import Begun, begun
from handlers.offers import pick
from handlers.people import People
from handlers.readers import Readers
from handlers.scenery import scene_of
from handlers.times import FARTHEST, Now, When, resolved, too_far, zone_of

TIME_NOT_KNOWN = "The time that you typed could not be taken over: please pick it again."
TOO_FAR_AWAY = "The time that you typed is not within a year from now: please pick another, or none."
PATIENCE = 0.5
"""Seconds for finding out a time zone: the trigger lives 3, and opening the form takes its own."""
_LABEL = 60


@dataclass(frozen=True, slots=True)
class RequestForms:
    """Draws and checks the forms that ask for a release, a rollback or a hotfix."""

    desk: Desk
    links: Links
    people: People | None = None
    """Who knows who may read, and in which time zone somebody is; without, times that were typed are picked again."""

    async def begin(self, words: str, slack: str, team: str | None, channel: str | None) -> dict[str, Any] | None:
        """Return the form for words that leave something open, prefilled; None where there is nothing to fill in.

        None, too, for those who may not read: it shows what could ship. What they typed is answered as words.
        """
        policy = self.desk.policy
        said = begun(words, policy)
        if said is None or not policy.services or await Readers(self.people).refusal(slack, team) is not None:
            return None
        at = await self._moment(said, slack, team)
        notes = (self._not_taken(said.at),) if said.at is not None and at is None else ()
        asked = Filled(said.kind, slack, team, said.service, said.environment, at=at, channel=channel)
        return await self.desk.store.read(lambda tx: self._drawn(tx, asked, said.version, notes))

    async def redraw(self, filled: Filled) -> dict[str, Any]:
        """Return the form with what follows from what is picked."""
        return await self.desk.store.read(lambda tx: self._drawn(tx, filled))

    async def check(self, filled: Filled) -> Wish | Mapping[str, str]:
        """Return what is to be stored; or what is wrong, as plain sentences by field.

        The fields are `service`, `environment`, `version`, `when` and `reason`. Whether they may ask for it, and
        whatever else the rules say, is decided and told when it has been stored.
        """
        wrong = await self.desk.store.read(lambda tx: self._wrong(tx, filled))
        if wrong or filled.service is None or filled.environment is None or filled.commit is None:
            return wrong
        return Wish(
            slack=filled.slack,
            team=filled.team,
            way=filled.kind,
            service=filled.service,
            version=filled.commit,
            environment=filled.environment,
            at=filled.at,
            reason=filled.reason,
            channel=filled.channel,
        )

    async def _moment(self, said: Begun, slack: str, team: str | None) -> datetime | None:
        """Return the moment that was typed, in UTC; None where none was, or nobody can tell their time zone now."""
        if said.at is None or isinstance(said.at, Now) or self.people is None or too_far(said.at, self.desk.clock()):
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                zone = zone_of(await self.people.zone(slack, team))
        except TimeoutError:
            return None
        return resolved(said.at, zone, self.desk.clock()) if zone is not None else None

    def _not_taken(self, when: When) -> str:
        far = not isinstance(when, Now) and too_far(when, self.desk.clock())
        return TOO_FAR_AWAY if far else TIME_NOT_KNOWN

    def _drawn(
        self, tx: Transaction, asked: Filled, typed: str | None = None, notes: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        policy = self.desk.policy
        found = pick(tx, asked, policy, typed)
        sheet = Sheet(
            kind=asked.kind,
            by=policy.person_of(slack=asked.slack) or Person(id=asked.slack, slack=asked.slack),
            service=found.service,
            lane=found.lane,
            offered=found.offered,
            build=found.build,
            at=asked.at,
            channel=asked.channel,
            notes=(*notes, *found.notes),
        )
        return request_form(sheet, scene_of(tx, policy, self.links, self.desk.workspace, self.desk.clock()))

    def _wrong(self, tx: Transaction, filled: Filled) -> dict[str, str]:
        wrong = _wrong_place(filled, self.desk.policy)
        if not wrong and filled.service is not None and filled.environment is not None:
            lane = tx.lanes.load(LaneId(filled.service, filled.environment))
            wrong |= _wrong_build(tx, filled, lane)
        if filled.at is not None and filled.at <= self.desk.clock():
            wrong["when"] = "This time has passed already: please pick a later one, or none."
        elif filled.at is not None and filled.at - self.desk.clock() > FARTHEST:
            wrong["when"] = "This is more than a year from now: please pick an earlier time, or none."
        if filled.kind is not Kind.RELEASE and not filled.reason:
            wrong["reason"] = "Please say why: it is kept with the release."
        return wrong


def _wrong_place(filled: Filled, policy: Policy) -> dict[str, str]:
    if filled.service is None:
        return {"service": "Please choose a service."}
    service = policy.service(filled.service)
    if service is None:
        return {"service": f"{filled.service} is no longer in the policy: please choose another service."}
    if filled.environment is None:
        return {"environment": "Please choose an environment: nothing is guessed."}
    if service.lane(filled.environment) is None:
        return {"environment": f"{filled.service} has no environment {filled.environment} any more: choose another."}
    return {}


def _wrong_build(tx: Transaction, filled: Filled, lane: Lane) -> dict[str, str]:
    if filled.commit is None:
        return {"version": "Please choose a version."}
    build = tx.builds.of_commit(lane.id.service, filled.commit)
    if build is None:
        return {"version": f"No such build of {lane.id.service} is known: please choose another."}
    label = plain(build.label, _LABEL)
    if build.state is not BuildState.DEPLOYABLE:
        return {"version": f"{label} cannot be deployed: its pipelines have not all succeeded. Please choose another."}
    if gates.quarantined(lane.around.marks, build.position) is not None:
        return {"version": f"{label} is in quarantine, or contains a build that is: please choose another."}
    return {}
