"""Whatever is answered to whoever deploys and follows, or asks Buildbot: no loop fails, nothing is guessed, and it heals."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar
from structlog.testing import capture_logs

from bot.core.release import DeployStatus, Lifecycle
from bot.core.source import BuildbotSource
from handlers.ci.buildbot_connection import buildbot
from handlers.watch import Watch
from sandbox.exchange import Reply
from simulation.session import Response, Sent, Session, as_client_session
from tests.acceptance.bad_answers import NO_ANSWERS
from tests.acceptance.gate_world import Mishap
from tests.acceptance.test_every_target import ASKED, STAGES, TAKEN, over_sockets
from tests.buildbot.master import PASSWORD, USER
from tests.factories import a_policy
from tests.fakes.buildbot import BUILD, FakeBuildbot
from tests.fakes.world import World

READ_FIRST = ("github_gate", "buildbot")
"""Targets of which something is read before a deploy begins."""
FOLLOWED = ("github_deployment", "github_workflow", *READ_FIRST)


@dataclass
class Spoiler:
    """Spoils the answers to all that reads, while it has a fault."""

    fault: str = ""
    met: int = 0
    next: str = ""
    """The fault that comes with the next request that changes something."""

    def spoils(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand in the way of whatever is sent in-process."""
        send = Session.send

        async def sends(session: Session, exchange: Any) -> Response:
            async def route(sent: Sent) -> Reply:
                if sent.method == "POST":
                    self.fault, self.next = self.next or self.fault, ""
                good = await session.route(sent)
                if not self.fault or sent.method != "GET":
                    return good
                self.met += 1
                return NO_ANSWERS[self.fault](good)

            return await send(replace(session, route=route), exchange)

        monkeypatch.setattr(Session, "send", sends)


@pytest.fixture
def spoiler(monkeypatch: pytest.MonkeyPatch) -> Spoiler:
    made = Spoiler()
    made.spoils(monkeypatch)
    return made


def said(logs: Sequence[MutableMapping[str, Any]], event: str) -> list[str]:
    return [str(line["why"]) for line in logs if line["event"] == event]


@pytest.mark.parametrize("name", FOLLOWED)
async def test_no_answer_about_a_deploy_is_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiler: Spoiler, name: str
) -> None:
    async with STAGES[name](tmp_path, monkeypatch) as stage:
        await stage.ships()
        for fault in NO_ANSWERS:
            stage.world.passes(60)
            spoiler.fault, spoiler.met = fault, 0
            with capture_logs() as logs:
                await stage.world.follows()
            assert spoiler.met > 0, fault
            assert len(said(logs, "deployment_not_seen")) == 1, fault
            assert (await stage.world.release()).state is Lifecycle.DEPLOYING, fault
        spoiler.fault = ""
        stage.world.passes(60)
        with capture_logs() as logs:
            await stage.world.follows()
        assert said(logs, "deployment_not_seen") == []
        assert await stage.stands() in {(TAKEN, 1), (DeployStatus.RUNNING, 1)}


@pytest.mark.parametrize("name", FOLLOWED)
async def test_while_nobody_tells_whether_it_arrived_nothing_is_sent_again_and_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiler: Spoiler, name: str
) -> None:
    async with STAGES[name](tmp_path, monkeypatch) as stage:
        stage.mishaps.append(Mishap.LOST_AFTER)
        spoiler.next = "a page"
        await stage.ships()
        for fault in NO_ANSWERS:
            spoiler.fault, spoiler.met = fault, 0
            stage.world.passes(55)
            await stage.waits(5)
            assert spoiler.met > 0, fault
            status, begun = await stage.stands()
            assert (status is ASKED, begun) == (False, 1), fault
        spoiler.fault = ""
        await stage.waits(400)
        assert await stage.stands() == (TAKEN, 1)


@pytest.mark.parametrize("name", READ_FIRST)
async def test_what_has_to_be_read_first_and_cannot_be_begins_nothing_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiler: Spoiler, name: str
) -> None:
    async with STAGES[name](tmp_path, monkeypatch) as stage:
        spoiler.fault = "a page"
        with capture_logs() as logs:
            await stage.ships()
            for fault in NO_ANSWERS:
                spoiler.fault, spoiler.met = fault, 0
                stage.world.passes(595)
                await stage.waits(5)
                assert spoiler.met > 0, fault
                assert stage.begun() == 0, fault
        assert said(logs, "deploy_put_off")
        spoiler.fault = ""
        await stage.waits(400)
        assert await stage.stands() == (TAKEN, 1)


async def test_no_answer_of_buildbot_ships_anything_and_what_is_fit_opens_once_it_is_good_again(
    tmp_path: Path, spoiler: Spoiler
) -> None:
    policy = a_policy()
    service = replace(policy.services[0], source=BuildbotSource(BUILD, "main", repository="acme/payments"))
    world = World(tmp_path, replace(policy, services=(service,)))
    await world.open()
    async with FakeBuildbot().open() as fake, ClientSession(cookie_jar=DummyCookieJar()) as session:
        through = as_client_session(Session(over_sockets(session).carry))
        source, _ = buildbot(through, fake.url, (USER, PASSWORD), lambda: world.now)
        watch = Watch(world.desk, source, world.executor, service)
        assert await watch.once() is None
        for number, fault in enumerate(NO_ANSWERS, 1):
            sha = f"{number:02x}" * 20
            fake.ends(fake.commit(sha, f"Change {number}"))
            world.passes(3600)
            spoiler.fault = fault
            assert await watch.once(), fault
            assert await world.store.read(lambda tx: tx.builds.of_commit("payments", sha)) is None, fault  # noqa: B023
            spoiler.fault = ""
            world.passes(3600)
            assert await watch.once() is None, fault
            assert (await world.release(number)).build.sha == sha, fault
    await world.store.close()
