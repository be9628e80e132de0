"""What the question about a lost request says was sent, for every kind of target."""

from dataclasses import replace

import pytest

from bot.core.release import Deployment, DeployStatus, Lifecycle
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce, Command, DeployWebhook, GithubGate, Target
from bot.views.question import question
from tests.unit.views.values import LINKS, PERMALINKS, POLICY, TEN, a_release

SENT = [
    (GithubGate("production"), "What was sent: a deployment of commit 9f3c2ab to the environment production."),
    (BuildbotForce("force", "deploy"), "What was sent: a build of deploy by force at commit 9f3c2ab."),
    (
        DeployWebhook("https://deployer.example", "HOOK"),
        "What was sent: a signed request to deploy commit 9f3c2ab to production.",
    ),
    (Command(("./deploy.sh",)), "What was sent: the command ./deploy.sh for commit 9f3c2ab."),
    (None, "What was sent: a deployment of commit 9f3c2ab to the environment production."),
]


@pytest.mark.parametrize(("target", "said"), SENT)
def test_it_says_what_was_sent(target: Target | None, said: str) -> None:
    release = a_release(state=Lifecycle.DEPLOYING, deployment=Deployment(DeployStatus.UNKNOWN, TEN))
    lost = replace(release, policy=replace(release.policy, target=target))
    assert said in question(lost, POLICY, LINKS, {}, PERMALINKS, 1).text.splitlines()


def test_of_a_command_it_says_why_only_a_person_can_tell() -> None:
    release = a_release(state=Lifecycle.DEPLOYING, deployment=Deployment(DeployStatus.UNKNOWN, TEN))
    lost = replace(release, policy=replace(release.policy, target=Command(("./deploy.sh",))))
    why = "Why you are asked: the host's own record does not tell whether the command ran to its end."
    assert why in question(lost, POLICY, LINKS, {}, PERMALINKS, 1).text.splitlines()


def test_a_builder_is_the_one_pipeline_of_its_source() -> None:
    assert BuildbotSource("legacy-build", "main").pipelines == ("legacy-build",)
