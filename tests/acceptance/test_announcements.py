"""What people outside the team read: by kind of change, in the service's words, after somebody has read it."""

from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, Desk, desk

OWN_WORDS = POLICY.replace(
    "        lookup_window: 1s\n",
    "        lookup_window: 1s\n"
    '        announcement: {template: "*{service} {version}* is out, thanks to {authors}!\\n{changes}"}\n',
)
DRAFTED = POLICY.replace(
    "        lookup_window: 1s\n", "        lookup_window: 1s\n        announcement: {edit: true}\n"
)


async def ships(here: Desk, title: str) -> None:
    """Let a commit be pushed, approved and become live."""
    await here.push("acme/payments", title)
    card = await here.card("payments", title)
    await here.clicks("priya", card, "Approve")
    await here.says(card, "Live")


async def test_changes_since_what_was_live_are_told_by_kind(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await ships(here, "First")
        await here.push("acme/payments", "feat: add refunds")
        await here.push("acme/payments", "fix: round half to even")
        await ships(here, "chore: tidy up")
        told = await here.card("releases", "payments 4")
        assert here.reads(told) == snapshot("""\
payments 4 is live in production
Features: 1
• Add refunds
Fixes: 1
• Round half to even
Other: 1
• Tidy up
By: Robin
Before: 1 ([First]); all changes since
Approved by: @priya\
""")


async def test_a_service_says_it_in_its_own_words(tmp_path: Path) -> None:
    async with desk(tmp_path, OWN_WORDS) as here:
        await ships(here, "Add refunds <!channel>")
        assert here.reads(await here.card("releases", "payments 1")) == snapshot("""\
payments 1 is out, thanks to Robin!
What changed: Add refunds <!channel>\
""")


async def test_somebody_reads_it_first_writes_another_and_posts_it_once(tmp_path: Path) -> None:
    async with desk(tmp_path, DRAFTED) as here:
        await ships(here, "Add refunds")
        draft = await here.card("payments", "Draft announcement")
        assert here.reads(draft) == snapshot("""\
Draft announcement: payments 1 in production
payments 1 is live in production
What changed: Add refunds
By: Robin
Approved by: @priya
Next: somebody clicks Post; until then nothing is posted in #releases
May decide: its approvers and whoever asked for it; where there are none, whoever may request
R-1: live since Nov 21, 2026 10:00
Dropped: Nov 22, 2026 10:00 if nobody has posted it by then
[Post] [Edit] [Discard]\
""")
        await here.clicks("guest", draft, "Post")
        assert await here.hears("guest", "full members") == snapshot(
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
        )
        await here.clicks("priya", draft, "Edit")
        await here.workspace.changed(lambda: here.workspace.modal("priya"))
        done = await here.running.driver.submit("priya", {"reason": "*Refunds* are here, <!channel>\nEnjoy!"})
        assert done.acknowledged
        await here.says(draft, "Written by")
        assert here.workspace.channel("releases").messages == []
        await here.clicks("priya", draft, "Post")
        await here.says(draft, "Posted")
        assert here.reads(await here.card("releases", "Enjoy")) == snapshot("""\
Refunds are here, <!channel>
Enjoy!\
""")
        await here.everything_is_told()
        assert here.reads(draft) == snapshot("""\
Announced: payments 1 in production
Refunds are here, <!channel>
Enjoy!
Posted: Nov 21, 2026 10:00, by @priya
Written by: @priya\
""")
        assert len(here.workspace.channel("releases").messages) == 1


async def test_a_draft_that_nobody_posts_is_dropped(tmp_path: Path) -> None:
    async with desk(tmp_path, DRAFTED) as here:
        await ships(here, "Add refunds")
        draft = await here.card("payments", "Draft announcement")
        here.passes(4 * 3600)
        assert here.reads(await here.card("payments", "has not been posted yet")) == snapshot("""\
The announcement of payments 1 ([Add refunds]) in production has not been posted yet: please post, edit or discard its draft.
It is dropped Nov 22, 2026 10:00, and then nothing is announced.\
""")
        here.passes(20 * 3600)
        await here.says(draft, "Dropped")
        await here.says(draft, "Not announced")
        assert here.workspace.channel("releases").messages == []
