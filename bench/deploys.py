"""From the click on Approve to the deploy request at GitHub's door: the real process, over loopback, idle."""

from pathlib import Path
from time import perf_counter

import psutil

from bench import apart
from bench.figures import Figure, figure
from sandbox import demo
from sandbox.slack.messages import Message

ROUNDS = 12


async def measure(folder: Path) -> list[Figure]:
    """Return click to request in milliseconds, cold start in seconds, and resident memory in MiB."""
    begun = perf_counter()
    running = await demo.start(apart.opened, folder, scenario="first-day")
    if not isinstance(running.bot, apart.Apart):
        raise TypeError("the bot is to be a process of its own")
    cold = perf_counter() - begun
    workspace, forge = running.running.workspace, running.forge
    workspace.rates.strict = False
    taken = []
    try:
        for number in range(ROUNDS):
            title = f"Change {number}"
            await forge.push("acme/payments", title)
            card: Message = await workspace.changed(lambda title=title: _notice(running, title), 20)  # type: ignore[misc]
            counted = forge.deploys().total()
            clicked = perf_counter()
            await running.running.driver.click("priya", card, "Approve")
            await workspace.changed(lambda counted=counted: forge.deploys().total() > counted, 20)  # type: ignore[misc]
            taken.append((perf_counter() - clicked) * 1000)
            await workspace.changed(lambda card=card: "Live" in workspace.plain(card), 20)  # type: ignore[misc]
        memory = psutil.Process(running.bot.process.pid).memory_info().rss / 2**20
    finally:
        await running.stop()
    return [
        figure("approve click to deploy request at GitHub's door", taken[1:], "ms"),
        figure("cold start to ready, with the sandbox", [cold], "s"),
        figure("resident memory after it", [memory], "MiB"),
    ]


def _notice(running: demo.Demo, title: str) -> Message | None:
    workspace = running.running.workspace
    fits = [one for one in workspace.channel("payments").messages if title in workspace.plain(one)]
    return next((one for one in reversed(fits) if workspace.buttons(one)), None)
