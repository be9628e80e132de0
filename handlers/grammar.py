"""The words of the command, parsed: whole words, no guesses, and nothing starts that was not understood."""

from collections.abc import Callable, Mapping

from bot.core.policy import Policy, ServicePolicy
from handlers import grammar_lanes, names
from handlers.phrase import NotUnderstood, Phrase
from handlers.phrases import DIFF, ENTRIES, HISTORY, OVERRIDE, REQUEST, SCHEDULE
from handlers.spelling import form, meant, quoted, unformatted
from handlers.times import TIME, When, takes_another, when_of
from handlers.vocabulary import (
    PREPOSITIONS,
    ApproveWords,
    CancelWords,
    DiffWords,
    FreezeWords,
    HelpWords,
    HistoryWords,
    ListWords,
    Misunderstood,
    OverrideWords,
    Parsed,
    Reading,
    RejectWords,
    RequestWords,
    RetryWords,
    ScheduleWords,
    StatusWords,
    WhyWords,
    WithdrawWords,
)


def parse(words: str, policy: Policy) -> Parsed | Misunderstood:
    """Return what the words after the command's name ask for, or a sentence about what was not understood.

    Never raises, whatever is typed. `policy` tells which services and environments there are.
    """
    phrase = Phrase(unformatted(words), policy)
    if not phrase.next:
        return HelpWords(None)
    parser = _KEYWORDS.get(phrase.lower)
    try:
        if parser is None:
            return _request(phrase)
        phrase.take()
        return parser(phrase)
    except NotUnderstood as problem:
        return Misunderstood(problem.sentence)


def reads(parsed: Parsed) -> bool:
    """Whether a command only reads: it is answered at once and nothing is stored."""
    return isinstance(parsed, Reading)


# -- reading -----------------------------------------------------------------------------------------------------------


def _help(phrase: Phrase) -> Parsed:
    phrase.usage = "help [WORD]"
    typed = phrase.take()
    if not typed:
        return HelpWords(None)
    phrase.end()
    known = [entry.word for entry in ENTRIES]
    word = typed.casefold()
    if word not in known:
        raise NotUnderstood(f"There is no help for {quoted(typed)}. {meant(typed, known, phrase.policy, 'help ')}")
    return HelpWords(word)


def _status(phrase: Phrase) -> Parsed:
    phrase.usage = "status [SERVICE] [ENV]"
    return StatusWords(*names.place(phrase, "status")) if phrase.next else StatusWords(None, None)


def _why(phrase: Phrase) -> Parsed:
    phrase.usage = "why SERVICE [ENV]"
    if not phrase.next:
        raise NotUnderstood(f"`why` needs a service: {phrase.form}. {names.services(phrase.policy)}")
    return WhyWords(*names.place(phrase, "why"))


def _history(phrase: Phrase) -> Parsed:
    phrase.usage = HISTORY
    if not phrase.next:
        raise NotUnderstood(f"`history` needs a service: {phrase.form}. {names.services(phrase.policy)}")
    service, environment = names.started_place(phrase, "history", before=names.COUNT)
    count = names.count(phrase, " ".join(filter(None, ("history", service, environment))))
    phrase.end()
    return HistoryWords(service, environment, count)


def _diff(phrase: Phrase) -> Parsed:
    phrase.usage = DIFF
    if not phrase.next:
        raise NotUnderstood(f"`diff` needs a service: {phrase.form}. {names.services(phrase.policy)}")
    return DiffWords(*names.place(phrase, "diff"))


def _alone(word: str, parsed: Parsed) -> Callable[[Phrase], Parsed]:
    def parser(phrase: Phrase) -> Parsed:
        phrase.usage = word
        phrase.end()
        return parsed

    return parser


# -- a release by its name ---------------------------------------------------------------------------------------------


