"""Scenes: what people ask, by command, by form, by mention and in the Home tab."""

from datetime import timedelta

from playwright.async_api import Browser

from tests.acceptance.desk import START
from tests.pictures.stage import POLICY, Scene, scene

STAGED = POLICY.replace(
    "    environments:\n",
    "    environments:\n"
    "      staging:\n"
    "        mode: deployment\n"
    "        tell_authors: false\n"
    "        deploy: {github_deployment: {environment: staging}}\n",
    1,
)


async def commands(browser: Browser) -> None:
    """What the reading words answer, and what is not understood."""
    async with scene(browser) as on:
        here = on.here
        await on.ships("Send a refund only once")
        card = await on.waits("Round amounts half to even", "Waiting for approval: payments 3")
        await on.approves(card, "priya")
        for name, line, words in (
            ("answer-status", "/deploy status", "docs in production"),
            ("answer-why", "/deploy why payments", "may approve"),
            ("answer-list", "/deploy list", "is open since"),
            ("answer-history", "/deploy history payments", "R-1"),
            ("answer-diff", "/deploy diff payments", "Round amounts"),
            ("answer-help", "/deploy help", "stop-all"),
            ("answer-help-word", "/deploy help rollback", "For example"),
            ("answer-did-you-mean", "/deploy aprove R-2", "Did you mean"),
            ("answer-refused", "/deploy stop-all the network is down", "Nothing was changed"),
            ("answer-open-already", "/deploy payments 3 to production", "open release there already"),
        ):
            await on.answer(name, "alex", line, words)
        mention = await here.running.driver.mention("alex", "payments", "status payments")
        await here.until(lambda: here.workspace.thread(mention))
        await on.camera.look(
            f"archives/{mention.channel}/p{mention.ts.replace('.', '')}?thread_ts={mention.ts}", "alex"
        )
        lines = [mention, *here.workspace.thread(mention)]
        await on.camera.shoot("mention", [on.camera.page.locator(f'.thread [data-ts="{one.ts}"]') for one in lines])
        assert await here.running.driver.open_home("sam")
        await here.until(lambda: here.workspace.home("sam"))
        await here.types("alex", "/deploy lock docs production for 2h load test")
        here.passes(16)
        await here.until(lambda: "load test" in here.workspace.reads(here.workspace.home("sam")))  # type: ignore[arg-type]
        await on.camera.home("home", "sam")


async def the_form(browser: Browser) -> None:
    """A release is asked for step by step."""
    async with scene(browser, STAGED) as on:
        here, driver = on.here, on.here.running.driver
        await on.push("Round amounts half to even")
        await here.card("payments", "Live: payments 2 in staging")
        card = await here.card("payments", "Waiting for approval: payments 2 to production")
        await here.types("priya", "/deploy cancel R-2")
        await here.types("priya", "/deploy cancel R-1")
        await here.says(card, "Cancelled")
        await opened(on, "/deploy", "form-request")
        modal = here.workspace.modal("alex")
        assert modal is not None
        await driver.choose("alex", modal, "Service", "payments")
        await on.camera.form("form-request-service", "alex", close=False)
        await driver.choose("alex", modal, "Environment", "production")
        await on.camera.form("form-request-environment", "alex", close=False)
        await driver.pick("alex", modal, "Not before", START - timedelta(hours=1))
        await driver.submit("alex")
        await on.camera.form("form-request-refused", "alex", close=False)
        await driver.pick("alex", modal, "Not before", START + timedelta(hours=2))
        await driver.submit("alex")
        await on.camera.private("answer-opened", "alex", "Opened")


async def opened(on: Scene, line: str, name: str) -> None:
    """Type what opens a form, and take its picture."""
    await on.here.types("alex", line)
    await on.camera.form(name, "alex", close=False)


SCENES = (commands, the_form)
