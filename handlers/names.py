"""The names in a phrase: releases, services, environments, versions; exactly for acts, by unique prefix for reading."""

import re
from typing import NoReturn

from rapidfuzz import fuzz

from bot.core.policy import Policy, ServicePolicy
from bot.views.escape import mrkdwn
from handlers.phrase import NotUnderstood, Phrase
from handlers.spelling import either, form, meant, quoted, same

_RELEASE = re.compile(r"[Rr]-([1-9][0-9]{0,8})", re.ASCII)
_LIKE_A_RELEASE = re.compile(r"#?[Rr]?[-#]?0{0,9}([1-9][0-9]{0,8})", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/-]{0,99}", re.ASCII)
COUNT = re.compile(r"-?[0-9]+", re.ASCII)
"""A word that is meant as a number, a good one or not."""
USUAL_COUNT = 10
MOST_COUNT = 50
_DIGITS = 9
_CLOSE = 70  # how similar a word must be to an environment's name, of 100, to be a slip of the pen
_SHORTEST = 3  # letters of the beginning of a name that is recognized as one
_VOWELS = frozenset("aeiou")


def release(phrase: Phrase) -> int:
    """Read the name of a release."""
    typed = phrase.take()
    if not typed:
        raise NotUnderstood(f"Which release? {phrase.form}, and {open_ones(phrase.policy)}")
    found = _RELEASE.fullmatch(typed)
    if found:
        return int(found[1])
    near = _LIKE_A_RELEASE.fullmatch(typed)
    keyword = phrase.usage.partition(" ")[0]
    hint = f"Did you mean {form(f'{keyword} R-{near[1]}', phrase.policy)}?" if near else open_ones(phrase.policy)
    raise NotUnderstood(f"{quoted(typed)} is not the name of a release, like `R-42`. {hint}")


def open_ones(policy: Policy) -> str:
    """Return where the names of releases are found."""
    return f"{form('list', policy)} shows what is open."


def service(phrase: Phrase, before: str, known: tuple[str, ...] = ()) -> ServicePolicy:
    """Read the name of a service, written out.

    Args:
        phrase: what was typed.
        before: what stands before it, for "Did you mean".
        known: what else may stand there.
    """
    policy = phrase.policy
    typed = phrase.take()
    if not typed:
        phrase.lacks("A service is missing")
    names = [one.name for one in policy.services]
    name = same(typed, names)
    found = policy.service(name) if name else None
    if found is None:
        hint = meant(typed, [*known, *names], policy, before, phrase.rest)
        raise NotUnderstood(f"I do not know {quoted(typed)}, so nothing was started. {hint}")
    return found


def misplaced(phrase: Phrase, of: ServicePolicy, before: str, preposition: str) -> NoReturn:
    """Refuse a word in whose place a preposition belongs, and an environment after it.

    Args:
        phrase: what was typed, at that word.
        of: the service whose environments are known.
        before: what stands before it.
        preposition: the one that belongs there.
    """
    known = environments(of)
    slip = phrase.at_preposition() or len(phrase.next) <= len(preposition) + 1
    place = same(phrase.next, known) or (same(phrase.after_next, known) if slip else None)
    phrase.no_place(f"{before} {preposition} {place}" if place else "")


def environment(phrase: Phrase, of: ServicePolicy, before: str) -> str:
    """Read the name of an environment, written out; `before` is what stands before it."""
    typed = phrase.take()
    names = environments(of)
    if not typed:
        raise NotUnderstood(f"After {before.rpartition(' ')[2]} comes an environment. {has(of)}")
    name = same(typed, names)
    if name is None:
        hint = meant(typed, names, phrase.policy, f"{before} ".replace("`", ""))
        raise NotUnderstood(f"{mrkdwn(of.name, 100)} has no environment {quoted(typed)}. {hint} {has(of)}")
    return name


def environment_or_only(phrase: Phrase, of: ServicePolicy, keyword: str) -> str:
    """Read an environment, which may be left out where the service has one only; a slip of the pen is no omission."""
    names = environments(of)
    name = same(phrase.next, names)
    if name is not None:
        phrase.take()
        return name
    if len(names) != 1:
        if not phrase.next:
            raise NotUnderstood(f"Where? {has(of)} The form is {phrase.form}.")
        near = [name for name in names if _near(phrase.next.casefold()[:100], name.casefold())]
        if len(near) == 1:
            _slipped(phrase, of, near[0], f"{keyword} {of.name} {near[0]}")
        hint = meant(phrase.next, names, phrase.policy, f"{keyword} {of.name} ")
        raise NotUnderstood(f"{mrkdwn(of.name, 100)} has no environment {quoted(phrase.next)}. {hint} {has(of)}")
    slip = _meant_as_one(phrase.next, names[0], phrase.policy)
    if slip is not None:
        _slipped(phrase, of, slip, f"{keyword} {of.name} {names[0]}")
    return names[0]


def _meant_as_one(typed: str, only: str, policy: Policy) -> str | None:
    """Return the environment, of any service, for which a word is probably a slip of the pen; `only` before others."""
    known = {lane.lane.environment: None for lane in policy.lanes()}
    near = [name for name in known if _near(typed.casefold()[:100], name.casefold())]
    return same(typed, known) or (only if only in near else near[0] if near else None)


