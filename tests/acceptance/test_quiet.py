"""A service that ships by itself and only speaks when something is the matter."""

from pathlib import Path

from tests.acceptance.desk import POLICY, desk

QUIET = POLICY.replace("        announce: false\n", "        announce: true\n        cards: quiet\n")


async def test_a_quiet_service_is_announced_and_says_no_more(tmp_path: Path) -> None:
    async with desk(tmp_path, QUIET) as here:
        await here.push("acme/docs", "Explain rounding")
        await here.card("releases", "docs 1 is live")
        here.passes(120)
        await here.everything_is_told()
        assert here.workspace.channel("docs").messages == []
        assert [m for m in here.workspace.channel("ops").messages if "Not delivered" in here.reads(m)] == []
        assert here.deploys() == {"Explain rounding": 1}


async def test_a_quiet_service_shows_what_waits_for_a_person(tmp_path: Path) -> None:
    async with desk(tmp_path, QUIET.replace("resolve: [sre]", "resolve: [sre], hold: [everyone]")) as here:
        await here.types("priya", "/deploy hold docs production a look around", "docs")
        await here.hears("priya", "held")
        await here.push("acme/docs", "Explain rounding")
        card = await here.card("docs", "Held")
        await here.types("priya", "/deploy resume docs production", "docs")
        await here.says(card, "Live")
