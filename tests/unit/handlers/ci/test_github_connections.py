"""Each service is asked about on the GitHub that the policy names, and on no other."""

from dataclasses import dataclass, field, replace

import pytest

from bot.core.changelog import Span
from bot.core.connections import Connection
from bot.core.policy import Policy, ServicePolicy
from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow, Target
from bot.ports.changes import CannotTell
from bot.ports.ci import Placed, Progress, ProgressStatus, RunHint
from bot.ports.gatekeeping import Answered, Turned
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, Trouble
from handlers.ci.github_connections import Githubs, Ports
from handlers.ci.github_scope import Asked
from tests.factories import WORKFLOW, a_lane_policy, a_policy, a_release, a_report, a_sha
from tests.fakes.comparer import FakeComparer
from tests.fakes.executor import FakeExecutor
from tests.fakes.source import FakeSource

GHE = Connection("enterprise", "https://ghe.example/api/v3", "https://ghe.example", "GHE_TOKEN")
LOCKED = Connection("locked", "https://locked.example", "https://locked.example", "LOCKED_TOKEN")
SPAN = Span("payments", a_sha(1), a_sha(2))
MISSING = GiveUp("the connection locked is not set up; nothing was sent")


@dataclass
class Doorkeeper:
    """Implements Gatekeeper and Stopper by noting where it was asked to turn something away, or to end it."""

    turned: list[str]
    name: str

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned | Trouble:
        self.turned.append(f"{self.name}: {service.name} {release.name}")
        return Turned("nothing waits")

    async def let_on(self, service: ServicePolicy, release: Release) -> Answered | Trouble:
        self.turned.append(f"{self.name}: {service.name} {release.name} goes on")
        return Answered("it goes on")

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        self.turned.append(f"{self.name}: {service.name} {release.name}")
        return Stopped("it ends")


@dataclass
class Hosts:
    """The environment's own GitHub, and those that the policy names."""

    policy: Policy = field(default_factory=lambda: replace(a_policy(), connections=(GHE, LOCKED)))
    made: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sources = {name: FakeSource([a_report(1)]) for name in ("own", "enterprise")}
        self.comparers = {name: FakeComparer() for name in ("own", "enterprise")}
        self.executors = {name: FakeExecutor() for name in ("own", "enterprise")}
        self.githubs = Githubs(self.ports("own"), lambda: self.policy, self.make)

    def make(self, connection: Connection) -> Ports | None:
        self.made.append(connection.api_url)
        return None if connection.name == "locked" else self.ports(connection.name)

    def ports(self, name: str) -> Ports:
        executor = self.executors[name]
        both: dict[type[Target], FakeExecutor] = {GithubDeployment: executor, GithubWorkflow: executor}
        keeper = Doorkeeper(self.turned, name)
        return Ports(self.sources[name], self.comparers[name], both, keeper, keeper)

    def asked(self) -> dict[str, int]:
        """Count the calls of each host."""
        return {
            name: len(self.sources[name].asked) + len(self.comparers[name].asked) + len(self.executors[name].calls)
            for name in self.sources
        }


def a_service(connection: str | None) -> ServicePolicy:
    source = GithubSource("acme/payments", "main", (WORKFLOW,), connection=connection)
    return replace(a_policy().services[0], source=source)


def releasing(connection: str | None) -> Release:
    return a_release(policy=a_lane_policy(target=GithubWorkflow("deploy.yml", "main", connection=connection)))


@pytest.mark.parametrize(("connection", "host"), [(None, "own"), ("enterprise", "enterprise")])
async def test_builds_and_changes_are_asked_about_where_the_source_says(connection: str | None, host: str) -> None:
    hosts, service = Hosts(), a_service(connection)
    assert await hosts.githubs.run(service, RunHint("acme/payments", 9001)) == a_report(1)
    assert await hosts.githubs.recent(service) == (a_report(1),)
    assert await hosts.githubs.tags(service, [a_sha(1)]) == {}
    assert await hosts.githubs.changed(service, a_sha(1), a_sha(2)) is None
    assert isinstance(await hosts.githubs.compare(service, SPAN), CannotTell)
    assert hosts.asked() == {"own": 0, "enterprise": 0} | {host: 5}


@pytest.mark.parametrize(("connection", "host"), [(None, "own"), ("enterprise", "enterprise")])
async def test_deploys_go_where_the_target_says_whatever_the_source_says(connection: str | None, host: str) -> None:
    hosts, release = Hosts(), releasing(connection)
    service = a_service("enterprise" if connection is None else None)
    placed = await hosts.githubs.start(service, release)
    assert isinstance(placed, Placed)
    assert await hosts.githubs.find(service, release) == placed
    hosts.executors[host].says(ProgressStatus.RUNNING)
    flying = replace(release, deployment=None)
    assert isinstance(await hosts.githubs.follow(service, flying), Progress | GiveUp)
    await hosts.githubs.newest_live(service, GithubDeployment("production", connection))
    assert [name for name, calls in hosts.asked().items() if calls] == [host]
    assert hosts.executors[host].started == [release.key]


