"""Every call of Buildbot, of a deploy's webhook, of a probe, and of the heartbeat's address."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import ClientSession, web
from yarl import URL

from bot.core.release import Deployment, DeployStatus
from bot.core.target import DeployWebhook
from bot.core.verification import HttpProbe
from bot.ports.ci import BuildHint, Placed
from handlers.ci.buildbot_connection import buildbot
from handlers.ci.buildbot_deploys import BuildbotDeploys
from handlers.ci.buildbot_reports import BuildbotReports
from handlers.ci.deploy_webhook import DeployWebhooks
from handlers.heartbeat import Heartbeat
from handlers.probe import HttpHealth
from tests.buildbot.master import BUILD, PASSWORD, USER
from tests.contract.buildbot_stages import SERVICE, TARGET
from tests.contract.test_deploy_webhook import SECRET, SECRETS
from tests.factories import NOON, a_build, a_lane_policy, a_release
from tests.fakes.buildbot import FakeBuildbot
from tests.fakes.receiver import Receiver
from tests.faults.site import PATIENCE, Call, Site, Sites, served

Buildbot = tuple[BuildbotReports, BuildbotDeploys]
POLICY = a_lane_policy(target=TARGET)


def calling(use: Callable[[Buildbot], Awaitable[object]]) -> Call:
    """Return a call in a session of its own."""

    async def call(url: str, session: ClientSession, patience: float) -> object:
        return await use(buildbot(session, url, (USER, PASSWORD), lambda: NOON, timeout=patience))

    return call


async def buildbot_sites() -> list[Site]:
    """Record what a Buildbot is asked, signed in."""
    async with FakeBuildbot().open() as fake:
        sites = Sites("buildbot", fake.url)
        fake.ends(fake.commit("ab" * 20, "Fix refunds"))
        release = a_release(build=a_build(sha="cd" * 20, branch="main"), policy=POLICY)

        async def add(name: str, use: Callable[[Buildbot], Awaitable[object]]) -> object:
            await sites.add(f"Buildbot: {name}", calling(use))
            return sites.found[-1].healthy

        await add("the newest builds", lambda one: one[0].recent(SERVICE))
        await add("a build", lambda one: one[0].run(SERVICE, BuildHint(BUILD, 1)))
        placed = await add("start", lambda one: one[1].start(SERVICE, release))
        assert isinstance(placed, Placed)
        flying = replace(release, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=placed.ref))
        await add("find", lambda one: one[1].find(SERVICE, release))
        await add("stop what waits", lambda one: one[1].stop(SERVICE, flying))
        second = replace(release, key="R-2-abcd2345")
        async with ClientSession() as session:
            placed = await calling(lambda one: one[1].start(SERVICE, second))(fake.url, session, PATIENCE)
        assert isinstance(placed, Placed)
        running = replace(second, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=placed.ref))
        fake.build_of(second.key)
        await add("follow", lambda one: one[1].follow(SERVICE, running))
        await add("stop what runs", lambda one: one[1].stop(SERVICE, running))
        await add("follow to the end", lambda one: one[1].follow(SERVICE, running))
        await add("what is live", lambda one: one[1].newest_live(SERVICE, TARGET))
    return sites.found


async def webhook_sites() -> list[Site]:
    """Record what a receiver of deploys is asked."""

    async def call(url: str, session: ClientSession, patience: float) -> object:
        target = DeployWebhook(f"{url}/hooks/docs", "PAY_DEPLOY_SECRET")
        executor = DeployWebhooks(session, SECRETS.get, lambda: NOON, timeout=patience)
        return await executor.start(SERVICE, a_release(policy=a_lane_policy(target=target)))

    async with Receiver(SECRET).open() as receiver:
        sites = Sites("webhook", str(URL(receiver.url).origin()))
        await sites.add("a deploy's webhook", call)
    return sites.found


async def address_sites() -> list[Site]:
    """Record a probe, by its status and by its answer, and a heartbeat."""

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"version": "1", "ok": True})

    def looking(equals: str | None) -> Call:
        async def call(url: str, session: ClientSession, _patience: float) -> object:
            asked = HttpProbe(f"{url}/health", 200, "version" if equals else None, equals)
            return (await HttpHealth(session).look(asked, {})).well

        return call

    async def beating(url: str, session: ClientSession, _patience: float) -> object:
        async def ready() -> bool:
            return True

        beat = Heartbeat(session, f"{url}/beat", 60.0, ready)
        await beat.once()
        return beat._trouble is None

    async with served([web.get("/health", health), web.get("/beat", health)]) as url:
        sites = Sites("address", url)
        await sites.add("a probe of a status", looking(None))
        await sites.add("a probe of an answer", looking("1"))
        await sites.add("a heartbeat", beating)
    return sites.found
