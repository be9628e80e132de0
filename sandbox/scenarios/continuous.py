"""Continuous deployment: every green build ships by itself, quietly; one was rolled back, and the lane is held."""

from datetime import datetime, timedelta

from sandbox.scenarios.cast import ALEX, ROBIN, SAM
from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.policies import head, service
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage

SEARCH = """
staging:
  mode: deployment
  cards: quiet
  deploy: {github_deployment: {environment: staging}}
production:
  mode: deployment
  cards: quiet                             # a notice only where something needs a person
  after: {environment: staging, soak: 10m}
  rollback: {approvals: []}
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
    return head("continuous") + "\nservices:" + service("search", SEARCH) + service("docs", DOCS)


def _furnish(company: Furniture) -> None:
    company.forge.create("acme/search")
    company.forge.create("acme/docs")
    company.past("acme/search", "Search by name", days=2, environments=("staging", "production"))
    company.past("acme/docs", "Explain refunds", days=2)


async def _story(stage: Stage) -> None:
    await stage.push("acme/docs", "docs: explain search", ALEX)
    await stage.reads("docs", "Live: docs 2 in production")
    for number, title in ((2, "feat: search by date"), (3, "Keep results in memory")):
        await stage.ago(hours=9 - 2 * number)
        await stage.push("acme/search", title, ROBIN, files=["index/results.py"])
        await stage.live("search", "staging", str(number))
        await stage.ago(hours=9 - 2 * number, minutes=-11)
        await stage.reads("releases", f"search {number} is live in production")
    await stage.ago(hours=1)
    await stage.types(SAM, "search", "/deploy rollback search in production results of yesterday are shown")
    await stage.reads("search", "Live (ROLLBACK): search 2 in production")
    await stage.ago(minutes=30)
    await stage.push("acme/search", "fix: forget results after an hour", ROBIN, files=["index/results.py"])
    await stage.forge.settle()
    await stage.ago(minutes=10)
    await stage.welcome(
        "search",
        "*Welcome. In this made-up company every green build ships by itself, and Signoff watches.* Notices are quiet: "
        "one comes only where a person is needed. Sam rolled search 3 back an hour ago, so production is held and "
        "what contains that commit is in quarantine, so the fix that Robin pushed waits even before staging.",
        "Things to try:",
        "• Type `/deploy why search production`: who held it and why, and how to go on.",
        "• Act as Sam (*Acting as*): `/deploy release-quarantine search 4 the fix is in` brings it to staging; after "
        "`/deploy resume search production` and ten minutes there (move the clock) it is in production.",
        "• Push a commit to acme/docs in the panel *Pipeline* and watch #docs. `/deploy hold docs production a talk` "
        "stops the next one.",
        "• Type `/deploy history search production`, and look into #releases.",
    )


CONTINUOUS = Scenario(
    name="continuous",
    promise="every green build ships by itself, quietly; one was rolled back and its lane is held",
    services=("search", "docs"),
    begins=timedelta(hours=12),
    policy=_policy,
    furnish=_furnish,
    story=_story,
)
