"""The whole app between the sandbox's Slack and its GitHub, over real sockets, spoken to in people's words."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TypeVar

import structlog
import yaml

from bot.app import Signoff
from bot.config.accounts import Accounts
from bot.config.environment import Settings
from bot.config.load import load_policy
from bot.core.policy import Policy
from bot.crew import Pace
from bot.ports.effects import EffectKind
from handlers import control, control_client
from handlers.acts import Click
from handlers.health import Level, Part
from handlers.slack.app import SlackPace
from handlers.slack.link import Timing
from sandbox import server
from sandbox.clock import MovableClock
from sandbox.github.forge import Forge
from sandbox.slack.app import from_manifest
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace
from simulation.doors import Doors
from tests.acceptance.cable import Cable

MANIFEST = Path(__file__).parent.parent.parent / "manifest.yml"
"""The app is installed as its manifest says: what that does not ask for, the bot cannot do and does not hear."""
START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PATIENCE = 20.0
SLACK_PACE = SlackPace(0.05, 0.05, Timing(stagger=0.0, pause=lambda _ended, _tries: 0.05), message_every=0.0)
"""In a hurry, since a test waits for it."""
SIGNING_SECRET = "slack-acceptance"
T = TypeVar("T")
TOKEN = "github-acceptance"

POLICY = """
slack: {announcements: C0RELEASES, operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA, github: "1001"}
  - {name: sam, slack: U0SAM, github: "1002"}
groups:
  qa: {people: [priya]}
  sre: {people: [sam], usergroup: S0SRE}
permissions: {request: [everyone], resolve: [sre]}
services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {repository: acme/payments, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{from: [qa, sre], count: 1}]
        lookup_window: 1s
        deploy: {github_deployment: {environment: production}}
  docs:
    channel: C0DOCS
    build:
      github: {repository: acme/docs, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: deployment
        announce: false
        deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: production, version: "{version}"}}}
