"""Answers about what could not be delivered: what a letter's button or the command line says, and what is told back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.inputs import Actor, Answer
from bot.core.refusals import Refusal
from bot.ports.cards import Card
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.settle import NotSettled, Settled, answer_by_name, answer_letter
from bot.submit import Setting
from bot.views import answers, refusals

_NAME = re.compile(r"(effect|card|inbox)[- ]([1-9][0-9]{0,11})", re.ASCII)
_WORDS = re.compile(r"effects +(list|retry|resolve)(?: +(.*))?", re.ASCII)
ANSWERS: Mapping[str, Answer] = {
    "did-run": Answer.DID_RUN,
    "did-not-run": Answer.DID_NOT_RUN,
    "try-again": Answer.TRY_AGAIN,
    "abandon": Answer.ABANDON,
}
USAGE = (
    "The forms are: `effects list`; `effects retry NAME`; `effects resolve NAME ANSWER`, where NAME is one that the "
    "list shows, such as effect-12, and ANSWER is did-run, did-not-run, try-again or abandon."
)


@dataclass(frozen=True, slots=True)
class ListEffects:
    """Show what could not be delivered."""


@dataclass(frozen=True, slots=True)
class SettleEffect:
    """Answer about one of these."""

    name: str
    answer: Answer


def effects_words(words: str) -> ListEffects | SettleEffect | str | None:
    """Return what words of the command line that begin with `effects` ask for, or a sentence; None for other words.

    Nothing but one of the whole forms is understood.
    """
    said = " ".join(words.split())
    if said != "effects" and not said.startswith("effects "):
        return None
    found = _WORDS.fullmatch(said)
    verb, rest = (found[1], found[2] or "") if found else ("", "")
    if verb == "list" and not rest:
        return ListEffects()
    name, _, word = rest.rpartition(" ") if verb == "resolve" else (rest, "", "try-again")
    known = _NAME.fullmatch(name)
    if verb in {"retry", "resolve"} and known and word in ANSWERS:
        return SettleEffect(f"{known[1]}-{known[2]}", ANSWERS[word])
    return USAGE


def by_button(  # noqa: PLR0917 - a click: what it hit, what it says, who made it
    tx: Transaction, setting: Setting, card: Card, answer: Answer, by: Actor, links: Mapping[int, str]
) -> tuple[str, Message | None]:
    """Take an answer from a letter; returns the outcome, and what the person is told unless the letter shows it."""
    letter = tx.letters.by_id(int(card.subject))
    if letter is None:
        raise LookupError(f"card {card.id} is about a letter that is not stored")
    decided = answer_letter(tx, letter, answer, by, setting)
    if isinstance(decided, Settled):
        return "done", None
    return "refused", _refused(decided, letter.about, setting, links)


def by_name(
    tx: Transaction, setting: Setting, asked: SettleEffect, by: Actor, links: Mapping[int, str]
) -> tuple[str, Message]:
    """Take an answer from the command line; returns the outcome and what is told."""
    decided = answer_by_name(tx, asked.name, asked.answer, by, setting)
    if isinstance(decided, Settled):
        return "done", answers.settled(asked.name, asked.answer)
    return "refused", _refused(decided, asked.name, setting, links)


def _refused(decided: NotSettled | Refusal, name: str, setting: Setting, links: Mapping[int, str]) -> Message:
    if isinstance(decided, Refusal):
        return refusals.refusal(decided, None, setting.policy, links)
    return answers.not_settled(name, decided.value)
