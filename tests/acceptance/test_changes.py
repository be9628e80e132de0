"""What ships since the build that is live: on the card, behind its button and by the word diff, for everybody."""

import re
from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import PATIENCE, Desk, desk


def opened(here: Desk, who: str) -> list[str]:
    """Return what somebody reads in the modal that is open in front of them."""
    modal = here.workspace.modal(who)
    assert modal
    lines = [line for block in modal.view["blocks"] for line in block["text"]["text"].splitlines()]
    return [re.sub(r"<[^|>]+\|([^>]+)>", r"\1", line) for line in lines]


async def test_everybody_reads_what_ships_since_what_is_live(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "Begin")
        first = await here.card("payments", "Waiting for approval")
        assert "Changes" not in [button.text for button in here.workspace.buttons(first)]
        await here.clicks("priya", first, "Approve")
        await here.says(first, "Live")
        await here.push("acme/payments", "feat: add refunds")
        await here.push("acme/payments", "fix(money): round half to even")
        card = await here.card("payments", "round half to even")
        await here.says(card, "Fixes: 1")
        assert here.reads(card) == snapshot("""\
Waiting for approval: payments 3 to production
Commit: [fix(money): round half to even] fix(money): round half to even
By: Robin, pushed by robin
Checks: build.yml succeeded (run 3, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Changes: 2 commits without a pull request since 1 ([Begin]), live in production (compare)
Features: 1
• Add refunds ([feat: add refunds]) by Robin
Fixes: 1
• Round half to even ([fix(money): round half to even]) by Robin
Approved by: nobody yet
Needs 1 of qa or sre: 0 of 1 given; may approve: @priya, @sam, @sre
R-3: opened Nov 21, 2026 10:00
Expires: Nov 22, 2026 10:00 if approvals are still missing
[Approve] [Reject] [Changes] [Schedule] [Hold]\
""")
        assert here.deploys() == {"Begin": 1}
        await here.clicks("U0GUEST", card, "Changes")
        assert "you are a guest here" in await here.hears("U0GUEST", "Signoff answers")
        await here.clicks("U0ALEX", card, "Changes")
        await here.workspace.changed(lambda: here.workspace.modal("U0ALEX"), PATIENCE)
        assert [re.sub(r"[0-9a-f]{7}", "COMMIT", line) for line in opened(here, "U0ALEX")] == snapshot(
            [
                "payments 3 (COMMIT) to production",
                "*Changes:* 2 commits without a pull request since 1 (COMMIT), live in production (compare)",
                "*Features:* 1",
                "• Add refunds (COMMIT) by Robin",
                "*Fixes:* 1",
                "• Round half to even (COMMIT) by Robin",
            ]
        )
        await here.types("U0ALEX", "/deploy diff pay")
        assert await here.hears("U0ALEX", "Would ship") == snapshot("""\
payments in production (delivery): 1 ([Begin]) is live since Nov 21, 2026 10:00, R-1
Would ship: R-3, payments 3 ([fix(money): round half to even]) to production, waits for approval
Changes: 2 commits without a pull request since 1 ([Begin]), live in production (compare)
Features: 1
• Add refunds ([feat: add refunds]) by Robin
Fixes: 1
• Round half to even ([fix(money): round half to even]) by Robin\
""")
        assert "\nFeatures: 1\n• Add refunds (" in await here.on_the_host("diff payments production")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert "Changes" in [button.text for button in here.workspace.buttons(card)]
        await here.types("U0ALEX", "/deploy diff payments")
        assert (await here.hears("U0ALEX", "Nothing new")).splitlines()[1:] == snapshot(
            ["Nothing new: 3 ([fix(money): round half to even]), the newest deployable build, is what is live."]
        )
