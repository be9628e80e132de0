"""The words about lanes, builds and everything: rollback, hotfix, hold, lock, stop, mode, live, quarantine."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.core.policy import Mode, ServicePolicy
from handlers import names, phrases
from handlers.phrase import NotUnderstood, Phrase
from handlers.spelling import form, meant, quoted
from handlers.times import DURATION, length_of
from handlers.vocabulary import (
    ClearWords,
    GoAllWords,
    HoldWords,
    HotfixWords,
    LiveWords,
    LockWords,
    ModeWords,
    Parsed,
    QuarantineWords,
    ResumeWords,
    RollbackWords,
    StopAllWords,
    UnlockWords,
)

_MODES = {mode.value: mode for mode in Mode}


def _rollback(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.ROLLBACK
    service = names.service(phrase, "rollback ")
    version = None
    if phrase.lower == "to":
        phrase.take()
        version = names.version(phrase, service)
    before = f"rollback {service.name} to {version}" if version else f"rollback {service.name}"
    environment = _after("in", phrase, service, before)
    return RollbackWords(service.name, version, environment, phrase.reason("A rollback needs a reason"))


def _hotfix(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.HOTFIX
    service = names.service(phrase, "hotfix ")
    version = names.version(phrase, service)
    environment = _after("to", phrase, service, f"hotfix {service.name} {version}")
    return HotfixWords(service.name, version, environment, phrase.reason("A hotfix needs a reason"))


def _after(preposition: str, phrase: Phrase, service: ServicePolicy, before: str) -> str:
    """Read a preposition and an environment; both may be left out nowhere."""
    if phrase.lower != preposition:
        if not phrase.next:
            raise NotUnderstood(f"Where? {names.has(service)} The form is {phrase.form}.")
        names.misplaced(phrase, service, before, preposition)
    phrase.take()
    return names.environment(phrase, service, f"{before} `{preposition}`")


def _lane(phrase: Phrase, keyword: str) -> tuple[str, str]:
    service = names.service(phrase, f"{keyword} ")
    return service.name, names.environment_or_only(phrase, service, keyword)


def _length(phrase: Phrase) -> timedelta | None:
    """Read `for DURATION`, if it is there."""
    if phrase.lower != "for":
        return None
    phrase.take()
    typed = phrase.take()
    length = length_of(typed)
    if length is None:
        said = f", not {quoted(typed)}" if typed else ""
        raise NotUnderstood(f"After `for` comes a length of time like {DURATION}{said}. Nothing was started.")
    return length


def _reason_for(phrase: Phrase, what: str, length: timedelta | None, before: str) -> str:
    """Read a reason in which no length of time stands, as if it counted there."""
    if length is None and length_of(phrase.next) is not None:
        hint = form(f"{before} for {phrase.rest}", phrase.policy)
        raise NotUnderstood(
            f"A reason does not begin with a length of time, so nothing was started. Did you mean {hint}?"
        )
    return phrase.reason(what, lasting=before if length is None else "")


def _hold(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.HOLD
    lane = _lane(phrase, "hold")
    length = _length(phrase)
    return HoldWords(*lane, length, _reason_for(phrase, "A hold needs a reason", length, f"hold {' '.join(lane)}"))


def _lock(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.LOCK
    lane = _lane(phrase, "lock")
    length = _length(phrase)
    return LockWords(*lane, length, _reason_for(phrase, "A lock needs a reason", length, f"lock {' '.join(lane)}"))


def _resume(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.RESUME
    lane = _lane(phrase, "resume")
    phrase.end()
    return ResumeWords(*lane)


def _unlock(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.UNLOCK
    lane = _lane(phrase, "unlock")
    phrase.end()
    return UnlockWords(*lane)


def _stop_all(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.STOP_ALL
    return StopAllWords(phrase.reason("Stopping everything needs a reason"))


def _go_all(phrase: Phrase) -> Parsed:
    phrase.usage = "go-all"
    phrase.end()
    return GoAllWords()


def _mode(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.MODE
    service, environment = _lane(phrase, "mode")
    typed = phrase.take()
    mode = _MODES.get(typed.casefold())
    if mode is None:
        if not typed:
            phrase.lacks("A mode is missing")
        hint = meant(typed, list(_MODES), phrase.policy, f"mode {service} {environment} ")
        raise NotUnderstood(f"{quoted(typed)} is no mode, so nothing was changed. {hint} The form is {phrase.form}.")
    return ModeWords(service, environment, mode, phrase.reason("Switching the mode needs a reason"))


def _live(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.LIVE
    service = names.service(phrase, "live ")
    environment = names.environment_or_only(phrase, service, "live")
    version = names.version(phrase, service)
    reason = phrase.reason("Telling what is live needs a reason")
    return LiveWords(service.name, environment, version, reason)


def _build(phrase: Phrase, keyword: str) -> tuple[str, str]:
    service = names.service(phrase, f"{keyword} ")
    return service.name, names.version(phrase, service)


def _quarantine(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.QUARANTINE
    return QuarantineWords(*_build(phrase, "quarantine"), phrase.reason("A quarantine needs a reason"))


def _clear(phrase: Phrase) -> Parsed:
    phrase.usage = phrases.CLEAR
    build = _build(phrase, "release-quarantine")
    return ClearWords(*build, phrase.reason("Lifting a quarantine needs a reason"))


KEYWORDS: Mapping[str, Callable[[Phrase], Parsed]] = {
    "rollback": _rollback,
    "hotfix": _hotfix,
    "hold": _hold,
    "resume": _resume,
    "lock": _lock,
    "unlock": _unlock,
    "stop-all": _stop_all,
    "go-all": _go_all,
    "mode": _mode,
    "live": _live,
    "quarantine": _quarantine,
    "release-quarantine": _clear,
}
