"""Buildbot as it is reached: one sender with one session, and the two ports that go through it."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import ClientSession

from bot.core.source import BuildbotSource, SourcePolicy
from bot.core.target import BuildbotForce, Target
from bot.ports.ci import Executor, Source
from bot.ports.meter import SILENT, Meter
from bot.ports.stopping import Stopper
from handlers.ci.buildbot_calls import BUILDBOT, BuildbotCalls
from handlers.ci.buildbot_deploys import BuildbotDeploys
from handlers.ci.buildbot_pages import BuildbotPages
from handlers.ci.buildbot_reports import BuildbotReports
from handlers.ci.sender import Sender


def buildbot(
    session: ClientSession,
    url: str,
    user: tuple[str, str],
    clock: Callable[[], datetime],
    *,
    timeout: float = 10.0,
    meter: Meter = SILENT,
) -> tuple[BuildbotReports, BuildbotDeploys]:
    """Return source and executor of the Buildbot at an address.

    Args:
        session: the client's connections; it need not keep cookies.
        url: where Buildbot's pages are; its API is beneath it.
        user: name and password, empty where Buildbot is asked as nobody.
        clock: the present.
        timeout: seconds for a whole exchange.
        meter: hears of each call.
    """
    sender = Sender(session, url, "", clock, system=BUILDBOT, timeout=timeout, meter=meter)
    calls, pages = BuildbotCalls(sender, *user), BuildbotPages(url)
    return BuildbotReports(calls, pages), BuildbotDeploys(calls, pages)


def buildbot_systems(
    session: ClientSession,
    url: str | None,
    user: tuple[str, str],
    clock: Callable[[], datetime],
    meter: Meter = SILENT,
) -> tuple[dict[type[SourcePolicy], Source], dict[type[Target], Executor], dict[type[Target], Stopper]]:
    """Return who is asked about builds and deploys on Buildbot, and who ends these: nobody where there is no `url`."""
    if url is None:
        return {}, {}, {}
    source, executor = buildbot(session, url, user, clock, meter=meter)
    return {BuildbotSource: source}, {BuildbotForce: executor}, {BuildbotForce: executor}
