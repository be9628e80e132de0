"""Cards: shown when they differ, once at a time, later when Slack says so, left alone when it refuses."""

import pytest

from bot.core.release import Lifecycle
from bot.ports.cards import CardKind
from bot.ports.trouble import GiveUp, TryLater, Unsure
from tests.factories import LANE, a_report
from tests.fakes.chat import Arrived, Killed, Posted
from tests.fakes.world import World


async def asked(world: World) -> Posted:
    """Go on until R-1 waits for its approval."""
    await world.looks()
    await world.looks(a_report(1))
    return await world.notice()


async def wanted(world: World) -> None:
    """Ask for the card to be shown anew, and let that happen."""
    await world.store.write(lambda tx: tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", world.now))
    await world.settle()


async def test_what_slack_has_already_is_not_sent(world: World) -> None:
    await asked(world)
    for _ in range(5):
        world.passes(60)
        await wanted(world)
    assert world.chat.calls == ["post"]
    card = await world.card()
    assert card.want == card.have


async def test_many_changes_are_one_update(world: World) -> None:
    posted = await asked(world)
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    await world.acts.once()
    await world.deployer.once()
    await world.settle()
    assert world.chat.calls.count("update") == 1
    assert len(posted.versions) == 2


@pytest.mark.parametrize("trouble", [TryLater(30, "rate limited"), Unsure("timed out"), Arrived()])
async def test_an_update_that_fails_is_made_later(world: World, trouble: TryLater | Unsure | Arrived) -> None:
    posted = await asked(world)
    world.chat.will("update", trouble)
    await world.rejects("U0PRIYA", posted, "no")
    assert world.chat.calls.count("update") == 1
    world.passes(30)
    await world.settle()
    assert world.chat.calls.count("update") == 2
    assert posted.message.text.splitlines()[0] == "R-1, payments 1 (0000001) to production, was rejected."
    assert len(world.chat.in_channel("C0PAYMENTS")) == 1


@pytest.mark.parametrize("method", ["post", "update"])
async def test_waits_for_a_turn_make_no_pause_longer(world: World, method: str) -> None:
    await (world.looks() if method == "post" else asked(world))
    world.chat.will(method, *[TryLater(1, "a minute's edits", turn=True)] * 9, TryLater(1, "Slack asks to wait (429)"))
    await (world.looks(a_report(1)) if method == "post" else world.rejects("U0PRIYA", await world.notice(), "no"))
    for _ in range(10):
        world.passes(1)
        await world.settle()
    card = await world.card()
    assert (world.chat.calls.count(method), card.want, card.tries) == (11, card.have, 0)


async def test_a_post_that_certainly_did_not_arrive_is_not_a_lost_one(world: World) -> None:
    world.chat.will("post", TryLater(30, "rate limited"))
    await world.looks()
    await world.looks(a_report(1))
    world.passes(29)
    await world.settle()
    assert world.chat.in_channel("C0PAYMENTS") == []
    world.passes(1)
    await world.settle()
    assert len(world.chat.in_channel("C0PAYMENTS")) == 1
    assert (await world.card()).lost_posts == 0


async def test_a_card_that_slack_refuses_is_left_alone_until_it_changes(world: World) -> None:
    world.chat.will("post", GiveUp("is_archived"))
    await world.looks()
    await world.looks(a_report(1))
    for _ in range(5):
        world.passes(600)
        await world.settle()
    assert world.chat.calls == ["post", "post"]  # the second is the letter to operations
    await world.looks(a_report(2))
    assert (await world.notice(1)).message.text.splitlines()[0].endswith("was superseded by a newer build.")


async def test_a_notice_that_somebody_deleted_is_posted_anew_once_and_its_thread_goes_on_there(world: World) -> None:
    posted = await asked(world)
    world.chat.delete(posted)
    await world.clicks("U0PRIYA", posted, "approve")
    (anew,) = world.chat.in_channel("C0PAYMENTS")
    assert anew.ts != posted.ts
    assert anew.message.text.splitlines()[0].endswith("was accepted by the CI system and will start.")
    assert world.chat.in_thread(anew.ts)[-1].startswith("The CI system accepted the deploy.")
    card = await world.card()
    assert (card.ts, card.want, card.lost_posts) == (anew.ts, card.have, 0)
    await wanted(world)
    assert world.chat.in_channel("C0PAYMENTS") == [anew]


async def test_a_notice_that_was_deleted_when_its_release_was_over_stays_away(world: World) -> None:
    posted = await asked(world)
    world.chat.delete(posted)
    await world.rejects("U0PRIYA", posted, "no")
    await wanted(world)
    assert world.chat.in_channel("C0PAYMENTS") == []
    card = await world.card()
    assert card.want == card.have


@pytest.mark.parametrize("arrived", [True, False])
async def test_killed_while_posting_it_is_posted_after_the_restart(world: World, *, arrived: bool) -> None:
    await world.looks()
    world.chat.will("post", Killed(arrived=arrived))
    with pytest.raises(Killed):
        await world.looks(a_report(1))
    await world.crash()
    await world.settle()
    assert len(world.chat.in_channel("C0PAYMENTS")) == 1 + arrived
    assert (await world.card()).lost_posts == 1


async def test_the_buttons_survive_a_restart(world: World) -> None:
    posted = await asked(world)
    before = posted.button("approve")
    await world.crash()
    await wanted(world)
    assert posted.button("approve") == before
    await world.clicks("U0PRIYA", posted, "approve")
    assert len(world.executor.started) == 1


async def test_a_card_on_which_our_code_fails_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    posted = await asked(world)

    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    with monkeypatch.context() as patched:
        patched.setattr("handlers.faces.notice", broken)
        await world.rejects("U0PRIYA", posted, "no")
        world.passes(60)
        assert await world.settle() == 0
    assert await world.states(LANE) == [Lifecycle.REJECTED]
    await wanted(world)
    assert posted.message.text.splitlines()[0] == "R-1, payments 1 (0000001) to production, was rejected."


async def test_an_update_that_arrives_late_is_put_right(world: World) -> None:
    posted = await asked(world)
    before = posted.message
    world.chat.will("update", Unsure("the answer was lost"))
    await world.clicks("U0PRIYA", posted, "approve")
    world.passes(5)
    await world.settle()
    after = posted.message
    assert after.text != before.text
    posted.versions.append(before)  # the lost update arrives after the one that followed it
    world.passes(120)
    await world.settle()
    assert posted.message.text == after.text


async def test_a_clock_that_is_set_forward_sends_no_update_before_the_lost_one(world: World) -> None:
    posted = await asked(world)
    before, steady = posted.message, [0.0]
    world.desk.steady = lambda: steady[0]
    world.chat.will("update", Unsure("the answer was lost"))
    await world.clicks("U0PRIYA", posted, "approve")
    world.passes(600)
    await world.settle()
    after = posted.message
    steady[0] = 119.0
    world.passes(600)
    await world.settle()
    posted.versions.append(before)  # the lost update arrives just in time
    steady[0] = 121.0
    world.passes(5)
    await world.settle()
    assert after.text != before.text
    assert posted.message.text == after.text


async def test_a_superseded_notice_links_the_newer_one_once_that_is_posted(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    world.chat.will("post", TryLater(5, "Slack asks to wait (429)"))
    await world.looks(a_report(2))
    assert "by R-2, which carries a newer build" in (await world.notice()).message.text
    world.passes(5)
    await world.settle()
    newer = (await world.notice(2)).ts.replace(".", "")
    link = f"<https://acme.slack.example/archives/C0PAYMENTS/p{newer}|R-2>"
    assert f"by {link}, which carries a newer build" in (await world.notice()).message.text


async def test_an_update_whose_turn_has_not_come_is_made_just_then(world: World) -> None:
    posted = await asked(world)
    world.chat.will("update", *[TryLater(1.5, "Slack takes so many edits a minute", turn=True)] * 9)
    await world.rejects("U0PRIYA", posted, "no")
    for turn in range(9):
        assert world.chat.calls.count("update") == turn + 1
        world.passes(1.5)
        await world.settle()
    assert world.chat.calls.count("update") == 10
    assert posted.message.text.splitlines()[0] == "R-1, payments 1 (0000001) to production, was rejected."
