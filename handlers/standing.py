"""Those whose approval stands, as the directory knows them now: asked once more just before a deploy is sent."""

import structlog

from bot.core.inputs import Account, Actor
from bot.core.policy import Person
from bot.core.release import Approval, DeployStatus, Lifecycle, Release, Surface
from bot.ports.trouble import TryLater
from handlers.people import People

log = structlog.get_logger()

OWN_FAULT = TryLater(60.0, "our own code failed")


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


async def ask(people: People, words: tuple[Approval, ...]) -> tuple[Actor, ...] | TryLater | None:
    """Ask the directory about everybody; TryLater as soon as it cannot tell of one: then nothing may be sent.

    None where there was nobody to ask about.
    """
    actors: list[Actor] = []
    for word in words:
        try:
            actor = await _actor(people, word)
        except Exception:  # one of the four doors: what nobody knows does not pass
            log.exception("deploy_call_failed")
            actor = OWN_FAULT
        if isinstance(actor, TryLater):
            return actor
        actors.append(actor)
    return tuple(actors) if words else None


async def _actor(people: People, word: Approval) -> Actor | TryLater:
    """Return who gave a word. What was said on the host counts without Slack, as far as the policy itself lists it."""
    named = await people.named(word.person, None) if word.surface is Surface.CLI else None
    if isinstance(named, Actor) and named.groups.issuperset(word.groups):
        return named
    if word.slack is not None:
        return await people.in_slack(word.slack, None, word.surface)
    return named or Actor(Person(word.person), Account.UNKNOWN, frozenset(), word.surface)
