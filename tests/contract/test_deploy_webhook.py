"""Executor by signed webhook: known by its id, so begun once however often it is sent; no other answer is a yes or a no.

The real one asks a receiver over a real socket; the fake stands in for it in the tests of the workers.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import pytest
from aiohttp import ClientSession

from bot.core.policy import Kind, ServicePolicy
from bot.core.release import Approval, Release, Surface, Verdict
from bot.core.target import DeployWebhook
from bot.ports.ci import Executor, Placed, Progress, ProgressStatus
from bot.ports.meter import Counted
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci.deploy_webhook import DeployWebhooks
from tests.factories import NOON, a_build, a_lane_policy, a_policy, a_release, a_report
from tests.fakes.chat import Arrived
from tests.fakes.executor import FakeExecutor
from tests.fakes.meter import FakeMeter
from tests.fakes.receiver import Lapse, Receiver, Says

SERVICE: ServicePolicy = a_policy().services[0]
SECRET = "whsec_c2VjcmV0"
SECRETS = {"PAY_DEPLOY_SECRET": SECRET}
TARGET = DeployWebhook("https://deployer.acme.example/hooks/docs", "PAY_DEPLOY_SECRET")


def asked_by(target: DeployWebhook, **changed: object) -> Release:
    return replace(a_release(policy=a_lane_policy(target=target)), **changed)  # type: ignore[arg-type]


class Stage(Protocol):
    """The port and the receiver behind it."""

    @property
    def executor(self) -> Executor:
        """The port."""

    @property
    def target(self) -> DeployWebhook:
        """Where the receiver is."""

    def goes_wrong(self, lapse: Lapse) -> None:
        """Let the next request go wrong."""

    def begun(self) -> list[str]:
        """Return the key of every deploy that really began."""


@dataclass
class Real:
    """The real one, and a receiver on a socket."""

    executor: DeployWebhooks
    receiver: Receiver

    @property
    def target(self) -> DeployWebhook:
        return DeployWebhook(self.receiver.url, "PAY_DEPLOY_SECRET")

    def goes_wrong(self, lapse: Lapse) -> None:
        self.receiver.lapses.append(lapse)

    def begun(self) -> list[str]:
        assert self.receiver.forged == 0
        return [one["key"] for one in self.receiver.deploys]


@dataclass
class Fake:
    """The fake of the unit tests."""

    executor: FakeExecutor
    target: DeployWebhook = TARGET

    def goes_wrong(self, lapse: Lapse) -> None:
        self.executor.will("start", Unsure("lost") if lapse is Lapse.LOST_BEFORE else Arrived())

    def begun(self) -> list[str]:
        return self.executor.started


@asynccontextmanager
async def real() -> AsyncIterator[Real]:
    async with Receiver(SECRET).open() as receiver, ClientSession() as session:
        yield Real(DeployWebhooks(session, SECRETS.get, lambda: NOON, timeout=0.3), receiver)


@asynccontextmanager
async def fake() -> AsyncIterator[Fake]:
    yield Fake(FakeExecutor())


Way = Callable[[], AbstractAsyncContextManager[Stage]]
ways = pytest.mark.parametrize("way", [real, fake], ids=lambda way: way.__name__)


@ways
async def test_the_same_request_begins_one_deploy_however_often_it_is_sent(way: Way) -> None:
    async with way() as stage:
        release = asked_by(stage.target)
        placed = [await stage.executor.start(SERVICE, release) for _ in range(3)]
        assert placed == [Placed(release.key, None)] * 3
        assert stage.begun() == [release.key]


@ways
async def test_nothing_can_be_looked_up_or_followed_or_found_live(way: Way) -> None:
    async with way() as stage:
        release = asked_by(stage.target)
        await stage.executor.start(SERVICE, release)
        assert await stage.executor.find(SERVICE, release) is None
        assert await stage.executor.follow(SERVICE, release) == Progress(ProgressStatus.WAITING, "", None)
        assert await stage.executor.newest_live(SERVICE, stage.target) is None


@ways
@pytest.mark.parametrize("lapse", list(Lapse))
async def test_a_lost_answer_is_never_a_no_and_sending_again_tells(way: Way, lapse: Lapse) -> None:
    async with way() as stage:
        release = asked_by(stage.target)
        stage.goes_wrong(lapse)
        assert isinstance(await stage.executor.start(SERVICE, release), Unsure)
        assert stage.begun() == ([] if lapse is Lapse.LOST_BEFORE else [release.key])
        assert await stage.executor.start(SERVICE, release) == Placed(release.key, None)
        assert stage.begun() == [release.key]


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (Says(200), Placed("R-1-abcd2345", None)),
        (Says(204), Placed("R-1-abcd2345", None)),
        (Says(409), Placed("R-1-abcd2345", None)),
        (Says(400), GiveUp("the receiver answers 400")),
        (Says(401), GiveUp("the receiver answers 401")),
        (Says(410), GiveUp("the receiver answers 410")),
        (Says(408), Unsure("the receiver answers 408")),
        (Says(500), Unsure("the receiver answers 500")),
        (Says(503, {"Retry-After": "7"}), Unsure("the receiver answers 503")),
        (Says(429), TryLater(60.0, "the receiver answers 429")),
        (Says(429, {"Retry-After": "7"}), TryLater(7.0, "the receiver answers 429")),
        (Says(429, {"Retry-After": "0"}), TryLater(1.0, "the receiver answers 429")),
        (Says(429, {"Retry-After": "999999"}), TryLater(3600.0, "the receiver answers 429")),
        (Says(429, {"Retry-After": "soon"}), TryLater(60.0, "the receiver answers 429")),
        (
            Says(429, {"Retry-After": "Sat, 21 Nov 2026 12:01:30 GMT"}),
            TryLater(90.0, "the receiver answers 429"),
        ),
        (
            Says(429, {"Retry-After": "Sat, 21 Nov 2026 12:01:30 -0000"}),
            TryLater(90.0, "the receiver answers 429"),
        ),
    ],
)
async def test_each_answer_is_taken_for_what_it_is(answer: Says, means: Placed | Trouble) -> None:
    async with real() as stage:
        stage.receiver.lapses.append(answer)
        assert await stage.executor.start(SERVICE, asked_by(stage.target)) == means
        assert stage.begun() == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_t16_no_redirect_is_followed(status: int) -> None:
    async with real() as stage:
        stage.receiver.lapses.append(Says(status, {"Location": f"http://127.0.0.1:{stage.receiver.port}/elsewhere"}))
        answered = await stage.executor.start(SERVICE, asked_by(stage.target))
        assert answered == Unsure(
            f"the receiver answers {status}, which leads elsewhere; name in the policy where it is"
        )
        assert stage.receiver.others == []


async def test_what_is_asked_for_is_whole_and_signed() -> None:
    async with real() as stage:
        report = a_report(digest="sha256:" + "ab" * 32)
        build = a_build(artifact="sha256:" + "ab" * 32, checks=(report,), version="2.4.1")
        word = Approval("priya", "U0PRIYA", Verdict.APPROVE, 1, ("qa",), NOON, Surface.BUTTON)
        release = asked_by(stage.target, build=build, artifact=build.artifact, approvals=(word,), kind=Kind.HOTFIX)
        await stage.executor.start(SERVICE, release)
        assert stage.receiver.asked == [
            (
                "R-1-abcd2345",
                {
                    "type": "deploy.requested",
                    "timestamp": "2026-11-21T12:00:00Z",
                    "data": {
                        "key": "R-1-abcd2345",
                        "release": "R-1",
                        "service": "payments",
                        "environment": "production",
                        "sha": build.sha,
                        "version": "2.4.1",
                        "digest": "sha256:" + "ab" * 32,
                        "kind": "hotfix",
                        "approved_by": ["priya"],
                        "url": build.url,
                    },
                },
            )
        ]


async def test_without_its_secret_nothing_is_sent() -> None:
    async with real() as stage:
        target = replace(stage.target, secret_env="OTHER_SECRET")
        told = await stage.executor.start(SERVICE, asked_by(target))
        assert told == TryLater(60.0, "OTHER_SECRET is not set, so nothing can be signed")
        assert stage.receiver.asked == []


async def test_a_host_that_nobody_listens_at_certainly_got_nothing() -> None:
    async with ClientSession() as session:
        executor = DeployWebhooks(session, SECRETS.get, lambda: NOON)
        told = await executor.start(SERVICE, asked_by(replace(TARGET, url="http://127.0.0.1:1/hooks")))
        assert isinstance(told, TryLater)


async def test_an_address_may_hold_a_query_and_what_github_is_told_is_told_to_nobody_else() -> None:
    async with real() as stage:
        target = replace(stage.target, url=f"{stage.receiver.url}?token=a%20b")
        assert isinstance(await stage.executor.start(SERVICE, asked_by(target)), Placed)
        told = stage.receiver.heads[-1]
        assert told["path"] == "/hooks/docs?token=a+b"
        assert told["accept"] == "application/json"
        assert "authorization" not in told
        assert "x-github-api-version" not in told


async def test_a_host_that_is_ill_keeps_no_other_waiting() -> None:
    async with real() as stage, Receiver(SECRET).open() as other:
        stage.receiver.lapses.extend([Says(500)] * 5)
        for _ in range(5):
            await stage.executor.start(SERVICE, asked_by(stage.target))
        resting = await stage.executor.start(SERVICE, asked_by(stage.target))
        assert resting == TryLater(30.0, "127.0.0.1 has not answered 5 times in a row; it is asked again soon")
        elsewhere = DeployWebhook(other.url, "PAY_DEPLOY_SECRET")
        assert isinstance(await stage.executor.start(SERVICE, asked_by(elsewhere)), Placed)


async def test_calls_are_counted_under_a_name_of_their_own() -> None:
    async with real() as stage:
        meter = stage.executor.meter = FakeMeter()
        await stage.executor.start(SERVICE, asked_by(stage.target))
        assert dict(meter.counts) == {(Counted.API_REQUESTS, "webhook", "POST", "202"): 1}


async def test_what_is_deployed_otherwise_is_not_for_it() -> None:
    async with real() as stage:
        with pytest.raises(TypeError, match="R-1 is not deployed by a webhook"):
            await stage.executor.start(SERVICE, a_release())
