"""Stories that are told the same each time, whose every point is tried: who does what, and how it has to end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.core.policy import Policy
from simulation.network import Mishap
from simulation.policies import HEAD, loaded
from simulation.stage import Stage

ONE = "approvals: [{from: [qa, sre], count: 1}]"
TWO = "approvals: [{from: qa, count: 1}, {from: sre, count: 1}]"
DEPLOYMENT = "deploy: {github_deployment: {environment: production}}"
WEBHOOK = 'deploy: {webhook: {url: "https://deployer.example/deploy", secret_env: DEPLOYER_SECRET}}'


@dataclass(frozen=True, slots=True)
class Tale:
    """A story: its policy, what happens in it, and its ending, whatever crashes."""

    name: str
    policy: Policy
    told: Callable[[Stage], Awaitable[None]]
    ending: tuple[str, ...]


def the_policy(service: str, *lines: str, environment: str = "production", mode: str = "delivery") -> Policy:
    """Return the policy of one service with one environment, which is described by these lines."""
    body = f"""
services:
  {service}:
    channel: C0{"PAYMENTS" if service == "payments" else "DOCS"}
    build:
      github: {{repository: acme/{service}, branch: main, workflows: [build.yml], poll: 30s}}
      version_from: run_number
    environments:
      {environment}:
        mode: {mode}
        {LINES.join(lines)}
"""
    return loaded(HEAD + body)


LINES = "\n        "


async def approved(stage: Stage) -> None:
    """Two people approve; it is deployed, live and announced."""
    await stage.push("acme/payments", "Pay faster")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.presses("U0SAM", "Approve", "R-1")
    await stage.lives("Pay faster")


async def resent(stage: Stage) -> None:
    """The signed request never arrives, and is sent again; then its answer is lost, and it is sent once more."""
    stage.earth.deployer.network.plan("POST *", Mishap.LOST_BEFORE, Mishap.LOST_AFTER)
    await stage.push("acme/wiki", "Explain more")
    await stage.presses("U0SAM", "Approve", "R-1")
    await stage.lives("Explain more")


async def changed_minds(stage: Stage) -> None:
    """An approval is taken back in time, a newer build supersedes, that one is rejected, and the third ships."""
    await stage.push("acme/docs", "First words")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.presses("U0PRIYA", "Undo", "R-1")
    await stage.push("acme/docs", "Second words")
    await stage.presses("U0SAM", "Reject", "R-2", {"reason": "not today"})
    await stage.push("acme/docs", "Third words")
    await stage.presses("U0SAM", "Approve", "R-3")
    await stage.lives("Third words")


async def rolled_back(stage: Stage) -> None:
    """The first is live, the second fails, and what ran before is deployed again."""
    stage.counts = False
    await stage.push("acme/docs", "First words")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.lives("First words")
    stage.counts = True
    stage.earth.forge.break_next_deploy = True
    await stage.push("acme/docs", "Second words")
    await stage.presses("U0PRIYA", "Approve", "R-2")
    await stage.presses("U0SAM", "Roll back", "R-2", {"reason": "errors"})
    await stage.presses("U0PRIYA", "Approve", "R-3")
    await stage.until(lambda: "R-3 First words: live" in str(stage.ending()), "R-3 live")


FOUR = (
    Tale(
        "approved by two",
        the_policy("payments", TWO, DEPLOYMENT),
        approved,
        ("R-1 Pay faster: live, begun 1 times", "announced: payments 1 is live in production"),
    ),
    Tale(
        "sent again by webhook",
        the_policy("wiki", ONE, WEBHOOK),
        resent,
        ("R-1 Explain more: live, begun 1 times", "announced: wiki 1 is live in production"),
    ),
    Tale(
        "changed minds",
        the_policy("docs", ONE, "undo_window: 2m", DEPLOYMENT),
        changed_minds,
        (
            "R-1 First words: superseded, begun 0 times",
            "R-2 Second words: rejected, begun 0 times",
            "R-3 Third words: live, begun 1 times",
            "announced: docs 3 is live in production",
        ),
    ),
    Tale(
        "rolled back",
        the_policy("docs", ONE, DEPLOYMENT),
        rolled_back,
        (
            "R-1 First words: live, begun 1 times",
            "R-2 Second words: failed, begun 1 times",
            "R-3 First words: live, begun 1 times",
            "announced: docs 1 is live in production",
            "announced: docs 1 is live in production (ROLLBACK)",
        ),
    ),
)
