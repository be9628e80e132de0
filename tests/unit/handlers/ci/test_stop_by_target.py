"""Jobs are ended by whoever can, of the kind of target that a release names."""

from dataclasses import replace

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import GithubDeployment, GithubWorkflow, Target
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp
from handlers.ci.systems import Systems
from tests.factories import a_lane_policy, a_policy, a_release

SERVICE = a_policy().services[0]


class Stopper:
    """Ends everything."""

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped:
        """Say of which release it was asked."""
        return Stopped(f"{service.name}: {release.name}")


def deployed_by(target: Target | None) -> Release:
    return a_release(policy=replace(a_lane_policy(), target=target))


async def test_who_ends_jobs_of_the_targets_kind_is_asked() -> None:
    systems = Systems({}, {}, {}, stoppers={GithubWorkflow: Stopper()})
    assert await systems.stop(SERVICE, deployed_by(GithubWorkflow("deploy.yml", "main"))) == Stopped("payments: R-1")


async def test_where_nobody_can_end_one_nothing_is_sent() -> None:
    systems = Systems({}, {}, {}, stoppers={GithubWorkflow: Stopper()})
    nobody = GiveUp("the CI system that deploys payments/production is not set up; nothing was sent")
    assert await systems.stop(SERVICE, deployed_by(GithubDeployment("production"))) == nobody
    assert await systems.stop(SERVICE, deployed_by(None)) == nobody
