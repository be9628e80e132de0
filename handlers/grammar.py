"""The words of the command, parsed: whole words, no guesses, and nothing starts that was not understood."""

import re
from collections.abc import Callable, Sequence

from bot.core.policy import Policy, ServicePolicy
from bot.views.escape import mrkdwn
from handlers.spelling import either, form, meant, quoted, same, unformatted, unquoted
from handlers.vocabulary import (
    ENTRIES,
    REASON_AT_MOST,
    REQUEST,
    RESERVED,
    ApproveWords,
    CancelWords,
    HelpWords,
    ListWords,
    Misunderstood,
    Parsed,
    Reading,
    RejectWords,
    RequestWords,
    StatusWords,
    WhyWords,
    WithdrawWords,
)

__all__ = [
    "ENTRIES",
    "KEYWORDS",
    "ApproveWords",
    "CancelWords",
    "HelpWords",
    "ListWords",
    "Misunderstood",
    "Parsed",
    "Reading",
    "RejectWords",
    "RequestWords",
    "StatusWords",
    "WhyWords",
    "WithdrawWords",
    "parse",
    "reads",
]

_RELEASE = re.compile(r"[Rr]-([1-9][0-9]{0,8})", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/-]{0,99}", re.ASCII)


def parse(words: str, policy: Policy) -> Parsed | Misunderstood:
    """Return what the words after the command's name ask for, or a sentence about what was not understood.

    Never raises, whatever is typed. `policy` tells which services and environments there are.
    """
    said = unformatted(words)
    tokens = said.split()
    if not tokens:
        return HelpWords(None)
    keyword = tokens[0].casefold()
    parser = _KEYWORDS.get(keyword)
    try:
        if parser:
            return parser(tokens[1:], said, policy)
        return _request(tokens, policy)
    except _NotUnderstood as problem:
        return Misunderstood(problem.sentence)


def reads(parsed: Parsed) -> bool:
    """Whether a command only reads: it is answered at once and nothing is stored."""
    return isinstance(parsed, Reading)


class _NotUnderstood(Exception):  # noqa: N818 - not an error of the program: it carries the sentence out of the parser
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


# -- the keywords ------------------------------------------------------------------------------------------------------


def _help(rest: list[str], said: str, policy: Policy) -> Parsed:
    del said
    if not rest:
        return HelpWords(None)
    known = [entry.word for entry in ENTRIES]
    _end(rest[1:], "help [WORD]", policy)
    word = rest[0].casefold()
    if word not in known:
        raise _NotUnderstood(f"There is no help for {quoted(rest[0])}. {meant(rest[0], known, policy, 'help ')}")
    return HelpWords(word)


def _status(rest: list[str], said: str, policy: Policy) -> Parsed:
    del said
    if not rest:
        return StatusWords(None, None)
    service, environment = _place(rest, "status [SERVICE] [ENV]", policy)
    return StatusWords(service, environment)


def _why(rest: list[str], said: str, policy: Policy) -> Parsed:
    del said
    if not rest:
        raise _NotUnderstood(f"`why` needs a service: {form('why SERVICE [ENV]', policy)}. {_services(policy)}")
    service, environment = _place(rest, "why SERVICE [ENV]", policy)
    return WhyWords(service, environment)


def _list(rest: list[str], said: str, policy: Policy) -> Parsed:
    del said
    _end(rest, "list", policy)
    return ListWords()


def _reject(rest: list[str], said: str, policy: Policy) -> Parsed:
    usage = "reject RELEASE REASON"
    release = _release(rest, usage, policy)
    parts = said.split(maxsplit=2)
    reason = unquoted(parts[2].strip()) if len(parts) > 2 else ""  # noqa: PLR2004 - keyword, release, the rest
    if not reason:
        raise _NotUnderstood(f"A rejection needs a reason: {form(usage, policy)}.")
    if len(reason) > REASON_AT_MOST:
        raise _NotUnderstood(f"The reason is too long: at most {REASON_AT_MOST} characters, please.")
    return RejectWords(release, reason)


def _named(word: str, make: Callable[[int], Parsed]) -> Callable[[list[str], str, Policy], Parsed]:
    usage = f"{word} RELEASE"

    def parser(rest: list[str], said: str, policy: Policy) -> Parsed:
        del said
        release = _release(rest, usage, policy)
        _end(rest[1:], usage, policy)
        return make(release)

    return parser


_KEYWORDS: dict[str, Callable[[list[str], str, Policy], Parsed]] = {
    "help": _help,
    "status": _status,
    "why": _why,
    "list": _list,
    "approve": _named("approve", ApproveWords),
    "reject": _reject,
    "withdraw": _named("withdraw", WithdrawWords),
    "cancel": _named("cancel", CancelWords),
}
KEYWORDS: tuple[str, ...] = (*_KEYWORDS, "to", *RESERVED)
"""Words that no service and no environment may be called."""


# -- a request ---------------------------------------------------------------------------------------------------------


