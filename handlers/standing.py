"""Those whose approval stands, as the directory knows them now: asked once more just before a deploy is sent."""

import asyncio
from dataclasses import dataclass

import structlog

from bot.core.inputs import Account, Actor
from bot.core.policy import Person
from bot.core.release import Approval, DeployStatus, Lifecycle, Release, Surface
from bot.ports.trouble import TryLater
from handlers.people import People

log = structlog.get_logger()

OWN_FAULT = TryLater(60.0, "our own code failed")
PATIENCE = 3.0
"""Seconds that Slack has to answer about an approver: for so long it may delay a deploy."""
TOO_SLOW = TryLater(5.0, "Slack does not answer in time")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the directory told of everybody whose approval stands."""

    actors: tuple[Actor, ...]
    unasked: tuple[str, ...]
    """Of whom it could not tell, by id: these are among `actors` as they were last known."""
    trouble: TryLater | None
    """Why it could not."""


def to_be_asked(release: Release | None) -> tuple[Approval, ...]:
    """Return the approvals whose givers are to be asked about: of what may yet be sent, unless all are overridden."""
    if release is None or release.override is not None or not (release.state is Lifecycle.OPEN or attempted(release)):
        return ()
    return release.standing()


def attempted(release: Release) -> bool:
    """Whether a release is under way of which nobody knows yet whether its request arrived: it may be sent again."""
    if release.state is not Lifecycle.DEPLOYING or release.deployment is None:
        return False
    return release.deployment.status is DeployStatus.ATTEMPTED


async def ask(people: People, words: tuple[Approval, ...]) -> Asked | TryLater | None:
    """Ask the directory about everybody at the same time; None where there was nobody to ask about.

    TryLater where our own code failed on somebody: then nothing may be sent, whatever was known before.
    """
    if not words:
        return None
    told = await asyncio.gather(*(_told(people, word) for word in words))
    if OWN_FAULT in told:
        return OWN_FAULT
    actors = [
        people.last_known(word) if isinstance(one, TryLater) else one for word, one in zip(words, told, strict=True)
    ]
    trouble = next((one for one in told if isinstance(one, TryLater)), None)
    unasked = [word.person for word, one in zip(words, told, strict=True) if isinstance(one, TryLater)]
    return Asked(tuple(actors), tuple(unasked), trouble)


async def _told(people: People, word: Approval) -> Actor | TryLater:
    try:
        async with asyncio.timeout(PATIENCE):
            return await _actor(people, word)
    except TimeoutError:
        return TOO_SLOW
    except Exception:  # one of the four doors: what nobody knows does not pass
        log.exception("deploy_call_failed")
        return OWN_FAULT


async def _actor(people: People, word: Approval) -> Actor | TryLater:
    """Return who gave a word. What was said on the host counts without Slack, as far as the policy itself lists it."""
    named = await people.named(word.person, None) if word.surface is Surface.CLI else None
    if isinstance(named, Actor) and named.groups.issuperset(word.groups):
        return named
    if word.slack is not None:
        return await people.in_slack(word.slack, None, word.surface)
    return named or Actor(Person(word.person), Account.UNKNOWN, frozenset(), word.surface)
