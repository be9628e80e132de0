"""Eight more stories whose every point is tried: lost answers, limits, tries again, schedules, verification."""

from datetime import timedelta

from simulation.network import Mishap
from simulation.stage import Stage
from simulation.tales import DEPLOYMENT, FOUR, ONE, TWO, Tale, the_policy

WORKFLOW = "deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: staging}}}"
VERIFIED = 'verify: {http: {url: "https://docs.acme.example/health"}, for: 20s}'
ORDERED = "POST /repos/*/deployments"
LIVE = ("R-1 First words: live, begun 1 times", "announced: docs 1 is live in production")


async def found_by_its_key(stage: Stage) -> None:
    """The answer to a dispatch is lost; its run is looked up, and none is begun twice."""
    stage.earth.github.network.plan("POST *dispatches", Mishap.LOST_AFTER)
    await stage.push("acme/payments", "Pay faster")
    await stage.lives("Pay faster")


async def asked_of_a_person(stage: Stage) -> None:
    """The request never arrives, and somebody has to say what to do."""
    stage.earth.github.network.plan(ORDERED, Mishap.LOST_BEFORE)
    await _approved(stage)


async def put_off(stage: Stage) -> None:
    """GitHub takes nothing for a while, in both of its ways to say so."""
    stage.earth.github.network.plan(ORDERED, Mishap.LIMITED, Mishap.FORBIDDEN, Mishap.REFUSED)
    await _approved(stage)


async def tried_again(stage: Stage) -> None:
    """The deploy fails, and somebody tries it again."""
    stage.earth.forge.break_next_deploy = True
    await stage.push("acme/docs", "First words")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.presses("U0SAM", "Retry", "R-1")
    await stage.lives("First words")


async def built_again(stage: Stage) -> None:
    """After the first of two words it is built again, which is another artifact: both are asked anew."""
    sha = await stage.push("acme/payments", "Pay faster")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    forge = stage.earth.forge
    run = next(one for one in forge.repositories["acme/payments"].runs if one.commit.sha == sha)
    forge.rerun("acme/payments", run)
    await stage.until(lambda: stage.artifact(1) == f"run {run.id}.2", "the second artifact")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.presses("U0SAM", "Approve", "R-1")
    await stage.lives("Pay faster")


async def cancelled(stage: Stage) -> None:
    """The first is cancelled by a command, and the next one ships."""
    await stage.push("acme/docs", "First words")
    await stage.until(lambda: stage.seen("Approve", "R-1"), "R-1")
    await stage.types("U0SAM", "/deploy cancel R-1")
    await stage.until(lambda: "R-1 First words: cancelled" in str(stage.ending()), "R-1 cancelled")
    await stage.push("acme/docs", "Second words")
    await stage.presses("U0PRIYA", "Approve", "R-2")
    await stage.lives("Second words")


async def scheduled_and_held(stage: Stage) -> None:
    """It is scheduled, approved, held meanwhile and let go, and ships at its time."""
    await stage.push("acme/docs", "First words")
    await stage.until(lambda: stage.seen("Schedule", "R-1"), "R-1")
    at = stage.earth.clock() + timedelta(minutes=10)
    await stage.presses("U0SAM", "Schedule", "R-1", {"at": at})
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.presses("U0PRIYA", "Hold", "R-1", {"reason": "the sale", "length": "30m"})
    await stage.presses("U0PRIYA", "Resume", "R-1")
    await stage.lives("First words")


async def _approved(stage: Stage) -> None:
    await stage.push("acme/docs", "First words")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.lives("First words")


DOCS = the_policy("docs", ONE, DEPLOYMENT)
STAGING = the_policy("payments", "when_unknown: resend", WORKFLOW, environment="staging", mode="deployment")
TWELVE = (
    *FOUR,
    Tale(
        "found by its key",
        STAGING,
        found_by_its_key,
        ("R-1 Pay faster: live, begun 1 times", "announced: payments 1 is live in staging"),
    ),
    Tale("asked of a person", DOCS, asked_of_a_person, LIVE),
    Tale("put off", DOCS, put_off, LIVE),
    Tale(
        "tried again",
        DOCS,
        tried_again,
        (
            "R-1 First words: failed, begun 1 times",
            "R-2 First words: live, begun 1 times",
            "announced: docs 1 is live in production",
        ),
    ),
    Tale(
        "built again",
        the_policy("payments", TWO, DEPLOYMENT),
        built_again,
        ("R-1 Pay faster: live, begun 1 times", "announced: payments 1 is live in production"),
    ),
    Tale(
        "cancelled",
        DOCS,
        cancelled,
        (
            "R-1 First words: cancelled, begun 0 times",
            "R-2 Second words: live, begun 1 times",
            "announced: docs 2 is live in production",
        ),
    ),
    Tale("scheduled and held", DOCS, scheduled_and_held, LIVE),
    Tale("verified", the_policy("docs", ONE, DEPLOYMENT, VERIFIED), _approved, LIVE),
)
