"""The form for a request, in a workspace: opened at a word, filled in choice by choice, by who may and who may not."""

import re
from datetime import timedelta
from pathlib import Path

from inline_snapshot import snapshot

from sandbox.slack.views import Modal
from tests.acceptance.desk import POLICY, START, Desk, desk

ENVIRONMENTS = """\
    environments:
      staging:
        mode: delivery
        approvals: [{from: [qa, sre], count: 1}]
        deploy: {github_deployment: {environment: staging}}
      production:
        mode: delivery
"""
TWO = POLICY.replace("    environments:\n      production:\n        mode: delivery\n", ENVIRONMENTS)


async def one_build(here: Desk) -> None:
    """Go on until payments 1 is deployable and nothing of it is open."""
    await here.push("acme/payments", "First")
    for number, place in ((1, "staging"), (2, "production")):
        card = await here.card("payments", f"payments 1 to {place}")
        await here.types("priya", f"/deploy cancel R-{number}")
        await here.says(card, "Cancelled")


async def form(here: Desk, who: str, line: str) -> Modal:
    """Type a command that opens a form, and return it."""
    await here.types(who, line)
    modal = here.workspace.modal(who)
    assert modal is not None, f"{line} opened no form"
    return modal


def fields(modal: Modal) -> dict[str, object]:
    """Return what is filled in, by label."""
    shown: dict[str, object] = {}
    for block in modal.inputs:
        state = modal.values.get(block["block_id"], {}).get(block["element"]["action_id"], {})
        option = state.get("selected_option")
        shown[block["label"]["text"]] = option["text"]["text"] if option else state.get("selected_date_time")
    return shown


def tells(here: Desk, modal: Modal) -> str:
    """Return what the form says below its fields, with moments and commits cut."""
    said = "\n".join(block["text"]["text"] for block in modal.blocks if block["type"] == "section")
    short = re.sub(r"\b([0-9a-f]{7})[0-9a-f]{33}\b", r"\1", said)
    return re.sub(r"<!date[^>]*>", "[then]", here._known(short))


async def test_each_choice_shows_what_follows_and_the_form_asks_for_the_release(tmp_path: Path) -> None:
    async with desk(tmp_path, TWO) as here:
        await one_build(here)
        driver = here.running.driver
        modal = await form(here, "alex", "/deploy")
        assert fields(modal) == {"Service": None, "Not before": None}
        first = await driver.choose("alex", modal, "Service", "payments")
        assert first.acknowledged
        assert list(fields(modal)) == ["Service", "Environment", "Version", "Not before"]
        assert fields(modal)["Environment"] is None
        assert str(fields(modal)["Version"]).startswith("1 (")
        assert tells(here, modal) == "Choose an environment: nothing is guessed."
        assert (await driver.choose("alex", modal, "Environment", "production")).acknowledged
        assert tells(here, modal) == snapshot("""\
*Live there:* nobody has told yet what is live
*Would ship:* <http://sandbox/acme/payments/commit/[First]|1 ([First])>, First, by Robin
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa or sre; may approve: <@U0PRIYA>, <@U0SAM>, <!subteam^S0SRE>\
""")
        assert (await driver.redeliver(first)).acknowledged  # late, over the form that was drawn since
        assert fields(modal)["Environment"] == "production"
        done = await driver.submit("alex")
        assert done.acknowledged
        assert here.workspace.modal("alex") is None
        assert await here.hears("alex", "Opened") == snapshot(
            "Opened R-3, payments 1 ([First]) to production: its card asks the approvers. What it waits for: /deploy why payments production."
        )
        await driver.redeliver(done)
        card = await here.card("payments", "Waiting for approval: payments 1 to production")
        await here.clicks("priya", card, "Approve")
        await here.card("releases", "payments")
        assert here.deploys() == {"First": 1}
        assert "R-4" not in here.workspace.transcript()