"""


@dataclass(slots=True)
class Clock:
    """A clock that begins at a known moment and goes on as time does."""

    begun: float = field(default_factory=monotonic)

    def __call__(self) -> datetime:
        """Return the present."""
        return datetime.fromtimestamp(START.timestamp() + monotonic() - self.begun, UTC)

    def passes(self, seconds: float) -> None:
        """Let time pass at once."""
        self.begun -= seconds


@dataclass(slots=True)
class Desk:
    """Everything that a test says and sees."""

    folder: Path
    policy: Policy
    workspace: Workspace
    forge: Forge
    running: server.Running
    clock: Clock
    cable: Cable
    """What connects the bot with Slack, and can be cut."""
    slack_pace: SlackPace = SLACK_PACE
    over_http: bool = False
    """Whether Slack sends to the bot's address, instead of over the sockets that the bot opens."""
    signoff: Signoff | None = None
    text: str = POLICY
    """What stands in the policy file now."""
    secrets: dict[str, str] = field(default_factory=dict)
    """What the variables hold that the policy names."""
    environ: dict[str, str] = field(default_factory=dict)
    """What the environment says besides, or otherwise; empty means unset."""
    doors: Doors = field(default_factory=Doors)
    """Hears what the bot logs: what its doors catch is a bug of ours, whatever is made of it."""

    # -- what people do ----------------------------------------------------------------------------------------------

    async def push(self, repository: str, title: str, *, login: str = "robin", login_id: int = 1009) -> str:
        """Push a commit, whose build succeeds by itself."""
        return await self.forge.push(repository, title, login=login, login_id=login_id)

    async def clicks(self, who: str, card: Message, button: str) -> None:
        """Click a button and confirm; the app must acknowledge."""
        done = await self.running.driver.click(who, card, button)
        assert done.acknowledged, f"{button} was not acknowledged"

    async def types(self, who: str, line: str, where: str = "payments") -> None:
        """Type a command; the app must acknowledge."""
        done = await self.running.driver.command(who, where, line)
        assert done.acknowledged, f"{line} was not acknowledged"

    async def rejects(self, who: str, card: Message, reason: str) -> None:
        """Click Reject, fill the form in and send it."""
        await self.clicks(who, card, "Reject")
        await self.workspace.changed(lambda: self.workspace.modal(who), PATIENCE)
        done = await self.running.driver.submit(who, {"reason": reason})
        assert done.acknowledged

    async def receives(self, act: Click, key: str) -> None:
        """Let the bot store a click, whatever became of the connection that it came over."""
        assert self.signoff is not None
        assert self.signoff.vitals.crew is not None
        assert await self.signoff.vitals.crew.reception.receive(act, key)

    async def on_the_host(self, words: str, person: str | None = None) -> str:
        """Say words on the command line."""
        path = control.socket_path(self.folder / "signoff.db")
        reply = await control_client.ask(path, control.Words(words=words, person=person, host_user="operator"))
        assert reply is not None, "nobody answers on the socket"
        return self._known(reply.text)

    async def reloads(self, text: str) -> str:
        """Write another policy file, have the running bot read it, and return what the command line says."""
        self.text = text
        reply = await control_client.reload(control.socket_path(self.folder / "signoff.db"))
        assert reply is not None, "nobody answers on the socket"
        return self._known(reply.text)

    # -- what people see ---------------------------------------------------------------------------------------------

    async def card(self, channel: str, words: str) -> Message:
        """Wait for a message in a channel whose text holds the words, and return it."""
        found = await self.until(
            lambda: [m for m in self.workspace.channel(channel).messages if words in self._plain(m)]
        )
        return found[-1]

    async def says(self, message: Message, words: str) -> None:
        """Wait until a message holds the words."""
        await self.until(lambda: words in self._plain(message))

    async def hears(self, who: str, words: str) -> str:
        """Wait until somebody is told something privately, and return the whole of it."""
        found = await self.until(lambda: [m for m in self.workspace.ephemerals(who) if words in self._plain(m)])
        return self.reads(found[-1])

    async def thread(self, card: Message, last: str) -> list[str]:
        """Wait until the last line of a thread holds the words, and return all its lines."""
        await self.until(lambda: any(last in self._plain(line) for line in self.workspace.thread(card)))
        return [self.reads(line) for line in self.workspace.thread(card)]

    def reads(self, message: Message) -> str:
        """Return what a person reads, with hashes by the commit's title."""
        return self._known(self._plain(message))

    async def until(self, predicate: Callable[[], T]) -> T:
        """Wait until something is so."""
        return await self.workspace.changed(predicate, PATIENCE)

    def deploys(self) -> dict[str, int]:
        """Count what was really started, by the commit's title."""
        titles = {c.sha: c.title for repo in self.forge.repositories.values() for c in repo.commits}
        counted: dict[str, int] = {}
        for (_, _, sha), times in self.forge.deploys().items():
            counted[titles[sha]] = counted.get(titles[sha], 0) + times
        return counted

    # -- what happens to the bot -------------------------------------------------------------------------------------

    def passes(self, seconds: float) -> None:
        """Let time pass at once, and have everybody who rests look at the clock."""
        self.clock.passes(seconds)
        if self.signoff is not None:
            self.signoff.desk.bell.ring()

    def moved_by_the_page(self, movable: MovableClock) -> None:
        """Let the time pass that somebody asked for on the page."""
        by, movable.offset = movable.offset, timedelta()
        self.passes(by.total_seconds())

    async def start(self, *parts: str, bot_token: str | None = None) -> None:
        """Start the bot; it is ready when these parts are well, or all: every source was looked at, Slack greets."""
        socket, http = {"SLACK_APP_TOKEN": self.workspace.app.app_token}, {"SLACK_SIGNING_SECRET": SIGNING_SECRET}
        settings = Settings.from_environ(
            (http if self.over_http else socket)
            | {
                "SLACK_BOT_TOKEN": bot_token or self.workspace.app.bot_token,
                "SLACK_API_URL": f"{self.cable.url}/api/",
                "GITHUB_TOKEN": TOKEN,
                "GITHUB_WEBHOOK_SECRET": self.forge.webhook_secret,
                "GITHUB_API_URL": self.running.github_api_url,
                "SIGNOFF_DATABASE": f"sqlite:///{self.folder / 'signoff.db'}",
            }
            | self.environ
        )
        assert isinstance(settings, Settings), settings
        self.signoff = Signoff(
            settings,
            self.policy,
            "127.0.0.1",
            0,
            clock=self.clock,
            pace=Pace(),
            slack_pace=self.slack_pace,
            metrics_port=0,
            read_policy=self._read,
            named_secret=self.secrets.get,
            account=Accounts(self.environ).of,
        )
        structlog.get_config()["processors"].insert(0, self.doors)
        await self.signoff.start()
        address = f"http://127.0.0.1:{self.signoff.bound_port}"
        self.forge.deliver_to(f"{address}/webhooks/github")
        if self.over_http:
            self.running.deliver_to(f"{address}/slack/events", SIGNING_SECRET)
        await self.comes(lambda: self._well(parts))

    async def comes(self, asked: Callable[[], bool | Awaitable[bool]]) -> None:
        """Wait until the bot itself says that something is so."""
        async with asyncio.timeout(PATIENCE):
            while not await _told(asked()):  # noqa: ASYNC110 - the bot's own state; no event tells of it
                await asyncio.sleep(0.001)

    def part(self, name: str) -> Part:
        """Return how the bot says that one of its parts is."""
        assert self.signoff is not None
        return self.signoff.vitals.parts()[name]

    async def everything_is_told(self) -> None:
        """Wait until no message waits to be sent or to be brought up to date."""
        assert self.signoff is not None
        kinds = (
            EffectKind.LOG,
            EffectKind.ANNOUNCE,
            EffectKind.ANSWER,
            EffectKind.REPLY,
            EffectKind.TELL_FAILURE,
            EffectKind.TELL_AUTHOR,
        )
        store = self.signoff.desk.store

        async def told() -> bool:
            return await store.read(lambda tx: (tx.cards.next_due() or tx.effects.next_due(kinds)) is None)

        await self.comes(told)

    async def slack_is_well(self) -> None:
        """Wait until clicks reach the bot."""
        await self.comes(lambda: self._well(("slack",)))

    async def stop(self) -> None:
        """Stop the bot; nothing of it may have failed by itself."""
        if self.signoff is not None:
            signoff, self.signoff = self.signoff, None
            await signoff.stop()
            if self.doors in (processors := structlog.get_config()["processors"]):
                processors.remove(self.doors)
            assert signoff.failures == []
            assert not self.doors.caught, f"doors caught: {self.doors.caught}"

    def _read(self) -> Policy | tuple[str, ...]:
        loaded = load_policy(self.text, file="signoff.yml", webhooks=True)
        return loaded if isinstance(loaded, Policy) else tuple(problem.line_of_text for problem in loaded)

    def _well(self, parts: tuple[str, ...]) -> bool:
        known = self.signoff.vitals.parts() if self.signoff is not None else {}
        return all(part.level is Level.WELL for name, part in known.items() if not parts or name in parts)

    def _plain(self, message: Message) -> str:
        return self.workspace.plain(message)

    def _known(self, text: str) -> str:
        for repository in self.forge.repositories.values():
            for commit in repository.commits:
                text = text.replace(commit.sha[:7], f"[{commit.title}]")
        text = re.sub(r"(R-[0-9]+)-[a-z0-9]{8}", r"\1-KEY", text)
        text = re.sub(r"/p[0-9]{16}", "/pTS", text)
        return re.sub(r"http://127\.0\.0\.1:[0-9]+", "http://sandbox", text)


