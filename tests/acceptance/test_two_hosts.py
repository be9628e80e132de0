"""Two GitHubs: each with its own secret and its own token, and what happens to one is nothing to the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, web

from handlers.health import Level
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from tests.acceptance.desk import Clock, Desk, at_once, desk

POLICY = """
slack: {{announcements: C0RELEASES, operations: C0OPS}}
people:
  - {{name: priya, slack: U0PRIYA, github: "1001"}}
groups:
  qa: {{people: [priya]}}
permissions: {{request: [everyone], resolve: [qa]}}
connections:
  enterprise:
    github: {{api_url: "{api}", token_env: GHE_TOKEN, secret_env: GHE_SECRET}}
services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {{repository: acme/payments, branch: main, workflows: [build.yml]}}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{{from: qa, count: 1}}]
        deploy: {{github_deployment: {{environment: production}}}}
  docs:
    channel: C0DOCS
    build:
      github: {{connection: enterprise, repository: acme/payments, branch: main, workflows: [build.yml]}}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{{from: qa, count: 1}}]
        lookup_window: 1s
        when_unknown: resend
        deploy: {{github_deployment: {{environment: production}}}}
"""
"""Two services whose repositories have one name, on two hosts."""
ALONE = POLICY[: POLICY.index("connections:")] + POLICY[POLICY.index("services:") : POLICY.index("  docs:")]
"""The first of them alone."""


@dataclass
class Second:
    """The other host."""

    forge: Forge
    address: str

    def dies(self) -> None:
        """Take every call from now on and answer none."""
        self.forge.faults.add(Fault.TIMEOUT, count=10_000)
        self.forge.hooks.on = False

    def returns(self) -> None:
        """Be there again."""
        self.forge.faults.clear()
        self.forge.hooks.on = True

    def started(self) -> int:
        """Count the deploys that were really started."""
        return sum(self.forge.deploys().values())


@asynccontextmanager
async def two_hosts(folder: Path, text: str = POLICY) -> AsyncIterator[tuple[Desk, Second]]:
    """Set up two hosts with a repository of one name, and a bot that has something on each."""
    clock = Clock()
    forge = Forge(clock, token="ghe-canary-token", auto=True, pause=at_once, webhook_secret="ghe-canary-secret")
    forge.create("acme/payments")
    app = web.Application()
    app.add_routes(forge.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    forge.site = address
    try:
        policy = text.format(api=address)
        async with desk(
            folder, policy, started=False, clock=clock, secrets={"GHE_SECRET": "ghe-canary-secret"}
        ) as here:
            here.environ = {"GHE_TOKEN": "ghe-canary-token"}
            forge.on_change.append(here.workspace.changes.announce)
            await here.start()
            assert here.signoff is not None
            forge.deliver_to(f"http://127.0.0.1:{here.signoff.bound_port}/webhooks/github")
            second = Second(forge, address)
            yield here, second
            second.returns()
    finally:
        await forge.close()
        await runner.cleanup()


async def test_each_host_builds_and_deploys_its_own(tmp_path: Path) -> None:
    async with two_hosts(tmp_path) as (here, second):
        ours = await here.push("acme/payments", "Ours")
        theirs = await second.forge.push("acme/payments", "Theirs")
        for channel, title in (("payments", "Ours"), ("docs", "Theirs")):
            card = await here.card(channel, title)
            await here.clicks("priya", card, "Approve")
            await here.says(card, "Live")
        assert {sha: count for (_, _, sha), count in here.forge.deploys().items()} == {ours: 1}
        assert {sha: count for (_, _, sha), count in second.forge.deploys().items()} == {theirs: 1}
        card = await here.card("docs", "Theirs")
        assert f"{second.address}/acme/payments/commit/{theirs}" in str(card.blocks)
        assert f"{second.address}/acme/payments/actions/runs/" in str(card.blocks)
        assert here.running.url not in str(card.blocks)


async def test_a_host_that_does_not_answer_keeps_nothing_of_the_other_waiting(tmp_path: Path) -> None:
    async with two_hosts(tmp_path) as (here, second):
        await second.forge.push("acme/payments", "Theirs")
        stuck = await here.card("docs", "Theirs")
        second.dies()
        await here.clicks("priya", stuck, "Approve")
        await here.says(stuck, "Starting the deploy")
        begun = here.clock()
        await here.push("acme/payments", "Ours")
        card = await here.card("payments", "Ours")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert (here.clock() - begun).total_seconds() < 9, "less than one call to the dead host takes"
        assert (here.deploys(), second.started()) == ({"Ours": 1}, 0)
        second.returns()
        await here.says(stuck, "Live")
        assert second.started() == 1


async def test_a_host_that_a_reload_brings_is_at_work_at_once_and_one_that_it_takes_is_not(tmp_path: Path) -> None:
    async with two_hosts(tmp_path, ALONE) as (here, second):
        told = await here.reloads(POLICY.format(api=second.address))
        assert (
            "connection enterprise: added (api_url http://sandbox, token_env GHE_TOKEN, secret_env GHE_SECRET)" in told
        )
        await here.comes(lambda: here.part("ci").level is Level.WELL)
        await second.forge.push("acme/payments", "Theirs")
        card = await here.card("docs", "Theirs")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert second.started() == 1
        told = await here.reloads(ALONE.format())
        assert "connection enterprise: removed" in told
        asked = second.forge.requests
        await second.forge.push("acme/payments", "Nobody hears of it")
        await here.push("acme/payments", "Ours")
        await here.card("payments", "Ours")
        assert second.forge.requests == asked
        assert [one.status for one in second.forge.hooks.deliveries][-1] == 401


async def test_t31_a_webhook_is_believed_of_its_own_host_alone(tmp_path: Path) -> None:
    async with two_hosts(tmp_path) as (here, second):
        await here.push("acme/payments", "Ours")
        await second.forge.push("acme/payments", "Theirs")
        await here.card("payments", "Ours")
        await here.card("docs", "Theirs")
        assert here.signoff is not None
        sent = next(one.hook for one in second.forge.hooks.deliveries if one.hook.event == "workflow_run")
        url = f"http://127.0.0.1:{here.signoff.bound_port}/webhooks/github"
        async with ClientSession() as http:
            answers = []
            for secret in ("ghe-canary-secret", here.forge.webhook_secret, "another"):
                headers = dict(sent.headers(secret))
                async with http.post(url, data=sent.body, headers=headers) as answer:
                    answers.append(answer.status)
        assert answers == [200, 200, 401]


async def test_what_proves_us_on_a_connection_is_not_in_the_database(tmp_path: Path) -> None:
    async with two_hosts(tmp_path) as (here, second):
        await second.forge.push("acme/payments", "Theirs")
        await here.card("docs", "Theirs")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("signoff.db*") if path.is_file())
    assert b"enterprise" in stored
    assert b"canary" not in stored
