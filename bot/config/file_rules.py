"""The rules of an environment in the policy file: approvals, quiet hours, freezes, the way back."""

from typing import Annotated

from pydantic import Field

from bot.config.section import Section
from bot.config.written import (
    Count,
    DayWord,
    Duration,
    FreezeName,
    GroupName,
    Hour,
    Moment,
    Reference,
    References,
    SkipWord,
    Template,
    Timezone,
    YesOrNo,
)


class ApprovalSection(Section):
    """A rule: so many people out of these groups and people."""

    NAME = "an approval rule"

    sources: References = Field(
        alias="from", description="a name, or a list of names, of groups or people", examples=["qa"]
    )
    count: Count = Field(description="how many of them", examples=["1"])


class QuietSection(Section):
    """Hours of each day in local time."""

    NAME = "quiet_hours"

    from_: Hour = Field(alias="from", description="when they begin", examples=['"20:00"'])
    until: Hour = Field(description="when they end; an earlier hour lies on the next day", examples=['"07:00"'])
    timezone: Timezone = Field(description="an IANA time zone", examples=["Europe/Berlin"])


class EscalateSection(Section):
    """Who hears of it when approvals have been missing for long."""

    NAME = "escalate"

    after: Duration = Field(description="how long after people were asked", examples=["4h"])
    to: GroupName = Field(
        description="the group that is called: to approve, or to see to it that others decide", examples=["sre"]
    )


class FreezeSection(Section):
    """A time in which nothing ships: days of each week, or once between two moments."""

    NAME = "a freeze"

    name: FreezeName = Field(description="what people read", examples=["weekend"])
    days: Annotated[tuple[DayWord, ...], Field(min_length=1)] | None = Field(
        None, description="days of each week: `mon` to `sun`", examples=["[sat, sun]"]
    )
    from_: Moment | None = Field(
        None,
        alias="from",
        description="with `days` the hour at which it begins on each of them, else the local moment",
        examples=['"2026-12-23T18:00"'],
    )
    until: Moment | None = Field(
        None,
        description="with `days` the hour at which it ends, on the next day if that is earlier; else the local moment",
        examples=['"2027-01-02T08:00"'],
    )
    timezone: Timezone = Field(description="an IANA time zone", examples=["Europe/Berlin"])
    environments: tuple[Reference, ...] = Field(
        (), description="environments in which it holds; absent: all", examples=["[production]"]
    )
    services: tuple[Reference, ...] = Field(
        (), description="services for which it holds; absent: all", examples=["[payments]"]
    )


class AfterSection(Section):
    """The environment in which a build must have been live before."""

    NAME = "after"

    environment: Reference = Field(
        description="an environment of the same service, written above", examples=["staging"]
    )
    soak: Duration | None = Field(None, description="for how long at least", examples=["30m"])


class RollbackSection(Section):
    """What a rollback asks for, instead of the lane's own approvals."""

    NAME = "rollback"

    approvals: tuple[ApprovalSection, ...] = Field(
        description="rules that must all hold; `[]` means none needed", examples=["[]"]
    )


class HotfixSection(Section):
    """The fast path: its own approvals, and the gates that it leaves out by name."""

    NAME = "hotfix"

    approvals: tuple[ApprovalSection, ...] = Field(
        description="rules that must all hold; `[]` means none needed", examples=["[{from: sre, count: 1}]"]
    )
    skip: tuple[SkipWord, ...] = Field((), description="which of `soak` and `freeze` to leave out", examples=["[soak]"])


class AnnouncementSection(Section):
    """How what became live is announced."""

    NAME = "announcement"

    template: Template | None = Field(
        None,
        description="what is posted; placeholders are `{version}` `{service}` `{environment}` `{sha}` `{release}` "
        "`{changes}` `{authors}`",
        examples=['"{service} {version} is out.\\n{changes}"'],
    )
    edit: YesOrNo | None = Field(
        None, description="show a draft first, which people post, edit or discard", examples=["true"]
    )
