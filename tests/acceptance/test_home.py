"""App Home: what waits for somebody, the board, their settings; kept up to date, and for members only."""

from pathlib import Path

from inline_snapshot import snapshot

from sandbox.slack.views import Home
from tests.acceptance.desk import POLICY, Desk, desk
from tests.acceptance.views import home_of, home_says, puts

LOCKABLE = POLICY.replace("resolve: [sre]", "resolve: [sre], lock: [everyone]")


def reads(here: Desk, home: Home) -> str:
    """Return what a person reads there, without when that last changed."""
    return here._known(here.workspace.reads(home)).partition("\nLast changed ")[0]


async def ticked(here: Desk, who: str, *, yes: bool) -> Home:
    """Wait until the box that asks for direct messages is ticked, or not, as it was published."""

    def as_it_is() -> Home | None:
        home = here.workspace.home(who)
        boxes = [one["elements"][0] for one in home.blocks if one["type"] == "actions"] if home else []
        return home if boxes and ("initial_options" in boxes[0]) == yes else None

    found = await here.until(as_it_is)
    assert found is not None
    return found


async def test_a_home_shows_what_waits_and_follows_what_happens(tmp_path: Path) -> None:
    async with desk(tmp_path, LOCKABLE) as here:
        await here.push("acme/payments", "Add refunds")
        card = await here.card("payments", "Add refunds")
        await here.says(card, "Waiting for approval")
        await here.everything_is_told()
        assert reads(here, await home_of(here, "priya", "R-1")) == snapshot("""\
What waits for you (1)
R-1, payments 1 ([Add refunds]) to production waits for your approval.
Opened Nov 21, 2026 10:00. Expires Nov 22, 2026 10:00 if approvals are still missing.
Read the card of R-1, then decide there.
What is live, and what is next
payments in production (delivery): nobody has told yet what is live.
• Next: R-1, 1 ([Add refunds]), waits for approval; opened Nov 21, 2026 10:00.
docs in production (deployment): nobody has told yet what is live.
Your settings
( ) Tell me directly what becomes of my changes
You are priya in the policy, in the groups: qa.
Beside approving what asks for you, you may: request, lock.
Times that you type are read in the time zone UTC, as your Slack profile says.\
""")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        await here.everything_is_told()
        here.passes(16)
        assert reads(here, await home_says(here, "priya", "Nothing waits for you")) == snapshot("""\
What waits for you
Nothing waits for you: no approval of yours is missing, and nothing of yours is open or shut.
What is live, and what is next
payments in production (delivery): 1 ([Add refunds]) is live since Nov 21, 2026 10:00, R-1.
docs in production (deployment): nobody has told yet what is live.
Your settings
( ) Tell me directly what becomes of my changes
You are priya in the policy, in the groups: qa.
Beside approving what asks for you, you may: request, lock.
Times that you type are read in the time zone UTC, as your Slack profile says.\
""")
        await here.types("sam", "/deploy lock payments production for 2h a load test")
        here.passes(16)
        await home_says(here, "priya", "a load test")
        assert "Your lock:" in reads(here, await home_of(here, "sam", "a load test"))


async def test_a_setting_counts_before_it_is_acknowledged_and_outlives_a_restart(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await home_of(here, "priya", "Nothing waits for you")
        await puts(here, "priya", await ticked(here, "priya", yes=True), "home:mute", [])
        await ticked(here, "priya", yes=False)
        await here.stop()
        await here.start()
        await home_of(here, "priya")
        await puts(here, "priya", await ticked(here, "priya", yes=False), "home:mute", ["tell-me"])
        await ticked(here, "priya", yes=True)


async def test_t19_a_guest_reads_one_sentence_and_nothing_of_the_board(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "Add refunds")
        await here.card("payments", "Add refunds")
        assert reads(here, await home_of(here, "guest", "members")) == snapshot(
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
        )


async def test_a_home_that_was_opened_while_slack_was_away_is_shown_when_it_is_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        here.running.faults.add("views.publish", "429", retry_after=1)
        here.running.faults.add("views.publish", "500")
        here.running.faults.add("views.publish", "reset-after-delivery")
        await home_of(here, "priya", "Nothing waits for you")
        await here.push("acme/payments", "Add refunds")
        await here.card("payments", "Add refunds")
        await here.everything_is_told()
        for _ in range(3):
            here.passes(130)
        await home_says(here, "priya", "R-1")
