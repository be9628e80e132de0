"""The card says where to read what a command printed, once it has run."""

from dataclasses import replace

import pytest

from bot.core.effects import Happened, Happening
from bot.core.release import Deployment, DeployStatus, Lifecycle, Origin
from bot.core.target import Command
from bot.views.outcome import outcome
from bot.views.thread import line
from tests.unit.views.values import LINKS, PERMALINKS, POLICY, TEN, a_lane, a_release, a_scene

OUTPUT = "Output: `signoff output R-42` on Signoff's host"


def facts(state: Lifecycle, origin: Origin = Origin.PIPELINE, *, commanded: bool = True) -> list[str]:
    release = a_release(state=state, deployment=Deployment(DeployStatus.SUCCEEDED, TEN))
    target = Command(("./deploy.sh",)) if commanded else release.policy.target
    release = replace(release, origin=origin, policy=replace(release.policy, target=target))
    return [str(fact).removesuffix(".") for fact in outcome(release, a_lane(), POLICY, LINKS, PERMALINKS)]


@pytest.mark.parametrize("state", [Lifecycle.VERIFYING, Lifecycle.LIVE, Lifecycle.FAILED])
def test_once_it_has_run(state: Lifecycle) -> None:
    assert OUTPUT in facts(state)
    assert OUTPUT not in facts(state, commanded=False)
    assert OUTPUT not in facts(state, Origin.EXTERNAL)


def test_in_doubt_it_is_the_command_whose_end_nobody_saw() -> None:
    release = a_release(state=Lifecycle.DEPLOYING, deployment=Deployment(DeployStatus.UNKNOWN, TEN))
    commanded = replace(release, policy=replace(release.policy, target=Command(("./deploy.sh",))))
    says = [str(fact) for fact in outcome(commanded, a_lane(), POLICY, LINKS, PERMALINKS)]
    message = line(Happening(Happened.DEPLOY_LOST, 42), commanded, a_lane(), a_scene())
    assert message is not None
    assert message.text == (
        "Nobody can tell whether the command ran to its end: this host's own record does not say. "
        "Nothing is sent again by itself; somebody is asked in <#C0OPS>."
    )
    assert says[-1] == (
        "In doubt: nobody saw whether the command ran to its end. Nothing is sent again by itself: "
        "somebody is asked in <#C0OPS>"
    )


@pytest.mark.parametrize("state", [Lifecycle.OPEN, Lifecycle.DEPLOYING, Lifecycle.REJECTED, Lifecycle.CANCELLED])
def test_not_before_and_not_where_nothing_ran(state: Lifecycle) -> None:
    assert OUTPUT not in facts(state)
