"""Scenes: what waits with all its approvals, and a service that speaks only where something is the matter."""

from playwright.async_api import Browser

from tests.pictures.asking import STAGED
from tests.pictures.notices import deployed
from tests.pictures.stage import POLICY, scene

SOAKED = STAGED.replace(
    "        mode: delivery\n", "        mode: delivery\n        after: {environment: staging, soak: 30m}\n", 1
)
QUIET = POLICY.replace("        announce: false\n", "        cards: quiet\n")


async def queued(browser: Browser) -> None:
    """A release that has its approvals while another one is being deployed."""
    async with scene(browser) as on:
        here = on.here
        here.forge.auto = False
        await on.push("Send a refund only once")
        here.forge.finish_run("acme/payments", here.forge.repositories["acme/payments"].runs[-1])
        first = await here.card("payments", "Waiting for approval: payments 2")
        await on.approves(first)
        await here.until(lambda: deployed(here))
        await on.push("Round amounts half to even")
        here.forge.finish_run("acme/payments", here.forge.repositories["acme/payments"].runs[-1])
        card = await here.card("payments", "Waiting for approval: payments 3")
        await on.approves(card)
        await here.says(card, "Queued")
        await on.camera.message("notice-queued", card)


async def soaking(browser: Browser) -> None:
    """A release that has its approvals before it was live in staging for long enough."""
    async with scene(browser, SOAKED) as on:
        here = on.here
        await on.push("Send a refund only once")
        await here.card("payments", "Live: payments 2 in staging")
        here.passes(300)
        await here.types("alex", "/deploy payments 2 to production")
        card = await here.card("payments", "payments 2 to production")
        await on.approves(card)
        await here.says(card, "Soaking")
        await on.camera.message("notice-soaking", card)


async def quiet(browser: Browser) -> None:
    """Two builds ship and are only announced; of the third, which fails, the channel hears."""
    async with scene(browser, QUIET) as on:
        here, camera = on.here, on.camera
        for number, title in ((2, "fix: explain what a refund costs"), (3, "feat: show examples in three languages")):
            await on.push(title, repo="acme/docs")
            await here.card("releases", f"docs {number} is live")
            here.passes(1800)
        here.forge.auto = False
        await on.push("docs: mend the links", repo="acme/docs")
        here.forge.finish_run("acme/docs", here.forge.repositories["acme/docs"].runs[-1])
        deployment = await here.until(lambda: deployed(here, "acme/docs"))
        assert deployment is not None
        here.forge.progress_deployment("acme/docs", deployment, "failure", "upload: the storage is full")
        channel = here.workspace.channel("releases")
        await camera.message("quiet-notice", await here.card("docs", "Deploy failed: docs 4"))
        await camera.look(f"#{channel.id}")
        both = [camera.page.locator(f'#messages [data-ts="{one.ts}"]') for one in channel.messages]
        await camera.shoot("quiet-announcements", both)


SCENES = (queued, soaking, quiet)
