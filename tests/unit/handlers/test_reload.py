"""Replacing the policy of a running bot: what stands in the way, and what a stop in between leaves."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import cast

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from bot import VERSION
from bot import reload as reloading
from bot.core.policy import Policy, ServicePolicy
from bot.core.source import GithubSource
from bot.crew import Crew, Pace, muster
from bot.crew import World as Ports
from bot.ports.ci import ProgressStatus
from bot.redaction import Redactor
from bot.reload import NOT_FOLLOWED, Reload
from bot.views.links import Links
from handlers.control import MOST_WAIT, Control, Reply, Verdict
from handlers.reconsider import MARK
from handlers.slack.arrival import Arrival
from handlers.slack.problems import SlackUnreachable
from handlers.watch import Watch
from simulation.life import AllWell
from tests.factories import WORKFLOW, a_policy
from tests.fakes.world import World
from tests.unit.handlers.test_outage import outage

DOCS = replace(a_policy().services[0], name="docs")
OTHER = a_policy(hash="policy-2", operations=None)


@dataclass
class FakeArrival:
    """Slack, as far as it tells the ids of channels."""

    written: Policy
    away: bool = False

    async def named(self, written: Policy) -> Policy:
        if self.away:
            raise SlackUnreachable("Slack does not answer.")
        return written


@pytest.fixture
async def crew(world: World) -> AsyncIterator[Crew]:
    """The crew of a desk, at rest; nothing of it may have failed."""
    ports = Ports(world.chat, world.directory, world.source, world.executor, AllWell(), world.comparer)
    mustered = muster(world.desk, ports, Links("https://github.example"), Pace())
    yield mustered
    await mustered.stop()
    assert mustered.failures == []


def reload(crew: Crew, policy: Policy, arrival: FakeArrival | None = None) -> Reload:
    return Reload(lambda: policy, crew, cast("Arrival", arrival or FakeArrival(crew.desk.policy)), lambda _policy: None)


async def test_while_the_database_is_away_nothing_changes(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    before = crew.desk.policy
    with outage(monkeypatch), capture_logs() as logs:
        reply = await reload(crew, OTHER)("operator")
    assert reply == Reply(text="Nothing was stored or done: the disk is full.", verdict=Verdict.NOT_DONE)
    assert crew.desk.policy is before
    assert [line["event"] for line in logs] == ["policy_not_read"]


async def test_what_is_in_force_is_followed_as_soon_as_the_database_is_back(
    crew: Crew, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "OUTAGE_PAUSE", 0)
    with outage(monkeypatch, lambda nth: nth not in {2, 3, 5}) as refused:
        reply = await reload(crew, OTHER)("operator")
    assert refused == [2, 3, 5]
    assert reply.verdict is Verdict.DONE
    assert crew.desk.policy == OTHER
    seen = await world.store.read(lambda tx: tx.remembered.get(MARK))
    assert seen == f"{VERSION} policy-2"


async def test_whoever_asks_in_an_outage_hears_that_it_is_in_force_and_nobody_waits_for_its_end(
    crew: Crew, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reloading.FOLLOWED_WITHIN < MOST_WAIT
    monkeypatch.setattr(reloading, "OUTAGE_PAUSE", 0)
    monkeypatch.setattr(reloading, "FOLLOWED_WITHIN", 0)
    reads = reload(crew, OTHER)
    with capture_logs() as logs:
        with outage(monkeypatch, lambda nth: nth == 1):
            reply = await reads("operator")
            again = await reads("operator")
        await crew.desk.drain(10)
        await asyncio.sleep(0)
    assert (reply, again) == snapshot(
        (
            Reply(
                text="""\
The policy was read again. What has changed:
slack.operations: C0OPS -> absent
The policy is in force, but not everything goes by it yet: that goes on once the database can be written, and the bot's log says how it ends, under policy_followed or policy_not_followed.\
"""
            ),
            Reply(
                text="Nothing has changed. The policy is in force, but not everything goes by it yet: that goes on once the database can be written, and the bot's log says how it ends, under policy_followed or policy_not_followed."
            ),
        )
    )
    assert [line["event"] for line in logs] == ["policy_changed", "policy_lags", "policy_unchanged", "policy_followed"]
    assert (await world.store.read(lambda tx: tx.remembered.get(MARK))) == f"{VERSION} policy-2"
    assert await reads("operator") == Reply(text="Nothing has changed.")


