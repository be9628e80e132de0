"""An ordinary day: something waits, something failed, something is locked, the weekend is frozen."""

from datetime import datetime, timedelta

from sandbox.scenarios.cast import ALEX, PRIYA, ROBIN, SAM
from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.policies import coming_weekend, head
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage

SERVICES = """
freezes:
  - {{name: weekend, from: "{saturday}", until: "{monday}", timezone: UTC, environments: [production]}}

services:
  payments:                                # people decide, after staging
    channel: C0PAYMENTS
    build:
      github: {{repository: acme/payments, branch: main, workflows: [build.yml]}}
      version_from: run_number
      migrations: [migrations/**]
    environments:
      staging:
        mode: deployment
        cards: quiet
        deploy: {{github_deployment: {{environment: staging}}}}
      production:
        mode: delivery
        after: {{environment: staging, soak: 30m}}
        approvals: [{{from: qa, count: 1}}]
        rollback: {{approvals: []}}
        hotfix: {{approvals: [{{from: sre, count: 1}}], skip: [soak, freeze]}}
        deploy: {{github_deployment: {{environment: production}}}}
        verify:
          http: {{url: "{url}/sites/payments/production", json: {{path: version, equals: "{{version}}"}}}}
          within: 1m
        announce: true

  docs:                                    # every green build ships by itself
    channel: C0DOCS
    build:
      github: {{repository: acme/docs, branch: main, workflows: [build.yml]}}
      version_from: run_number
    environments:
      production:
        mode: deployment
        deploy: {{github_deployment: {{environment: production}}}}
        announce: false

  search:
    channel: C0SEARCH
    build:
      github: {{repository: acme/search, branch: main, workflows: [build.yml]}}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{{from: qa, count: 1}}]
        rollback: {{approvals: []}}
        deploy: {{github_deployment: {{environment: production}}}}

  gateway:                                 # the run that built it waits at its own gate; whoever is on call approves
    channel: C0GATEWAY
    build:
      github: {{repository: acme/gateway, branch: main, workflows: [build.yml]}}
      version_from: run_number
    environments:
      production:
        mode: delivery
        newer_build: each-must-ship
        approvals: [{{from: sre, count: 1}}]
        deploy: {{github_gate: {{environment: production}}}}
"""


def _policy(now: datetime, url: str) -> str:
    saturday, monday = coming_weekend(now)
    return head("everyday") + SERVICES.format(saturday=saturday, monday=monday, url=url)


def _furnish(company: Furniture) -> None:
    for name in ("payments", "docs", "search", "gateway"):
        company.forge.create(f"acme/{name}")
    company.waits("acme/gateway", "production")
    company.past("acme/payments", "Add refunds", days=2, environments=("staging", "production"))
    for name, title in (("docs", "Explain refunds"), ("search", "Search by name"), ("gateway", "Limit requests")):
        company.past(f"acme/{name}", title, days=2)


async def _story(stage: Stage) -> None:
    await stage.push("acme/docs", "docs: describe receipts", ALEX)
    await stage.reads("docs", "Live: docs 2 in production")
    await _balance(stage)
    await _failed_search(stage)
    await _locked_gateway(stage)
    await _receipts(stage)
    await stage.welcome(
        "payments",
        "*Welcome. This is a made-up company, and Signoff is its release desk.* Builds come in, Signoff asks the right "
        "people, ships exactly what they approved, and tells everybody. Nothing here leaves your machine.",
        "You are Priya of QA; the notice above waits for you. Things to try:",
        "• Press *Approve* on it and watch it go live; #releases hears of it, too.",
        "• Type `/deploy why payments production`, `/deploy status` or `/deploy help`.",
        "• Act as Alex (*Acting as*) and try to approve: Signoff says why not, and who may.",
        "• Push a commit to acme/docs in the panel *Pipeline*: docs ships by itself.",
        "• In #search a deploy failed: *Retry* it or *Roll back*. In #gateway Alex holds a lock, and a run "
        "waits at its gate on GitHub meanwhile.",
        "• Open *Signoff* below for your Home: what waits for you, and what is live everywhere.",
    )


async def _balance(stage: Stage) -> None:
    """A release as it should be, two days ago."""
    await stage.ago(days=2, hours=4)
    await stage.push("acme/payments", "feat: show the balance", ROBIN, files=["balance/view.py"])
    await stage.live("payments", "staging", "2")
    await stage.ago(days=2, hours=3)
    notice = await stage.reads("payments", "Waiting for approval: payments 2 to production")
    await stage.presses(PRIYA, "Approve", notice)
    await stage.reads("payments", "Live: payments 2 in production")
    await stage.reads("releases", "payments 2 is live in production")


async def _failed_search(stage: Stage) -> None:
    """One that went well, and one that failed this morning."""
    await stage.ago(days=1, hours=2)
    await stage.push("acme/search", "feat: search by date", ALEX, files=["index/dates.py"])
    notice = await stage.reads("search", "Waiting for approval: search 2 to production")
    await stage.presses(SAM, "Approve", notice)
    await stage.reads("search", "Live: search 2 in production")
    await stage.ago(hours=3)
    await stage.push("acme/search", "Keep results in memory", ROBIN, files=["index/cache.py"])
    notice = await stage.reads("search", "Waiting for approval: search 3 to production")
    stage.forge.break_next_deploy = True
    await stage.presses(PRIYA, "Approve", notice)
    await stage.reads("search", "Deploy failed: search 3 to production")


async def _locked_gateway(stage: Stage) -> None:
    """A release that is approved and waits for a lock to be lifted."""
    await stage.ago(hours=2, minutes=30)
    await stage.types(ALEX, "gateway", "/deploy lock gateway production for 8h partners test against it until tonight")
    await stage.ago(hours=2)
    await stage.push("acme/gateway", "feat: accept keys of partners", ROBIN, files=["keys/partners.py"])
    notice = await stage.reads("gateway", "gateway 2 to production")
    await stage.presses(SAM, "Approve", notice)


async def _receipts(stage: Stage) -> None:
    """What waits now: two pull requests, one of two commits with a migration, and a commit of its own."""
    await stage.ago(hours=1)
    repo, receipts, once = "acme/payments", "feat: let customers download receipts", "fix: send a refund only once"
    kept = "Co-authored-by: Alex <alex@acme.example>"
    both = [
        stage.commit(repo, receipts, SAM, files=["receipts/pdf.py"]),
        stage.commit(repo, "Keep receipts for seven years", SAM, files=["migrations/0012_receipts.sql"], body=kept),
    ]
    stage.forge.merge(repo, receipts, both, number=41, labels=["feature"], login=SAM.name, login_id=SAM.github)
    fix = stage.commit(repo, f"{once} (#42)", ROBIN, files=["refunds/send.py"])
    stage.forge.merge(repo, once, [fix], number=42, labels=["bug"])
    await stage.push(repo, "Round amounts half to even", ROBIN, files=["money/rounding.py"])
    await stage.live("payments", "staging", "3")
    await stage.ago(minutes=20)
    await stage.reads("payments", "Waiting for approval: payments 3 to production")


EVERYDAY = Scenario(
    name="everyday",
    promise="an ordinary day: something waits for you, something failed, something is locked",
    services=("payments", "docs", "search", "gateway"),
    begins=timedelta(days=3),
    policy=_policy,
    furnish=_furnish,
    story=_story,
)
