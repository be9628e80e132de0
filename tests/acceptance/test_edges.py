"""Slack's edges: channels, messages, tokens, people and groups that go away, and come back; nothing is lost meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from sandbox.slack.directory import Person
from sandbox.slack.envelopes import message_action
from sandbox.slack.messages import Message
from tests.acceptance.desk import POLICY, Desk, desk
from tests.acceptance.truth import becomes_true

HOUR = 3600.0
ALWAYS = 10_000
"""More often than anything is tried."""
BY_GROUP = POLICY.replace("sre: {people: [sam], usergroup: S0SRE}", "sre: {usergroup: S0SRE}").replace(
    "from: [qa, sre]", "from: [sre]"
)
BY_NAME = POLICY.replace("channel: C0PAYMENTS", 'channel: "#payments"')


def heads(here: Desk, channel: str) -> list[str]:
    """Return the first lines of what stands in a channel."""
    return [here.reads(one).splitlines()[0] for one in here.workspace.channel(channel).messages]


def letters(here: Desk) -> list[Message]:
    """Return what operations were told of things that could not be delivered."""
    return [one for one in here.workspace.channel("ops").messages if "not delivered" in one.text.lower()]


async def asked(here: Desk, title: str = "First") -> Message:
    """Push a commit and go on until it waits for approval."""
    await here.push("acme/payments", title)
    card = await here.card("payments", "Waiting for approval")
    await here.everything_is_told()
    return card


async def test_a_notice_that_somebody_deletes_comes_once_more_with_what_is_true_then(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        here.workspace.delete(card)
        await here.types("priya", "/deploy approve R-1")
        anew = await here.card("payments", "Live")
        assert anew.ts != card.ts
        await becomes_true(here)
        assert heads(here, "payments") == snapshot(["Live: payments 1 in production"])
        thread = "\n".join(here.reads(line) for line in here.workspace.thread(anew))
        assert thread.endswith("Live: payments 1 ([First]) in production. Open the deploy job.")
        assert letters(here) == []
        assert here.deploys() == {"First": 1}


async def test_a_notice_that_is_deleted_when_all_is_over_stays_away(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        await here.rejects("priya", card, "Totals are off")
        await here.says(card, "Rejected")
        await here.everything_is_told()
        here.workspace.delete(card)
        await asked(here, "Second")
        assert heads(here, "payments") == snapshot(["Waiting for approval: payments 2 to production"])


@pytest.mark.parametrize("error", ["cant_update_message", "edit_window_closed"])
async def test_a_message_that_slack_lets_nobody_edit_is_followed_by_a_true_one(tmp_path: Path, error: str) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        here.running.faults.add("chat.update", "refusal", error=error)
        await here.types("priya", "/deploy approve R-1")
        anew = await here.card("payments", "Live")
        assert anew.ts != card.ts
        await becomes_true(here)
        await here.clicks("sam", card, "Approve")  # on what is left of the first one
        said = await here.hears("sam", "nothing was changed")
        assert said.startswith("This button no longer does anything, so nothing was changed.")
        assert here.deploys() == {"First": 1}


async def test_a_message_that_is_too_long_is_told_operations_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        here.running.faults.add("chat.update", "refusal", error="msg_too_long", count=ALWAYS)
        await here.clicks("priya", card, "Approve")
        letter = await here.card("ops", "Not delivered")
        assert here.reads(letter) == snapshot("""\
