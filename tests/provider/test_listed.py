"""Every CI system that a policy can name has all of its parts; one that lacks any is named here."""

import inspect
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from aiohttp import ClientSession

from bot.config.file_builds import BuildSection
from bot.config.file_targets import DeploySection
from bot.config.promises import promises
from bot.core.source import BuildbotSource, GithubSource, SourcePolicy, StandardSource
from bot.core.target import BuildbotForce, Command, DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow, Target
from bot.ports.meter import SILENT
from handlers.ci import SOURCES
from handlers.ci.buildbot_connection import buildbot_systems
from handlers.ci.dialect import WebhookDialect
from handlers.ci.systems import Systems
from tests.acceptance.desk import desk
from tests.factories import NOON, a_lane_policy, a_policy

BUILDS: dict[str, SourcePolicy] = {
    "github": GithubSource("acme/payments", "main", ("build.yml",)),
    "buildbot": BuildbotSource("build", "main"),
    "standard": StandardSource("pipeline", "PIPELINE_SECRET"),
}
DEPLOYS: dict[str, Target] = {
    "github_deployment": GithubDeployment("production"),
    "github_workflow": GithubWorkflow("deploy.yml", "main"),
    "github_gate": GithubGate("production"),
    "buildbot": BuildbotForce("force", "deploy"),
    "webhook": DeployWebhook("https://deployer.example/", "DEPLOY_SECRET"),
    "command": Command(("./deploy.sh",)),
}
"""One of each, by the policy's key: add yours."""

DOCS = Path(__file__).parents[2] / "docs"
POLICY_PAGE = (DOCS / "policy.md").read_text()
GUARANTEES = (DOCS / "guarantees.md").read_text()


def test_what_a_policy_can_name_is_what_is_listed_here() -> None:
    assert set(BuildSection.model_fields) - {"version_from", "migrations"} == set(BUILDS)
    assert set(DeploySection.model_fields) == set(DEPLOYS)
    assert {type(one) for one in BUILDS.values()} == set(get_args(SourcePolicy))
    assert {type(one) for one in DEPLOYS.values()} == set(get_args(Target))


@pytest.mark.parametrize("name", BUILDS)
def test_a_source_has_a_webhook_of_its_own_and_is_documented(name: str) -> None:
    dialect = SOURCES[name]
    for part in ("secret_names", "admit", "names_of"):
        wanted = inspect.signature(getattr(WebhookDialect, part))
        assert [*inspect.signature(getattr(dialect, part)).parameters] == [*wanted.parameters][1:], part
    assert dialect.names_of({}) == (None, None)
    assert f"\n| `{name}` |" in _section(POLICY_PAGE, "## `build`")
    assert f"\n## `build.{name}`\n" in POLICY_PAGE


def test_no_webhook_is_listed_without_its_source() -> None:
    assert set(SOURCES) == set(BUILDS)


@pytest.mark.parametrize("name", DEPLOYS)
def test_a_target_says_what_it_promises_and_is_documented(name: str) -> None:
    lane = replace(a_lane_policy(), target=DEPLOYS[name])
    (promise,) = promises(replace(a_policy(), services=(replace(a_policy().services[0], lanes=(lane,)),)))
    assert promise.startswith(f"{lane.lane}: ")
    assert f"\n| `{name}` |" in _section(POLICY_PAGE, "## `deploy`")
    assert f"\n## `deploy.{name}`\n" in POLICY_PAGE
    assert f"\n| `{name}` |" in _section(GUARANTEES, "## Deploys")


async def test_the_bot_has_whoever_is_asked_for_each_of_them(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        assert here.signoff.vitals.crew is not None
        systems = here.signoff.vitals.crew.watches[0].executor
        assert isinstance(systems, Systems)
    async with ClientSession() as http:
        builds, forces, _ = buildbot_systems(http, "http://127.0.0.1:1", ("", ""), lambda: NOON, SILENT)
    assert {*systems.sources, *builds} == set(get_args(SourcePolicy))
    assert {*systems.executors, *forces} == set(get_args(Target))


def _section(page: str, heading: str) -> str:
    """Return what stands below a heading, up to the next."""
    return page.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
