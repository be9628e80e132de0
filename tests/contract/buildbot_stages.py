"""The two Buildbots that the ports meet, each behind a proxy in which answers are lost: a fake one and a real one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

from aiohttp import ClientSession

from bot.core.policy import ServicePolicy
from bot.core.release import Deployment, DeployStatus, Release
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from bot.ports.ci import Placed
from handlers.ci.buildbot_connection import buildbot
from handlers.ci.buildbot_deploys import BuildbotDeploys
from handlers.ci.buildbot_reports import BuildbotReports
from tests.buildbot.master import BUILD, DEPLOY, PASSWORD, SCHEDULER, USER, Master
from tests.buildbot.proxy import Proxy
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_policy, a_release
from tests.fakes.buildbot import FakeBuildbot

PATIENCE = 30.0
"""Seconds for a real build to begin or to end."""
SOURCE = BuildbotSource(BUILD, "main")
TARGET = BuildbotForce(SCHEDULER, DEPLOY, (("environment", "production"), ("version", "{version}")))
SERVICE: ServicePolicy = replace(a_policy(a_lane_policy(target=TARGET)).services[0], source=SOURCE)
_numbers = count(1)


class Buildbots(Protocol):
    """A Buildbot, as a test moves it."""

    async def build(self, sha: str, title: str, *, well: bool = True) -> None:
        """Let a commit be built to the end."""

    async def begins(self, key: str) -> None:
        """Let the deploy of a key begin."""

    async def ends(self, key: str, *, well: bool = True) -> None:
        """Let the deploy of a key end."""

    def forced(self) -> list[str]:
        """Return the key of every request for a deploy."""


@dataclass(slots=True)
class Stage:
    """The two ports, and the world behind them."""

    source: BuildbotReports
    executor: BuildbotDeploys
    buildbot: Buildbots
    proxy: Proxy

    def a_release(self) -> Release:
        """Return an approved release of its own: one Buildbot serves several tests."""
        number = next(_numbers)
        key = f"R-{number}-abcd{number:04d}"
        build = a_build(1, sha=f"{number:04x}" + "ab" * 18, branch="main")
        return a_release(number, build, key=key, policy=a_lane_policy(target=TARGET))

    def forced(self, release: Release) -> int:
        """Return how many deploys of a release were asked for."""
        return self.buildbot.forced().count(release.key)


class Fake:
    """Moves the fake one."""

    def __init__(self, fake: FakeBuildbot) -> None:
        self.fake = fake

    async def build(self, sha: str, title: str, *, well: bool = True) -> None:
        self.fake.ends(self.fake.commit(sha, title), 0 if well else 2)

    async def begins(self, key: str) -> None:
        self.fake.build_of(key)

    async def ends(self, key: str, *, well: bool = True) -> None:
        self.fake.ends(self.fake.build_of(key), 0 if well else 2)

    def forced(self) -> list[str]:
        return self.fake.forced()


class Real:
    """Moves the real one, which takes its time."""

    def __init__(self, master: Master) -> None:
        self.master = master

    async def build(self, sha: str, title: str, *, well: bool = True) -> None:
        if not well:
            self.master.breaks(sha)
        self.master.commit(sha, title)
        await _until(lambda: any(one["properties"]["revision"][0] == sha for one in self._ended(BUILD, "revision")))

    async def begins(self, key: str) -> None:
        await _until(lambda: any(known == key for known, _ in self.master.deployed()))

    async def ends(self, key: str, *, well: bool = True) -> None:
        self.master.ends(key, 0 if well else 1)
        name = "signoff_key"
        await _until(lambda: any(one["properties"][name][0] == key for one in self._ended(DEPLOY, name)))

    def forced(self) -> list[str]:
        return self.master.forced()

    def _ended(self, builder: str, name: str) -> list[dict[str, dict[str, list[str]]]]:
        path = f"builders/{builder.replace(' ', '%20')}/builds?complete=true&property={name}"
        requests = self.master.get("buildrequests?complete=true")["buildrequests"]
        ended = {one["buildrequestid"] for one in requests}  # a request ends a moment after its build
        return [one for one in self.master.get(path)["builds"] if one["buildrequestid"] in ended]


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not so():  # noqa: ASYNC110 - another process rings no bell here
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _behind(url: str, moved: Buildbots) -> AsyncIterator[Stage]:
    async with Proxy(url).open() as proxy, ClientSession() as session:
        source, executor = buildbot(session, proxy.url, (USER, PASSWORD), lambda: NOON, timeout=2.0)
        yield Stage(source, executor, moved, proxy)


@asynccontextmanager
async def faked() -> AsyncIterator[Stage]:
    """Set the fake one up."""
    async with FakeBuildbot().open() as fake, _behind(fake.url, Fake(fake)) as stage:
        yield stage


def real(master: Master) -> AbstractAsyncContextManager[Stage]:
    """Set a stage up before a real one that runs already."""
    return _behind(master.url, Real(master))


def flying(release: Release, placed: object) -> Release:
    """Return a release whose deploy was taken."""
    assert isinstance(placed, Placed)
    return replace(release, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=placed.ref))


Story = Callable[[Stage], Awaitable[object]]
__all__ = ["LANE", "PATIENCE", "SERVICE", "TARGET", "Fake", "Stage", "Story", "faked", "flying", "real"]
