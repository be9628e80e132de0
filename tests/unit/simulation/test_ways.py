"""The bot's own connections over the network that fails: what each mishap comes to in their words."""

import random
from dataclasses import dataclass, replace

import pytest

from bot.core.release import Release
from bot.core.target import GithubDeployment
from bot.ports.ci import Placed
from bot.ports.slack import Message
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from sandbox.github.forge import Forge
from sandbox.slack.workspace import Workspace
from simulation.github import GithubWay, github_network
from simulation.network import Mishap
from simulation.slack import SlackWay, slack_network
from tests.factories import NOON, a_build, a_lane_policy, a_policy, a_release
from tests.unit.simulation.virtual import virtually

SERVICE = a_policy().services[0]
LOST = "the connection was lost ({})"
SLACK_LOST = "Slack's answer was lost: {}"
SAID = "Slack answered {} without saying whether it was done"


@dataclass
class Github:
    """A forge with one release to deploy, and the way there."""

    way: GithubWay
    release: Release


async def a_forge() -> Github:
    forge = Forge(lambda: NOON, token="t0ken")
    forge.create("acme/payments")
    sha = await forge.push("acme/payments", "First")
    build = replace(a_build(), sha=sha)
    release = a_release(build=build, policy=a_lane_policy(target=GithubDeployment("production")), opened_at=NOON)
    return Github(GithubWay(forge, github_network(random.Random(1))), release)


def a_workspace() -> SlackWay:
    workspace = Workspace(lambda: NOON)
    workspace.add_channel("C0OPEN", "releases")
    return SlackWay(workspace, slack_network(random.Random(1)))


@pytest.mark.parametrize(
    ("mishap", "ended", "deploys"),
    [
        (None, Placed, 1),
        (Mishap.REFUSED, TryLater(5.0, "the CI system cannot be reached (ClientConnectorError)"), 0),
        (Mishap.UNREACHABLE, TryLater(5.0, "the CI system cannot be reached (ConnectionTimeoutError)"), 0),
        (Mishap.LOST_BEFORE, Unsure(LOST.format("ServerDisconnectedError")), 0),
        (Mishap.LOST_AFTER, Unsure(LOST.format("ServerDisconnectedError")), 1),
        (Mishap.CUT, Unsure(LOST.format("ClientPayloadError")), 1),
        (Mishap.SILENT, Unsure(LOST.format("TimeoutError")), 0),
        (Mishap.ERROR, Unsure("GitHub answers 500"), 0),
        (Mishap.ERROR_AFTER, Unsure("GitHub answers 500"), 1),
        (Mishap.LIMITED, TryLater(9.0, "GitHub answers 429: You have exceeded a secondary rate limit"), 0),
        (Mishap.HTML, Unsure("GitHub's answer (200) is not about the commit that was asked for"), 0),
        (Mishap.TRUNCATED, Unsure("GitHub's answer (201) is not about the commit that was asked for"), 1),
    ],
)
def test_each_way_that_a_deploy_can_be_asked_for(
    mishap: Mishap | None, ended: Trouble | type[Placed], deploys: int
) -> None:
    async def story() -> tuple[object, int]:
        here = await a_forge()
        if mishap is not None:
            here.way.network.plan("POST /repos/acme/payments/deployments", mishap)
        said = await here.way.connect(lambda: NOON).start(SERVICE, here.release)
        return said, sum(here.way.forge.deploys().values())

    said, counted = virtually(story)
    assert counted == deploys
    assert type(said) is ended if isinstance(ended, type) else said == ended


@pytest.mark.parametrize(
    ("mishap", "ended", "copies"),
    [
        (None, str, 1),
        (Mishap.REFUSED, TryLater(1.0, "Slack cannot be reached: ClientConnectorError"), 0),
        (Mishap.UNREACHABLE, Unsure(SLACK_LOST.format("TimeoutError")), 0),
        (Mishap.LOST_BEFORE, Unsure(SLACK_LOST.format("ServerDisconnectedError")), 0),
        (Mishap.LOST_AFTER, Unsure(SLACK_LOST.format("ServerDisconnectedError")), 1),
        (Mishap.CUT, Unsure(SLACK_LOST.format("ClientPayloadError")), 1),
        (Mishap.SILENT, Unsure(SLACK_LOST.format("TimeoutError")), 0),
        (Mishap.ERROR, Unsure(SAID.format(500)), 0),
        (Mishap.ERROR_AFTER, Unsure(SAID.format(500)), 1),
        (Mishap.LIMITED, TryLater(25.0, "Slack asks to wait (429)"), 0),
        (Mishap.HTML, Unsure(SAID.format(200)), 0),
        (Mishap.TRUNCATED, Unsure(SAID.format(200)), 1),
    ],
)
def test_each_way_that_a_message_can_be_posted(mishap: Mishap | None, ended: Trouble | type[str], copies: int) -> None:
    async def story() -> tuple[object, int]:
        way = a_workspace()
        if mishap is not None:
            way.network.plan("chat.postMessage", mishap)
        chat, _ = way.connect(lambda: NOON)
        return await chat.post("C0OPEN", Message("R-1 waits.")), len(way.workspace.channel("releases").messages)

    said, counted = virtually(story)
    assert counted == copies
    assert type(said) is ended if isinstance(ended, type) else said == ended


def test_whoever_watches_may_forbid_to_send() -> None:
    def forbid(what: str) -> None:
        raise AssertionError(f"{what} within a transaction")

    async def story() -> None:
        way = a_workspace()
        chat, _ = way.connect(lambda: NOON, forbid)
        with pytest.raises(AssertionError, match=r"POST /api/chat.postMessage within a transaction"):
            await chat.post("C0OPEN", Message("R-1 waits."))
        here = await a_forge()
        with pytest.raises(AssertionError, match="POST /repos/acme/payments/deployments within a transaction"):
            await here.way.connect(lambda: NOON, forbid).start(SERVICE, here.release)

    virtually(story)


def test_a_response_url_of_another_host_is_not_asked() -> None:
    async def story() -> Trouble | None:
        chat, _ = a_workspace().connect(lambda: NOON)
        return await chat.respond("https://evil.example/response/1", Message("Psst."))

    assert virtually(story) == GiveUp("The response_url is not on Slack's host, so nothing was sent there.")
