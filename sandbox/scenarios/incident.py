"""A bad hour: what was deployed is ill, a request was lost on its way, and everything is stopped."""

from datetime import datetime, timedelta

from sandbox.github.faults import Fault
from sandbox.scenarios.cast import ALEX, PRIYA, ROBIN, SAM
from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.policies import head, service
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage

PAYMENTS = """
production:
  mode: delivery
  approvals: [{from: qa, count: 1}]
  rollback: {approvals: []}
  deploy: {github_deployment: {environment: production}}
  verify:
    http: {url: "URL/sites/payments/production", json: {path: version, equals: "{version}"}}
    within: 1m
    for: 5m
  announce: true
"""
SEARCH = """
production:
  mode: delivery
  approvals: [{from: qa, count: 1}]
  deploy: {github_deployment: {environment: production}}
"""


def _policy(_now: datetime, url: str) -> str:
    payments = service("payments", PAYMENTS.replace("URL", url))
    return head("incident") + "\nservices:" + payments + service("search", SEARCH)


def _furnish(company: Furniture) -> None:
    for name, title in (("payments", "Add refunds"), ("search", "Search by name")):
        company.forge.create(f"acme/{name}")
        company.past(f"acme/{name}", title, days=2)


async def _story(stage: Stage) -> None:
    for number, title in ((2, "feat: pay by card"), (3, "feat: pay by instalments")):
        if number == 3:
            stage.sites.ill.add("payments/production 3")
            await stage.ago(hours=1)
        await stage.push("acme/payments", title, ALEX, files=[f"paying/way{number}.py"])
        notice = await stage.reads("payments", f"Waiting for approval: payments {number} to production")
        await stage.presses(PRIYA, "Approve", notice)
        await stage.live("payments", "production", str(number))
        await stage.ago(minutes=100 - 20 * number)
    await stage.reads("payments", "Verification failed: payments 3 in production")
    await stage.ago(minutes=30)
    await stage.push("acme/search", "feat: search by date", ROBIN, files=["index/dates.py"])
    notice = await stage.reads("search", "Waiting for approval: search 2 to production")
    stage.forge.faults.add(Fault.RESET_BEFORE, "POST", "*/deployments")
    await stage.presses(SAM, "Approve", notice)
    await stage.until(lambda: not any(rule.count for rule in stage.forge.faults.rules), "the request was lost")
    await stage.ago(minutes=20)
    await stage.reads("release-ops", "Did this deploy start? search 2 to production")
    await stage.ago(minutes=15)
    await stage.types(SAM, "payments", "/deploy stop-all payments is ill and search may have been deployed")
    await stage.ago(minutes=5)
    await stage.welcome(
        "payments",
        "*Welcome to a bad hour of a made-up company.* payments 3 was deployed and is ill; the request that was to "
        "deploy search 2 was lost on its way, and nobody can tell whether it arrived; Sam has stopped everything.",
        "Things to try:",
        "• On the notice above: *Roll back*. Stop-all is in the way: act as Sam (*Acting as*), type `/deploy go-all` "
        "and try again.",
        "• In #release-ops a question waits: was search 2 deployed? The panel *Pipeline* shows that it was not.",
        "• Type `/deploy why payments production` and `/deploy status`.",
    )


INCIDENT = Scenario(
    name="incident",
    promise="a bad hour: a deploy is ill, a request was lost and somebody must say so, everything is stopped",
    services=("payments", "search"),
    begins=timedelta(hours=2),
    policy=_policy,
    furnish=_furnish,
    story=_story,
)
