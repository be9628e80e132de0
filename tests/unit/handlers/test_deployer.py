"""A deploy is started once, whatever becomes of the answer, the process or the CI system."""

from dataclasses import replace
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.policy import LanePolicy, Mode, Policy, WhenUnknown
from bot.core.release import DeployStatus, Lifecycle
from bot.ports.cards import CardKind
from bot.ports.ci import ProgressStatus
from bot.ports.trouble import GiveUp, TryLater, Unsure
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Arrived, Killed, Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

AUTOMATIC = a_lane_policy(mode=Mode.DEPLOYMENT)
RESENDING = a_lane_policy(mode=Mode.DEPLOYMENT, when_unknown=WhenUnknown.RESEND)


def automatic(lane: LanePolicy = AUTOMATIC) -> Policy:
    """Return a policy under which every build ships by itself."""
    return a_policy(lane)


async def shipping(world: World) -> None:
    """Let R-1 open and its start be tried once."""
    await world.looks()
    await world.looks(a_report(1))


async def waits(world: World, seconds: int, step: int = 5) -> None:
    """Let time pass while every worker does what is due."""
    for _ in range(0, seconds, step):
        world.passes(step)
        await world.settle()


async def status(world: World) -> DeployStatus:
    """Return how far the deployment of R-1 is."""
    deployment = (await world.release()).deployment
    assert deployment
    return deployment.status


