"""Scenes: how a release ends otherwise than live, what shuts its way, and the ways that are marked."""

from datetime import timedelta

from aiohttp import web
from playwright.async_api import Browser

from tests.acceptance.desk import START
from tests.pictures.stage import POLICY, scene

LOOKUP = "        lookup_window: 1s\n"
REMINDED = POLICY.replace(LOOKUP, f"{LOOKUP}        remind_after: [2h]\n        escalate: {{after: 4h, to: sre}}\n")
FROZEN = POLICY.replace(
    "services:\n",
    "freezes:\n  - {name: stocktaking, from: '2026-11-21T11:00', until: '2026-11-21T18:00', timezone: UTC, "
    "environments: [production], services: [payments]}\nservices:\n",
    1,
)
TRIAL = POLICY.replace(LOOKUP, f"{LOOKUP}        trial: true\n")


async def no_sooner_no_later(browser: Browser) -> None:
    """Rejected, superseded, reminded of, expired."""
    async with scene(browser, REMINDED) as on:
        here, camera = on.here, on.camera
        card = await on.waits("Skip the checks")
        await on.fills("priya", card, "Reject", {"reason": "The checks are there for a reason."})
        await here.says(card, "Rejected")
        await camera.message("notice-rejected", card)
        await camera.thread("thread-rejected", card)
        told = await here.until(lambda: here.workspace.direct_messages("alex"))
        await camera.message("direct-rejected", told[-1], who="alex")
        older = await on.waits("Round amounts half to even", "payments 3 to production")
        await on.waits("Show totals with tax", "Waiting for approval: payments 4 to production")
        await here.says(older, "Superseded")
        await camera.message("notice-superseded", older)
        newer = await here.card("payments", "Waiting for approval: payments 4 to production")
        here.passes(2 * 3600 + 60)
        await camera.message("reminder", await here.card("payments", "has been waiting"), who="priya")
        here.passes(2 * 3600)
        await camera.message("escalation", await here.card("payments", "Escalated to"), who="sam")
        called = await here.until(lambda: here.workspace.direct_messages("sam"))
        await camera.message("direct-escalated", called[-1], who="sam")
        here.passes(20 * 3600)
        await here.says(newer, "Expired")
        await camera.message("notice-expired", newer)


async def shut(browser: Browser) -> None:
    """One approved release behind a hold, a lock, a time, a stop and a quarantine."""
    async with scene(browser) as on:
        here, camera = on.here, on.camera
        await on.answer("answer-hold", "sam", "/deploy hold payments production for 2h the database moves", "is held")
        card = await on.waits("Round amounts half to even")
        await on.approves(card)
        await here.says(card, "Held")
        await camera.message("notice-held", card)
        await here.types("alex", "/deploy lock payments production for 2h load test")
        await here.says(card, "load test")
        await camera.question("confirm-resume", card, "Resume", who="sam")
        await here.clicks("sam", card, "Resume")
        await here.says(card, "Locked out")
        await camera.message("notice-locked", card)
        await on.fills("priya", card, "Schedule", {"at": START + timedelta(hours=23)})
        await here.says(card, "Scheduled for")
        await here.types("sam", "/deploy unlock payments production")
        await here.says(card, "Scheduled: payments")
        await camera.message("notice-scheduled", card)
        await camera.message("operations-unlocked", await here.card("ops", "ended your lock"), who="alex")
        await here.types("sam", "/deploy stop-all the network is down")
        await here.says(card, "Stopped: payments")
        await camera.message("notice-stopped", card)
        await camera.message("operations-stopped", await here.card("ops", "STOPPED"))
        await here.types("sam", "/deploy quarantine payments 2 it loses refunds")
        await here.types("sam", "/deploy go-all")
        await here.says(card, "In quarantine")
        await camera.message("notice-quarantined", card)
        await camera.message("operations-quarantined", await here.card("ops", "in quarantine"))
        await here.types("sam", "/deploy mode payments production deployment we trust the tests")
        await camera.message("operations-mode", await here.card("ops", "switched the mode"))
        changed = POLICY.replace("request: [everyone]", "request: [qa, sre]")
        await here.reloads(changed)
        await camera.message("operations-policy", await here.card("ops", "policy"))


async def frozen(browser: Browser) -> None:
    """A freeze begins, a release waits for its end, another goes by break-glass."""
    async with scene(browser, FROZEN) as on:
        here, camera = on.here, on.camera
        here.passes(3660)
        await camera.message("freeze-begins", await here.card("payments", "has begun"))
        card = await on.waits("Send a refund only once")
        await on.approves(card)
        await here.says(card, "Frozen")
        await camera.message("notice-frozen", card)
        await on.answer("answer-freeze", "alex", "/deploy freeze", "stocktaking")
        await here.types("sam", "/deploy override R-1 customers are charged twice")
        await here.says(card, "Live (OVERRIDDEN)")
        await camera.message("notice-overridden", card)
        await camera.message("operations-override", await here.card("ops", "OVERRIDE"))
        here.passes(7 * 3600)
        await camera.message("freeze-ends", await here.card("payments", "has ended"))


async def marked(browser: Browser) -> None:
    """A hotfix, an older build, an automatic lane."""
    async with scene(browser) as on:
        here, camera = on.here, on.camera
        first = await on.waits("Send a refund only once")
        await here.types("alex", "/deploy cancel R-1")
        await here.types("sam", "/deploy cancel R-1")
        await here.says(first, "Cancelled")
        await camera.message("notice-cancelled", first)
        await here.types("priya", "/deploy hotfix payments 2 to production refunds fail")
        await camera.message("notice-hotfix", await here.card("payments", "HOTFIX"))
        await here.types("sam", "/deploy cancel R-2")
        await on.ships("Show totals with tax")
        await here.types("alex", "/deploy payments 2 to production")
        await camera.message("notice-older", await here.card("payments", "OLDER THAN LIVE"))
        await on.push("Explain rounding", repo="acme/docs")
        await camera.message("notice-automatic", await here.card("docs", "Live: docs"))


async def trial(browser: Browser) -> None:
    """A service that triggers nothing yet."""
    async with scene(browser, TRIAL) as on:
        card = await on.waits("Round amounts half to even")
        await on.approves(card)
        await on.here.says(card, "Would have been deployed")
        await on.camera.message("notice-trial", card)


async def verifying(browser: Browser) -> None:
    """What was deployed is asked whether it is well, until it is not."""
    well = [200]
    app = web.Application()

    async def health(_request: web.Request) -> web.Response:
        return web.Response(status=well[0])

    app.router.add_get("/health", health)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    verify = f'        verify: {{http: {{url: "http://127.0.0.1:{port}/health"}}, within: 5m, for: 10m}}\n'
    try:
        async with scene(browser, POLICY.replace(LOOKUP, LOOKUP + verify)) as on:
            here, camera = on.here, on.camera
            card = await on.waits("Round amounts half to even")
            await on.approves(card)
            await here.says(card, "Verifying")
            await camera.message("notice-verifying", card)
            well[0] = 500
            here.passes(60)
            told = await here.card("payments", "the verification of the deploy")
            await camera.message("notice-not-well", card)
            await camera.message("failure-verification", told)
    finally:
        await runner.cleanup()


SCENES = (no_sooner_no_later, shut, frozen, marked, trial, verifying)