async def test_what_was_typed_is_filled_in_and_a_time_that_has_passed_is_refused_at_its_field(tmp_path: Path) -> None:
    async with desk(tmp_path, TWO) as here:
        await one_build(here)
        driver = here.running.driver
        modal = await form(here, "alex", "/deploy payments 1")
        assert fields(modal)["Service"] == "payments"
        await driver.choose("alex", modal, "Environment", "staging")
        await driver.pick("alex", modal, "Not before", START - timedelta(hours=1))
        await driver.submit("alex")
        assert modal.errors == {"when": "This time has passed already: please pick a later one, or none."}
        await driver.pick("alex", modal, "Not before", START + timedelta(hours=2))
        await driver.submit("alex")
        assert await here.hears("alex", "Opened") == snapshot(
            "Opened R-3, payments 1 ([First]) to staging: its card asks the approvers. It does not ship before Nov 21, 2026 12:00. What it waits for: /deploy why payments staging."
        )


async def test_who_may_not_ask_may_look_and_hears_who_may(tmp_path: Path) -> None:
    async with desk(tmp_path, TWO.replace("request: [everyone]", "request: [sre]")) as here:
        await one_build(here)
        driver = here.running.driver
        for who in ("alex", "sam"):
            modal = await form(here, who, "/deploy payments")
            await driver.choose(who, modal, "Environment", "production")
            assert tells(here, modal).splitlines()[-1] == snapshot("*May ask for it:* <@U0SAM>, <!subteam^S0SRE>")
            await driver.submit(who)
        assert await here.hears("alex", "Nothing was changed") == snapshot("""\
Nothing was changed (payments in production).
You do not have the permission request. It is held by @sam, @sre.\
""")
        await here.types("guest", "/deploy payments")
        assert await here.hears("guest", "Signoff answers") == snapshot(
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
        )
        assert "R-3" in await here.hears("sam", "Opened")


async def test_a_service_that_leaves_the_policy_between_two_steps_is_told_of(tmp_path: Path) -> None:
    async with desk(tmp_path, TWO) as here:
        await one_build(here)
        driver = here.running.driver
        modal = await form(here, "alex", "/deploy payments")
        start = TWO.index("  payments:")
        await here.reloads(TWO[:start] + TWO[TWO.index("  docs:") :])
        await driver.choose("alex", modal, "Environment", "production")
        assert fields(modal) == {"Service": None, "Not before": None}
        assert tells(here, modal) == snapshot("""\
payments is no longer in the policy: please choose another service.
Choose a service: then this form says what is live, what would ship and what is in the way.\
""")


async def test_where_the_form_cannot_open_the_words_are_answered(tmp_path: Path) -> None:
    async with desk(tmp_path, TWO) as here:
        here.running.faults.add("views.open", "500", count=2)
        await here.types("alex", "/deploy")
        assert "/deploy help WORD" in await here.hears("alex", "/deploy approve RELEASE")
        await here.types("alex", "/deploy payments")
        assert await here.hears("alex", "Where to?") == snapshot(
            "Where to? payments has staging, production. Please say it: /deploy payments to ENV."
        )
        assert here.workspace.modal("alex") is None
        assert "`signoff approve RELEASE`" in await here.on_the_host("help")
        assert await here.on_the_host("payments", "priya") == snapshot(
            "Where to? payments has staging, production. Please say it: `signoff request payments to ENV`."
        )


async def test_a_rollback_is_asked_for_in_a_form(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        driver = here.running.driver
        for number, title in ((1, "First"), (2, "Second")):
            await here.push("acme/payments", title)
            card = await here.card("payments", f"Waiting for approval: payments {number}")
            await here.clicks("priya", card, "Approve")
            await here.says(card, f"Live: payments {number}")
        modal = await form(here, "priya", "/deploy rollback payments")
        assert tells(here, modal) == snapshot("""\
*Live there:* 2 (<http://sandbox/acme/payments/commit/[Second]|[Second]>) is live since [then], R-2
*Would go back to:* <http://sandbox/acme/payments/commit/[First]|1 ([First])>, First, by Robin; 2 ([Second]) → 1 ([First]) (<http://sandbox/acme/payments/compare/[Second]...[First]|compare>)
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa or sre; may approve: <@U0SAM>, <!subteam^S0SRE>
*May ask for it:* <@U0PRIYA>, <@U0SAM>, <!subteam^S0SRE>\
""")
        assert (await driver.submit("priya", {"Why?": "it loses refunds"})).acknowledged
        assert await here.hears("priya", "Opened") == snapshot(
            "Opened R-3, payments 1 ([First]) to production, as a ROLLBACK: its card asks the approvers. What it waits for: /deploy why payments production."
        )
