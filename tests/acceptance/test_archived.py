"""A channel that is archived under a card: Slack freezes what stands there, and the card is told anew once it may be."""

from pathlib import Path

from tests.acceptance.desk import desk
from tests.acceptance.test_edges import HOUR, asked, letters
from tests.acceptance.truth import becomes_true


async def test_a_card_that_is_frozen_is_a_letter_and_is_brought_up_to_date_later(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        here.workspace.channel("payments").archived = True
        await here.types("priya", "/deploy approve R-1", "docs")
        letter = await here.card("ops", "Not delivered")
        why = [line for line in here.reads(letter).splitlines() if line.startswith("Why")]
        assert why == [
            "Why: Nov 21, 2026 10:00: Slack refused to edit a message in #payments (is_inactive). Unarchive the channel."
        ]
        here.workspace.channel("payments").archived = False
        here.passes(HOUR)
        await becomes_true(here)
        await here.says(card, "Live: payments 1 in production")
        assert len(letters(here)) == 1
        assert "it was delivered after all" in here.reads(letter)
