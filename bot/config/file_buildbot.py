"""Buildbot in the policy file: the builder whose builds may ship, and the force scheduler that deploys."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.config.checks import text
from bot.config.problem import quoted
from bot.config.section import Section
from bot.config.written import Branch, Duration, InputValue
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce

POLL = timedelta(seconds=30)
"""A push that was lost is not repeated, and asking one's own Buildbot costs little."""
_BUILDER = r"(?![0-9]+$)[A-Za-z0-9][A-Za-z0-9 ._+:-]{0,69}"
"""Digits alone would be taken for a builder's number."""
_SCHEDULER = r"[A-Za-z_-][A-Za-z0-9_-]{0,49}"
_PROPERTY = r"[A-Za-z_][A-Za-z0-9_.-]{0,99}"
_ADDED = frozenset({"revision", "branch", "reason", "signoff_key"})
_OF_BUILDBOT = frozenset({"builderNames", "builderid", "owner", "username", "priority", "project", "repository"})


def check_property(value: Any) -> str:
    """Check the name of a property that a force scheduler is told."""
    name = text(_PROPERTY, "the name of a property: letters, digits, '_', '.' and '-'")(value)
    if name in _ADDED:
        raise ValueError("is added by Signoff; remove it")
    if name in _OF_BUILDBOT or re.search(r"(?:^|_)revision$", name):
        raise ValueError(f"must be another name: {quoted(name)} says what or who builds, which is not for a policy")
    return name


def _like(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"})


Builder = Annotated[str, BeforeValidator(text(_BUILDER, "the name of a builder")), _like(_BUILDER)]
Scheduler = Annotated[str, BeforeValidator(text(_SCHEDULER, "the name of a force scheduler")), _like(_SCHEDULER)]
PropertyName = Annotated[str, BeforeValidator(check_property), _like(_PROPERTY)]


class BuildbotBuild(Section):
    """A builder whose successful builds of one branch may ship."""

    NAME = "buildbot"

    builder: Builder = Field(description="the builder's name", examples=["legacy-build"])
    branch: Branch = Field(description="the one branch whose builds may ship", examples=["main"])
    poll: Duration | None = Field(
        None, description="how often Buildbot is asked for what no push told", examples=["30s"]
    )

    def source(self) -> BuildbotSource:
        """Return it as the core knows it."""
        return BuildbotSource(self.builder, self.branch, self.poll or POLL)


class BuildbotTarget(Section):
    """Force a build at the exact commit, with the release's key as its property `signoff_key`."""

    NAME = "buildbot"

    scheduler: Scheduler = Field(description="the force scheduler's name", examples=["force-deploy"])
    builder: Builder = Field(description="the builder that deploys", examples=["deploy-legacy"])
    properties: Annotated[dict[PropertyName, InputValue], Field(max_length=50)] = Field(
        default_factory=dict,
        description="further properties, each of which the scheduler declares; placeholders are `{version}` `{sha}` "
        "`{digest}` `{environment}` `{service}` `{release}` `{key}`",
        examples=['{version: "{version}"}'],
    )

    def target(self) -> BuildbotForce:
        """Return it as the core knows it."""
        return BuildbotForce(self.scheduler, self.builder, tuple(self.properties.items()))