@asynccontextmanager
async def desk(
    folder: Path,
    policy: str = POLICY,
    *,
    started: bool = True,
    over_http: bool = False,
    clock: Clock | None = None,
    secrets: dict[str, str] | None = None,
) -> AsyncIterator[Desk]:
    """Set everything up, start the bot, and end it all; the bot must have been well to the end."""
    clock = clock or Clock()
    workspace = Workspace(clock, app=from_manifest(yaml.safe_load(MANIFEST.read_text())))
    workspace.rates.strict = False
    for known, name in (("U0PRIYA", "priya"), ("U0SAM", "sam"), ("U0ALEX", "alex")):
        workspace.add_person(known, name)
    workspace.add_person("U0GUEST", "guest", is_restricted=True)
    workspace.add_usergroup("S0SRE", "sre", ["U0SAM"])
    for known, name in (("C0PAYMENTS", "payments"), ("C0DOCS", "docs"), ("C0RELEASES", "releases"), ("C0OPS", "ops")):
        workspace.add_channel(known, name)
    forge = Forge(clock, token=TOKEN, auto=True, pause=at_once)
    forge.create("acme/payments")
    forge.create("acme/docs")
    loaded = load_policy(policy, file="signoff.yml", webhooks=True)
    assert isinstance(loaded, Policy), loaded
    movable = MovableClock(clock)
    running = await server.start(workspace, github=forge, clock=movable)
    cable = Cable(running.url)
    await cable.mend()
    workspace.url = cable.url
    forge.site = running.url
    forge.on_change.append(workspace.changes.announce)
    here = Desk(folder, loaded, workspace, forge, running, clock, cable, over_http=over_http, text=policy)
    here.secrets = secrets or {}
    movable.on_move.append(lambda: here.moved_by_the_page(movable))
    try:
        if started:
            await here.start()
        yield here
        await here.stop()
    finally:
        if here.signoff is not None:
            await here.signoff.stop()
        await forge.close()
        await cable.cut()
        await running.stop()


async def at_once(_seconds: float) -> None:
    """Let everything else go on, without waiting."""
    await asyncio.sleep(0)


async def _told(answer: bool | Awaitable[bool]) -> bool:
    return answer if isinstance(answer, bool) else await answer
