"""Just before a deploy is sent, the directory is asked again about everybody whose approval stands."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import Account
from bot.core.policy import ApprovalRule, Group
from bot.core.release import Lifecycle, Override
from bot.core.unasked import LAST_KNOWN
from bot.ports.inbox import Received
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from handlers.acts import ACT, Command
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_report
from tests.fakes.chat import Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

AWAY = TryLater(7.0, "Slack does not answer")
A_WHILE = LAST_KNOWN.total_seconds() + 1
"""Seconds."""
BY_USERGROUP = a_policy(groups=(Group("qa", usergroup="S0QA"), Group("sre", frozenset({"sam"}))))


async def approved(world: World) -> Posted:
    """Let Priya approve R-1; its deploy is not sent yet."""
    world.directory.groups["S0QA"] = frozenset({"U0PRIYA"})
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    await world.acts.once()
    assert await deploy(world) == [("ready", 0, "")]
    return posted


async def deploy(world: World) -> list[tuple[object, ...]]:
    return await world.sql("SELECT state, attempt, note FROM effects WHERE kind = 'deploy'")


async def test_what_was_known_of_an_approver_counts_for_a_while_without_slack(world: World) -> None:
    posted = await approved(world)
    world.directory.down = AWAY
    world.passes(LAST_KNOWN.total_seconds() - 1)
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (1, [Lifecycle.DEPLOYING])
    assert world.chat.in_thread(posted.ts)[1] == snapshot(
        "Asking the CI system to deploy payments 1 (0000001) to production. Slack could not be asked once more about the approvals of priya: what it said of them before counts."
    )
    attempted = "SELECT json_extract(data, '$.detail') FROM audit WHERE action = 'deploy attempted'"
    assert await world.sql(attempted) == snapshot(
        [("Slack could not be asked once more about the approvals of priya",)]
    )


async def test_while_the_directory_cannot_tell_nothing_is_sent_and_everybody_can_read_why(world: World) -> None:
    posted = await approved(world)
    world.directory.down = AWAY
    world.passes(A_WHILE)
    await world.settle()
    waits = ("ready", 1, "who approved it cannot be asked about: Slack does not answer")
    assert await deploy(world) == [waits]
    assert (world.executor.asked("start"), await world.states()) == (0, [Lifecycle.OPEN])
    assert posted.message.text.splitlines()[:3] == snapshot(
        [
            "R-1, payments 1 (0000001) to production, waits until it can be asked again who approved it.",
            "Put off: who approved it cannot be asked about: Slack does not answer. Nothing was sent; it is tried again by itself.",
            "Without Slack: who is listed in the policy may approve it on the host with `signoff approve R-1 --as PERSON`, also after an approval in Slack; or it is overridden with `/deploy override R-1 REASON`.",
        ]
    )
    assert world.chat.in_thread(posted.ts)[1:] == snapshot(
        [
            "The deploy could not be handed over yet: who approved it cannot be asked about: Slack does not answer. Nothing was sent; it is tried again by itself."
        ]
    )
    world.passes(6)
    await world.settle()
    assert await deploy(world) == [waits], "it waits for as long as the directory said"
    world.passes(60)
    await world.settle()
    assert await world.sql("SELECT count(*) FROM audit WHERE action = 'deploy put off'") == [(1,)], "told once"
    world.directory.down = None
    world.passes(60)
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (1, [Lifecycle.DEPLOYING])


async def test_one_who_can_be_asked_is_enough_where_one_is_enough(opening: Opening) -> None:
    either = a_policy(a_lane_policy(approvals=(ApprovalRule(("qa", "sre"), 1),)))
    world = await opening(either)
    await approved(world)
    world.directory.down = AWAY
    world.passes(A_WHILE)
    await world.settle()
    assert world.executor.asked("start") == 0
    await on_the_host(world, "sam")
    world.passes(60)
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (1, [Lifecycle.DEPLOYING])
    assert [word.verdict.value for word in (await world.release()).approvals] == ["approve", "approve"]


async def test_whoever_approved_in_slack_says_it_again_on_the_host(world: World) -> None:
    await approved(world)
    world.directory.down = AWAY
    world.passes(A_WHILE)
    await world.settle()
    await on_the_host(world, "priya")
    world.passes(60)
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (1, [Lifecycle.DEPLOYING])


@pytest.mark.parametrize("account", [account for account in Account if account is not Account.MEMBER])
async def test_whoever_is_no_full_member_any_more_is_not_counted(world: World, account: Account) -> None:
    await approved(world)
    world.directory.accounts["U0PRIYA"] = account
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (0, [Lifecycle.OPEN])
    assert await deploy(world) == [("cancelled", 1, "an approval lapsed before it was sent")]
    assert [word.verdict.value for word in (await world.release()).approvals] == ["approve", "lapse"]
    assert ("approval lapsed",) in await world.sql("SELECT action FROM audit")


async def test_whoever_has_left_the_group_is_not_counted_and_the_next_yes_ships_it(opening: Opening) -> None:
    world = await opening(BY_USERGROUP)
    posted = await approved(world)
    world.directory.groups["S0QA"] = frozenset({"U0OLGA"})
    await world.settle()
    assert await world.states() == [Lifecycle.OPEN]
    await world.clicks("U0OLGA", posted, "approve")
    assert (world.executor.asked("start"), await world.states()) == (1, [Lifecycle.DEPLOYING])


async def test_a_yes_that_comes_while_the_directory_is_asked_is_asked_about_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await approved(world)
    account, asked = world.directory.account, []

    async def meanwhile(slack: str, team: str | None) -> object:
        asked.append(slack)
        if len(asked) == 1:
            await world.store.write(another)
        return await account(slack, team)

    def another(tx: Transaction) -> None:
        lane = tx.lanes.load(LANE)
        release = lane.releases[0]
        word = replace(release.approvals[0], person="sam", slack="U0SAM", groups=("sre",))
        tx.lanes.save(lane, lane.replaced(replace(release, approvals=(*release.approvals, word))))

    monkeypatch.setattr(type(world.directory), "account", lambda _self, slack, team: meanwhile(slack, team))
    await world.settle()
    assert asked == ["U0PRIYA", "U0PRIYA", "U0SAM"]
    assert world.executor.asked("start") == 1


async def test_a_user_group_that_left_the_policy_counts_no_more_though_slack_is_away(opening: Opening) -> None:
    world = await opening(BY_USERGROUP)
    await approved(world)
    world.directory.down = AWAY
    world.desk.policy = replace(world.policy, groups=(Group("qa", frozenset({"sam"})), *world.policy.groups[1:]))
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (0, [Lifecycle.OPEN])


async def test_our_own_mistake_lets_nothing_through(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await approved(world)

    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr(type(world.directory), "account", broken)
    await world.settle()
    assert await deploy(world) == [("ready", 1, "who approved it cannot be asked about: our own code failed")]
    assert world.executor.asked("start") == 0


async def test_what_is_overridden_asks_nobody(world: World) -> None:
    await approved(world)

    def override(tx: Transaction) -> None:
        lane = tx.lanes.load(LANE)
        overridden = Override("sam", "it burns", NOON, ("1 of qa",))
        tx.lanes.save(lane, lane.replaced(replace(lane.releases[0], override=overridden)))

    await world.store.write(override)
    world.directory.down = AWAY
    await world.settle()
    assert world.executor.asked("start") == 1


async def said_on_the_host(world: World) -> None:
    """Let Priya approve R-1 on the command line, with Slack away."""
    await world.looks()
    await world.looks(a_report(1))
    await on_the_host(world, "priya")
    assert [word.person for word in (await world.release()).approvals] == ["priya"]


async def on_the_host(world: World, person: str) -> None:
    """Let somebody approve R-1 on the command line."""
    act = ACT.dump_json(Command(person=person, words="approve R-1")).decode()
    await world.store.write(lambda tx: tx.inbox.put(Received("cli", f"cli-{person}", act, NOON)))
    await world.acts.once()


async def test_what_was_said_on_the_host_by_somebody_listed_counts_without_slack(world: World) -> None:
    world.directory.down = AWAY
    await said_on_the_host(world)
    await world.settle()
    assert world.executor.asked("start") == 1


async def test_what_was_said_on_the_host_by_a_user_groups_member_waits_for_slack_in_the_end(opening: Opening) -> None:
    world = await opening(BY_USERGROUP)
    world.directory.groups["S0QA"] = frozenset({"U0PRIYA"})
    await said_on_the_host(world)
    world.directory.down = AWAY
    world.passes(A_WHILE)
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (0, [Lifecycle.OPEN])
    world.directory.down = None
    world.passes(7)
    await world.settle()
    assert world.executor.asked("start") == 1


async def test_whoever_said_it_on_the_host_and_left_the_policy_is_not_counted(world: World) -> None:
    await said_on_the_host(world)
    world.desk.policy = replace(world.policy, people=world.policy.people[1:], groups=(Group("qa", frozenset({"sam"})),))
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (0, [Lifecycle.OPEN])


async def test_whoever_has_no_account_and_left_the_policy_is_not_counted(opening: Opening) -> None:
    people = (replace(a_policy().people[0], slack=None), a_policy().people[1])
    world = await opening(a_policy(people=people))
    await said_on_the_host(world)
    assert [word.slack for word in (await world.release()).approvals] == [None]
    world.desk.policy = replace(world.policy, people=people[1:])
    await world.settle()
    assert (world.executor.asked("start"), await world.states()) == (0, [Lifecycle.OPEN])
    assert [word.verdict.value for word in (await world.release()).approvals] == ["approve", "lapse"]
