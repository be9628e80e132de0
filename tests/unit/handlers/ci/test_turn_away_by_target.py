"""Runs are turned away, and let on, by whoever keeps the gate that a release's target names."""

from dataclasses import replace

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import GithubDeployment, GithubGate
from bot.ports.gatekeeping import Answered, Turned
from bot.ports.trouble import GiveUp
from handlers.ci.systems import Systems
from tests.factories import a_lane_policy, a_policy, a_release

SERVICE = a_policy().services[0]


class Keeper:
    """Turns everything away."""

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned:
        """Say of which release it was asked."""
        return Turned(f"{service.name}: {release.name}")

    async def let_on(self, service: ServicePolicy, release: Release) -> Answered:
        """Say of which release it was asked."""
        return Answered(f"{service.name}: {release.name}")


def deployed_by(target: GithubGate | GithubDeployment | None) -> Release:
    return a_release(policy=replace(a_lane_policy(), target=target))


async def test_the_keeper_of_the_targets_gate_is_asked() -> None:
    systems = Systems({}, {}, {}, {GithubGate: Keeper()})
    asked = await systems.turn_away(SERVICE, deployed_by(GithubGate("production")))
    assert asked == Turned("payments: R-1")
    let_on = await systems.let_on(SERVICE, deployed_by(GithubGate("production")))
    assert let_on == Answered("payments: R-1")


async def test_where_nobody_keeps_a_gate_nothing_is_sent() -> None:
    systems = Systems({}, {}, {}, {GithubGate: Keeper()})
    nobody = GiveUp("the CI system that deploys payments/production is not set up; nothing was sent")
    assert await systems.turn_away(SERVICE, deployed_by(GithubDeployment("production"))) == nobody
    assert await systems.turn_away(SERVICE, deployed_by(None)) == nobody
    assert await systems.let_on(SERVICE, deployed_by(GithubDeployment("production"))) == nobody
    assert await systems.let_on(SERVICE, deployed_by(None)) == nobody
