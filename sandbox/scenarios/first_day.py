"""The first day: nothing is live yet, nothing was asked yet."""

from datetime import datetime, timedelta

from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.policies import head, service
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage

PAYMENTS = """
production:
  mode: delivery
  approvals: [{from: qa, count: 1}]
  deploy: {github_deployment: {environment: production}}
  announce: true
"""
DOCS = """
production:
  mode: deployment
  deploy: {github_deployment: {environment: production}}
  announce: false
"""


def _policy(_now: datetime, _url: str) -> str:
    return head("first-day") + "\nservices:" + service("payments", PAYMENTS) + service("docs", DOCS)


def _furnish(company: Furniture) -> None:
    company.forge.create("acme/payments")
    company.forge.create("acme/docs")


async def _story(stage: Stage) -> None:
    await stage.welcome(
        "payments",
        "*Welcome. Signoff was installed a minute ago and nothing is live yet.* It is the release desk of a made-up "
        "company: builds come in, Signoff asks the right people, ships what they approved, and tells everybody.",
        "You are Priya of QA. Things to try:",
        "• Push a commit to acme/payments in the panel *Pipeline*: once it is built, Signoff asks here. *Approve*.",
        "• Push one to acme/docs: it ships by itself, and #docs hears of it.",
        "• Type `/deploy status`, `/deploy help`, or only `/deploy` for the form.",
    )


FIRST_DAY = Scenario(
    name="first-day",
    promise="the first day: nothing is live yet, and the first push is yours",
    services=("payments", "docs"),
    begins=timedelta(minutes=1),
    policy=_policy,
    furnish=_furnish,
    story=_story,
)
