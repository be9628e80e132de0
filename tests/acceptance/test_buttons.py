"""Every button of a card and of a failure, in a workspace: by somebody who may, and by somebody who may not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from inline_snapshot import snapshot

from sandbox.slack.filled import Value
from sandbox.slack.messages import Message
from tests.acceptance.desk import PATIENCE, POLICY, Desk, desk

ALLOWED = POLICY.replace(
    "permissions: {request: [everyone], resolve: [sre]}",
    "permissions: {request: [qa], resolve: [sre], override: [qa], hold: [qa], rollback: [qa]}",
).replace("approvals: [{from: [qa, sre], count: 1}]", "approvals: [{from: [qa], count: 1}]\n        undo_window: 30s")
"""Priya may do everything; Sam may do nothing of it."""


@asynccontextmanager
async def waiting(folder: Path, *, policy: str = ALLOWED) -> AsyncIterator[tuple[Desk, Message]]:
    """Go on until a release waits for approval."""
    async with desk(folder, policy) as here:
        await here.push("acme/payments", "Round amounts")
        yield here, await here.card("payments", "Waiting for approval")


async def fills(here: Desk, who: str, card: Message, button: str, values: dict[str, Value]) -> None:
    """Click a button, fill its form in and send it."""
    await here.clicks(who, card, button)
    await here.workspace.changed(lambda: here.workspace.modal(who), PATIENCE)
    done = await here.running.driver.submit(who, values)
    assert done.acknowledged, here.workspace.modal(who)
    assert here.workspace.modal(who) is None


async def ships(here: Desk, card: Message, ends: str = "Live") -> None:
    """Approve a release, and let it go to its end."""
    await here.clicks("priya", card, "Approve")
    await here.says(card, "Undo")
    here.passes(31)
    await here.says(card, ends)


def buttons(here: Desk, card: Message) -> list[str]:
    """Return the words of what can be clicked."""
    return [button.text for button in here.workspace.buttons(card)]


async def refused(here: Desk, who: str) -> str:
    """Return why nothing was changed, as somebody is told privately."""
    return (await here.hears(who, "Nothing was changed")).split("\n", 1)[1]


async def test_approve_and_undo(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        assert buttons(here, card) == snapshot(["Approve", "Reject", "Schedule", "Hold"])
        await here.clicks("sam", card, "Approve")
        assert await refused(here, "sam") == snapshot(
            "You are not among those who decide here (1 of qa): please ask @priya."
        )
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Undo")
        assert buttons(here, card) == snapshot(["Undo", "Reject", "Schedule", "Hold"])
        await here.clicks("sam", card, "Undo")
        await here.until(lambda: len(here.workspace.ephemerals("sam")) == 2)
        assert await refused(here, "sam") == snapshot(
            "Only who asked for a release and its approvers may do that: please ask @priya."
        )
        await here.clicks("priya", card, "Undo")
        await here.says(card, "Waiting for approval")
        assert here.deploys() == {}


async def test_reject(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        await fills(here, "sam", card, "Reject", {"reason": "I do not like it"})
        assert await refused(here, "sam") == snapshot(
            "You are not among those who decide here (1 of qa): please ask @priya."
        )
        await fills(here, "priya", card, "Reject", {"reason": "Totals are off"})
        await here.says(card, "Rejected")
        assert buttons(here, card) == []


async def test_schedule_and_as_soon_as_possible(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        tomorrow = here.clock() + timedelta(days=1)
        await fills(here, "sam", card, "Schedule", {"at": tomorrow})
        assert await refused(here, "sam") == snapshot(
            "Only who asked for a release and its approvers may do that: please ask @priya."
        )
        await fills(here, "priya", card, "Schedule", {"at": tomorrow})
        await here.says(card, "Scheduled for")
        assert buttons(here, card) == snapshot(["Approve", "Reject", "Another time", "As soon as possible", "Hold"])
        await here.clicks("sam", card, "As soon as possible")
        await here.until(lambda: len(here.workspace.ephemerals("sam")) == 2)
        await here.clicks("priya", card, "As soon as possible")
        await here.until(lambda: "As soon as possible" not in buttons(here, card))
        await here.clicks("priya", card, "Schedule")
        await here.until(lambda: here.workspace.modal("priya"))
        done = await here.running.driver.submit("priya", {"at": here.clock() - timedelta(days=1)})
        assert done.answer == {
            "response_action": "errors",
            "errors": {"at": snapshot("This time has passed already: please pick a later one.")},
        }


async def test_hold_and_resume(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        await fills(here, "sam", card, "Hold", {"reason": "lunch"})
        assert await refused(here, "sam") == snapshot("You do not have the permission hold. It is held by @priya.")
        await fills(here, "priya", card, "Hold", {"reason": "reading the logs", "length": "2h"})
        await here.says(card, "reading the logs")
        assert [line for line in here.reads(card).splitlines() if "is held" in line] == snapshot(
            [
                "In the way: payments in production is held by @priya until Nov 21, 2026 12:00, since Nov 21, 2026 10:00: “reading the logs”. It can be resumed with /deploy resume payments production (by @priya)."
            ]
        )
        assert "Hold" not in buttons(here, card)
        await here.clicks("sam", card, "Resume")
        await here.until(lambda: len(here.workspace.ephemerals("sam")) == 2)
        await here.clicks("priya", card, "Resume")
        await here.until(lambda: "Hold" in buttons(here, card))


async def test_a_form_asks_for_what_it_lacks(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        await here.clicks("priya", card, "Hold")
        await here.until(lambda: here.workspace.modal("priya"))
        done = await here.running.driver.submit("priya", {"reason": "  "})
        assert done.answer == {
            "response_action": "errors",
            "errors": {"reason": snapshot("Please say why, so that others can go on from there.")},
        }


async def test_retry(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        here.forge.break_next_deploy = True
        await ships(here, card, "Deploy failed")
        told = await here.card("payments", "failed.")
        assert buttons(here, told) == snapshot(["Retry", "Mark as done"])
        await here.clicks("sam", told, "Retry")
        assert await refused(here, "sam") == snapshot(
            "Only who asked for a release and its approvers may do that: please ask @priya."
        )
        await here.clicks("priya", told, "Retry")
        await here.says(told, "R-2")
        assert buttons(here, told) == []
        assert here.reads(told).splitlines()[:2] == snapshot(
            [
                "Robin: the deploy of payments 1 ([Round amounts]) to production failed.",
                "Since then: it is tried again as R-2, so please go on there",
            ]
        )
        await here.card("payments", "Live: payments 1")
        assert here.deploys() == {"Round amounts": 2}


async def test_mark_as_done(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        here.forge.break_next_deploy = True
        await ships(here, card, "Deploy failed")
        told = await here.card("payments", "failed.")
        await fills(here, "sam", told, "Mark as done", {"reason": "I saw it"})
        assert await refused(here, "sam") == snapshot("You do not have the permission override. It is held by @priya.")
        await fills(here, "priya", told, "Mark as done", {"reason": "The probe is green"})
        await here.says(card, "Live")
        await here.says(told, "marked it as done")
        assert buttons(here, told) == []


async def test_roll_back_from_what_is_live(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, first):
        await ships(here, first)
        assert "Roll back" not in buttons(here, first)
        await here.push("acme/payments", "Break the totals")
        second = await here.card("payments", "Waiting for approval")
        await ships(here, second)
        await here.until(lambda: "Roll back" in buttons(here, second))
        await fills(here, "sam", second, "Roll back", {"reason": "I want it"})
        assert await refused(here, "sam") == snapshot("You do not have the permission rollback. It is held by @priya.")
        await fills(here, "priya", second, "Roll back", {"reason": "Totals are off"})
        back = await here.card("payments", "(ROLLBACK")
        assert "payments 1" in here.reads(back)
        await here.until(lambda: "Roll back" not in buttons(here, second))


async def test_roll_back_from_what_failed(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, first):
        await ships(here, first)
        await here.push("acme/payments", "Break the totals")
        second = await here.card("payments", "Waiting for approval")
        here.forge.break_next_deploy = True
        await ships(here, second, "Deploy failed")
        told = await here.card("payments", "failed.")
        assert buttons(here, told) == snapshot(["Retry", "Roll back", "Mark as done"])
        await fills(here, "priya", told, "Roll back", {"reason": "Half done"})
        await here.card("payments", "(ROLLBACK")
        await here.says(told, "goes back to an earlier build")
        assert buttons(here, told) == buttons(here, second) == []


async def test_a_second_click_is_answered(tmp_path: Path) -> None:
    async with waiting(tmp_path) as (here, card):
        await here.clicks("priya", card, "Approve")
        await here.running.driver.click("priya", card, "Approve", version=0)
        assert await refused(here, "priya") == snapshot(
            "You have approved this already, once is enough. To take it back: /deploy withdraw R-1."
        )
