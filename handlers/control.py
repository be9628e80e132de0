"""The command line's words, answered: reading ones at once, acts when it is known what came of them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.ports.outage import StoreUnavailable
from bot.views.letter import undelivered
from bot.views.terminal import terminal
from handlers.acts import Command
from handlers.grammar import parse
from handlers.intake import Intake
from handlers.letters import ListEffects, SettleEffect, effects_words
from handlers.permalinks import Permalinks
from handlers.phrases import REQUEST
from handlers.reception import Reception
from handlers.vocabulary import Misunderstood, RequestWords

MOST_WAIT = 30.0
"""Seconds that the command line waits for an act to be decided."""
NOT_DECIDED_YET = "Stored, but not decided yet. `signoff list` shows what comes of it."


class Verdict(Enum):
    """What came of words."""

    DONE = "done"
    NOT_DONE = "not done"
    NOT_UNDERSTOOD = "not understood"


VERDICTS = {"done": Verdict.DONE, "opened": Verdict.DONE, "misunderstood": Verdict.NOT_UNDERSTOOD}
"""By the stored outcome of an act; every other one is a refusal."""


class Words(BaseModel):
    """What the command line sends: the words, the person it acts for, who says to be logged in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str = Field(max_length=8_000)
    person: str | None = Field(default=None, max_length=200)
    host_user: str | None = Field(default=None, max_length=200)
    request: bool = False
    """Whether the words can only be a request for a release, whatever they begin with."""


class Reply(BaseModel):
    """What it hears."""

    text: str
    verdict: Verdict = Verdict.DONE


@dataclass(frozen=True, slots=True)
class Control:
    """Answers words from the command line."""

    reception: Reception
    intake: Intake
    reload: Callable[[str | None], Awaitable[Reply]] | None = None
    """Has the bot read its policy again, for a user of the operating system."""

    async def read_again(self, host_user: str | None) -> Reply:
        """Have the policy read again, and return what has changed or what is wrong."""
        if self.reload is None:
            return Reply(text="This bot has no policy file to read again.", verdict=Verdict.NOT_DONE)
        return await self.reload(host_user or "somebody")

    async def answer(self, asked: Words) -> Reply:
        """Read at once; store an act, wait until it is decided and return what came of it."""
        read = await read_words(self.reception, asked)
        if read is not None:
            return read
        if asked.person is None:
            who = "Say on whose behalf: add --as PERSON, a name from `people` in the policy."
            return Reply(text=who, verdict=Verdict.NOT_UNDERSTOOD)
        act = Command(words=asked.words, person=asked.person, host_user=asked.host_user)
        key = f"cli:{self.reception.desk.token(24)}"
        try:
            row = await self.reception.put(act, key, "cli")
        except StoreUnavailable as unavailable:
            return Reply(text=f"Nothing was stored or done: {unavailable}.", verdict=Verdict.NOT_DONE)
        if row is None:
            raise RuntimeError("a random key was seen before")
        return await self._outcome(row)

    def let_go(self) -> None:
        """Answer whoever still waits, since the bot stops: what is stored is decided after the next start."""
        for waiter in self.intake.waiting.values():
            if not waiter.done():
                waiter.set_result(NOT_DECIDED_YET)

    async def _outcome(self, row: int) -> Reply:
        heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.intake.waiting[row] = heard
        self.reception.desk.bell.ring()
        try:
            async with asyncio.timeout(MOST_WAIT):
                text = await heard
        except TimeoutError:
            text = NOT_DECIDED_YET
        finally:
            self.intake.waiting.pop(row, None)
        outcome = await self.reception.desk.store.read(lambda tx: tx.inbox.outcome(row))
        return Reply(
            text=terminal(text, self.reception.desk.policy), verdict=VERDICTS.get(outcome or "", Verdict.NOT_DONE)
        )


async def _effects(reception: Reception, wanted: ListEffects | SettleEffect | str) -> Reply | None:
    if isinstance(wanted, str):
        return Reply(text=wanted, verdict=Verdict.NOT_UNDERSTOOD)
    if isinstance(wanted, SettleEffect):
        return None
    workspace = reception.desk.workspace
    message = await reception.desk.store.read(
        lambda tx: undelivered(tx.letters.undelivered(), Permalinks(tx.cards, workspace))
    )
    return Reply(text=terminal(message.text, reception.desk.policy))


async def read_words(reception: Reception, asked: Words) -> Reply | None:
    """Answer words that only read or that mean nothing; None when they act."""
    policy = reception.desk.policy
    about_effects = None if asked.request else effects_words(asked.words)
    if about_effects is not None:
        return await _effects(reception, about_effects)
    parsed = parse(asked.words, policy)
    if asked.request and not isinstance(parsed, RequestWords | Misunderstood):
        form = f"The form is: signoff request {REQUEST} --as PERSON."
        return Reply(text=f"That asks for no release, so nothing was started. {form}", verdict=Verdict.NOT_UNDERSTOOD)
    message = await reception.read(asked.words, None, None)
    if message is None:
        return None
    verdict = Verdict.NOT_UNDERSTOOD if isinstance(parsed, Misunderstood) else Verdict.DONE
    return Reply(text=terminal(message.text, policy), verdict=verdict)


def socket_path(database: Path) -> Path:
    """Return where the socket of a database is."""
    return database.with_name(database.name + ".sock")
