"""A freeze is in force, and something is wrong: the fast path."""

from datetime import datetime, timedelta

from sandbox.scenarios.cast import ALEX, PRIYA, ROBIN
from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.policies import head, service
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage

FREEZE = """
freezes:
  - {{name: end of the quarter, from: "{begin}", until: "{end}", timezone: UTC, environments: [production]}}

services:"""
PAYMENTS = """
staging:
  mode: deployment
  cards: quiet
  deploy: {github_deployment: {environment: staging}}
production:
  mode: delivery
  after: {environment: staging, soak: 2h}
  approvals: [{from: qa, count: 1}]
  hotfix: {approvals: [{from: sre, count: 1}], skip: [soak, freeze]}   # lighter by named gates, never a side door
  deploy: {github_deployment: {environment: production}}
  announce: true
"""


def _policy(now: datetime, _url: str) -> str:
    begin, end = now - timedelta(hours=4), now + timedelta(days=2)
    freeze = FREEZE.format(begin=f"{begin:%Y-%m-%dT%H:%M}", end=f"{end:%Y-%m-%dT%H:%M}")
    return head("hotfix") + freeze + service("payments", PAYMENTS)


def _furnish(company: Furniture) -> None:
    company.forge.create("acme/payments")
    company.past("acme/payments", "Send refunds", days=2, environments=("staging", "production"))


async def _story(stage: Stage) -> None:
    await stage.push("acme/payments", "feat: show the balance", ALEX, files=["balance/view.py"])
    await stage.live("payments", "staging", "2")
    await stage.ago(hours=3, minutes=30)
    notice = await stage.reads("payments", "payments 2 to production")
    await stage.presses(PRIYA, "Approve", notice)
    await stage.ago(minutes=10)
    await stage.push("acme/payments", "fix: send a refund only once", ROBIN, files=["refunds/send.py"])
    await stage.live("payments", "staging", "3")
    await stage.ago(minutes=5)
    await stage.welcome(
        "payments",
        "*Welcome. In this made-up company production is frozen until the quarter is closed, and refunds are being "
        "sent twice.* payments 2 is approved and waits for the freeze; payments 3, the fix, is in staging and has not "
        "soaked.",
        "Things to try:",
        "• Type `/deploy why payments production` and `/deploy freeze`.",
        "• As Priya: `/deploy hotfix payments 3 to production refunds are sent twice`. It leaves out the soak and the "
        "freeze by name, asks only whoever is on call, and is marked everywhere.",
        "• Act as Sam, who is on call (*Acting as*), and *Approve* it.",
        "• The way for what has no fast path: as Sam, type `/deploy override R-2 the bank asked for it`.",
        "• Move the clock forward two days: the freeze ends.",
    )


HOTFIX = Scenario(
    name="hotfix",
    promise="a freeze is in force and something is wrong: the fast path, with its named gates",
    services=("payments",),
    begins=timedelta(hours=8),
    policy=_policy,
    furnish=_furnish,
    story=_story,
)
