"""T32: what somebody with another person's account can do alone where a lane asks for two people and for time."""

from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, desk

CAREFUL = POLICY.replace(
    "approvals: [{from: [qa, sre], count: 1}]", "approvals: [{from: [qa, sre], count: 2}]\n        undo_window: 30s"
)


async def test_t32_one_account_ships_nothing_and_the_owner_of_another_stops_what_two_have_begun(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, CAREFUL) as here:
        await here.push("acme/payments", "Send it all to me")
        card = await here.card("payments", "Send it all to me")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "1 of 2")
        await here.clicks("priya", card, "Approve")
        await here.types("priya", "/deploy approve R-1")
        await here.everything_is_told()
        await here.says(card, "1 of 2")
        await here.types("priya", "/deploy override R-1 I am in a hurry")
        await here.hears("priya", "You do not have the permission override")
        await here.clicks("sam", card, "Approve")
        await here.says(card, "Undo")
        assert here.deploys() == {}
        await here.clicks("sam", card, "Undo")
        await here.says(card, "1 of 2")
        await here.rejects("sam", card, "Nobody asked for this")
        assert await here.thread(card, "Rejected by") == snapshot(
            [
                "Approved by @priya (1 of 2 of qa or sre).",
                "Approved by @sam (2 of 2 of qa or sre).",
                "@sam stopped it before it started. Nothing was deployed, and people are asked again.",
                """\
Rejected by @sam. For the authors, Robin:
Nobody asked for this\
""",
            ]
        )
        await here.types("priya", "/deploy approve R-1")
        await here.hears("priya", "Too late")
        here.passes(60)
        await here.everything_is_told()
        assert here.deploys() == {}