def _near(typed: str, name: str) -> bool:
    """Whether a word is like a name: a slip of the pen, its beginning, or some of its letters without the vowels."""
    if fuzz.ratio(typed, name) >= _CLOSE:
        return True
    if min(len(typed), len(name)) < _SHORTEST:
        return False
    letters = iter(name)
    short = not _VOWELS & set(typed) and typed[0] == name[0] and all(letter in letters for letter in typed)
    return short or name.startswith(typed) or typed.startswith(name)


def _slipped(phrase: Phrase, of: ServicePolicy, slip: str, before: str) -> NoReturn:
    """Refuse a word that is like an environment; `before` is what stands before the rest if the only one is meant."""
    typed = phrase.take()
    whole = form(f"{before} {phrase.rest}".strip(), phrase.policy)
    unknown = f"{mrkdwn(of.name, 100)} has no environment {quoted(typed)}, so nothing was started."
    if slip in environments(of):
        raise NotUnderstood(f"{unknown} Did you mean {whole}? {has(of)}")
    other = f" Did you mean {mrkdwn(slip, 100)}?" if slip.casefold() != typed.casefold() else ""
    raise NotUnderstood(f"{unknown}{other} {has(of)} If you mean that one, write it out: {whole}.")


def version(phrase: Phrase, of: ServicePolicy, keywords: tuple[str, ...] = ()) -> str:
    """Read a version or a commit; neither an environment nor a command is one."""
    if not phrase.next or phrase.at_preposition():
        phrase.lacks("A version is missing")
    typed = phrase.take()
    place = same(typed, environments(of))
    if place:
        raise NotUnderstood(
            f"{quoted(typed)} is an environment, not a version. Did you mean "
            f"{form(f'{of.name} to {place}', phrase.policy)}?"
        )
    if typed.casefold() in keywords:
        word = typed.casefold()
        raise NotUnderstood(
            f"{quoted(typed)} is a command, not a version. Commands come first: {form(f'help {word}', phrase.policy)}."
        )
    if not _VERSION.fullmatch(typed):
        raise NotUnderstood(
            f"{quoted(typed)} cannot be a version: letters, digits and . _ + / - only. "
            f"{form(f'status {of.name}', phrase.policy)} shows what is known."
        )
    return typed


def place(phrase: Phrase, keyword: str) -> tuple[str, str | None]:
    """Read a service and perhaps an environment, completed by unique prefix: for reading commands only."""
    found = started_place(phrase, keyword)
    phrase.end()
    return found


def started_place(phrase: Phrase, keyword: str, before: re.Pattern[str] | None = None) -> tuple[str, str | None]:
    """Read the same where more words may follow; `before` fits a word that is no environment but one of those.

    A word that fits is an environment all the same where the service has one that is called exactly so.
    """
    policy = phrase.policy
    if phrase.at_preposition():
        phrase.no_place()
    names = [one.name for one in policy.services]
    name = _completed(phrase.take(), names, "service", f"{keyword} ", policy)
    there = [lane.lane.environment for lane in policy.lanes() if lane.lane.service == name]
    if not phrase.next or (before and before.fullmatch(phrase.next) and not same(phrase.next, there)):
        return name, None
    if phrase.at_preposition():
        phrase.no_place()
    return name, _completed(phrase.take(), there, "environment", f"{keyword} {name} ", policy)


def count(phrase: Phrase, before: str) -> int:
    """Read how many are wanted, which may be left out; `before` is what stands before it."""
    if not phrase.next:
        return USUAL_COUNT
    if not COUNT.fullmatch(phrase.next):
        phrase.no_place()
    typed = phrase.take()
    wanted = int(typed) if len(typed) <= _DIGITS else MOST_COUNT + 1
    if 0 < wanted <= MOST_COUNT:
        return wanted
    hint = f"{before} {min(max(wanted, 1), MOST_COUNT)}"
    raise NotUnderstood(
        f"{quoted(typed)} cannot be a count: it is a number from 1 to {MOST_COUNT}. "
        f"Did you mean {form(hint, phrase.policy)}?"
    )


def _completed(typed: str, names: list[str], what: str, before: str, policy: Policy) -> str:
    name = same(typed, names)
    if name:
        return name
    fits = [name for name in names if name.casefold().startswith(typed.casefold())]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise NotUnderstood(f"{quoted(typed)} fits more than one {what}: {either(fits)}. Please write one out.")
    raise NotUnderstood(f"There is no {what} {quoted(typed)}. {meant(typed, names, policy, before)}")


def environments(of: ServicePolicy) -> list[str]:
    """Return the names of a service's environments."""
    return [lane.lane.environment for lane in of.lanes]


def has(of: ServicePolicy) -> str:
    """Return which environments a service has, as a sentence."""
    return f"{mrkdwn(of.name, 100)} has {either(environments(of)) or 'no environment'}."


def services(policy: Policy) -> str:
    """Return which services there are, as a sentence."""
    return f"There are {either([one.name for one in policy.services]) or 'none yet'}."
