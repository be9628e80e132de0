"""A deploy under way on GitHub is asked about where it was begun, whatever a policy says afterwards."""

from dataclasses import replace

import pytest

from bot.core.connections import Connection
from bot.core.policy import Policy
from bot.core.release import Lifecycle, Release
from bot.core.source import GithubSource, SourcePolicy, StandardSource
from bot.core.target import DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow, Target
from handlers.ci.github_places import led_elsewhere
from tests.factories import WORKFLOW, a_lane_policy, a_policy, a_release

ONE, TWO = (Connection("ghe", f"https://{host}.example/api/v3", f"https://{host}.example") for host in ("one", "two"))
ON_ONE = GithubDeployment("production", "ghe")
SAYS = ("R-1 is under way where the policy would lead elsewhere; read it again when that has ended.",)


def built(repository: str, *connections: Connection, source: SourcePolicy | None = None) -> Policy:
    (service,) = a_policy().services
    where = source or GithubSource(repository, "main", (WORKFLOW,), connection="ghe")
    return a_policy(services=(replace(service, source=where),), connections=connections)


def flying(target: Target, state: Lifecycle = Lifecycle.DEPLOYING) -> Release:
    return a_release(1, state=state, policy=a_lane_policy(target=target))


HERE = built("acme/pay", ONE)


@pytest.mark.parametrize(
    "target", [ON_ONE, GithubWorkflow("d.yml", "main", (), "ghe"), GithubGate("p", connection="ghe")]
)
def test_another_address_of_its_connection_is_elsewhere(target: Target) -> None:
    assert led_elsewhere(HERE, built("acme/pay", TWO), [flying(target)]) == SAYS


@pytest.mark.parametrize(
    "after",
    [
        built("acme/shop", ONE),
        built("acme/pay"),
        built("", ONE, source=StandardSource("docs", "S")),
    ],
    ids=["another repository", "no connection of that name", "another kind of source"],
)
def test_another_repository_or_none_at_all_is_elsewhere(after: Policy) -> None:
    assert led_elsewhere(HERE, after, [flying(ON_ONE)]) == SAYS


def test_another_repository_on_the_environments_own_host_is_elsewhere() -> None:
    assert led_elsewhere(HERE, built("acme/shop", ONE), [flying(GithubDeployment("production"))]) == SAYS


@pytest.mark.parametrize(
    ("before", "after", "release"),
    [
        (HERE, built("Acme/Pay", ONE), flying(ON_ONE)),
        (HERE, built("acme/pay", replace(ONE, token_env="ANOTHER")), flying(ON_ONE)),
        (HERE, built("acme/pay", TWO), flying(GithubDeployment("production"))),
        (HERE, built("acme/pay", TWO), flying(ON_ONE, Lifecycle.OPEN)),
        (HERE, built("acme/pay", TWO), flying(ON_ONE, Lifecycle.VERIFYING)),
        (HERE, built("acme/pay", TWO), flying(DeployWebhook("https://deployer.example", "S"))),
        (HERE, a_policy(services=()), flying(ON_ONE)),
        (a_policy(services=()), HERE, flying(ON_ONE)),
        (built("acme/pay"), HERE, flying(ON_ONE)),
    ],
    ids=[
        "the same in other letters",
        "another token there",
        "a connection that it does not use",
        "nothing was sent yet",
        "its deploy has ended",
        "its deployer has an address of its own",
        "nobody asks: the service is gone",
        "the service is back",
        "the connection is back",
    ],
)
def test_what_stays_where_it_is_may_go_on(before: Policy, after: Policy, release: Release) -> None:
    assert led_elsewhere(before, after, [release]) == ()
