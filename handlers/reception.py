"""What Slack and the command line hand in: acts are stored, reading commands are answered at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.ports.inbox import Received
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views.links import Links
from bot.views.scene import Scene
from handlers.acts import ACT, Click, Command, Form, Mention, Wish
from handlers.desk import Desk
from handlers.differences import ask_for, unknown
from handlers.draft_clerk import draft_form
from handlers.forms import form
from handlers.grammar import parse
from handlers.people import People
from handlers.readers import Readers
from handlers.reading import Plain, Stored, plain, stored
from handlers.request_forms import RequestForms
from handlers.scenery import scene_of
from handlers.showing import shown
from handlers.times import FARTHEST
from handlers.vocabulary import DiffWords

PASSED = "This time has passed already: please pick a later one."
TOO_FAR = "This is more than a year from now: please pick an earlier time."


@dataclass(frozen=True, slots=True)
class Reception:
    """The door behind Slack's listeners and the command line's socket."""

    desk: Desk
    links: Links
    people: People | None = None
    """Who knows who may read, and in which time zone somebody is; None where only the host asks."""
    asks: bool = True
    """Whether somebody compares commits when asked to; nobody does while no bot runs."""

    @property
    def readers(self) -> Readers:
        """Who may read."""
        return Readers(self.people)

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
        """Answer words that only read, or that mean nothing, for those who may read; None when they act."""
        parsed = parse(words, self.desk.policy)
        if not isinstance(parsed, Plain | Stored):
            return None
        refused = await self.readers.refusal(slack, team)
        if refused is not None:
            return refused
        if isinstance(parsed, Plain):
            return plain(parsed, self.desk.policy, self.desk.clock())
        if isinstance(parsed, DiffWords) and self.asks:
            await self._have_compared(parsed)
        return await self.desk.store.read(lambda tx: stored(tx, parsed, self._scene(tx)))

    async def _have_compared(self, asked: DiffWords) -> None:
        """Have compared what is not known: somebody asks once more then."""
        spans = await self.desk.store.read(lambda tx: unknown(tx, asked, self.desk.policy))
        if spans:
            await self.desk.change(lambda tx, setting: ask_for(tx, spans, setting.now))

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        """Return the form for a button, or a sentence why there is nothing to fill in.

        Every form shows something of the desk: it is for those who may read. Who may act is told when they have.
        """
        refused = await self.readers.refusal(slack, team)
        if refused is not None:
            return refused
        showing = await self.desk.store.read(lambda tx: shown(tx, self.desk, self.links, handle))
        if showing is not None:
            return showing
        return await self.desk.store.read(
            lambda tx: draft_form(tx, self.desk, self.links, handle) or form(tx, self.desk, handle)
        )

    def wrong(self, sent: Form) -> Mapping[str, str]:
        """Return what is wrong in a form that was sent, by field, as plain sentences.

        What the rules say, and what is stored, is looked at when it is decided.
        """
        if sent.at is None:
            return {}
        now = self.desk.clock()
        if sent.at <= now:
            return {"at": PASSED}
        return {"at": TOO_FAR} if sent.at - now > FARTHEST else {}

    def _scene(self, tx: Transaction) -> Scene:
        return scene_of(tx, self.desk.policy, self.links, self.desk.workspace, self.desk.clock())
