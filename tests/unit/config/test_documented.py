"""The page about the policy file and its JSON Schema name every key, and nothing that is not there."""

import re

import pytest

from bot.config.file_buildbot import BuildbotBuild, BuildbotTarget
from bot.config.file_builds import BuildSection, GithubBuild, StandardBuild
from bot.config.file_connections import AppSection, ConnectionSection, GithubConnection
from bot.config.file_people import GroupSection, PermissionsSection, PersonSection, SlackSection
from bot.config.file_rules import (
    AfterSection,
    AnnouncementSection,
    ApprovalSection,
    EscalateSection,
    FreezeSection,
    HotfixSection,
    QuietSection,
    RollbackSection,
)
from bot.config.file_targets import (
    CommandTarget,
    DeploymentTarget,
    DeploySection,
    GateTarget,
    WebhookTarget,
    WorkflowTarget,
)
from bot.config.file_verify import CommandProbeSection, HttpProbeSection, JsonProbe, SignalSection, VerifySection
from bot.config.policy_file import (
    DefaultsSection,
    EnvironmentSection,
    HeartbeatSection,
    Inherited,
    PolicyFile,
    ServiceSection,
)
from bot.config.schema import json_schema
from bot.config.section import Section
from bot.config.shape import keys_of
from bot.core.policy import Permission
from tests.unit.config.test_load import DOCUMENTED

SECTIONS: dict[str, type[Section]] = {
    "The file": PolicyFile,
    "`slack`": SlackSection,
    "`heartbeat`": HeartbeatSection,
    "`connections.NAME`": ConnectionSection,
    "`connections.NAME.github`": GithubConnection,
    "`connections.NAME.github.app`": AppSection,
    "`people`": PersonSection,
    "`groups`": GroupSection,
    "`permissions`": PermissionsSection,
    "`defaults`, and again in a service or an environment": DefaultsSection,
    "An approval rule": ApprovalSection,
    "`freezes`": FreezeSection,
    "`quiet_hours`": QuietSection,
    "`escalate`": EscalateSection,
    "`announcement`": AnnouncementSection,
    "`after`": AfterSection,
    "`rollback`": RollbackSection,
    "`hotfix`": HotfixSection,
    "`verify`": VerifySection,
    "`verify.http`": HttpProbeSection,
    "`verify.http.json`": JsonProbe,
    "`verify.command`": CommandProbeSection,
    "`verify.signal`": SignalSection,
    "`services.NAME`": ServiceSection,
    "`build`": BuildSection,
    "`build.github`": GithubBuild,
    "`build.buildbot`": BuildbotBuild,
    "`build.standard`": StandardBuild,
    "`environments.NAME`": EnvironmentSection,
    "`deploy`": DeploySection,
    "`deploy.github_deployment`": DeploymentTarget,
    "`deploy.github_workflow`": WorkflowTarget,
    "`deploy.github_gate`": GateTarget,
    "`deploy.buildbot`": BuildbotTarget,
    "`deploy.webhook`": WebhookTarget,
    "`deploy.command`": CommandTarget,
}


def chapters() -> dict[str, str]:
    parts = re.split(r"^## (.*)\n", DOCUMENTED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_section_has_a_chapter() -> None:
    assert list(chapters()) == [*SECTIONS, "Not in this version"]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_has_a_row_that_says_what_the_schema_says(title: str) -> None:
    section = SECTIONS[title]
    own = [
        (name, field)
        for name, field in section.model_fields.items()
        if section is DefaultsSection or not issubclass(section, Inherited) or name not in Inherited.model_fields
    ]
    rows = [line.split(" | ") for line in chapters()[title].splitlines() if line.startswith("| `")]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        (
            f"| `{field.alias or name}`",
            f"{(field.description or '')[:1].upper()}{(field.description or '')[1:]}",
            f"`{field.alias or name}: {(field.examples or ['?'])[0]}` |",
        )
        for name, field in own
    ]


def test_every_key_that_is_not_built_is_named() -> None:
    named = set(re.findall(r"`([^`]+)`", chapters()["Not in this version"]))
    assert set().union(*(section.LATER for section in SECTIONS.values())) <= named


def test_the_schema_closes_every_section_and_lists_the_permissions() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(schema["$defs"]["PermissionsSection"]["properties"]) == [one.value for one in Permission]
    assert set(schema["properties"]) == set(keys_of(PolicyFile))
    closed = [schema, *schema["$defs"].values()]
    assert [one["additionalProperties"] for one in closed] == [False] * len(SECTIONS)


def test_the_schema_says_how_a_value_is_written() -> None:
    schema = json_schema()
    assert schema["$defs"]["DefaultsSection"]["properties"]["expires_after"] == {
        "type": "string",
        "pattern": "^(?:[1-9][0-9]{0,8}[smhd])$",
        "description": "how long a release waits for its approvals",
        "examples": ["24h"],
    }
    assert schema["$defs"]["ApprovalSection"]["required"] == ["from", "count"]
    assert schema["$defs"]["ServiceSection"]["properties"]["environments"]["patternProperties"] == {
        "^(?:[a-z0-9][a-z0-9._-]{0,62})$": {"$ref": "#/$defs/EnvironmentSection"}
    }
