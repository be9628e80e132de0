"""A pipeline stops reporting: its channel hears of it once, and nobody is called while it is the bot that is cut off."""

import asyncio

from inline_snapshot import snapshot

from sandbox.github.records import Run
from tests.acceptance.hours import POLICY, Hours, hours
from tests.unit.simulation.virtual import virtually

HALF_AN_HOUR = POLICY.replace("permissions:", "defaults: {reported_within: 30m}\npermissions:")


async def hangs(here: Hours, title: str) -> Run:
    """Push a commit whose build begins, and says nothing more by itself."""
    here.forge.auto = False
    await here.push("payments", title)
    run = here.forge.repositories["acme/payments"].runs[-1]
    here.forge.begin_run("acme/payments", run)
    return run


def silences(here: Hours) -> int:
    """Return how often the channel has heard that the pipeline is silent."""
    return sum("are silent" in line for line in here.posts("payments"))


def test_a_pipeline_that_stopped_reporting_raises_a_hand_once_until_it_reports_again() -> None:
    async def story() -> None:
        async with hours(HALF_AN_HOUR) as here:
            await here.passes(seconds=10)  # every source is looked at, and every lane adopted
            await hangs(here, "First")
            await here.passes(minutes=25)
            assert silences(here) == 0
            told = await here.card("payments", "are silent")
            assert (here.posts("payments"), here.workspace.plain(told).splitlines()[1:]) == snapshot(
                (
                    [
                        "The pipelines of payments are silent: the newest build, 1 ([First]), commit [First] “First”, has waited for them for 34 minutes 54 seconds."
                    ],
                    [
                        "Not ended: build.yml",
                        "Next: please look at the pipeline and run it again if it hangs: nothing ships of this build until it has ended. You do not hear of later ones that wait like it",
                    ],
                )
            )
            second = await hangs(here, "Second")
            await here.passes(minutes=60)
            assert silences(here) == 1
            here.forge.finish_run("acme/payments", second)
            await here.card("payments", "Waiting for approval")
            await here.passes(minutes=10)
            await hangs(here, "Third")
            await here.passes(minutes=45)
            assert silences(here) == 2

    virtually(story)


def test_nobody_is_called_for_what_the_bot_itself_could_not_hear() -> None:
    async def story() -> None:
        async with hours(HALF_AN_HOUR) as here:
            await here.passes(seconds=10)
            first = await hangs(here, "First")
            await here.passes(minutes=20)
            here.github.network.fall(3600)
            here.webhooks.lost = 1.0
            here.forge.finish_run("acme/payments", first)  # while nobody can be asked, or told
            await here.passes(minutes=80)
            here.webhooks.lost = 0.0
            assert here.posts("payments") == ["Waiting for approval: payments 1 to production"]
            second = await hangs(here, "Second")
            await here.passes(minutes=20)
            await here.stop()
            here.forge.finish_run("acme/payments", second)
            await asyncio.sleep(24 * 3600)
            await here.start()
            await here.passes(minutes=20)
            assert silences(here) == 0
            assert here.posts("payments")[1:] == ["Waiting for approval: payments 2 to production"]

    virtually(story)
