"""The demo: a workspace, a pipeline and the real bot between them, on this machine only, with one address to open."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox import server
from sandbox.github.forge import Forge
from sandbox.github.records import Commit, Deployment, Status
from sandbox.slack.app import from_manifest
from sandbox.slack.workspace import Workspace

MANIFEST = Path(__file__).parent.parent / "manifest.yml"
READY_WITHIN = 30.0
"""Seconds; on a common machine it takes three."""
GITHUB_TOKEN = "github-sandbox"  # noqa: S105 - opens nothing but this sandbox

POLICY = """\
# The demo's policy. docs/policy.md explains every key.
slack: {announcements: C0RELEASES, operations: C0OPS}

people:
  - {name: priya, slack: U0PRIYA, github: "1001"}
  - {name: sam,   slack: U0SAM,   github: "1002"}
  - {name: alex,  slack: U0ALEX,  github: "1003"}

groups:
  qa: {people: [priya, sam]}

permissions:
  request: [everyone]
  lock: [everyone]
  hotfix: [qa]
  override: [qa]
  mode: [qa]
  stop_all: [qa]
  quarantine: [qa]
  live: [qa]
  resolve: [qa]

services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {repository: acme/payments, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{from: qa, count: 1}]
        deploy: {github_deployment: {environment: production}}
        announce: true

  docs:
    channel: C0DOCS
    build:
      github: {repository: acme/docs, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: deployment
        deploy: {github_deployment: {environment: production}}
        announce: false
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    running: server.Running
    forge: Forge
    process: asyncio.subprocess.Process
    folder: Path

    async def stop(self) -> None:
        """End the bot first, so that it sees no connection break, then everything else."""
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()
        await self.forge.close()
        await self.running.stop()


def run(serve: Callable[[Path, int], Sequence[str]], *, port: int, browser: bool) -> int:
    """Run the demo until Ctrl-C; `serve` returns the command that runs the bot on a policy file and a port."""
    return asyncio.run(_until_told(serve, port=port, browser=browser))


async def _until_told(serve: Callable[[Path, int], Sequence[str]], *, port: int, browser: bool) -> int:
    told = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    with tempfile.TemporaryDirectory(prefix="signoff-demo-") as folder:
        try:
            demo = await start(serve, Path(folder), port=port)
        except DemoError as problem:
            print(problem, file=sys.stderr)
            return 2
        print(f"\n  Signoff's demo is at {demo.running.url}\n  Ctrl-C stops it.\n", flush=True)
        if browser:
            webbrowser.open(demo.running.url)
        died = asyncio.create_task(demo.process.wait())
        stopped = asyncio.create_task(told.wait())
        await asyncio.wait({died, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (died, stopped):
            task.cancel()
        if not told.is_set():
            print(f"The bot stopped by itself:\n{_log(Path(folder))}", file=sys.stderr)
        await demo.stop()
    return 0 if told.is_set() else 1


class DemoError(Exception):
    """The demo cannot run; its text says why."""


async def start(serve: Callable[[Path, int], Sequence[str]], folder: Path, *, port: int = 0) -> Demo:
    """Start everything and return when a notice is about to wait in #payments.

    Raises:
        DemoError: the port is taken, or the bot did not come up.
    """
    workspace, forge = workspace_of_the_demo(), forge_of_the_demo()
    try:
        running = await server.start(workspace, port=port, github=forge)
    except OSError as problem:
        raise DemoError(f"Port {port} cannot be used: {problem.strerror}. Choose another with --port.") from None
    forge.site = running.url
    forge.on_change.append(workspace.changes.announce)
    policy, bot_port = folder / "signoff.yml", _free_port()
    policy.write_text(POLICY)
    forge.deliver_to(f"http://127.0.0.1:{bot_port}/webhooks/github")
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    environment |= {
        "SLACK_BOT_TOKEN": workspace.app.bot_token,
        "SLACK_APP_TOKEN": workspace.app.app_token,
        "SLACK_API_URL": running.slack_api_url,
        "GITHUB_TOKEN": GITHUB_TOKEN,
        "GITHUB_WEBHOOK_SECRET": forge.webhook_secret,
        "GITHUB_API_URL": running.github_api_url,
        "SIGNOFF_DATABASE": f"sqlite:///{folder / 'signoff.db'}",
    }
    with (folder / "bot.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *serve(policy, bot_port), env=environment, stdout=log, stderr=log
        )
    demo = Demo(running, forge, process, folder)
    if not await _ready(bot_port, process):
        await demo.stop()
        raise DemoError(f"The bot did not come up:\n{_log(folder)}")
    await first_push(forge)
    return demo


async def first_push(forge: Forge) -> None:
    """Push what waits in #payments: two pull requests, one of two commits, and a commit of its own."""
    repo = "acme/payments"
    receipts = "feat: let customers download receipts"
    both = [
        forge.commit(repo, receipts, name="Sam", login="sam", login_id=1002, files=["receipts/pdf.py"]),
        forge.commit(
            repo,
            "Keep receipts for seven years",
            name="Sam",
            login="sam",
            login_id=1002,
            body="Co-authored-by: Alex <alex@acme.example>",
            files=["migrations/0012_receipts.sql"],
        ),
    ]
    forge.merge(repo, receipts, both, number=41, labels=["feature"], login="sam", login_id=1002)
    once = "fix: send a refund only once"
    fix = forge.commit(repo, f"{once} (#42)", files=["refunds/send.py"])
    forge.merge(repo, once, [fix], number=42, labels=["bug"])
    await forge.push(repo, "Round amounts half to even", files=["money/rounding.py"])


def workspace_of_the_demo() -> Workspace:
    """Return the workspace: three people, four channels, the app as its manifest describes it."""
    workspace = Workspace(_now, app=from_manifest(yaml.safe_load(MANIFEST.read_text())))
    workspace.add_person("U0PRIYA", "priya", real_name="Priya")
    workspace.add_person("U0SAM", "sam", real_name="Sam")
    workspace.add_person("U0ALEX", "alex", real_name="Alex")
    for known, name in (
        ("C0PAYMENTS", "payments"),
        ("C0DOCS", "docs"),
        ("C0RELEASES", "releases"),
        ("C0OPS", "release-ops"),
    ):
        workspace.add_channel(known, name)
    return workspace


def forge_of_the_demo() -> Forge:
    """Return the pipeline: two repositories, each with a build that is live since yesterday."""
    forge = Forge(_now, token=GITHUB_TOKEN, auto=True)
    yesterday = _now() - timedelta(days=1)
    for name, title in (("acme/payments", "Add refunds"), ("acme/docs", "Explain refunds")):
        repository = forge.create(name)
        commit = Commit(f"{forge.next_id():08x}" * 5, title, "Robin", "robin@acme.example", "robin", 1009, yesterday)
        repository.commits.append(commit)
        run = forge.start_run(name, commit)
        run.created_at = run.updated_at = yesterday
        forge.finish_run(name, run)
        deployment = Deployment(
            forge.next_id(), commit.sha, "main", "deploy", "production", {}, "before Signoff", yesterday
        )
        deployment.statuses.append(Status(forge.next_id(), "success", yesterday))
        repository.deployments.append(deployment)
    return forge


async def _ready(port: int, process: asyncio.subprocess.Process) -> bool:
    """Ask the bot until it is ready, as whatever supervises it would."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN), ClientSession(timeout=ClientTimeout(total=2)) as session:
            while process.returncode is None:
                with contextlib.suppress(ClientError, OSError):
                    async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                        if (await answer.json())["status"] == "ready":
                            return True
                await asyncio.sleep(0.1)
    return False


def _log(folder: Path) -> str:
    return "\n".join((folder / "bot.log").read_text(errors="replace").splitlines()[-20:])


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the demo is real time
