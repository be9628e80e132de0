"""Who there is in the policy file: the workspace, people, groups and what they may do."""

from pydantic import Field

from bot.config.section import Section
from bot.config.written import (
    Channel,
    Email,
    GithubUser,
    PlainName,
    Reference,
    References,
    SlackUser,
    Usergroup,
)


class SlackSection(Section):
    """Where Signoff speaks to everybody."""

    NAME = "slack"
    LATER = frozenset({"cards", "digest"})

    announcements: Channel | None = Field(None, description="channel for what became live", examples=["C0RELEASES"])
    operations: Channel | None = Field(
        None, description="channel for questions that only people can answer", examples=["C0OPS"]
    )


class PersonSection(Section):
    """One person with all their accounts, by ids that cannot be recycled."""

    NAME = "a person"

    name: PlainName = Field(description="what the rest of the file calls them", examples=["priya"])
    slack: SlackUser | None = Field(None, description="Slack member id", examples=["U0PRIYA"])
    github: GithubUser | None = Field(
        None, description="number of the GitHub account (`id` in api.github.com/users/LOGIN)", examples=['"1001"']
    )
    email: Email | None = Field(None, description="e-mail address in their commits", examples=["priya@acme.example"])


class GroupSection(Section):
    """People and a Slack user group; they add up."""

    NAME = "a group"

    people: tuple[Reference, ...] = Field((), description="names from `people`", examples=["[sam, alex]"])
    usergroup: Usergroup | None = Field(None, description="a Slack user group's id", examples=["S0SRE"])


class PermissionsSection(Section):
    """Who may do what: names of groups or people, or `everyone`. A closed list."""

    NAME = "permissions"
    request: References | None = Field(
        None, description="who may ask for a release with `/deploy`", examples=["[everyone]"]
    )
    lock: References | None = Field(
        None, description="who may lock an environment for a time, and unlock it", examples=["[everyone]"]
    )
    hold: References | None = Field(
        None, description="who may hold and resume a lane; absent: its approvers", examples=["[sre]"]
    )
    rollback: References | None = Field(
        None, description="who may ask for a rollback; absent: the lane's approvers", examples=["[sre]"]
    )
    hotfix: References | None = Field(None, description="who may ask for a hotfix", examples=["[sre]"])
    override: References | None = Field(
        None,
        description="who may ship in spite of missing approvals or a freeze, and mark a failed deploy as done",
        examples=["[sre]"],
    )
    mode: References | None = Field(None, description="who may change a lane's mode at run time", examples=["[sre]"])
    stop_all: References | None = Field(
        None, description="who may stop everything, and let it go on", examples=["[sre]"]
    )
    quarantine: References | None = Field(
        None, description="who may quarantine a build, and confirm one after that", examples=["[sre]"]
    )
    live: References | None = Field(None, description="who may say what is live in an environment", examples=["[sre]"])
    resolve: References | None = Field(
        None, description="who may answer the question about a lost deploy", examples=["[sre]"]
    )
