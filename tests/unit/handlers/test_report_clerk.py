"""Signed reports: each counts once, by its own time and attempt, for what the policy lets its signer speak of."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from bot.core.build import Build, BuildState
from bot.core.events import DeploymentAccepted
from bot.core.policy import LaneId, Mode, Policy, ServicePolicy
from bot.core.release import DeployStatus, Lifecycle, Origin, Release
from bot.ports.ci import SignedReport
from bot.ports.effects import EffectKind
from bot.ports.inbox import Received
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.submit import submit
from handlers.hints import stored
from tests.factories import NOON, a_lane_policy, a_policy, a_sha
from tests.fakes.chat import Arrived
from tests.fakes.world import World
from tests.unit.handlers.ci.standard import DOCS, a_deploy_sent, a_report_sent, a_standard_policy, as_bytes
from tests.unit.handlers.conftest import Opening

AUTOMATIC = a_standard_policy(mode=Mode.DEPLOYMENT)


async def opened(opening: Opening, policy: Policy = AUTOMATIC) -> World:
    """Return a world whose lanes are adopted, a minute before the first report is from."""
    world = await opening(policy)
    world.now = NOON - timedelta(minutes=10)
    await world.looks()
    world.now = NOON
    return world


async def says(world: World, *sent: dict[str, Any], signer: str = "DOCS_PIPELINE_SECRET") -> None:
    """Store reports as the door does, and let all follow."""
    for one in sent:
        received = Received(
            "standard",
            f"standard-{next(world.keys)}",
            stored(SignedReport(signer, as_bytes(one).decode())),
            world.now,
        )
        await world.store.write(lambda tx, received=received: tx.inbox.put(received))  # type: ignore[misc]
        await world.settle()


async def outcomes(world: World) -> list[str]:
    """Return what became of each report, in order."""
    return [str(row[0]) for row in await world.sql("SELECT note FROM inbox WHERE source = 'standard' ORDER BY id")]


async def the_build(world: World, number: int = 1) -> Build:
    """Return the build of a commit."""
    build = await world.store.read(lambda tx: tx.builds.of_commit("docs", a_sha(number)))
    assert build is not None
    return build


async def asked(world: World) -> str:
    """Return the key of R-1, whose deploy was asked for."""
    await says(world, a_report_sent())
    release = await world.release()
    assert world.executor.started == [release.key]
    return release.key


async def status(world: World) -> DeployStatus:
    """Return how far the deployment of R-1 is."""
    deployment = (await world.release()).deployment
    assert deployment is not None
    return deployment.status


async def test_what_a_build_is_stands_in_its_report(opening: Opening) -> None:
    world = await opened(opening)
    await says(world, a_report_sent(title="Add search\n\nand more", authors=[{"name": "", "email": None}]))
    build = await the_build(world)
    assert (build.artifact, build.version, build.state) == ("sha256:" + "ab" * 32, "2.4.1", BuildState.DEPLOYABLE)
    assert (build.title, build.branch, build.url) == ("Add search", "main", "https://ci.acme.example/runs/778")
    assert [one.name for one in build.authors] == ["somebody"]
    assert build.position == (NOON - timedelta(minutes=1), 778, 1)


async def test_without_a_digest_run_and_attempt_stand_in_for_it(opening: Opening) -> None:
    world = await opened(opening)
    await says(world, a_report_sent(digest=None, run_id="nightly/7", url="javascript:alert(1)", title=None))
    build = await the_build(world)
    assert (build.artifact, build.position[1], build.url, build.title) == ("run nightly/7.1", 0, "", "0000001")


EVENTS = (
    a_report_sent("build.started", "2026-11-21T11:50:00Z"),
    a_report_sent("build.failed", "2026-11-21T11:58:00Z"),
    a_report_sent("build.started", "2026-11-21T11:55:00Z", attempt=2),
    a_report_sent("build.succeeded", "2026-11-21T11:57:00Z", attempt=2),
)


@pytest.mark.parametrize("events", list(permutations(EVENTS))[::5])
async def test_t04_any_order_and_any_repetition_make_the_same_build(
    opening: Opening, events: tuple[dict[str, Any], ...]
) -> None:
    world = await opened(opening, a_standard_policy())
    await says(world, *events, *reversed(events))
    build = await the_build(world)
    assert build.state is BuildState.DEPLOYABLE
    assert build.position == (NOON - timedelta(minutes=10), 778, 2)


async def test_a_slow_build_of_an_older_commit_is_older(opening: Opening) -> None:
    world = await opened(opening, a_standard_policy())
    await says(
        world,
        a_report_sent("build.started", "2026-11-21T11:51:00Z"),
        a_report_sent("build.started", "2026-11-21T11:52:00Z", sha=a_sha(2), run_id="779"),
        a_report_sent(at="2026-11-21T11:53:00Z", sha=a_sha(2), run_id="779"),
        a_report_sent(at="2026-11-21T11:59:00Z"),
    )
    assert (await the_build(world, 1)).position < (await the_build(world, 2)).position
    assert [(await world.release()).build.sha, await world.states(DOCS)] == [a_sha(2), [Lifecycle.OPEN]]


async def test_a_moment_that_lies_ahead_is_that_of_the_arrival(opening: Opening) -> None:
    world = await opened(opening)
    await says(world, a_report_sent(at="2030-01-01T00:00:00Z"))
    assert (await the_build(world)).position[0] == NOON


async def test_a_report_waits_until_its_lanes_were_seen(opening: Opening) -> None:
    world = await opening(AUTOMATIC)
    await says(world, a_report_sent())
    assert await outcomes(world) == ["docs is not adopted yet"]
    world.now = NOON - timedelta(minutes=10)
    await world.looks()
    world.now = NOON + timedelta(seconds=1)
    await world.settle()
    assert await outcomes(world) == ["applied"]


async def test_a_policy_that_has_changed_since_decides(opening: Opening) -> None:
    world = await opened(opening)
    world.desk.policy = a_policy()
    await says(world, a_report_sent())
    world.desk.policy = AUTOMATIC
    await says(world, a_report_sent(), signer="WIKI_SECRET")
    assert await outcomes(world) == ["nothing that the policy names"] * 2
    assert world.executor.started == []


async def test_the_deployers_words_move_the_release(opening: Opening) -> None:
    world = await opened(opening)
    key = await asked(world)
    assert await status(world) is DeployStatus.ACCEPTED
    await says(world, a_deploy_sent("deploy.started", key=key, url="https://deployer.acme.example/7"))
    assert await status(world) is DeployStatus.RUNNING
    await says(world, a_deploy_sent("deploy.started", key=key), a_deploy_sent(key=key), a_deploy_sent(key=key))
    assert (await world.release()).state is Lifecycle.LIVE
    assert await outcomes(world) == ["applied", "applied", "no news", "applied", "no news"]


async def test_the_first_final_word_counts(opening: Opening) -> None:
    world = await opened(opening)
    key = await asked(world)
    await says(
        world, a_deploy_sent("deploy.failed", key=key, detail="no disk"), a_deploy_sent("deploy.started", key=key)
    )
    release = await world.release()
    assert (release.state, release.reason) == (Lifecycle.FAILED, "no disk")


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "R-1-aaaaaaaa"},
        {"key": "R-9-aaaaaaaa"},
        {"sha": a_sha(2)},
    ],
)
async def test_t31_a_report_that_does_not_fit_the_release_of_its_key_moves_nothing(
    opening: Opening, changed: dict[str, str]
) -> None:
    world = await opened(opening)
    key = await asked(world)
    await says(world, a_deploy_sent(**({"key": key} | changed)))
    assert await outcomes(world) == ["applied", "no release of ours has that key there"]
    assert await status(world) is DeployStatus.ACCEPTED


async def test_t31_a_key_of_another_lane_moves_nothing(opening: Opening) -> None:
    world = await opened(opening)
    staging = a_lane_policy(LaneId("docs", "staging"), target=None, mode=Mode.OBSERVE)
    docs = AUTOMATIC.services[1]
    key = await asked(world)
    world.desk.policy = world.policy = replace(AUTOMATIC, services=(replace(docs, lanes=(staging, *docs.lanes)),))
    await world.looks()
    await says(world, a_deploy_sent(key=key, environment="staging"))
    assert (await outcomes(world))[-1] == "no release of ours has that key there"
    assert await status(world) is DeployStatus.ACCEPTED


async def test_who_reports_has_the_request_whatever_became_of_the_answer(opening: Opening) -> None:
    world = await opened(opening)
    world.executor.will("start", Arrived())
    key = await asked(world)
    assert await status(world) is DeployStatus.ATTEMPTED
    await says(world, a_deploy_sent("deploy.started", key=key))
    assert await status(world) is DeployStatus.RUNNING
    assert world.executor.asked("start") == 1
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'deploy'") == [
        ("done", "its receiver has reported on it")
    ]


async def test_a_deploy_that_ends_before_its_answer_is_heard_ends_its_release(opening: Opening) -> None:
    world = await opened(opening)
    world.executor.will("start", Arrived())
    key = await asked(world)
    await says(world, a_deploy_sent(key=key))
    assert ((await world.release()).state, world.executor.asked("start")) == (Lifecycle.LIVE, 1)


async def test_what_a_report_ends_keeps_the_lane_no_longer(opening: Opening) -> None:
    world = await opened(opening)
    world.executor.will("start", *[Unsure("lost")] * 3)
    await says(world, a_report_sent())
    for seconds in (6, 340):
        world.passes(seconds)
        await world.settle()
    key, half_an_hour_later = (await world.release()).key, "due_at > '2026-11-21T12:30'"
    waits = await world.sql(f"SELECT state, {half_an_hour_later} FROM effects WHERE kind = 'deploy'")  # noqa: S608 - ours
    assert waits == [("verify", 1)]
    await says(world, a_deploy_sent(key=key, at="2026-11-21T12:06:00Z"))
    assert (await world.release()).state is Lifecycle.LIVE
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]
    later = {"run_id": "779", "timestamp": "2026-11-21T12:06:30Z"}
    await says(world, a_report_sent(sha=a_sha(2), **later))
    assert world.executor.started == [(await world.release(2)).key]


async def test_an_answer_that_is_lost_after_the_report_is_asked_for_no_more(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await opened(opening)

    async def start(_: object, service: ServicePolicy, release: Release) -> Unsure:
        given = DeploymentAccepted(release.number, release.key, None)
        await world.desk.change(lambda tx, setting: submit(tx, LaneId(service.name, "production"), given, setting))
        return Unsure("lost")

    monkeypatch.setattr("tests.fakes.executor.FakeExecutor.start", start)
    await says(world, a_report_sent())
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'deploy'") == [
        ("done", "its receiver has reported on it")
    ]


async def test_after_its_time_limit_a_success_is_a_deploy_by_somebody_else(opening: Opening) -> None:
    world = await opened(opening)
    key = await asked(world)
    world.passes(31 * 60)
    await world.ticks()
    assert (await world.release()).state is Lifecycle.FAILED
    await says(world, a_deploy_sent(key=key, at="2026-11-21T12:31:00Z"))
    assert (await world.release()).state is Lifecycle.FAILED
    assert (await world.release(2)).origin is Origin.EXTERNAL


async def test_what_somebody_else_deployed_is_live_and_told_once(opening: Opening) -> None:
    world = await opened(opening, a_standard_policy())
    unknown = a_deploy_sent(sha=a_sha(7), version="1.9", at="2026-11-21T11:55:00Z")
    await says(world, a_deploy_sent("deploy.started", sha=a_sha(7)), unknown, unknown)
    lane = await world.store.read(lambda tx: tx.lanes.load(DOCS))
    assert lane.live is not None
    assert (lane.live.sha, lane.live.version, lane.live.since) == (a_sha(7), "1.9", NOON - timedelta(minutes=5))
    await says(world, a_deploy_sent(sha=a_sha(6), at="2026-11-21T11:54:00Z"))
    assert await outcomes(world) == ["no news", "applied", "no news", "no news"]


async def test_our_own_deploy_told_without_its_key_is_no_news(opening: Opening) -> None:
    world = await opened(opening)
    await asked(world)
    await says(world, a_deploy_sent())
    assert await outcomes(world) == ["applied", "no news"]


async def test_a_commit_without_a_version_is_called_by_its_hash(opening: Opening) -> None:
    world = await opened(opening)
    await says(world, a_deploy_sent(sha=a_sha(7)))
    lane = await world.store.read(lambda tx: tx.lanes.load(DOCS))
    assert lane.live is not None
    assert lane.live.version == a_sha(7)[:12]


async def test_a_report_on_which_our_own_code_fails_is_set_aside_and_told(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await opened(opening)

    def broken(*_given: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("handlers.report_clerk._apply", broken)
    await says(world, a_report_sent())
    for _ in range(8):
        world.passes(60)
        await world.settle()
    undelivered = await world.store.read(lambda tx: tx.letters.undelivered())
    assert [(one.what, one.state) for one in undelivered] == [("standard", "poison")]


# -- a request whose answer is lost ------------------------------------------------------------------------------------


async def test_a_lost_request_is_sent_again_by_the_schedule_until_it_is_answered(opening: Opening) -> None:
    world = await opened(opening)
    world.executor.will("start", Unsure("lost"), Unsure("lost"), Arrived())
    await says(world, a_report_sent())
    seen = []
    for seconds in (5, 1, 300, 40, 1800, 190):  # each of the steps may be a tenth longer
        world.passes(seconds)
        await world.settle()
        seen.append(world.executor.asked("start"))
    assert seen == [1, 2, 2, 3, 3, 4]
    assert await status(world) is DeployStatus.ACCEPTED
    assert len(world.executor.started) == 1


async def test_a_request_that_is_refused_after_a_loss_is_a_persons_to_judge(opening: Opening) -> None:
    world = await opened(opening)
    world.executor.will("start", Unsure("lost"), GiveUp("the receiver answers 422"))
    await says(world, a_report_sent())
    world.passes(6)
    await world.settle()
    assert await status(world) is DeployStatus.UNKNOWN


async def test_a_receiver_that_asks_for_quiet_is_left_alone_for_as_long(opening: Opening) -> None:
    world = await opened(opening)
    world.executor.will("start", TryLater(90.0, "the receiver answers 429"))
    await says(world, a_report_sent())
    assert (await world.release()).state is Lifecycle.OPEN
    world.passes(89)
    await world.settle()
    assert world.executor.started == []
    world.passes(2)
    await world.settle()
    assert await status(world) is DeployStatus.ACCEPTED


async def test_a_question_that_the_receiver_answers_itself_is_asked_no_more(opening: Opening) -> None:
    world = await opened(opening)
    world.executor.will("start", Unsure("lost"), GiveUp("the receiver answers 422"))
    await says(world, a_report_sent())
    world.passes(6)
    await world.settle()
    await says(world, a_deploy_sent("deploy.started", key=(await world.release()).key))
    assert await status(world) is DeployStatus.RUNNING
    assert await world.store.read(lambda tx: tx.letters.undelivered()) == ()
    assert await world.store.read(lambda tx: tx.effects.next_due((EffectKind.DEPLOY,))) is None
