"""Every build must ship, one after the other: a queue with a schedule and a lock."""

import re
from datetime import datetime, timedelta

from sandbox.scenarios.cast import ALEX, PRIYA, ROBIN, SAM
from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.policies import head, service
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage, StoryError
from sandbox.slack.messages import Message

GATEWAY = """
staging:
  mode: delivery
  newer_build: each-must-ship
  approvals: []
  deploy: {github_deployment: {environment: staging}}
production:
  mode: delivery
  newer_build: each-must-ship              # nothing is superseded: each build goes out, in order
  approvals: [{from: qa, count: 1}]
  deploy: {github_deployment: {environment: production}}
  announce: true
"""


def _policy(_now: datetime, _url: str) -> str:
    return head("queue") + "\nservices:" + service("gateway", GATEWAY)


def _furnish(company: Furniture) -> None:
    company.forge.create("acme/gateway")
    company.past("acme/gateway", "Limit requests", days=2, environments=("staging", "production"))


async def _story(stage: Stage) -> None:
    await stage.types(ALEX, "gateway", "/deploy lock gateway staging for 1d a load test runs there")
    titles = ("feat: accept keys of partners", "fix: count requests once", "feat: tell how many requests are left")
    for number, title in enumerate(titles, 2):
        await stage.ago(hours=6 - number)
        await stage.push("acme/gateway", title, ROBIN if number % 2 else ALEX, files=[f"gateway/step{number}.py"])
        await stage.reads("gateway", f"gateway {number} to production")
        await stage.reads("gateway", f"gateway {number} to staging")
    first = await stage.reads("gateway", "gateway 2 to production")
    at = stage.clock() - stage.clock.offset + timedelta(hours=4)
    await stage.types(SAM, "gateway", f"/deploy schedule {_number(stage, first)} at {at:%Y-%m-%dT%H:%M}")
    for number in (2, 3):
        notice = await stage.reads("gateway", f"gateway {number} to production")
        await stage.presses(PRIYA if number == 2 else SAM, "Approve", notice)
    await stage.ago(minutes=5)
    await stage.welcome(
        "gateway",
        "*Welcome. In this made-up company every build of the gateway must ship, one after the other.* gateway 2 is "
        "approved and scheduled, gateway 3 is approved and waits behind it, gateway 4 waits for its approval. In "
        "staging Alex holds a lock.",
        "Things to try:",
        "• Type `/deploy list` and `/deploy why gateway production`.",
        "• *Approve* gateway 4: it takes its place in the queue.",
        "• Move the clock forward to the scheduled time: the queue goes out in order.",
        "• Act as Alex (*Acting as*) and type `/deploy unlock gateway staging`.",
    )


def _number(stage: Stage, notice: Message) -> str:
    """Return the release's name, such as R-2, from its notice."""
    found = re.search(r"R-[0-9]+", stage.workspace.plain(notice))
    if found is None:
        raise StoryError("a notice names no release")
    return found[0]


QUEUE = Scenario(
    name="queue",
    promise="each build must ship, in order: a queue with a schedule, and a lock in staging",
    services=("gateway",),
    begins=timedelta(hours=6),
    policy=_policy,
    furnish=_furnish,
    story=_story,
)
