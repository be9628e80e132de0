"""Words that waited to be decided count for what there was when they were said, and for nothing that came since."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from bot.core.policy import ApprovalRule, Mode, Permission, Policy
from bot.core.release import Lifecycle
from bot.core.target import GithubWorkflow
from bot.ports.ci import ProgressStatus
from bot.ports.inbox import Received
from bot.ports.trouble import TryLater
from bot.views.answers import declared_since, failed_since, live_since, mode_since, shut_since
from handlers import lane_clerk
from handlers.acts import ACT, Command
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.threats.ways import opened

POLICY: Policy = a_policy(permissions=((Permission.REQUEST, ("everyone",)), (Permission.OVERRIDE, ("qa",))))
EVERYTHING = tuple((permission, ("qa", "sre")) for permission in Permission)
ALONE = a_lane_policy(mode=Mode.DEPLOYMENT, approvals=(), rollback=())
REBUILT = a_report(1, attempt=2, updated_at=NOON + timedelta(minutes=2))


async def begun(tmp_path: Path, policy: Policy) -> World:
    """Return a world whose lanes have been taken over, and nothing else happened."""
    world = World(tmp_path, policy)
    await opened(world)
    await world.looks()
    return world


async def unheard(world: World, words: str) -> None:
    """Let Priya say something about R-1 while nobody can be asked who she is."""
    await world.looks(a_report(1))
    world.directory.down = TryLater(5.0, "Slack cannot be reached")
    await world.stores(Command(slack="U0PRIYA", team="T1", words=words, channel="C0PAYMENTS", response_url="https://r"))
    await world.settle()
    world.passes(120)


async def heard(world: World) -> None:
    """Let it be decided after all."""
    world.directory.down = None
    world.passes(120)
    await world.settle()


@pytest.mark.parametrize("words", ["approve R-1", "override R-1 customers cannot pay"])
async def test_t10_what_was_rebuilt_while_words_waited_is_not_what_they_were_about(words: str, tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, POLICY)
        await unheard(world, words)
        await world.looks(REBUILT)
        await heard(world)
        assert world.executor.started == []
        assert (await world.release()).state is Lifecycle.OPEN
        assert [text for _, text in world.chat.responses] == snapshot(
            [
                """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
What would ship has changed since the card you saw was shown: please look at it again, then decide.\
"""
            ]
        )
        await world.types("U0PRIYA", words)
        assert world.executor.started == [(await world.release()).key]
        await world.store.close()


OPENING = {
    "resume payments production": "hold payments production it burns",
    "unlock payments production": "lock payments production it burns",
    "go-all": "stop-all it burns",
    "release-quarantine payments 1 it was fine": "quarantine payments 1 it burns",
}
"""What opens something again, and what shuts it."""


@pytest.mark.parametrize(("opens", "shuts"), OPENING.items())
async def test_t12_words_that_waited_open_nothing_that_was_shut_since(opens: str, shuts: str, tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, a_policy(permissions=EVERYTHING))
        await unheard(world, opens)
        act = Command(words=shuts, person="sam", host_user="operator")
        received = Received("cli", "cli:1", ACT.dump_json(act).decode(), world.now)
        await world.store.write(lambda tx: tx.inbox.put(received))
        await world.settle()
        await heard(world)
        assert [text for _, text in world.chat.responses] == [shut_since().text]
        await world.types("U0PRIYA", opens)
        assert len(world.chat.responses) == 2
        assert not world.chat.responses[1][1].startswith("Nothing was changed"), "said again, it is done"
        await world.store.close()


async def test_t12_a_click_that_waited_ends_no_hold_that_began_since(tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, a_policy(permissions=EVERYTHING))
        await world.looks(a_report(1))
        await world.types("U0SAM", "hold payments production wait")
        card = await world.notice()
        click = world.click("U0PRIYA", card, card.button("resume"))
        received = Received("slack", "late", ACT.dump_json(click).decode(), world.now)
        world.passes(60)
        await world.types("U0SAM", "hold payments production it burns")
        await world.store.write(lambda tx: tx.inbox.put(received))
        await world.settle()
        assert [text for _, _, text in world.chat.whispers] == [shut_since().text]
        await world.clicks("U0PRIYA", card, "resume")
        assert len(world.chat.whispers) == 1
        assert "is held" not in card.message.text
        await world.store.close()


async def test_t12_words_that_waited_go_back_from_nothing_that_came_live_since(tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, a_policy(ALONE, permissions=EVERYTHING))
        for number in (1, 2):
            await ships(world, number)
        received = waiting(world, "rollback payments in production it burns")
        await ships(world, 3)
        await decides(world, received)
        assert len(world.executor.started) == 3
        assert world.chat.responses == [("https://r", live_since().text)]
        await world.types("U0PRIYA", "rollback payments to 1 in production it burns")
        assert (await world.release(4)).build.version == "1"
        assert len(world.executor.started) == 4
        await world.store.close()


async def ships(world: World, number: int) -> None:
    """Let a build become live."""
    await world.looks(a_report(number))
    world.executor.says(ProgressStatus.SUCCEEDED, nth=number)
    await world.follows()
    world.passes(60)


async def test_t10_a_yes_to_a_release_that_was_not_there_yet_is_no_yes(tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, POLICY)
        received = waiting(world, "approve R-1")
        await world.looks(a_report(1))
        await decides(world, received)
        assert (await world.release()).approvals == ()
        assert world.executor.started == []
        await world.store.close()


def waiting(world: World, words: str) -> Received:
    """Return Priya's words as the door takes them now; a minute passes in which nobody decides them."""
    said = Command(slack="U0PRIYA", team="T1", words=words, response_url="https://r")
    world.passes(60)
    return Received("slack", "late", ACT.dump_json(said).decode(), world.now - timedelta(seconds=60))