async def test_a_lost_answer_is_found_by_its_key(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", Arrived())
    await shipping(world)
    assert await status(world) is DeployStatus.ACCEPTED
    assert len(world.executor.started) == 1
    assert [method for method, _ in world.executor.calls if method != "newest_live"] == ["start", "find"]


async def test_what_is_listed_late_is_found_within_the_window(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", Arrived())
    world.executor.hidden = True
    await shipping(world)
    await waits(world, 60)
    assert await status(world) is DeployStatus.ATTEMPTED
    world.executor.hidden = False
    await waits(world, 5)
    assert await status(world) is DeployStatus.ACCEPTED
    assert len(world.executor.started) == 1


async def doubtful(world: World, *, arrived: bool = False) -> Posted:
    """Go on until a person is asked; returns the question."""
    world.executor.will("start", Arrived() if arrived else Unsure("connection reset"))
    world.executor.hidden = True
    await shipping(world)
    await waits(world, 115)
    assert await status(world) is DeployStatus.ATTEMPTED
    await waits(world, 5)
    assert await status(world) is DeployStatus.UNKNOWN
    return await world.notice(1, CardKind.QUESTION)


async def test_after_the_window_a_person_is_asked_and_nothing_is_sent(opening: Opening) -> None:
    world = await opening(automatic())
    posted = await doubtful(world)
    assert posted.channel == "C0OPS"
    assert [b["action_id"] for b in posted.message.blocks[-1]["elements"]] == [
        "signoff:did_run",
        "signoff:did_not_run",
        "signoff:try_again",
        "signoff:abandon",
    ]
    looked = world.executor.asked("find")
    await waits(world, 3600, 600)
    await world.ticks()
    assert await status(world) is DeployStatus.UNKNOWN
    assert (world.executor.asked("start"), world.executor.asked("find")) == (1, looked)


@pytest.mark.parametrize(
    ("act", "state", "told"),
    [
        ("did_run", Lifecycle.LIVE, 0),
        ("did_not_run", Lifecycle.FAILED, 1),
        ("abandon", Lifecycle.FAILED, 1),
    ],
)
async def test_an_answer_ends_the_doubt(opening: Opening, act: str, state: Lifecycle, told: int) -> None:
    world = await opening(automatic())
    posted = await doubtful(world)
    await world.clicks("U0SAM", posted, act)
    assert (await world.release()).state is state
    assert world.executor.asked("start") == 1
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]
    telling = [one for one in world.chat.in_channel("C0PAYMENTS") if one.message.text.startswith("Ann: the deploy")]
    assert len(telling) == told
    assert [block["type"] for block in posted.message.blocks] == ["header", "section"]
    await world.looks(a_report(2))
    assert len(world.executor.started) == 1  # the lane is free again


async def test_try_again_looks_once_more_and_then_sends(opening: Opening) -> None:
    world = await opening(automatic())
    posted = await doubtful(world)
    await world.clicks("U0PRIYA", posted, "try_again")
    assert world.executor.asked("start") == 1
    assert world.chat.whispers == snapshot(
        [
            (
                "C0OPS",
                "U0PRIYA",
                """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
You do not have the permission `resolve`. It is held by <@U0SAM>.\
""",
            )
        ]
    )
    await world.clicks("U0SAM", posted, "try_again")
    assert len(world.executor.started) == 1
    assert await status(world) is DeployStatus.ACCEPTED
    assert [method for method, _ in world.executor.calls][-2:] == ["find", "start"]


async def test_try_again_finds_what_came_late_and_sends_nothing(opening: Opening) -> None:
    world = await opening(automatic())
    posted = await doubtful(world, arrived=True)
    world.executor.hidden = False
    await world.clicks("U0SAM", posted, "try_again")
    assert world.executor.asked("start") == 1
    assert await status(world) is DeployStatus.ACCEPTED


async def test_resend_sends_again_after_the_window_only(opening: Opening) -> None:
    world = await opening(automatic(RESENDING))
    world.executor.will("start", Unsure("connection reset"))
    await shipping(world)
    await waits(world, 115)
    assert world.executor.asked("start") == 1
    await waits(world, 5)
    assert len(world.executor.started) == 1
    assert [method for method, _ in world.executor.calls][-3:] == ["find", "find", "start"]


async def test_a_clock_that_is_set_forward_shortens_no_window(opening: Opening) -> None:
    world = await opening(automatic(RESENDING))
    passed = [0.0]
    world.desk.steady = lambda: passed[0]
    world.executor.will("start", Arrived())
    world.executor.hidden = True
    await shipping(world)
    await waits(world, 600)
    assert len(world.executor.started) == 1
    world.executor.hidden, passed[0] = False, 119.0
    await waits(world, 5)
    assert await status(world) is DeployStatus.ACCEPTED
    assert len(world.executor.started) == 1


async def test_the_window_ends_when_both_clocks_say_so(opening: Opening) -> None:
    world = await opening(automatic(RESENDING))
    passed = [0.0]
    world.desk.steady = lambda: passed[0]
    world.executor.will("start", Unsure("connection reset"))
    await shipping(world)
    await waits(world, 300)
    assert len(world.executor.started) == 0
    passed[0] = 120.0
    await waits(world, 125)
    assert len(world.executor.started) == 1


async def test_resend_asks_a_person_in_the_end(opening: Opening) -> None:
    world = await opening(automatic(RESENDING))
    world.executor.will("start", *[Unsure("connection reset")] * 1000)
    await shipping(world)
    await waits(world, 25 * 3600, 1800)
    assert await status(world) is DeployStatus.UNKNOWN
    assert world.executor.started == []


async def test_a_rate_limit_is_waited_for_and_then_it_starts_once(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", TryLater(60, "rate limited"), TryLater(30, "rate limited"))
    await shipping(world)
    await waits(world, 55)
    assert world.executor.asked("start") == 1
    await waits(world, 35)
    assert world.executor.asked("start") == 3
    assert len(world.executor.started) == 1


async def test_a_ci_system_that_is_away_for_a_day_ends_it(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", *[TryLater(1800, "bad gateway")] * 100)
    await shipping(world)
    await waits(world, 24 * 3600 + 1800, 1800)
    assert (await world.release()).reason == (
        "it could not be handed to the CI system within 24 hours; nothing was sent. At last: bad gateway"
    )
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'deploy'") == [("dead", "bad gateway")]


async def test_a_refusal_fails_the_release_and_is_told(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", GiveUp("there is no environment production"))
    await shipping(world)
    assert await world.states() == [Lifecycle.FAILED]
    assert world.executor.asked("start") == 1
    assert world.chat.in_channel("C0PAYMENTS")[-1].message.text == snapshot("""\
Ann: the deploy of payments 1 (0000001) to production failed.
Why: there is no environment production
Release: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>
Next: see what is live with `/deploy status payments production`; look at the job; try again with `/deploy retry R-1`; or, if it is live after all, mark it as done with `/deploy override R-1 REASON`
Actions: Retry, Mark as done.\
""")


async def test_a_look_up_that_is_refused_for_good_becomes_a_question(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", Unsure("connection reset"))
    world.executor.will("find", *[GiveUp("bad credentials")] * 50)
    await shipping(world)
    await waits(world, 130)
    assert await status(world) is DeployStatus.UNKNOWN


async def test_a_look_up_before_the_next_try_that_fails_puts_it_off_again(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", TryLater(1, "rate limited"))
    world.executor.will("find", GiveUp("bad credentials"), TryLater(1, "rate limited"), Unsure("timed out"))
    await shipping(world)
    await waits(world, 30)
    assert await status(world) is DeployStatus.ACCEPTED
    assert [name for name, _ in world.executor.calls if name != "newest_live"] == ["start", *["find"] * 4, "start"]


async def test_a_deploy_that_is_put_off_outlives_its_time_limit_and_says_why(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy()))
    world.executor.will("start", *[TryLater(3600, "rate limited")] * 2)
    posted = await world.approved()
    await waits(world, 3605, 1800)
    await world.ticks()
    release = await world.release()
    assert (release.state, release.put_off, len(release.standing())) == (Lifecycle.OPEN, "rate limited", 1)
    assert posted.message.text.splitlines()[:2] == [
        "R-1, payments 1 (0000001) to production, could not be handed to the CI system yet, which is tried again.",
        "Put off: rate limited. Nothing was sent; it is tried again by itself.",
    ]
    assert world.chat.in_thread(posted.ts) == [
        "Approved by <@U0PRIYA> (1 of 1 of qa).",
        "Asking the CI system to deploy payments 1 (0000001) to production.",
        "The deploy could not be handed over yet: rate limited. Nothing was sent; it is tried again by itself.",
    ]
    told = "SELECT json_extract(data, '$.detail') FROM audit WHERE action = 'deploy put off'"
    assert await world.sql(told) == [("rate limited",), ("rate limited",)]
    await waits(world, 3600, 1800)
    assert await status(world) is DeployStatus.ACCEPTED
    assert len(world.executor.started) == 1


async def test_a_put_off_deploy_that_is_cancelled_is_never_sent(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy()))
    world.executor.will("start", TryLater(60, "rate limited"))
    await world.approved()
    await world.types("U0PRIYA", "cancel R-1")
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]
    await waits(world, 120, 60)
    assert world.executor.asked("start") == 1
    assert await world.states() == [Lifecycle.CANCELLED]


async def test_a_put_off_deploy_whose_approval_is_withdrawn_makes_way_and_may_come_back(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy()))
    world.executor.will("start", TryLater(3600, "rate limited"))
    await world.approved()
    await world.looks(a_report(2))
    await world.types("U0PRIYA", "approve R-2")
    await world.types("U0PRIYA", "withdraw R-1")
    assert [name for name, _ in world.executor.calls].count("start") == 2
    assert [number for number in world.executor.started if number.startswith("R-2")] == world.executor.started


async def test_what_may_have_arrived_is_not_taken_back_by_a_later_refusal_to_take_it(opening: Opening) -> None:
    world = await opening(automatic(RESENDING))
    world.executor.will("start", Unsure("connection reset"), TryLater(60, "rate limited"))
    await shipping(world)
    await waits(world, 125)
    assert world.executor.asked("start") == 2
    assert await status(world) is DeployStatus.ATTEMPTED
    await waits(world, 60)
    assert len(world.executor.started) == 1


async def test_what_may_have_arrived_is_asked_about_when_its_second_sending_is_refused(opening: Opening) -> None:
    world = await opening(automatic(RESENDING))
    world.executor.will("start", Arrived(), GiveUp("there is no environment production"))
    world.executor.hidden = True
    await shipping(world)
    await waits(world, 125)
    assert (await world.release()).state is Lifecycle.DEPLOYING
    assert await status(world) is DeployStatus.UNKNOWN
    kept = "SELECT state, note FROM effects WHERE kind = 'deploy'"
    assert await world.sql(kept) == [("unknown", "there is no environment production")]
    posted = await world.notice(1, CardKind.QUESTION)
    world.executor.hidden = False
    await world.clicks("U0SAM", posted, "try_again")
    assert (await status(world), len(world.executor.started)) == (DeployStatus.ACCEPTED, 1)


async def test_a_refusal_after_try_again_asks_once_more(opening: Opening) -> None:
    world = await opening(automatic())
    posted = await doubtful(world)
    world.executor.will("start", GiveUp("there is no environment production"))
    await world.clicks("U0SAM", posted, "try_again")
    assert await status(world) is DeployStatus.UNKNOWN
    await world.clicks("U0SAM", await world.notice(1, CardKind.QUESTION), "did_not_run")
    assert await world.states() == [Lifecycle.FAILED]


async def test_what_may_have_arrived_and_cannot_be_sent_again_for_a_day_is_asked_about(opening: Opening) -> None:
    world = await opening(automatic(replace(RESENDING, deploy_timeout=timedelta(days=3))))
    world.executor.will("start", Unsure("connection reset"), *[TryLater(1800, "rate limited")] * 100)
    await shipping(world)
    await waits(world, 25 * 3600, 1800)
    assert await status(world) is DeployStatus.UNKNOWN


async def test_a_look_up_that_fails_is_tried_again(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", Arrived())
    world.executor.will("find", TryLater(20, "rate limited"), Unsure("timed out"), ValueError("not JSON"))
    await shipping(world)
    await waits(world, 15)
    assert world.executor.asked("find") == 1
    await waits(world, 20)
    assert await status(world) is DeployStatus.ACCEPTED
    assert len(world.executor.started) == 1


async def test_an_adapters_own_error_counts_as_a_lost_answer(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", KeyError("id"))
    await shipping(world)
    assert await status(world) is DeployStatus.ATTEMPTED
    await waits(world, 120)
    assert await status(world) is DeployStatus.UNKNOWN


@pytest.mark.parametrize("arrived", [True, False])
async def test_killed_in_the_call_it_is_looked_up_and_not_sent_blindly(opening: Opening, *, arrived: bool) -> None:
    world = await opening(automatic())
    world.executor.will("start", Killed(arrived=arrived))
    await world.looks()
    with pytest.raises(Killed):
        await world.looks(a_report(1))
    await world.crash()
    await world.settle()
    assert world.executor.asked("start") == 1
    await waits(world, 120)
    assert await status(world) is (DeployStatus.ACCEPTED if arrived else DeployStatus.UNKNOWN)
    assert len(world.executor.started) == int(arrived)


async def test_killed_in_the_look_up_it_is_looked_up_again(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", Arrived())
    world.executor.will("find", Killed(arrived=False))
    await world.looks()
    with pytest.raises(Killed):
        await world.looks(a_report(1))
    await world.crash()
    await world.settle()
    assert len(world.executor.started) == 1
    assert await status(world) is DeployStatus.ACCEPTED


async def test_killed_before_the_claim_it_is_started_after_the_restart(opening: Opening) -> None:
    world = await opening(automatic())
    await world.looks()
    await world.sees(a_report(1))
    assert await world.states() == [Lifecycle.OPEN]
    await world.crash()
    await world.settle()
    assert len(world.executor.started) == 1


async def test_a_lease_that_runs_out_is_looked_up_without_a_restart(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", Killed(arrived=True))
    await world.looks()
    with pytest.raises(Killed):
        await world.looks(a_report(1))
    await waits(world, 70, 10)
    assert len(world.executor.started) == 1
    assert await status(world) is DeployStatus.ACCEPTED


async def test_what_a_release_that_ended_wanted_is_cancelled(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    await world.acts.once()
    await world.rejects("U0PRIYA", posted, "changed my mind")
    assert {method for method, _ in world.executor.calls} == {"newest_live"}
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]


async def test_approved_rebuilt_and_approved_again_ships_the_rebuilt_once(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    await world.acts.once()
    await world.sees(a_report(1, attempt=2))
    while await world.cards.once():
        pass
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    await world.acts.once()
    await world.settle()
    assert len(world.executor.started) == 1
    assert await world.sql("SELECT key, state FROM effects WHERE kind = 'deploy' ORDER BY id") == [
        ("deploy:R-1:1", "cancelled"),
        ("deploy:R-1:2", "done"),
    ]


async def test_a_deploy_on_which_our_code_fails_is_put_off(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await opening(automatic())

    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    with monkeypatch.context() as patched:
        patched.setattr("handlers.claiming.submit", broken)
        await shipping(world)
        await waits(world, 120, 20)
    assert await world.states() == [Lifecycle.OPEN]
    assert world.executor.started == []
    await waits(world, 60)
    assert len(world.executor.started) == 1


async def test_lanes_ship_one_at_a_time_in_order(opening: Opening) -> None:
    world = await opening(automatic())
    await shipping(world)
    await world.looks(a_report(2))
    await world.types("U0SAM", "payments 1")
    assert len(world.executor.started) == 1
    world.executor.says(ProgressStatus.FAILED, "out of disk")
    await world.follows()
    assert len(world.executor.started) == 2
    assert await world.states() == [Lifecycle.FAILED, Lifecycle.DEPLOYING]
    assert world.now - timedelta(seconds=1) < (await world.release(2)).opened_at
