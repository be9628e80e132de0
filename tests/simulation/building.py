"""A repository on the stand-in for GitHub whose runs take their course step by step, and tell of each step once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.ci.github_connection import Github
from handlers.ci.github_kept import Kept
from handlers.ci.sender import Sender
from handlers.hint_clerk import HintClerk
from handlers.intake import Intake
from sandbox.exchange import Reply
from sandbox.github import in_process
from sandbox.github.forge import Forge
from sandbox.github.hooks import Hook
from simulation.session import Sent as Request
from simulation.session import Session, as_client_session
from tests.factories import NOON
from tests.simulation.orders import Quick, Sent

SIGNING = "github-simulated"
REPO = "acme/payments"


@dataclass
class Building:
    """Its steps are minutes apart, and end ten before noon. `sent` are the webhooks of its runs, in order."""

    forge: Forge = field(init=False)
    sent: list[Sent] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        self.forge = Forge(self.clock, token="github", webhook_secret=SIGNING)
        self.forge.create(REPO)
        self.forge.deliver_to("https://signoff.example/webhooks/github")
        self.forge.hooks.carry = self._carry

    def clock(self) -> datetime:
        """Return the present."""
        return NOON - timedelta(minutes=25 - self.steps)

    def _carry(self, hook: Hook) -> None:
        if hook.event == "workflow_run":
            self.sent.append(Sent(hook.headers(SIGNING), hook.body))

    async def on(self, step: str, number: int = 0) -> None:
        """Let a step happen: push a commit; begin its run; end it with a conclusion; or run it again."""
        self.steps += 1
        runs = self.forge.repositories[REPO].runs
        if step == "push":
            await self.forge.push(REPO, f"Change {number}")
        elif step == "begin":
            self.forge.begin_run(REPO, runs[number])
        elif step == "again":
            self.forge.rerun(REPO, runs[number])
        else:
            self.forge.finish_run(REPO, runs[number], step)

    def connect(self, world: Quick) -> None:
        """Let the world ask here what a run says."""

        async def route(request: Request) -> Reply:
            status, headers, body = in_process.answer(
                self.forge,
                request.method,
                request.url.raw_path,
                query=dict(request.url.query),
                headers=request.headers,
                body=request.body,
            )
            return Reply(status, body, headers)

        session = as_client_session(Session(route))
        sender = Sender(session, in_process.BASE, self.forge.token or "", lambda: world.now)
        source = Github(Kept(sender), self.forge.site)
        world.hints = Intake(world.desk, ("github",), HintClerk(world.desk, source, world.follower))
