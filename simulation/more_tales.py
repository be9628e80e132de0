"""More stories whose every point is tried: lost answers, limits, tries again, schedules, verification, gates."""

from datetime import timedelta

from sandbox.github.hooks import EVERY
from sandbox.github.records import BOT
from sandbox.github.records_gates import Reviewer
from simulation.network import Mishap
from simulation.stage import Stage
from simulation.tales import DEPLOYMENT, FOUR, ONE, TWO, Tale, the_policy

WORKFLOW = "deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: staging}}}"
VERIFIED = 'verify: {http: {url: "https://docs.acme.example/health"}, for: 20s}'
ORDERED = "POST /repos/*/deployments"
LAG = 20.0
"""Seconds; less than a lost request is looked up for."""
LIVE = ("R-1 First words: live, begun 1 times", "announced: docs 1 is live in production")


async def found_by_its_key(stage: Stage) -> None:
    """The answer to a dispatch is lost; its run is looked up, though it is listed late, and none is begun twice."""
    stage.earth.forge.index_lag = LAG
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
    # before its card says so, the button is that of the first artifact, and refused
    await stage.presses("U0PRIYA", "Approve", "Asked again")
    await stage.presses("U0SAM", "Approve", "Asked again")
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


def _gated(stage: Stage) -> None:
    """Let builds go on to production by themselves, as far as its gate."""
    forge = stage.earth.forge
    forge.repositories["acme/docs"].deploys_to = "production"
    forge.gates.protect("acme/docs", "production", reviewers=[Reviewer(*BOT)])
    forge.hooks.events = EVERY


async def waits_at_its_gate(stage: Stage) -> None:
    """The run that built it waits at a gate, and goes on once."""
    _gated(stage)
    await _approved(stage)


async def turned_away(stage: Stage) -> None:
    """The first run is superseded at its gate, the second rejected, and the third goes on; none but that one."""
    _gated(stage)
    runs = stage.earth.forge.repositories["acme/docs"].runs
    await stage.push("acme/docs", "First words")
    await stage.until(lambda: stage.seen("Approve", "R-1"), "R-1")
    await stage.push("acme/docs", "Second words")
    await stage.presses("U0SAM", "Reject", "R-2", {"reason": "not today"})
    await stage.push("acme/docs", "Third words")
    await stage.presses("U0PRIYA", "Approve", "R-3")
    await stage.lives("Third words")
    ends = ["failure", "failure", "success"]
    await stage.until(lambda: [run.conclusion for run in runs] == ends, "two runs that were turned away")


async def _approved(stage: Stage) -> None:
    await stage.push("acme/docs", "First words")
    await stage.presses("U0PRIYA", "Approve", "R-1")
    await stage.lives("First words")


GATED = the_policy("docs", ONE, "deploy: {github_gate: {environment: production}}")
DOCS = the_policy("docs", ONE, DEPLOYMENT)
STAGING = the_policy("payments", "when_unknown: resend", WORKFLOW, environment="staging", mode="deployment")
FOURTEEN = (
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
    Tale("waits at its gate", GATED, waits_at_its_gate, LIVE),
    Tale(
        "turned away",
        GATED,
        turned_away,
        (
            "R-1 First words: superseded, begun 0 times",
            "R-2 Second words: rejected, begun 0 times",
            "R-3 Third words: live, begun 1 times",
            "announced: docs 3 is live in production",
        ),
    ),
    Tale("verified", the_policy("docs", ONE, DEPLOYMENT, VERIFIED), _approved, LIVE),
)
