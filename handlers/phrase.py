"""What somebody typed, word by word from the left, and the sentence that ends reading it."""

import re
from typing import NoReturn

from bot.core.policy import Policy
from handlers.promises import Promise, promised
from handlers.spelling import form, quoted, unquoted
from handlers.vocabulary import PREPOSITIONS, REASON_AT_MOST


class NotUnderstood(Exception):  # noqa: N818 - not an error of the program: it carries the sentence out of the parser
    """Why nothing was started, in a sentence of mrkdwn with a way on."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Phrase:
    """Words that are read from the left; `usage` is the form that they should have."""

    def __init__(self, said: str, policy: Policy, usage: str = "") -> None:
        self.said = said
        self.policy = policy
        self.usage = usage
        self._words = [(found.group(), found.start()) for found in re.finditer(r"\S+", said)]
        self._at = 0

    @property
    def form(self) -> str:
        """The form as it is typed."""
        return form(self.usage, self.policy)

    @property
    def next(self) -> str:
        """The next word, or nothing at the end."""
        return self._words[self._at][0] if self._at < len(self._words) else ""

    @property
    def lower(self) -> str:
        """The next word whatever its case."""
        return self.next.casefold()

    def take(self) -> str:
        """Return the next word and go on; nothing at the end."""
        word = self.next
        self._at += 1
        return word

    def at_preposition(self) -> bool:
        """Whether the next word promises something that must follow."""
        return self.lower in PREPOSITIONS

    @property
    def rest(self) -> str:
        """Everything from the next word on, as it was typed."""
        return self.said[self._words[self._at][1] :].strip() if self.next else ""

    @property
    def after_next(self) -> str:
        """The word after the next one, or nothing."""
        return self._words[self._at + 1][0] if self._at + 1 < len(self._words) else ""

    def end(self) -> None:
        """Refuse words that have no place, rather than ignore them."""
        if self.next:
            self.no_place()

    def no_place(self, meant: str = "") -> NoReturn:
        """Refuse the next word; `meant` is the command that was probably meant, where anybody can tell."""
        hint = f"Did you mean {form(meant, self.policy)}? " if meant else ""
        raise NotUnderstood(
            f"{quoted(self.next)} has no place there, so nothing was started. {hint}The form is {self.form}."
        )

    def lacks(self, what: str) -> NoReturn:
        """Refuse a phrase in which something is missing."""
        raise NotUnderstood(f"{what}: {self.form}.")

    def reason(self, what: str, lasting: str = "") -> str:
        """Return all that is left as a reason, which is required; `what` says so.

        A word such as `for` or `at` does not begin a reason, and no length and no time follows it there: it promises
        something that this form has elsewhere or not at all, and whoever typed it would not get what they asked for.
        `lasting` is what stands before the length of time, where the form has one and none was typed.
        """
        if self.at_preposition():
            self.no_place()
        reason = self.plain_reason(what)
        promise = promised(reason)
        if promise is not None:
            self._not_kept(promise, lasting)
        return reason

    def _not_kept(self, promise: Promise, lasting: str) -> NoReturn:
        if lasting and promise.length:
            hint = form(f"{lasting} for {promise.length} {promise.without}".strip(), self.policy)
            raise NotUnderstood(f"How long comes before the reason, so nothing was started. Did you mean {hint}?")
        begun = self.said[: self._words[self._at][1]].strip()
        hint = f"Did you mean {form(f'{begun} {promise.without}', self.policy)}? " if promise.without else ""
        raise NotUnderstood(
            f"{quoted(promise.said)} in a reason would not be kept, so nothing was started. {hint}"
            f"The form is {self.form}."
        )

    def plain_reason(self, what: str) -> str:
        """Return all that is left as a reason, whatever it begins with."""
        reason = unquoted(self.rest)
        if not reason:
            self.lacks(what)
        if len(reason) > REASON_AT_MOST:
            raise NotUnderstood(f"The reason is too long: at most {REASON_AT_MOST} characters, please.")
        return reason
