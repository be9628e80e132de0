"""What people are told personally: their change is live, was rejected or rolled back; and the button that ends that."""

from pathlib import Path

from inline_snapshot import snapshot

from sandbox.slack.messages import Message
from tests.acceptance.desk import POLICY, Desk, desk

AUTHORS = POLICY.replace(
    "groups:", '  - {name: alex, slack: U0ALEX, github: "1003", email: alex@acme.example}\ngroups:'
)


async def pushes(here: Desk, title: str) -> Message:
    """Let Alex push a commit, and return the card about it."""
    await here.forge.push("acme/payments", title, name="Alex", email="alex@acme.example")
    return await here.card("payments", title)


async def told(here: Desk, who: str, words: str) -> Message:
    """Wait for a direct message to somebody that holds the words."""
    found = await here.until(lambda: [m for m in here.workspace.direct_messages(who) if words in here.reads(m)])
    return found[-1]


async def test_an_author_hears_what_became_of_their_change_and_can_mute_it(tmp_path: Path) -> None:
    async with desk(tmp_path, AUTHORS) as here:
        await here.clicks("priya", await pushes(here, "Round amounts"), "Approve")
        live = await told(here, "alex", "live")
        assert here.reads(live) == snapshot("""\
Your change is live: R-1, payments 1 ([Round amounts]) in production.
• [Round amounts] Round amounts
There is nothing to do. /deploy status payments production shows what is live.
[Mute these messages]\
""")
        await here.rejects("priya", await pushes(here, "Skip the checks"), "the checks are there for a reason")
        assert here.reads(await told(here, "alex", "rejected")) == snapshot("""\
Your change was rejected: R-2, payments 2 ([Skip the checks]) to production, by @priya: “the checks are there for a reason”. Nothing was deployed.
• [Skip the checks] Skip the checks
Its thread says who said what. A newer build is asked for anew, with your change in it.
[Mute these messages]\
""")
        await here.clicks("alex", live, "Mute these messages")
        assert await here.hears("alex", "Muted") == snapshot("""\
Muted: Signoff no longer tells you personally when your changes are live, rejected or rolled back, nor when approvals have been missing for long.
A deploy that fails still mentions you in its channel, and /deploy status always tells.
[Unmute]\
""")
        card = await pushes(here, "Add the checks")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        await here.everything_is_told()
        assert len(here.workspace.direct_messages("alex")) == 2
        assert here.workspace.direct_messages("priya") == []
