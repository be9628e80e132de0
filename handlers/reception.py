"""What Slack and the command line hand in: acts are stored, reading commands are answered at once."""

from dataclasses import dataclass
from typing import Any

from bot.ports.slack import Message
from bot.ports.store import Received
from bot.views import answers
from bot.views.freezes import freezes
from bot.views.help import help_message
from bot.views.links import Links
from handlers.acts import ACT, Click, Command, Form, Mention, Wish
from handlers.desk import Desk
from handlers.differences import ask_for, unknown
from handlers.draft_clerk import draft_form
from handlers.forms import form
from handlers.grammar import parse
from handlers.people import People
from handlers.phrases import ENTRIES
from handlers.reading import look
from handlers.request_forms import RequestForms
from handlers.showing import shown
from handlers.vocabulary import (
    DiffWords,
    FreezeWords,
    HelpWords,
    HistoryWords,
    ListWords,
    Misunderstood,
    StatusWords,
    WhyWords,
)


@dataclass(frozen=True, slots=True)
class Reception:
    """The door behind Slack's listeners and the command line's socket."""

    desk: Desk
    links: Links
    people: People | None = None
    """Who knows in which time zone somebody is; needed for forms only."""
    asks: bool = True
    """Whether somebody compares commits when asked to; nobody does while no bot runs."""

    @property
    def requests(self) -> RequestForms:
        """What draws and checks the forms that ask for a release."""
        return RequestForms(self.desk, self.links, self.people)

    async def receive(
        self, act: Click | Form | Wish | Command | Mention, dedupe_key: str, source: str = "slack"
    ) -> bool:
        """Store an act durably before it is acknowledged; False when it was seen before."""
        return await self.put(act, dedupe_key, source) is not None

    async def put(self, act: Click | Form | Wish | Command | Mention, dedupe_key: str, source: str) -> int | None:
        """Store an act; returns its inbox id, or None when it was seen before."""
        received = Received(source, dedupe_key, ACT.dump_json(act).decode(), self.desk.clock())
        return await self.desk.change(lambda tx, _: tx.inbox.put(received))

    async def read(self, words: str, slack: str | None, team: str | None) -> Message | None:
        """Answer a command that only reads, or words that mean nothing; None when they act."""
        del slack, team  # every member may read; the answer is private
        policy = self.desk.policy
        parsed = parse(words, policy)
        match parsed:
            case Misunderstood(sentence):
                return answers.misunderstood(sentence)
            case HelpWords(word):
                return help_message(ENTRIES, policy.command, word)
            case FreezeWords():
                return freezes(policy, self.desk.clock())
            case DiffWords():
                return await self._diff(parsed)
            case StatusWords() | WhyWords() | ListWords() | HistoryWords():
                return await self.desk.store.read(lambda tx: look(tx, parsed, self.desk, self.links))
            case _:
                return None

    async def _diff(self, asked: DiffWords) -> Message:
        """Answer with what is known, and have compared what is not: somebody asks once more then."""
        if self.asks:
            spans = await self.desk.store.read(lambda tx: unknown(tx, asked, self.desk.policy))
            if spans:
                await self.desk.change(lambda tx, setting: ask_for(tx, spans, setting.now))
        return await self.desk.store.read(lambda tx: look(tx, asked, self.desk, self.links))

    async def form(self, handle: str) -> dict[str, Any] | Message:
        """Return the form for a button, or a sentence why there is nothing to fill in."""
        return await self.desk.store.read(
            lambda tx: (
                shown(tx, self.desk, self.links, handle)
                or draft_form(tx, self.desk, self.links, handle)
                or form(tx, self.desk, handle)
            )
        )