def _request(tokens: list[str], policy: Policy) -> Parsed:
    service = _service_exactly(tokens[0], policy)
    rest = tokens[1:]
    version = None
    if rest and rest[0].casefold() not in {"to", *RESERVED}:
        version = _version(rest[0], service, policy)
        rest = rest[1:]
    if rest and rest[0].casefold() == "to":
        environment = _environment_exactly(rest[1:], service, policy)
        rest = rest[2:]
    else:
        _end(rest, REQUEST, policy)
        environment = _only_environment(service, version, policy)
    _end(rest, REQUEST, policy)
    return RequestWords(service.name, version, environment)


def _service_exactly(typed: str, policy: Policy) -> ServicePolicy:
    names = [service.name for service in policy.services]
    name = same(typed, names)
    service = policy.service(name) if name else None
    if service:
        return service
    known = [*_KEYWORDS, *names]
    raise _NotUnderstood(f"I do not know {quoted(typed)}, so nothing was started. {meant(typed, known, policy)}")


def _version(typed: str, service: ServicePolicy, policy: Policy) -> str:
    environments = _environments(service)
    place = same(typed, environments)
    if place:
        raise _NotUnderstood(
            f"{quoted(typed)} is an environment, not a version. Did you mean "
            f"{form(f'{service.name} to {place}', policy)}?"
        )
    if typed.casefold() in _KEYWORDS:
        word = typed.casefold()
        raise _NotUnderstood(
            f"{quoted(typed)} is a command, not a version. Commands come first: {form(f'help {word}', policy)}."
        )
    if not _VERSION.fullmatch(typed):
        raise _NotUnderstood(
            f"{quoted(typed)} cannot be a version: letters, digits and . _ + / - only. "
            f"{form(f'status {service.name}', policy)} shows what is known."
        )
    return typed


def _environment_exactly(rest: list[str], service: ServicePolicy, policy: Policy) -> str:
    environments = _environments(service)
    if not rest:
        raise _NotUnderstood(f"After `to` comes an environment. {_has(service)}")
    name = same(rest[0], environments)
    if name is None:
        hint = meant(rest[0], environments, policy, f"{service.name} to ")
        raise _NotUnderstood(
            f"{mrkdwn(service.name, 100)} has no environment {quoted(rest[0])}. {hint} {_has(service)}"
        )
    return name


def _only_environment(service: ServicePolicy, version: str | None, policy: Policy) -> str:
    environments = _environments(service)
    if len(environments) == 1:
        return environments[0]
    words = f"{service.name} {version} to ENV" if version else f"{service.name} to ENV"
    raise _NotUnderstood(f"Where to? {_has(service)} Please say it: {form(words, policy)}.")


# -- names -------------------------------------------------------------------------------------------------------------


def _place(rest: list[str], usage: str, policy: Policy) -> tuple[str, str | None]:
    """Return a service and perhaps an environment, completed by unique prefix: for reading commands only."""
    _not_reserved(rest[0], usage, policy)
    keyword = usage.partition(" ")[0]
    services = [service.name for service in policy.services]
    name = _completed(rest[0], services, "service", f"{keyword} ", policy)
    if len(rest) == 1:
        return name, None
    _not_reserved(rest[1], usage, policy)
    environments = [lane.lane.environment for lane in policy.lanes() if lane.lane.service == name]
    environment = _completed(rest[1], environments, "environment", f"{keyword} {name} ", policy)
    _end(rest[2:], usage, policy)
    return name, environment


def _completed(typed: str, names: list[str], what: str, before: str, policy: Policy) -> str:
    name = same(typed, names)
    if name:
        return name
    fits = [name for name in names if name.casefold().startswith(typed.casefold())]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise _NotUnderstood(f"{quoted(typed)} fits more than one {what}: {either(fits)}. Please write one out.")
    raise _NotUnderstood(f"There is no {what} {quoted(typed)}. {meant(typed, names, policy, before)}")


def _release(rest: list[str], usage: str, policy: Policy) -> int:
    if not rest:
        raise _NotUnderstood(f"Which release? {form(usage, policy)}, and {form('list', policy)} shows what is open.")
    found = _RELEASE.fullmatch(rest[0])
    if found:
        return int(found[1])
    hint = f" Did you mean `R-{rest[0]}`?" if re.fullmatch(r"[1-9][0-9]{0,8}", rest[0], re.ASCII) else ""
    raise _NotUnderstood(f"{quoted(rest[0])} is not the name of a release, like `R-42`.{hint}")


def _environments(service: ServicePolicy) -> list[str]:
    return [lane.lane.environment for lane in service.lanes]


# -- what has no place -------------------------------------------------------------------------------------------------


def _end(rest: Sequence[str], usage: str, policy: Policy) -> None:
    """Refuse words that have no place, rather than ignore them."""
    if rest:
        _not_reserved(rest[0], usage, policy)
        raise _NotUnderstood(
            f"{quoted(rest[0])} has no place there, so nothing was started. The form is {form(usage, policy)}."
        )


def _not_reserved(typed: str, usage: str, policy: Policy) -> None:
    if typed.casefold() in RESERVED:
        word = typed.casefold()
        raise _NotUnderstood(
            f"`{word}` is not in this version, so nothing was started. The form is {form(usage, policy)}."
        )


def _has(service: ServicePolicy) -> str:
    return f"{mrkdwn(service.name, 100)} has {either(_environments(service)) or 'no environment'}."


def _services(policy: Policy) -> str:
    return f"There are {either([service.name for service in policy.services]) or 'none yet'}."