Not delivered: R-1
What: its notice
Release: R-1, payments 1 ([First]) to production
Why: Nov 21, 2026 10:00: Slack refused to edit a message in #payments (msg_too_long). Please report it; the message is longer than Slack takes.
Known as: card-1
May answer: @sam, @sre
[Try again] [Abandon]\
""")
        here.running.faults.clear()
        await becomes_true(here)
        assert len(letters(here)) == 1
        assert "Settled" in here.reads(letter)


def archived(here: Desk, *, closed: bool) -> None:
    here.workspace.channel("C0RELEASES").archived = closed


def removed(here: Desk, *, closed: bool) -> None:
    here.workspace.channel("C0RELEASES").is_member = not closed


def private(here: Desk, *, closed: bool) -> None:
    here.workspace.channel("C0RELEASES").private = True
    removed(here, closed=closed)


def unknown(here: Desk, *, closed: bool) -> None:
    channels = here.workspace.channels
    if closed:
        channels["C0ELSE"] = channels.pop("C0RELEASES")
    else:
        channels["C0RELEASES"] = channels.pop("C0ELSE")


@pytest.mark.parametrize("way", [archived, removed, private, unknown], ids=lambda way: way.__name__)
async def test_what_a_channel_does_not_take_is_told_operations_once_and_comes_when_it_does(
    tmp_path: Path, way: Callable[..., None]
) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        way(here, closed=True)
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        letter = await here.card("ops", "Not delivered")
        why = next(line for line in here.reads(letter).splitlines() if line.startswith("Why"))
        # Slack shows a channel by its name; of one that it does not know there is nothing but the id.
        channel = "#C0RELEASES" if way.__name__ == "unknown" else "#releases"
        assert why == f"Why: Nov 21, 2026 10:00: Slack refused to post in {channel} {WHY[way.__name__]}"
        here.passes(HOUR)
        way(here, closed=False)
        await becomes_true(here)
        assert heads(here, "releases") == ["payments 1 is live in production"]
        assert len(letters(here)) == 1
        assert "it was delivered after all" in here.reads(letter)


INVITE = "Invite the bot to the channel with /invite"
WHY = {
    "archived": "(is_archived). Unarchive the channel or name another one in the policy.",
    "removed": f"(not_in_channel). {INVITE}.",
    "private": f"(channel_not_found). {INVITE}, or correct the channel's id in the policy.",
    "unknown": f"(channel_not_found). {INVITE}, or correct the channel's id in the policy.",
}


async def test_in_a_channel_that_is_closed_the_notice_and_its_thread_come_when_it_opens(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        channel = here.workspace.channel("payments")
        channel.private, channel.is_member = True, False
        await here.push("acme/payments", "First")
        letter = await here.card("ops", "Not delivered: R-1")
        await here.types("priya", "/deploy approve R-1", "docs")
        await here.card("releases", "payments 1 is live")
        assert heads(here, "payments") == []
        channel.is_member = True
        await becomes_true(here)
        assert heads(here, "payments") == ["Live: payments 1 in production"]
        thread = "\n".join(here.reads(line) for line in here.workspace.thread(channel.messages[0]))
        assert thread.splitlines()[0::3] == snapshot(
            [
                "Approved by @priya (1 of 1 of qa or sre).",
                "Live: payments 1 ([First]) in production. Open the deploy job.",
            ]
        )
        assert len(letters(here)) == 1
        assert "it was delivered after all" in here.reads(letter)


async def test_a_renamed_channel_stays_the_one_at_a_reload_and_at_the_next_start(tmp_path: Path) -> None:
    async with desk(tmp_path, BY_NAME) as here:
        card = await asked(here)
        here.workspace.channel("payments").name = "money"
        assert await here.reloads(BY_NAME.replace("lookup_window: 1s", "lookup_window: 2s")) == snapshot("""\