@pytest.mark.parametrize("fault", [None, RuntimeError("a bug")], ids=repr)
async def test_until_all_go_by_what_is_in_force_no_other_policy_takes_its_place(
    crew: Crew, monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    at_last = asyncio.Event()

    async def follow(_self: Crew, _policy: Policy) -> None:
        await at_last.wait()
        if fault is not None:
            raise fault

    monkeypatch.setattr(Crew, "follow", follow)
    monkeypatch.setattr(reloading, "FOLLOWED_WITHIN", 0)
    file = [OTHER]
    reads = Reload(lambda: file[-1], crew, cast("Arrival", FakeArrival(crew.desk.policy)), lambda _policy: None)
    assert (await reads("operator")).verdict is Verdict.DONE
    file.append(a_policy(hash="policy-3"))
    assert await reads("operator") == snapshot(
        Reply(
            text="""\
Not everything goes by the policy yet that is in force. Have the file read again when it does: the bot's log says so, under policy_followed.
Nothing was changed.\
""",
            verdict=Verdict.NOT_DONE,
        )
    )
    assert crew.desk.policy == OTHER
    with capture_logs() as logs:
        at_last.set()
        await crew.desk.drain(10)
        await asyncio.sleep(0)
    assert [line["event"] for line in logs] == ["policy_followed" if fault is None else "policy_not_followed"]
    await reads("operator")
    assert crew.desk.policy == file[-1]
    await crew.desk.drain(10)


async def test_operations_are_told_of_our_own_fault_once_the_database_is_back(
    crew: Crew, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_policy: Policy) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(reloading, "OUTAGE_PAUSE", 0)
    reads = Reload(lambda: OTHER, crew, cast("Arrival", FakeArrival(crew.desk.policy)), breaks)
    with outage(monkeypatch, lambda nth: nth not in {2, 3}) as refused:
        reply = await reads("operator")
    assert refused == [2, 3]
    assert reply == Reply(text="\n".join(("The policy is in force.", *NOT_FOLLOWED)), verdict=Verdict.NOT_DONE)
    assert len(await world.sql("SELECT 1 FROM audit WHERE action = 'policy not followed'")) == 1


async def test_operations_are_told_that_our_own_code_failed_at_a_signal(crew: Crew, world: World) -> None:
    def breaks() -> Policy:
        raise RuntimeError("a bug")

    before = crew.desk.policy
    reads = Reload(breaks, crew, cast("Arrival", FakeArrival(before)), lambda _policy: None)
    with capture_logs() as logs:
        reply = await reads(None)
    told = "Our own code failed at it: the bot's log says how, under policy_not_read."
    assert reply == Reply(text=f"{told}\nNothing was changed.", verdict=Verdict.NOT_DONE)
    assert [line["event"] for line in logs] == ["policy_not_read", "policy_refused"]
    ((kept,),) = await world.sql("SELECT data FROM audit WHERE action = 'policy refused'")
    assert told in str(kept)
    await world.settle()
    (posted,) = [one.message.text for one in world.chat.messages if one.channel == "C0OPS"]
    assert posted.startswith("POLICY REFUSED: A signal on the host had Signoff read its policy again")
    with pytest.raises(RuntimeError, match=r"^a bug$"):
        await reads("operator")
    assert len(await world.sql("SELECT 1 FROM audit WHERE action LIKE 'policy%'")) == 1


@pytest.mark.parametrize("by", [None, "operator"])
async def test_a_policy_in_force_that_our_own_code_did_not_follow_is_followed_the_next_time(
    crew: Crew, world: World, monkeypatch: pytest.MonkeyPatch, by: str | None
) -> None:
    (payments,) = crew.desk.policy.services
    faults, watch = [RuntimeError("a bug")], crew.watch
    assert watch is not None

    def breaks(service: ServicePolicy) -> Watch:
        if faults:
            raise faults.pop()
        return watch(service)

    monkeypatch.setattr(crew, "watch", breaks)
    crew.start()
    placed: list[Policy] = []
    moved = replace(payments, channel="C0OTHER")
    two = a_policy(services=(moved, DOCS), hash="policy-2")
    reads = Reload(lambda: two, crew, cast("Arrival", FakeArrival(crew.desk.policy)), placed.append)
    with capture_logs() as logs:
        reply = await reads(by)
    assert reply == Reply(text="\n".join(("The policy is in force.", *NOT_FOLLOWED)), verdict=Verdict.NOT_DONE)
    events = [line["event"] for line in logs if line["event"].startswith("policy")]
    assert events == ["policy_changed", "policy_not_followed"]
    assert crew.desk.policy == two
    kept = await world.sql("SELECT action, policy_hash FROM audit WHERE action LIKE 'policy%' ORDER BY seq")
    assert kept == [("policy changed", "policy-2"), ("policy not followed", "policy-2")]
    assert len(await world.sql("SELECT 1 FROM effects WHERE kind = 'operations' AND body LIKE '%not followed%'")) == 1
    again = await reads(by)
    assert again == Reply(text="Nothing has changed. What is in force was not followed yet, and is now.")
    assert [one.service for one in crew.watches] == [moved, DOCS]
    assert sorted(name for name in crew.loops if name.startswith("watch ")) == ["watch docs", "watch payments"]
    assert (await world.store.read(lambda tx: tx.remembered.get(MARK))) == f"{VERSION} policy-2"
    assert placed == [two, two]
    assert await reads(by) == Reply(text="Nothing has changed.")
    assert placed == [two, two]
    assert crew.failing == 0


async def test_a_deploy_under_way_is_not_led_to_another_repository(crew: Crew, world: World) -> None:
    await world.approved()
    before, (payments,) = crew.desk.policy, crew.desk.policy.services
    moved = replace(payments, source=GithubSource("acme/elsewhere", "main", (WORKFLOW,)))
    reads = reload(crew, a_policy(services=(moved,), hash="policy-2"))
    refused = await reads("operator")
    assert refused == Reply(
        text="R-1 is under way where the policy would lead elsewhere; read it again when that has ended.\n"
        "Nothing was changed.",
        verdict=Verdict.NOT_DONE,
    )
    assert crew.desk.policy is before
    assert await world.sql("SELECT action FROM audit WHERE action LIKE 'policy%'") == [("policy refused",)]
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert (await reads("operator")).verdict is Verdict.DONE
    assert crew.desk.policy.services == (moved,)


async def test_while_slack_is_away_a_name_that_it_never_told_is_no_mistake_of_the_policy(crew: Crew) -> None:
    before = crew.desk.policy
    reply = await reload(crew, OTHER, FakeArrival(before, away=True))("operator")
    assert reply == Reply(text="Slack does not answer.\nNothing was changed.", verdict=Verdict.NOT_DONE)
    assert crew.desk.policy is before


async def test_a_secret_that_was_learnt_is_left_out_of_what_has_changed(crew: Crew, world: World) -> None:
    payments = replace(crew.desk.policy.services[0], name="correct-horse")
    redactor = Redactor()

    def read() -> Policy:
        redactor.learn(["correct-horse"])
        return a_policy(services=(payments,), hash="policy-2")

    arrival = cast("Arrival", FakeArrival(crew.desk.policy))
    reply = await Reload(read, crew, arrival, lambda _policy: None, redactor.text)("operator")
    assert reply.verdict is Verdict.DONE
    kept = await world.sql("SELECT data FROM audit WHERE action = 'policy changed'")
    assert "[redacted]" in reply.text
    assert "correct-horse" not in reply.text + str(kept)


async def test_a_bot_without_a_file_says_so(world: World) -> None:
    reply = await Control(world.reception, world.acts).read_again("operator")
    assert reply == Reply(text="This bot has no policy file to read again.", verdict=Verdict.NOT_DONE)


async def test_a_watch_whose_service_is_as_it_was_goes_on_and_a_changed_one_begins_anew(crew: Crew) -> None:
    (payments,) = crew.watches
    two = a_policy(services=(DOCS, payments.service))
    crew.start()
    await crew.follow(two)
    docs, same = crew.watches
    assert same is payments
    assert docs.service is DOCS
    changed = replace(payments.service, channel="C0OTHER")
    await crew.follow(a_policy(services=(changed,)))
    (anew,) = crew.watches
    assert anew is not payments
    assert anew.service is changed
    assert sorted(name for name in crew.loops if name.startswith("watch ")) == ["watch payments"]
    assert crew.failing == 0


async def test_after_a_stop_nothing_is_watched_anew(crew: Crew) -> None:
    before = crew.watches
    crew.start()
    await crew.stop()
    await crew.follow(a_policy(services=(DOCS,)))
    assert crew.watches == before
