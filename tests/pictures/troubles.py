"""Scenes: what fails, what is lost, what could not be delivered, and how people answer."""

from hashlib import sha256

from playwright.async_api import Browser

from sandbox.github.faults import Fault
from tests.acceptance.desk import Desk
from tests.pictures.notices import deployed
from tests.pictures.stage import POLICY, scene

DRAFTED = POLICY.replace("        lookup_window: 1s\n", "        announcement: {edit: true}\n", 1)


async def it_fails(browser: Browser) -> None:
    """A deploy fails and is tried again; what is live is gone back from."""
    async with scene(browser) as on:
        here, camera = on.here, on.camera
        await on.ships("Send a refund only once")
        card = await on.waits("Round amounts half to even")
        here.forge.auto = False
        await on.approves(card)
        deployment = await here.until(lambda: deployed(here))
        assert deployment is not None
        why = "migrate: timed out after 300 s, waiting for a lock of the table payments"
        here.forge.progress_deployment("acme/payments", deployment, "failure", why)
        here.forge.auto = True
        await here.says(card, "Deploy failed")
        told = await here.card("payments", "failed.")
        await camera.message("notice-failed", card)
        await camera.message("failure", told, who="sam")
        await camera.question("confirm-retry", told, "Retry")
        for button, name in (("Roll back", "form-roll-back"), ("Mark as done", "form-mark-as-done")):
            await here.clicks("sam", told, button)
            await camera.form(name, "sam")
        await here.clicks("priya", told, "Retry")
        await here.says(told, "R-3")
        await camera.message("failure-retried", told)
        again = await here.card("payments", "Live: payments 3")
        await on.fills("sam", again, "Roll back", {"reason": "Totals are off by a cent."})
        back = await here.card("payments", "Live (ROLLBACK)")
        await camera.message("notice-rollback", back)
        await here.says(again, "Rolled back")
        await camera.message("notice-rolled-back", again)
        await camera.message("rolled-back", await here.card("payments", "was rolled back"))
        direct = await here.until(
            lambda: [m for m in here.workspace.direct_messages("alex") if "rolled back" in m.text]
        )
        await camera.message("direct-rolled-back", direct[-1], who="alex")
        await camera.message(
            "audit", await here.card("ops", "Audit chain"), replace=(r"[0-9a-f]{64}", sha256(b"").hexdigest())
        )


async def it_is_lost(browser: Browser) -> None:
    """The answer to a request is lost, and a person looks; an announcement cannot be delivered."""
    async with scene(browser) as on:
        here, camera = on.here, on.camera
        card = await on.waits("Round amounts half to even")
        here.forge.faults.add(Fault.RESET_BEFORE, "POST", "*/deployments")
        await here.clicks("priya", card, "Approve")
        await here.clicks("sam", card, "Approve")
        await here.says(card, "Deploy in doubt")
        here.passes(2)
        question = await here.card("ops", "Did this deploy start?")
        await camera.message("notice-in-doubt", card)
        await camera.message("question", question, who="sam")
        await camera.question("confirm-did-run", question, "It did run")
        here.workspace.channel("releases").archived = True
        await here.clicks("sam", question, "Try again")
        await here.says(question, "Settled")
        await camera.message("question-settled", question)
        letter = await here.card("ops", "Not delivered")
        await camera.message("letter", letter)
        await camera.question("confirm-try-again", letter, "Try again")
        here.passes(24 * 3600)
        await camera.message("letter-reminder", await here.card("ops", "still waits for an answer"))
        here.workspace.channel("releases").archived = False
        await here.clicks("sam", letter, "Try again")
        await here.says(letter, "Settled")
        await camera.message("letter-settled", letter)


async def the_line(browser: Browser) -> None:
    """The main branch breaks and is mended."""
    async with scene(browser) as on:
        here, camera = on.here, on.camera
        here.forge.auto = False
        await on.push("Round amounts half to even")
        finish(here, "failure")
        await camera.message("line-broken", await here.card("payments", "can no longer be deployed"))
        await on.push("Mend the rounding")
        finish(here, "success")
        await camera.message("line-mended", await here.card("payments", "from main again"))


def finish(here: Desk, conclusion: str) -> None:
    """End the newest build."""
    here.forge.finish_run("acme/payments", here.forge.repositories["acme/payments"].runs[-1], conclusion)


async def a_draft(browser: Browser) -> None:
    """An announcement that somebody reads first, writes anew and posts."""
    async with scene(browser, DRAFTED) as on:
        here, camera = on.here, on.camera
        await on.ships("Send a refund only once")
        draft = await here.card("payments", "Draft announcement")
        await camera.message("draft", draft)
        await here.clicks("priya", draft, "Edit")
        await camera.form("form-edit", "priya")
        here.passes(4 * 3600)
        await camera.message("draft-reminder", await here.card("payments", "has not been posted yet"))
        await on.fills(
            "priya", draft, "Edit", {"reason": "*Refunds* are sent only once now.\nThank you for your patience!"}
        )
        await here.says(draft, "Written by")
        await here.clicks("priya", draft, "Post")
        await here.says(draft, "Posted")
        await camera.message("draft-posted", draft)
        await camera.message("announcement-own-words", await here.card("releases", "Thank you"))


SCENES = (it_fails, it_is_lost, the_line, a_draft)
