"""Words that leave something open which a form can ask for: what they say so far, and never a guess at the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.policy import Kind, Policy
from handlers import names, phrases
from handlers.grammar import KEYWORDS, request_words
from handlers.phrase import NotUnderstood, Phrase
from handlers.spelling import unformatted
from handlers.times import When


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that was begun in words. `version` is as it was typed: a version, or a commit's first digits."""

    kind: Kind
    service: str | None = None
    version: str | None = None
    environment: str | None = None
    at: When | None = None


def begun(words: str, policy: Policy) -> Begun | None:
    """Return what the words after the command's name say of a request, where a form is to ask for the rest.

    None where they are whole, or are about something else, or are not understood: `parse` answers these.
    """
    phrase = Phrase(unformatted(words), policy)
    if not phrase.next:
        return Begun(Kind.RELEASE)
    reader = _KINDS.get(phrase.lower)
    if reader is None and phrase.lower in KEYWORDS:
        return None
    try:
        if reader is None:
            return _request(phrase)
        phrase.take()
        return reader(phrase)
    except NotUnderstood:
        return None


def _request(phrase: Phrase) -> Begun | None:
    service, version, environment, at = request_words(phrase)
    whole = environment is not None or len(names.environments(service)) == 1
    return None if whole else Begun(Kind.RELEASE, service.name, version, environment, at)


def _rollback(phrase: Phrase) -> Begun | None:
    """Read a rollback up to its reason; with one it is for the grammar."""
    phrase.usage = phrases.ROLLBACK
    if not phrase.next:
        return Begun(Kind.ROLLBACK)
    service = names.service(phrase, "rollback ")
    version = environment = None
    if phrase.lower == "to":
        phrase.take()
        version = names.version(phrase, service)
    if phrase.lower == "in":
        phrase.take()
        environment = names.environment(phrase, service, f"rollback {service.name} `in`")
    return None if phrase.next else Begun(Kind.ROLLBACK, service.name, version, environment)


def _hotfix(phrase: Phrase) -> Begun | None:
    """Read a hotfix up to its reason; with one it is for the grammar."""
    phrase.usage = phrases.HOTFIX
    if not phrase.next:
        return Begun(Kind.HOTFIX)
    service = names.service(phrase, "hotfix ")
    version = environment = None
    if phrase.next and not phrase.at_preposition():
        version = names.version(phrase, service)
    if phrase.lower == "to":
        phrase.take()
        environment = names.environment(phrase, service, f"hotfix {service.name} `to`")
    return None if phrase.next else Begun(Kind.HOTFIX, service.name, version, environment)


_KINDS: Mapping[str, Callable[[Phrase], Begun | None]] = {"rollback": _rollback, "hotfix": _hotfix}
