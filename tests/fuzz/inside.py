"""The doors without sockets: requests straight into the handlers of the routes, a store in memory, a desk that reads on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import structlog
from aiohttp import web
from multidict import CIMultiDict

from bot.core.policy import Policy
from bot.logs import _hide, _rendered
from bot.ports.inbox import Received
from bot.ports.replays import Seen
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.redaction import Redactor
from handlers.acts import ACT, Click, Command, Form, Mention, Wish
from handlers.ci.standard_payloads import SAID, BuildSaid
from handlers.ci.standard_reports import report_of
from handlers.grammar import parse
from handlers.hints import HINT, SignedNews, hint_of
from handlers.reading import Plain, Stored, plain
from handlers.slack.app import Dispatch, slack_connection
from handlers.slack.directory import Workspace
from handlers.slack.ingress import Ingress
from handlers.webhooks import Webhooks
from simulation.doors import Doors
from tests.fakes.requests import NoRequests
from tests.fuzz.bodies import NOON
from tests.fuzz.senders import SECRETS, Headers, Sent
from tests.integration.slack_door import Settings
from tests.unit.handlers.slack.signing import SECRET

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Shelf:
    """An inbox and the memory of what was seen, by key; both are a store's transaction at once."""

    rows: dict[str, Received] = field(default_factory=dict)
    seen: dict[str, bool] = field(default_factory=dict)

    def put(self, received: Received) -> int | None:
        """Keep what is new."""
        if received.dedupe_key in self.rows:
            return None
        self.rows[received.dedupe_key] = received
        return len(self.rows)

    def begin(self, key: str, _now: object) -> Seen:
        """Begin the work of a key."""
        known = self.seen.setdefault(key, False)
        return Seen.DONE if known else Seen.NEVER

    def done(self, key: str) -> None:
        """Remember that the work of a key was done."""
        self.seen[key] = True

    def forget(self, key: str) -> None:
        """Let a key come again."""
        del self.seen[key]

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run a transaction."""
        return work(cast("Transaction", SimpleNamespace(inbox=self, replays=self)))

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query."""
        return await self.write(query)


@dataclass(slots=True)
class Reader:
    """A desk that stores acts as the real one does, and reads on as whoever works them off."""

    shelf: Shelf
    policy: Policy
    requests: NoRequests = field(default_factory=NoRequests)

    async def receive(self, act: Click | Form | Wish | Command | Mention, dedupe_key: str) -> bool:
        """Store an act."""
        text = ACT.dump_json(act).decode()
        return await self.shelf.write(lambda tx: tx.inbox.put(Received("slack", dedupe_key, text, NOON))) is not None

    async def read(self, words: str, slack: str, team: str | None) -> Message | None:
        """Answer words that mean nothing or need no store."""
        del slack, team
        parsed = parse(words, self.policy)
        if isinstance(parsed, Plain):
            return plain(parsed, self.policy, NOON)
        return Message("stored") if isinstance(parsed, Stored) else None

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        """Open a form that Slack does not get."""
        del slack, team
        return {"type": "modal", "private_metadata": handle}

    def wrong(self, form: Form) -> dict[str, str]:
        """Find nothing wrong."""
        del form
        return {}

    async def opened(self, slack: str, team: str | None, *, empty: bool) -> None:
        """Draw nothing."""

    async def mute(self, slack: str, *, muted: bool) -> None:
        """Change nothing."""


class NoWindow:
    """A Slack that takes whatever is shown."""

    async def open_form(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Open a form."""

    async def update_form(self, view_id: str, view: dict[str, Any], hash_: str | None) -> None:
        """Draw a form."""

    async def respond(self, response_url: str, message: Message) -> None:
        """Answer."""

    async def whisper(self, channel: str, slack_user: str, message: Message) -> None:
        """Tell one person."""


@dataclass(slots=True)
class Request:
    """As much of a request as the doors look at, its body arrived."""

    headers: CIMultiDict[str]
    body: bytes
    content_type: str
    match_info: dict[str, str]
    method: str = "POST"

    @property
    def content_length(self) -> int:
        """Return how long the body says to be."""
        return len(self.body)

    @property
    def content(self) -> "Request":
        """Return what the body is read from."""
        return self

    async def iter_any(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        yield self.body


@dataclass(slots=True)
class Inside:
    """The doors, and what came through them."""

    handlers: dict[str, Handler]
    shelf: Shelf
    heard: Doors
    dispatch: Dispatch
    """Slack's real listeners."""

    async def send(self, path: str, sent: Sent, said: Headers) -> int:
        """Hand a request to a route's handler and return the status of its answer."""
        headers = CIMultiDict(said)
        kind = headers["Content-Type"].partition(";")[0].strip().lower()
        route, _, provider = path.rpartition("/")
        handler = self.handlers[path] if path in self.handlers else self.handlers[route]
        request = Request(headers, sent.body, kind, {"provider": provider})
        return (await handler(cast("web.Request", request))).status

    def read_back(self) -> None:
        """Read what was stored as whoever works it off does; raise for what is not readable, and clear the shelf."""
        for row in self.shelf.rows.values():
            row.body.encode()  # what SQLite takes
            if row.source == "slack":
                ACT.validate_json(row.body)
            elif row.source == "standard":
                said = SAID.validate_json(SignedNews.model_validate_json(row.body).body)
                if isinstance(said, BuildSaid):
                    report_of(said, NOON)
            else:
                hint_of(HINT.validate_json(row.body))
        self.shelf.rows.clear()
        self.shelf.seen.clear()


@contextmanager
def written_down(heard: Doors) -> Iterator[None]:
    """Write every log line as the bot does, to nowhere, and hear what doors caught."""
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[heard, _hide(Redactor(SECRETS.values())), *_rendered(watched=False), _drop])
    try:
        yield
    finally:
        structlog.configure(processors=before)


def _drop(_logger: Any, _method: str, line: Any) -> Any:
    assert "of the pipeline" not in line, "a secret is in the log"
    raise structlog.DropEvent


@asynccontextmanager
async def inside(policy: Policy) -> AsyncIterator[Inside]:
    """Set the doors up, with Slack's real listeners behind the one."""
    shelf, heard = Shelf(), Doors()
    [webhooks] = Webhooks(
        shelf, lambda: policy, SECRETS.get, clock=lambda: NOON, wake=lambda: None, request_id=lambda: "req1"
    ).routes()
    ingress = Ingress(shelf, SECRET.encode(), lambda: NOON, lambda: "req1")
    slack = slack_connection(Settings(), lambda: NOON)
    slack.directory.home = Workspace("T0ACME", "U0BOT", "B0BOT", "https://acme.slack.com/")
    slack.chat = cast("Any", NoWindow())
    ingress._dispatch = dispatch = slack.dispatcher(reader := Reader(shelf, policy), policy.command, reader)
    with written_down(heard):
        try:
            routes = {"/slack/events": ingress.handle, "/webhooks": cast("Any", webhooks.handler)}
            yield Inside(routes, shelf, heard, dispatch)
        finally:
            await slack.close()
