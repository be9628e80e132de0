"""Requests that their receiver knows by their id: whatever goes wrong, and whenever we die, one deploy or a question."""

from itertools import product
from typing import Any

import pytest

from bot.core.doubt import arrived
from bot.core.policy import Mode, WhenUnknown
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.core.target import DeployWebhook
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.resending import known_by_its_id, lost_pause, why_again
from tests.factories import a_lane_policy, a_policy, a_release, a_report
from tests.fakes.chat import Arrived, Killed
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

TARGET = DeployWebhook("https://deployer.acme.example/hooks", "PAY_DEPLOY_SECRET")
POLICY = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, target=TARGET))
BEFORE, AFTER, DEAD_BEFORE, DEAD_AFTER, LATER = "before", "after", "dead before", "dead after", "later"
WRONGS = (BEFORE, AFTER, DEAD_BEFORE, DEAD_AFTER, LATER)


def wrong(what: str) -> Unsure | Arrived | Killed | TryLater:
    match what:
        case "before":
            return Unsure("lost")
        case "after":
            return Arrived()
        case "later":
            return TryLater(3.0, "the receiver answers 429")
        case _:
            return Killed(arrived=what == DEAD_AFTER)


async def goes_on(world: World, seconds: int = 0) -> None:
    """Let time pass and all that is due happen; a process that dies is started again."""
    world.passes(seconds)
    while True:
        try:
            await world.settle()
        except Killed:
            await world.crash()
        else:
            return


@pytest.mark.parametrize("wrongs", list(product(WRONGS, repeat=2)), ids=", ".join)
async def test_one_deploy_whatever_goes_wrong_twice(opening: Opening, wrongs: tuple[str, ...]) -> None:
    world = await opening(POLICY)
    world.executor.will("start", *map(wrong, wrongs))
    await world.looks()
    await world.sees(a_report(1))
    await goes_on(world)
    for seconds in (6, 6, 340):
        await goes_on(world, seconds)
    release = await world.release()
    assert release.deployment is not None
    assert release.deployment.status is DeployStatus.ACCEPTED
    assert release.deployment.ref == release.key
    assert world.executor.started == [release.key]
    assert world.executor.asked("start") == 3


async def test_the_lookup_window_and_the_policys_word_about_it_do_not_matter(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, target=TARGET, when_unknown=WhenUnknown.ASK)))
    world.executor.will("start", Arrived())
    await world.looks()
    await world.looks(a_report(1))
    world.passes(6)
    await world.settle()
    assert world.executor.asked("start") == 2
    assert (await world.release()).state is Lifecycle.DEPLOYING


async def test_what_is_in_the_way_by_then_keeps_it_from_being_sent_again(opening: Opening) -> None:
    world = await opening(POLICY)
    world.executor.will("start", Unsure("lost"))
    await world.looks()
    await world.looks(a_report(1))
    release = await world.release()
    held = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, target=TARGET, trial=True))
    world.desk.policy = held
    world.passes(6)
    await world.settle()
    again = await world.release()
    assert again.deployment is not None
    assert (again.deployment.status, world.executor.asked("start"), release.key) == (
        DeployStatus.UNKNOWN,
        1,
        again.key,
    )


async def test_a_request_that_nobody_ever_answers_ends_with_its_time_limit(opening: Opening) -> None:
    world = await opening(POLICY)
    world.executor.will("start", *[Unsure("lost")] * 9)
    await world.looks()
    await world.looks(a_report(1))
    for _ in range(100):
        world.passes(60)
        await world.ticks()
    release = await world.release()
    assert (release.state, release.reason) == (
        Lifecycle.FAILED,
        "no result within 30 min; the job may still be running",
    )
    assert world.executor.asked("start") == 3
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]


async def test_tries_that_certainly_never_arrived_take_no_step_of_the_schedule(opening: Opening) -> None:
    world = await opening(POLICY)
    world.executor.will(
        "start", *[TryLater(10.0, "the receiver cannot be reached")] * 6, Unsure("lost"), Unsure("lost")
    )
    await world.looks()
    await world.looks(a_report(1))
    while world.executor.asked("start") < 7:
        world.passes(10)
        await world.settle()
    world.passes(6)
    await world.settle()
    assert world.executor.asked("start") == 8, "it is asked again 5 s after the first answer was lost"
    world.passes(300)
    await world.settle()
    assert world.executor.asked("start") == 8, "and 5 min, and a tenth more, after the second"
    world.passes(31)
    await world.settle()
    assert world.executor.asked("start") == 9
    release = await world.release()
    assert release.deployment is not None
    assert release.deployment.status is DeployStatus.ACCEPTED
    kept = await world.sql("SELECT a.outcome FROM attempts a JOIN effects e ON e.id = a.effect WHERE e.kind = 'deploy'")
    assert [outcome for (outcome,) in kept] == [*["ready"] * 6, "verify", "verify", "done"]


async def test_a_first_refusal_is_final(opening: Opening) -> None:
    world = await opening(POLICY)
    world.executor.will("start", TryLater(1.0, "the receiver answers 429"), GiveUp("the receiver answers 403"))
    await world.looks()
    await world.looks(a_report(1))
    world.passes(2)
    await world.settle()
    release = await world.release()
    assert (release.state, release.reason) == (Lifecycle.FAILED, "the receiver answers 403")


def by(target: object, **changed: Any) -> Release:
    return a_release(policy=a_lane_policy(target=target, **changed))


def test_only_such_requests_follow_the_schedule() -> None:
    known, other = by(TARGET), by(a_lane_policy().target)
    assert (known_by_its_id(known), known_by_its_id(other)) == (True, False)
    assert [lost_pause(known, attempt, 0.0).total_seconds() for attempt in (1, 2, 3, 9, 50)] == [
        5,
        300,
        1800,
        86400,
        86400,
    ]
    assert lost_pause(known, 2, 1.0).total_seconds() == pytest.approx(330)
    assert lost_pause(other, 3, 1.0).total_seconds() == 0


def test_others_are_sent_again_where_the_policy_says_so() -> None:
    assert why_again(by(TARGET)) == "its receiver knows it by its id"
    assert why_again(by(None)) is None
    assert why_again(by(None, when_unknown=WhenUnknown.RESEND)) == (
        "not known after the look-up window; the policy says resend"
    )


def test_what_was_never_sent_has_not_arrived() -> None:
    assert not arrived(by(TARGET))