async def decides(world: World, received: Received) -> None:
    """Let what waited be decided, a minute later."""
    world.passes(60)
    await world.store.write(lambda tx: tx.inbox.put(received))
    await world.settle()


async def test_t12_an_override_that_waited_marks_no_release_as_done_that_failed_since(tmp_path: Path) -> None:
    words = "override R-1 customers cannot pay"
    with capture_logs():
        world = await begun(tmp_path, a_policy(permissions=EVERYTHING))
        await world.looks(a_report(1))
        received = waiting(world, words)
        await world.types("U0SAM", words)
        world.executor.says(ProgressStatus.FAILED, "boom")
        await world.follows()
        await decides(world, received)
        assert (await world.release()).state is Lifecycle.FAILED
        assert "Too late: it has failed" in world.chat.responses[-1][1]
        await world.types("U0PRIYA", words)
        assert (await world.release()).state is Lifecycle.LIVE
        await world.store.close()


async def test_t12_words_that_waited_try_nothing_again_that_failed_since(tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, a_policy(ALONE, permissions=EVERYTHING))
        await world.looks(a_report(1))
        assert (await world.release()).state is Lifecycle.DEPLOYING
        received = waiting(world, "retry R-1")
        world.executor.says(ProgressStatus.FAILED, "boom")
        await world.follows()
        await decides(world, received)
        failed = await world.release()
        assert failed.state is Lifecycle.FAILED
        assert len(world.executor.started) == 1
        links = {1: "https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001"}
        assert world.chat.responses == [("https://r", failed_since(failed, world.policy, links).text)]
        rows = (await world.store.read(lambda tx: tx.audit.page(0, 1000))).rows
        assert [row.actor for row in rows if row.action == "refused"] == ["priya"]
        await world.types("U0PRIYA", "retry R-1")
        assert (await world.release(2)).retry_of == 1
        assert len(world.executor.started) == 2
        await world.store.close()


async def test_t12_words_that_waited_go_back_to_nothing_that_a_later_failure_means(tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, a_policy(ALONE, permissions=EVERYTHING))
        for number in (1, 2):
            await ships(world, number)
        received = waiting(world, "rollback payments in production it burns")
        await world.looks(a_report(3))
        world.executor.says(ProgressStatus.FAILED, "boom", nth=3)
        await world.follows()
        await decides(world, received)
        assert len(world.executor.started) == 3
        assert world.chat.responses == [("https://r", live_since().text)]
        await world.store.close()