warning: `permissions` gives `lock`, `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
payments/production: lookup_window: 1s -> 2s\
""")
        await here.stop()
        await here.start()
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert heads(here, "money") == ["Live: payments 1 in production"]


async def test_while_the_token_is_revoked_the_host_decides_and_all_is_true_when_it_is_good_again(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        here.running.faults.add("*", "refusal", error="token_revoked", count=ALWAYS)
        await here.comes(lambda: here.part("slack").word == "refused")
        await here.on_the_host("approve R-1", "priya")
        await here.until(lambda: here.deploys() == {"First": 1})
        assert "Waiting for approval" in here.reads(card)
        here.running.faults.clear()
        await becomes_true(here)
        assert heads(here, "payments") == ["Live: payments 1 in production"]
        assert heads(here, "releases") == ["payments 1 is live in production"]
        assert letters(here) == []


async def test_who_may_not_decide_reads_why_and_nothing_changes(tmp_path: Path) -> None:
    async with desk(tmp_path, BY_GROUP) as here:
        people = [
            Person("U0GONE", "gone", deleted=True),
            Person("U0ROBOT", "robot", is_bot=True),
            Person("U0CONNECT", "stranger", team_id="T0OTHER"),
            Person("U0SINGLE", "visitor", is_ultra_restricted=True),
        ]
        here.workspace.people |= {one.id: one for one in people}
        here.workspace.usergroups["S0SRE"].people += [one.id for one in people] + ["U0GUEST"]
        card = await asked(here)
        told = {}
        for one in (*people, here.workspace.person("guest")):
            await here.clicks(one.id, card, "Approve")
            told[one.name] = await here.hears(one.id, "full members")
        assert told == snapshot(
            {
                "gone": "Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.",
                "robot": "Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.",
                "stranger": "Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.",
                "visitor": "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.",
                "guest": "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.",
            }
        )
        assert here.deploys() == {}


async def test_who_leaves_between_a_click_and_its_decision_decides_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        here.running.faults.add("users.info", "500", count=ALWAYS)
        await here.clicks("priya", card, "Approve")
        here.workspace.person("priya").deleted = True
        here.running.faults.clear()
        here.passes(61)
        assert await here.hears("priya", "full members") == snapshot(
            "Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you."
        )
        assert here.deploys() == {}
        await here.clicks("sam", card, "Approve")
        await here.says(card, "Live")


def deleted(here: Desk) -> Callable[[], None]:
    group = here.workspace.usergroups.pop("S0SRE")
    return lambda: here.workspace.usergroups.update({"S0SRE": group})


def emptied(here: Desk) -> Callable[[], None]:
    group = here.workspace.usergroups["S0SRE"]
    people, group.people = group.people, []
    return lambda: group.people.extend(people)


def not_paid_for(here: Desk) -> Callable[[], None]:
    here.running.faults.add("usergroups.users.list", "refusal", error="plan_upgrade_required", count=ALWAYS)
    return here.running.faults.clear


@pytest.mark.parametrize("way", [deleted, emptied, not_paid_for], ids=lambda way: way.__name__)
async def test_a_group_without_anybody_lets_nobody_through_until_it_is_back(
    tmp_path: Path, way: Callable[[Desk], Callable[[], None]]
) -> None:
    async with desk(tmp_path, BY_GROUP) as here:
        card = await asked(here)
        mend = way(here)
        await here.clicks("sam", card, "Approve")
        said = (await here.hears("sam", "Nothing was changed")).splitlines()[1]
        group = "@S0SRE" if way is deleted else "@sre"
        assert said == f"You are not among those who decide here (1 of sre): please ask {group}."
        mend()
        here.passes(61)
        await here.clicks("sam", card, "Approve")
        await here.says(card, "Live")


async def test_in_an_enterprise_a_click_names_no_team_and_a_person_another_workspace(tmp_path: Path) -> None:
    policy = POLICY.replace("slack: U0SAM", "slack: W0SAM")
    async with desk(tmp_path, policy) as here:
        sam = here.workspace.people["W0SAM"] = replace(here.workspace.person("sam"), id="W0SAM", name="sam-of-the-org")
        card = await asked(here)
        known = here.workspace.one_shots.response(sam.id, card.channel, card.ts, None)
        button = next(one for one in card.blocks if one["type"] == "actions")
        element = next(one for one in button["elements"] if one["action_id"] == "signoff:approve")
        action = {**element, "block_id": button["block_id"], "action_ts": "1.000001"}
        urls = (f"{here.workspace.url}/response/{known.id}", here.workspace.one_shots.trigger(sam.id))
        payload = message_action(here.workspace, sam, card, action, urls)
        payload |= {"team": None, "is_enterprise_install": True, "enterprise": {"id": "E0ORG", "name": "Acme"}}
        done = await here.running.driver._send("interactive", payload)
        assert done.acknowledged
        await here.says(card, "Live")
        assert "Approved by: @sam" in here.reads(card)


async def test_names_that_slack_writes_as_ids_are_read_as_people_type_them(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        card = await asked(here)
        await here.types("priya", "/deploy reject R-1 <@U0SAM|sam> and <!subteam^S0SRE|@sre> say no, see <#C0OPS|ops>")
        await here.says(card, "Rejected")
        assert here.reads(card).splitlines()[:3] == snapshot(
            [
                "Rejected: payments 1 to production",
                "Rejected: Nov 21, 2026 10:00; the thread says by whom. The reason:",
                "@sam and @sre say no, see #ops",
            ]
        )
        assert "<@U0SAM|" not in card.text