def _named(word: str, make: Callable[[int], Parsed]) -> Callable[[Phrase], Parsed]:
    def parser(phrase: Phrase) -> Parsed:
        phrase.usage = f"{word} RELEASE"
        release = names.release(phrase)
        phrase.end()
        return make(release)

    return parser


def _reject(phrase: Phrase) -> Parsed:
    phrase.usage = "reject RELEASE REASON"
    release = names.release(phrase)
    return RejectWords(release, phrase.plain_reason("A rejection needs a reason"))


def _override(phrase: Phrase) -> Parsed:
    phrase.usage = OVERRIDE
    release = names.release(phrase)
    return OverrideWords(release, phrase.reason("An override needs a reason"))


def _schedule(phrase: Phrase) -> Parsed:
    phrase.usage = SCHEDULE
    release = names.release(phrase)
    if phrase.lower != "at":
        if phrase.next:
            phrase.no_place(f"schedule R-{release} at {phrase.rest}" if _says_when(phrase.rest) else "")
        phrase.lacks("A time is missing")
    at = _time(phrase, now_too=True)
    phrase.end()
    return ScheduleWords(release, at)


def _says_when(typed: str) -> bool:
    return when_of(" ".join(typed.split()), now_too=True) is not None


def _time(phrase: Phrase, *, now_too: bool = False) -> When:
    """Read `at TIME`."""
    phrase.take()
    typed = phrase.take()
    if phrase.next and takes_another(typed):
        typed = f"{typed} {phrase.take()}"
    if phrase.lower in {"am", "pm"}:
        typed = f"{typed} {phrase.take()}"
    when = when_of(typed, now_too=now_too)
    if when is None:
        said = f", not {quoted(typed)}" if typed else ""
        now = ", or `now`" if now_too else ""
        raise NotUnderstood(f"After `at` comes a time like {TIME}{now}{said}. Nothing was started.")
    return when


# -- a request ---------------------------------------------------------------------------------------------------------


def request_words(phrase: Phrase) -> tuple[ServicePolicy, str | None, str | None, When | None]:
    """Read a request: its service, and the version, environment and time where they are said.

    Raises:
        NotUnderstood: it is none.
    """
    phrase.usage = REQUEST
    service = names.service(phrase, "", tuple(_KEYWORDS))
    version = None
    if phrase.next and not phrase.at_preposition():
        version = names.version(phrase, service, tuple(_KEYWORDS))
    environment = None
    if phrase.lower == "to":
        phrase.take()
        environment = names.environment(phrase, service, f"{service.name} `to`")
    at = _time(phrase) if phrase.lower == "at" else None
    if phrase.next and environment is None and at is None:
        names.misplaced(phrase, service, " ".join(filter(None, (service.name, version))), "to")
    phrase.end()
    return service, version, environment, at


def _request(phrase: Phrase) -> Parsed:
    service, version, environment, at = request_words(phrase)
    if environment is None:
        known = names.environments(service)
        if len(known) != 1:
            words = f"{service.name} {version} to ENV" if version else f"{service.name} to ENV"
            raise NotUnderstood(f"Where to? {names.has(service)} Please say it: {form(words, phrase.policy)}.")
        environment = known[0]
    return RequestWords(service.name, version, environment, at)


_KEYWORDS: Mapping[str, Callable[[Phrase], Parsed]] = {
    "help": _help,
    "status": _status,
    "why": _why,
    "list": _alone("list", ListWords()),
    "history": _history,
    "diff": _diff,
    "freeze": _alone("freeze", FreezeWords()),
    "approve": _named("approve", ApproveWords),
    "reject": _reject,
    "withdraw": _named("withdraw", WithdrawWords),
    "cancel": _named("cancel", CancelWords),
    "retry": _named("retry", RetryWords),
    "schedule": _schedule,
    "override": _override,
    **grammar_lanes.KEYWORDS,
}
KEYWORDS: tuple[str, ...] = (*_KEYWORDS, *PREPOSITIONS)
"""Words that no service and no environment may be called."""
