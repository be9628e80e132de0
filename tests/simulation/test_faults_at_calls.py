"""The calls that decide fail in every way for a while, under the whole bot: it ends as it does without, by itself.

What each call tells of each fault is tried on the wire, in `tests/faults`; here it is what the bot makes of that. Three
times in a row the call fails, then all goes well: one deploy or a question that somebody answers, every card true.
"""

from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from simulation.courses import course
from simulation.more_tales import FOURTEEN
from simulation.network import Mishap
from simulation.stage import Stage
from simulation.tales import DEPLOYMENT, ONE, TWO, WEBHOOK, Tale, approved, the_policy

WORKFLOW = "deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: production}}}"
LIVE = ("R-1 Pay faster: live, begun 1 times", "announced: payments 1 is live in production")
PAID = Tale("a deployment", the_policy("payments", TWO, DEPLOYMENT), approved, LIVE)
DISPATCHED = Tale("a dispatched workflow", the_policy("payments", TWO, WORKFLOW), approved, LIVE)
RESENT = Tale("sent again by policy", the_policy("payments", TWO, "when_unknown: resend", DEPLOYMENT), approved, LIVE)


async def explained(stage: Stage) -> None:
    """One person approves what a webhook deploys."""
    await stage.push("acme/wiki", "Explain more")
    await stage.presses("U0SAM", "Approve", "R-1")
    await stage.lives("Explain more")


BY_WEBHOOK = Tale(
    "a webhook",
    the_policy("wiki", ONE, WEBHOOK),
    explained,
    ("R-1 Explain more: live, begun 1 times", "announced: wiki 1 is live in production"),
)
AT_A_GATE = next(tale for tale in FOURTEEN if tale.name == "waits at its gate")
LOOKUP = "GET */deployments"
CALLS: tuple[tuple[Tale, str, int], ...] = (
    (PAID, "POST */deployments", 3),
    (RESENT, "POST */deployments", 3),
    (DISPATCHED, "POST */dispatches", 3),
    (BY_WEBHOOK, "POST *", 2),
    (AT_A_GATE, "POST */pending_deployments", 3),
    (PAID, LOOKUP, 3),
    (PAID, "GET */actions/runs*", 3),
    (PAID, "chat.postMessage", 3),
    (PAID, "chat.update", 3),
    (PAID, "users.info", 3),
    (PAID, "*", 5),
)
"""A story, the call that fails in it, and how often in a row; the last one: whatever is called."""
ALIKE = {Mishap.UNREACHABLE, Mishap.CUT}
"""What is told just as a refused connection, or as an answer that was lost."""
IS_A_YES = {(BY_WEBHOOK.name, Mishap.HTML)}
"""A receiver answers by its status alone. Who says 200 in its place has the deploy waited for until its time is over."""


def failing(
    what: str, mishap: Mishap, times: int, told: Callable[[Stage], Awaitable[None]]
) -> Callable[[Stage], Awaitable[None]]:
    """Return a story in which a call fails so often once everybody is there."""

    async def tell(stage: Stage) -> None:
        if what == LOOKUP:  # made only where a start was lost
            stage.earth.github.network.plan("POST */deployments", Mishap.LOST_AFTER)
        for network in stage.earth.networks:
            if mishap in network.limits or mishap not in {Mishap.LIMITED, Mishap.FORBIDDEN}:
                network.plan(what, *[mishap] * times)
        await told(stage)
        met = sum(network.met[mishap] for network in stage.earth.networks)
        assert met, f"nothing ever failed: {what}"

    return tell


def broken(number: int) -> list[str]:
    """Return what was not kept, whichever way a call failed."""
    tale, what, times = CALLS[number]
    found = []
    for mishap in set(Mishap) - ALIKE:
        told_so_by_github_alone = mishap is Mishap.FORBIDDEN and not what.startswith(("POST */", "GET ", "*"))
        if (tale.name, mishap) in IS_A_YES or told_so_by_github_alone:
            continue
        told = failing(what, mishap, times, tale.told)
        ended = course(replace(tale, name=f"{tale.name}, {what}: {mishap.value}", told=told))
        found += [ended.sentence] if ended.violation is not None else []
    return found


def test_whatever_fails_for_a_while_it_ends_as_it_does_without() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert [sentence for some in pool.map(broken, range(len(CALLS))) for sentence in some] == []