@pytest.mark.parametrize("since", ["observe", "delivery"])
async def test_t12_words_that_waited_undo_no_switch_of_the_mode_since(
    since: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_clerk, "_ROWS", 1)
    with capture_logs():
        world = await begun(tmp_path, a_policy(permissions=EVERYTHING))
        if since == "delivery":  # the file's own mode, of which the lane keeps nothing
            await world.types("U0SAM", "mode payments production observe we move")
        before = len(world.chat.responses)
        world.passes(60)
        stricter = replace(waiting(world, "mode payments production observe stop"), dedupe_key="stricter")
        received = waiting(world, "mode payments production deployment faster")
        await world.types("U0SAM", f"mode payments production {since} incident")
        await world.types("U0SAM", "hold payments production a later row of the audit")
        lane = await world.store.read(lambda tx: tx.lanes.load(LANE))
        await decides(world, received)
        assert await world.store.read(lambda tx: tx.lanes.load(LANE)) == lane
        assert world.chat.responses[before + 2 :] == [("https://r", mode_since().text)]
        await decides(world, stricter)
        observed = await world.store.read(lambda tx: tx.lanes.load(LANE))
        assert observed.mode is not None
        assert observed.mode.mode is Mode.OBSERVE
        await world.store.close()


async def test_t12_words_that_waited_declare_nothing_over_what_came_live_since(tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, a_policy(ALONE, permissions=EVERYTHING))
        await ships(world, 1)
        received = waiting(world, "live payments production 1 I looked")
        await ships(world, 2)
        await decides(world, received)
        live = (await world.store.read(lambda tx: tx.lanes.load(LANE))).live
        assert live is not None
        assert live.version == "2"
        assert world.chat.responses == [("https://r", declared_since().text)]
        await world.store.close()


async def test_t10_a_yes_counts_that_was_said_before_another_was_withdrawn(tmp_path: Path) -> None:
    twice = a_lane_policy(approvals=(ApprovalRule(("qa", "sre"), 1),), undo_window=timedelta(days=2))
    with capture_logs():
        world = await begun(tmp_path, a_policy(twice, permissions=EVERYTHING))
        await world.looks(a_report(1))
        await world.looks(REBUILT)
        world.passes(60)
        await world.types("U0SAM", "approve R-1")
        world.passes(600)
        received = waiting(world, "approve R-1")
        world.passes(600)
        await world.types("U0SAM", "withdraw R-1")
        await decides(world, received)
        release = await world.release()
        assert release.generation == 2
        assert [word.person for word in release.standing()] == ["priya"]
        await world.store.close()


async def test_t12_words_that_waited_end_no_lock_that_was_renewed_since(tmp_path: Path) -> None:
    with capture_logs():
        world = await begun(tmp_path, a_policy(permissions=EVERYTHING))
        await world.types("U0SAM", "lock payments production mine")
        world.passes(60)
        received = waiting(world, "unlock payments production")
        await world.types("U0SAM", "lock payments production for 3h it burns")
        lock = (await world.store.read(lambda tx: tx.lanes.load(LANE))).lock
        await decides(world, received)
        assert lock is not None
        assert (await world.store.read(lambda tx: tx.lanes.load(LANE))).lock == lock
        assert world.chat.responses[-1][1] == shut_since().text
        await world.store.close()


async def test_t12_words_that_waited_end_no_deploy_that_began_since(tmp_path: Path) -> None:
    workflow = a_lane_policy(target=GithubWorkflow("deploy.yml", "main", ()))
    with capture_logs():
        world = await begun(tmp_path, a_policy(workflow, permissions=EVERYTHING))
        await world.looks(a_report(1))
        received = waiting(world, "cancel R-1")
        await world.types("U0SAM", "override R-1 customers cannot pay")
        await decides(world, received)
        deployment = (await world.release()).deployment
        assert deployment is not None
        assert deployment.stop is None
        assert "Too late: it is being deployed already. To have the CI system end it:" in world.chat.responses[-1][1]
        rows = (await world.store.read(lambda tx: tx.audit.page(0, 1000))).rows
        assert [row.actor for row in rows if row.action == "refused"] == ["priya"]
        await world.types("U0PRIYA", "cancel R-1")
        stopped = (await world.release()).deployment
        assert stopped is not None
        assert stopped.stop is not None
        await world.store.close()
