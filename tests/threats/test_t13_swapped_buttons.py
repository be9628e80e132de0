"""A button counts for what it was made for: from its own message alone, for its own release, for what that ships."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.core.approvals import missing, needs_another
from bot.core.policy import ApprovalRule, LaneId, Policy
from bot.core.release import Approval, Lifecycle, Verdict
from handlers.acts import Click
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Posted
from tests.fakes.world import World
from tests.integration.slack_door import slack_door
from tests.threats.test_t07_one_authorisation import came, state
from tests.threats.ways import opened
from tests.unit.core.values import ALEX, OLGA, PRIYA, QA, SAM, SRE, lane, lane_policy, policy, release, word
from tests.unit.handlers.slack.bodies import a_click
from tests.unit.handlers.slack.signing import JSON, event, interaction

STAGING = LaneId("payments", "staging")
BOTH = a_policy(
    a_lane_policy(undo_window=timedelta(seconds=30)), a_lane_policy(STAGING, undo_window=timedelta(seconds=30))
)
"""Two lanes that one person approves, each after half a minute."""
ME = {"slack": "U0PRIYA", "team": "T1"}


async def two_cards(folder: Path) -> tuple[World, list[Posted]]:
    """Return a world in which one build waits for approval in each of two lanes, and the cards."""
    world = World(folder, BOTH)
    await opened(world)
    await world.looks()
    await world.looks(a_report(1))
    return world, [await world.notice(1), await world.notice(2)]


def handles(posted: Posted) -> list[tuple[str, str]]:
    """Return what each button of a message is for, and its handle."""
    rows = [block["elements"] for block in posted.message.blocks if block["type"] == "actions"]
    return [(b["action_id"].removeprefix("signoff:"), b["value"]) for row in rows for b in row]


async def refusals(world: World) -> list[str]:
    """Return why what reached no lane was turned away, from the audit."""
    rows = await world.sql("SELECT data FROM audit WHERE action = 'refused' AND lane IS NULL ORDER BY seq")
    return [json.loads(str(data))["reasons"] for (data,) in rows]


async def test_t05_from_any_other_message_or_channel_a_button_does_nothing_and_that_is_on_record(
    tmp_path: Path,
) -> None:
    with capture_logs():
        world, cards = await two_cards(tmp_path)
        threads = [posted.ts for posted in world.chat.messages if posted.thread]
        before = await state(world)
        tried = 0
        for posted in cards:
            elsewhere = [
                (posted.channel, ts) for ts in (*threads, *(other.ts for other in cards if other is not posted))
            ]
            forwarded = [("C0OTHER", posted.ts), ("D0PRIYA", posted.ts), ("C0OPS", "1700000000.000100"), ("", "")]
            for _, handle in handles(posted):
                for channel, ts in (*elsewhere, *forwarded):
                    said = Click.model_validate({**ME, "handle": handle, "channel": channel, "ts": ts})
                    assert await came(world, said) == ("not the card's message", "")
                    tried += 1
        assert await state(world) == before
        assert await refusals(world) == ["not the card's message"] * tried
        assert tried >= 2 * 4 * 5
        await world.settle()
        assert {text for _, _, text in world.chat.whispers} == {world.chat.whispers[0][2]}
        assert len(world.chat.whispers) == tried
        await world.store.close()


async def test_t05_a_handle_that_nobody_was_given_does_nothing(tmp_path: Path) -> None:
    with capture_logs():
        world, (card, _) = await two_cards(tmp_path)
        before = await state(world)
        known = card.button("approve")
        for guess in (
            "approve",
            "R-1",
            "1",
            known[:-1],
            known.upper(),
            known + " ",
            f"{known}x",
            "payments/production",
            "",
        ):
            said = Click.model_validate({**ME, "handle": guess, "channel": card.channel, "ts": card.ts})
            assert (await came(world, said))[0] == "no such button"
        assert await state(world) == before
        await world.store.close()


async def test_t05_what_happens_to_messages_reaches_nobody(tmp_path: Path) -> None:
    message = {"ts": "1605853634.000400", "user": "U0PRIYA", "text": "approve R-1", "blocks": a_click()["message"]}
    kinds = ("message_changed", "message_deleted", "thread_broadcast", "bot_message", "message_replied", None)
    async with slack_door(tmp_path) as door:
        for index, kind in enumerate(kinds):
            told = {"type": "message", "subtype": kind, "channel": "C0PAY", "message": message, **message}
            body = json.dumps(event(event_id=f"Ev1{index}", event=told)).encode()
            assert await door.send(body, JSON) == (200, "text/plain", "")
        assert door.box.received == []
        for changed in ({"type": "message_action"}, {"type": "block_suggestion"}):
            await door.send(interaction({**a_click(), "callback_id": "signoff:approve", "name": "signoff", **changed}))
        assert (door.box.received, door.box.homes) == ([], [])


async def test_t13_each_button_acts_upon_the_release_that_it_was_made_for(tmp_path: Path) -> None:
    with capture_logs():
        world, (production, staging) = await two_cards(tmp_path)
        assert {handle for _, handle in handles(production)}.isdisjoint(handle for _, handle in handles(staging))
        await world.clicks("U0PRIYA", staging, "approve")
        assert [len((await world.release(number)).approvals) for number in (1, 2)] == [0, 1]
        world.passes(31)
        await world.ticks()
        assert [(await world.release(number)).state for number in (1, 2)] == [Lifecycle.OPEN, Lifecycle.DEPLOYING]
        assert world.executor.started == [(await world.release(2)).key]
        (keys,) = zip(*await world.sql("SELECT key FROM effects WHERE kind = 'deploy'"), strict=True)
        assert keys == ("deploy:R-2:1",)
        await world.store.close()


WORDS = st.lists(
    st.builds(
        word,
        st.sampled_from([PRIYA, SAM, ALEX, OLGA]),
        st.sampled_from(Verdict),
        st.integers(min_value=1, max_value=4),
    ),
    max_size=8,
)
RULES = (policy(QA), policy(SRE, QA), policy(ApprovalRule(("qa", "sre"), 2)))


@given(words=WORDS, generation=st.integers(min_value=1, max_value=4), under=st.sampled_from(RULES))
@settings(max_examples=200)
def test_t13_what_was_said_of_something_else_is_as_if_it_had_not_been_said(
    words: list[Approval], generation: int, under: Policy
) -> None:
    there = replace(release(under=under), approvals=tuple(words), generation=generation)
    only = replace(there, approvals=tuple(one for one in there.approvals if one.generation == generation))
    assert missing(there, lane(there), under) == missing(only, lane(only), under)
    assert needs_another(there, lane(there), under) == needs_another(only, lane(only), under)
    if not only.approvals:
        assert len(missing(there, lane(there), under)) == len(lane_policy(under).approvals)
