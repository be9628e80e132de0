"""Scenes: a release from its notice to its end, as the one message that is kept true."""

from playwright.async_api import Browser

from sandbox.github.records import Deployment
from tests.acceptance.desk import Desk
from tests.pictures.stage import POLICY, Scene, scene, sha

PATIENT = POLICY.replace(
    "        lookup_window: 1s\n", "        lookup_window: 1s\n        undo_window: 30s\n        remind_after: [2h]\n"
)


async def a_release(browser: Browser) -> None:
    """From the first question to live, with what everybody hears of it."""
    async with scene(browser, PATIENT) as on:
        here, camera = on.here, on.camera
        await on.push("Sell gift cards")
        first = await here.card("payments", "Sell gift cards")
        await on.approves(first)
        here.passes(31)
        await here.says(first, "Live: payments 2")
        here.passes(24 * 3600)
        here.forge.auto = False
        await two_pull_requests(on)
        card = await here.card("payments", "Waiting for approval: payments 3")
        await camera.message("notice-waiting", card)
        for button in ("Changes", "Reject", "Schedule", "Hold"):
            await here.clicks("priya", card, button)
            await camera.form(f"form-{button.lower()}", "priya")
        await camera.question("confirm-approve", card, "Approve")
        await here.clicks("alex", card, "Approve")
        await camera.private("answer-not-an-approver", "alex", "Nothing was changed")
        await on.approves(card, "priya")
        await camera.message("notice-approved-by-one", card)
        await on.approves(card, "sam")
        await here.says(card, "Undo")
        await camera.message("notice-undo", card)
        here.passes(31)
        deployment = await here.until(lambda: deployed(here))
        assert deployment is not None
        here.forge.progress_deployment("acme/payments", deployment, "in_progress")
        await here.says(card, "Deploying")
        await camera.message("notice-deploying", card)
        here.passes(95)
        here.forge.progress_deployment("acme/payments", deployment, "success")
        await here.says(card, "Live: payments 3")
        await camera.message("notice-live", card)
        await camera.thread("thread", card)
        await camera.message("announcement", await here.card("releases", "payments 3"))
        found = await here.until(
            lambda: [m for m in here.workspace.direct_messages("alex") if "Your changes" in m.text]
        )
        await camera.message("direct-live", found[-1], who="alex")
        await here.clicks("alex", found[-1], "Mute these messages")
        await camera.private("direct-muted", "alex", "Muted")


def deployed(here: Desk, repo: str = "acme/payments") -> Deployment | None:
    """Return the newest deployment that the bot asked for, if it asked for one that has not ended."""
    found = [one for one in here.forge.repositories[repo].deployments if one.task.startswith("signoff:")]
    return found[-1] if found and found[-1].state != "success" else None


async def two_pull_requests(on: Scene) -> None:
    """Push what a notice tells best: two pull requests, one of two commits, and a commit of its own."""
    forge, repo = on.here.forge, "acme/payments"
    receipts, keep, once = (
        "feat: let customers download receipts",
        "Keep receipts for seven years",
        "fix: send a refund only once",
    )
    sam = {"name": "Sam", "login": "sam", "login_id": 1002}
    both = [
        forge.commit(repo, receipts, sha=sha(receipts), files=["receipts/pdf.py"], **sam),
        forge.commit(repo, keep, sha=sha(keep), files=["migrations/0012_receipts.sql"], **sam),
    ]
    forge.merge(repo, receipts, both, number=41, labels=["feature"], login="sam", login_id=1002)
    fix = forge.commit(
        repo, f"{once} (#42)", sha=sha(once), files=["refunds/send.py"], name="Alex", login="alex", login_id=1003
    )
    forge.merge(repo, once, [fix], number=42, labels=["bug"], login="alex", login_id=1003)
    await on.push("Round amounts half to even", files=("money/rounding.py",))
    run = forge.repositories[repo].runs[-1]
    forge.finish_run(repo, run)


async def the_window(browser: Browser) -> None:
    """The whole window with a notice that waits, for the README."""
    async with scene(browser) as on:
        on.here.forge.auto = False
        await two_pull_requests(on)
        card = await on.here.card("payments", "Waiting for approval")
        await on.camera.window("notice", card)


SCENES = (the_window, a_release)