async def test_a_connection_is_made_once_and_anew_when_it_is_another() -> None:
    hosts, service = Hosts(), a_service("enterprise")
    await hosts.githubs.recent(service)
    await hosts.githubs.recent(service)
    assert hosts.made == ["https://ghe.example/api/v3"]
    hosts.policy = replace(hosts.policy, connections=(replace(GHE, api_url="https://git.example/api/v3"),))
    await hosts.githubs.recent(service)
    assert hosts.made == ["https://ghe.example/api/v3", "https://git.example/api/v3"]


async def test_what_flies_is_followed_on_a_connection_that_the_policy_has_lost() -> None:
    hosts, release = Hosts(), releasing("enterprise")
    placed = await hosts.githubs.start(a_service("enterprise"), release)
    hosts.policy = a_policy()
    assert await hosts.githubs.find(a_service(None), release) == placed
    assert hosts.made == ["https://ghe.example/api/v3"]


async def test_where_nothing_proves_us_nothing_is_sent() -> None:
    hosts, service, release = Hosts(), a_service("locked"), releasing("locked")
    assert await hosts.githubs.run(service, RunHint("acme/payments", 9001)) == MISSING
    assert await hosts.githubs.recent(service) == MISSING
    assert await hosts.githubs.tags(service, [a_sha(1)]) == MISSING
    assert await hosts.githubs.changed(service, a_sha(1), a_sha(2)) is None
    assert await hosts.githubs.compare(service, SPAN) == MISSING
    assert await hosts.githubs.start(service, release) == MISSING
    assert await hosts.githubs.find(service, release) == MISSING
    assert await hosts.githubs.follow(service, release) == MISSING
    assert await hosts.githubs.newest_live(service, GithubDeployment("production", "locked")) == MISSING
    unknown = GiveUp("the connection unknown is not set up; nothing was sent")
    assert await hosts.githubs.recent(a_service("unknown")) == unknown
    assert hosts.asked() == {"own": 0, "enterprise": 0}


@pytest.mark.parametrize(("connection", "host"), [(None, "own"), ("enterprise", "enterprise")])
async def test_a_run_is_turned_away_where_its_gate_is(connection: str | None, host: str) -> None:
    hosts = Hosts()
    release = a_release(policy=a_lane_policy(target=GithubGate("production", connection=connection)))
    assert await hosts.githubs.turn_away(a_service(None), release) == Turned("nothing waits")
    assert await hosts.githubs.let_on(a_service(None), release) == Answered("it goes on")
    assert hosts.turned == [f"{host}: payments {release.name}", f"{host}: payments {release.name} goes on"]


async def test_a_gate_on_a_connection_that_is_not_set_up_turns_nothing_away() -> None:
    release = a_release(policy=a_lane_policy(target=GithubGate("production", connection="locked")))
    assert await Hosts().githubs.turn_away(a_service(None), release) == MISSING
    assert await Hosts().githubs.let_on(a_service(None), release) == MISSING


@pytest.mark.parametrize(("connection", "host"), [(None, "own"), ("enterprise", "enterprise")])
async def test_a_run_is_ended_where_it_was_dispatched(connection: str | None, host: str) -> None:
    hosts = Hosts()
    assert await hosts.githubs.stop(a_service(None), releasing(connection)) == Stopped("it ends")
    assert hosts.turned == [f"{host}: payments R-1"]


async def test_on_a_connection_that_is_not_set_up_nothing_is_ended() -> None:
    assert await Hosts().githubs.stop(a_service(None), releasing("locked")) == MISSING


async def test_what_is_no_target_on_github_is_a_mistake_of_ours() -> None:
    release = a_release(policy=a_lane_policy(target=DeployWebhook("https://x.example", "S")))
    with pytest.raises(TypeError, match="is no target on GitHub"):
        await Hosts().githubs.start(a_service(None), release)
    with pytest.raises(TypeError, match="is no gate on GitHub"):
        await Hosts().githubs.turn_away(a_service(None), release)
    with pytest.raises(TypeError, match="is no gate on GitHub"):
        await Hosts().githubs.let_on(a_service(None), release)
    with pytest.raises(TypeError, match="has no run on GitHub"):
        await Hosts().githubs.stop(a_service(None), release)


async def test_what_a_release_is_deployed_by_is_kept_in_mind_before_it_is_asked_about() -> None:
    hosts, release, service = Hosts(), releasing("enterprise"), a_service(None)
    assert release.policy.target is not None
    await hosts.githubs.start(service, release)
    assert hosts.githubs.asked == {(release.lane, False): Asked("acme/payments", release.policy.target)}
    gate = GithubGate("production", connection="enterprise")
    await hosts.githubs.turn_away(service, a_release(2, policy=a_lane_policy(target=gate)))
    assert hosts.githubs.asked[release.lane, True] == Asked("acme/payments", gate)
    await hosts.githubs.let_on(service, a_release(2, policy=a_lane_policy(target=gate)))
    assert hosts.githubs.asked[release.lane, False] == Asked("acme/payments", gate)
    later = a_release(3, policy=a_lane_policy(target=GithubDeployment("production")))
    await hosts.githubs.find(service, later)
    assert hosts.githubs.asked[release.lane, False] == Asked("acme/payments", GithubDeployment("production"))
