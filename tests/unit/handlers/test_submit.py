"""The whole story of a release, through the real database: asked, approved, shipped once, told."""

from inline_snapshot import snapshot

from bot.core.policy import Mode
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening


async def test_a_build_is_asked_about_approved_shipped_once_and_announced_once(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(announce=True)))
    posted = await world.approved()
    assert world.executor.started == ["R-1-" + (await world.release()).key[4:]]
    world.executor.says(ProgressStatus.RUNNING)
    await world.follows()
    world.executor.says(ProgressStatus.SUCCEEDED, "done")
    await world.follows()
    await world.follows()
    assert (await world.release()).state is Lifecycle.LIVE
    assert [one.ts for one in world.chat.in_channel("C0PAYMENTS")] == [posted.ts]
    assert world.chat.in_thread(posted.ts) == snapshot(
        [
            "Approved by <@U0PRIYA> (1 of 1 of qa).",
            "Asking the CI system to deploy payments 1 (0000001) to production.",
            "The CI system accepted the deploy. <https://github.example/acme/payments/actions/runs/1|Open the deploy job>.",
            "The deploy job runs. <https://github.example/acme/payments/actions/runs/1|Open the deploy job>.",
            "Live: payments 1 (0000001) in production. <https://github.example/acme/payments/actions/runs/1|Open the deploy job>.",
        ]
    )
    assert [one.message.text for one in world.chat.in_channel("C0RELEASES")] == snapshot(
        [
            """\
payments 1 is live in production
What changed: Change 1
By: Ann
Approved by: <@U0PRIYA>\
"""
        ]
    )
    assert posted.message.text == snapshot("""\
R-1, payments 1 (0000001) in production, is live.
Live since: <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>.
Job: <https://github.example/acme/payments/actions/runs/1|open the deploy job>.
Commit: <https://github.example/acme/payments/commit/0000001000000000000000000000000000000000|0000001> Change 1.
By: Ann.
Checks: build.yml succeeded (<https://github.example/acme/payments/actions/runs/9001|run 1>, <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>).
Asked for by: the pipeline, by a deployable build.
Approved by: <@U0PRIYA>.
R-1: opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>.\
""")
    assert len(world.executor.started) == 1


async def test_an_automatic_lane_ships_by_itself(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT)))
    await world.looks()
    await world.looks(a_report(1))
    assert len(world.executor.started) == 1
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert await world.states() == [Lifecycle.LIVE]


async def test_a_newer_build_supersedes_and_the_older_card_says_so(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    older = await world.notice(1)
    await world.looks(a_report(2))
    assert await world.states() == [Lifecycle.SUPERSEDED, Lifecycle.OPEN]
    assert older.message.text == snapshot("""\
R-1, payments 1 (0000001) to production, was superseded by a newer build.
Superseded: <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC> by <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000002|R-2>, which carries a newer build. Nothing failed.
Commit: <https://github.example/acme/payments/commit/0000001000000000000000000000000000000000|0000001> Change 1.
By: Ann.
Checks: build.yml succeeded (<https://github.example/acme/payments/actions/runs/9001|run 1>, <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>).
Asked for by: the pipeline, by a deployable build.
Approved by: nobody.
R-1: opened <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>.\
""")
    assert [block["type"] for block in older.message.blocks] == snapshot(
        ["header", "section", "section", "section", "context"]
    )


async def test_nothing_old_opens_at_first_sight_and_only_the_newest_after_a_gap(world: World) -> None:
    await world.looks(a_report(1), a_report(2))
    assert await world.states() == []
    await world.looks(a_report(3), a_report(4), a_report(5))
    assert await world.states() == [Lifecycle.OPEN]
    assert (await world.release()).build.version == "5"
