"""The policy file as this version accepts it: one class per section, one field per key.

`LATER` names the keys of a section that are promised and not built yet; they are refused as such, so that nobody
believes a freeze holds that nothing reads.
"""

from typing import Annotated, Any

from pydantic import Field

from bot.config.file_builds import BuildSection
from bot.config.file_connections import ConnectionSection
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
from bot.config.file_targets import DeploySection
from bot.config.file_verify import VerifySection
from bot.config.section import Section
from bot.config.written import (
    Address,
    CardsWord,
    Channel,
    Command,
    Duration,
    DurationOrNever,
    ModeWord,
    NewerBuildWord,
    NewName,
    PlainName,
    SelfApprovalWord,
    Variable,
    WhenLiftedWord,
    WhenUnknownWord,
    YesOrNo,
)


class Inherited(Section):
    """What `defaults` may set and a service or environment may set again; the nearest wins."""

    NAME = "defaults"
    LATER = frozenset({"freezes"})

    mode: ModeWord | None = Field(
        None,
        description="`delivery`: people decide; `deployment`: every deployable build ships; "
        "`observe`: the pipeline deploys by itself and Signoff reports",
        examples=["delivery"],
    )
    approvals: tuple[ApprovalSection, ...] | None = Field(
        None,
        description="rules that must all hold; `[]` means none needed; required in a delivery lane",
        examples=["[{from: qa, count: 1}]"],
    )
    self_approval: SelfApprovalWord | None = Field(
        None,
        description="`forbid`: neither the requester (who tries a failed release again, too) nor the last pusher "
        "approves, and each commit needs somebody who did not write it; `strict`: no author of any commit, and "
        "everybody listed in `people`; or `allow`",
        examples=["forbid"],
    )
    newer_build: NewerBuildWord | None = Field(
        None,
        description="`latest-wins`: a newer build supersedes the older open release; `each-must-ship`: they queue",
        examples=["latest-wins"],
    )
    expires_after: Duration | None = Field(
        None, description="how long a release waits for its approvals", examples=["24h"]
    )
    deploy_timeout: Duration | None = Field(
        None, description="how long a deploy may take before it counts as failed", examples=["30m"]
    )
    lookup_window: Duration | None = Field(
        None, description="how long a lost answer is looked up by the release's key", examples=["120s"]
    )
    when_unknown: WhenUnknownWord | None = Field(
        None,
        description="a lost request that is not found: `ask` a person, or `resend` it at the risk of a second deploy",
        examples=["ask"],
    )
    announce: YesOrNo | None = Field(None, description="announce what became live here", examples=["true"])
    announcement: AnnouncementSection | None = Field(
        None,
        description="how it is announced; absent: at once, in our own words",
        examples=['{template: "{service} {version} is out.\\n{changes}"}'],
    )
    cards: CardsWord | None = Field(
        None,
        description="`full`: a notice for every release; `quiet`: where builds ship by themselves, only for one that "
        "fails, waits for a person, is late or was asked for",
        examples=["quiet"],
    )
    tell_authors: YesOrNo | None = Field(
        None,
        description="tell authors and the requester personally when their change is live here, rejected or rolled back",
        examples=["true"],
    )
    approval_valid_for: Duration | None = Field(
        None,
        description="how long complete approvals, or an override, last before people are asked again",
        examples=["72h"],
    )
    undo_window: Duration | None = Field(
        None, description="how long to wait after the last approval, with a button to stop it", examples=["30s"]
    )
    remind_after: tuple[Duration, ...] | None = Field(
        None, description="when to remind those whose approval is missing", examples=["[2h, 8h]"]
    )
    escalate: EscalateSection | None = Field(
        None,
        description="which second group hears of it when approvals have been missing for long; absent: none",
        examples=["{after: 4h, to: sre}"],
    )
    quiet_hours: QuietSection | None = Field(
        None,
        description="hours in which nobody is reminded",
        examples=['{from: "20:00", until: "07:00", timezone: Europe/Berlin}'],
    )
    when_lifted: WhenLiftedWord | None = Field(
        None,
        description="with `each-must-ship`, which of those that waited for a freeze goes first: `oldest`, `newest` "
        "(the older ones are superseded), or `ask`",
        examples=["oldest"],
    )
    retry_within: Duration | None = Field(
        None, description="how long after a failed deploy a retry keeps its approvals", examples=["1h"]
    )
    after: AfterSection | None = Field(
        None,
        description="the environment in which a build must have been live before",
        examples=["{environment: staging, soak: 30m}"],
    )
    rollback: RollbackSection | None = Field(
        None, description="what a rollback asks for; absent: what any release does", examples=["{approvals: []}"]
    )
    hotfix: HotfixSection | None = Field(
        None,
        description="the fast path; absent: there is none",
        examples=["{approvals: [{from: sre, count: 1}], skip: [soak]}"],
    )
    verify: VerifySection | None = Field(
        None,
        description="how to find out that what was deployed is well; absent: it is live when the job has ended",
        examples=["{http: {url: https://payments.acme.example/health}, within: 5m, for: 10m}"],
    )
    trial: YesOrNo | None = Field(None, description="show and ask everything, trigger nothing", examples=["true"])


def _reported_within() -> Any:
    """Return the key that a service has and `defaults` may set for all: builds are no environment's own."""
    return Field(
        None,
        description="how long the newest builds may wait for their pipelines before the channel hears of it, once; "
        "or `never`",
        examples=["6h"],
    )


class DefaultsSection(Inherited):
    """What holds for every service and lane that says nothing else."""

    reported_within: DurationOrNever | None = _reported_within()


class EnvironmentSection(Inherited):
    """A service in one environment: a lane."""

    NAME = "an environment"

    deploy: DeploySection | None = Field(
        None,
        description="how to deploy there; only a lane that is observed needs none",
        examples=["{github_deployment: {environment: production}}"],
    )


class ServiceSection(Inherited):
    """A service: its channel, its builds, its environments in the order of promotion."""

    NAME = "a service"

    channel: Channel = Field(description="where its notices are posted", examples=["C0PAYMENTS"])
    build: BuildSection = Field(
        description="where its builds come from",
        examples=["{github: {repository: acme/payments, branch: main, workflows: [build.yml]}}"],
    )
    reported_within: DurationOrNever | None = _reported_within()
    environments: Annotated[dict[NewName, EnvironmentSection], Field(min_length=1)] = Field(
        description="its environments by name, the last one being what customers use",
        examples=["{production: {mode: deployment, deploy: {github_deployment: {environment: production}}}}"],
    )


class HeartbeatSection(Section):
    """A sign of life that a monitor waits for."""

    NAME = "heartbeat"

    url: Address | None = Field(
        None, description="the address to ask", examples=["https://monitor.acme.example/ping/42"]
    )
    secret_env: Variable | None = Field(
        None,
        description="the environment variable that holds the address, where it is a secret",
        examples=["HEARTBEAT_URL"],
    )
    every: Duration | None = Field(None, description="how often", examples=["1m"])


_A_SERVICE = (
    "{docs: {channel: C0DOCS, build: {github: {repository: acme/docs, branch: main, workflows: [build.yml]}}, "
    "environments: {production: {mode: deployment, deploy: {github_deployment: {environment: production}}}}}}"
)


class PolicyFile(Section):
    """The whole file."""

    LATER = frozenset({"cards", "digest"})

    slack: SlackSection = Field(
        default_factory=SlackSection, description="channels for everybody", examples=["{operations: C0OPS}"]
    )
    command: Command = Field("/deploy", description="the slash command's name", examples=["/deploy"])
    heartbeat: HeartbeatSection | None = Field(
        None,
        description="an address that is asked while the bot is ready",
        examples=["{secret_env: HEARTBEAT_URL, every: 1m}"],
    )
    connections: dict[PlainName, ConnectionSection] = Field(
        default_factory=dict,
        description="further hosts and accounts by name, each with what proves us there",
        examples=["{enterprise: {github: {api_url: https://github.acme.example/api/v3, token_env: GHE_TOKEN}}}"],
    )
    people: tuple[PersonSection, ...] = Field(
        (),
        description="everybody whose accounts belong together",
        examples=['[{name: priya, slack: U0PRIYA, github: "1001"}]'],
    )
    groups: dict[PlainName, GroupSection] = Field(
        default_factory=dict, description="groups by name", examples=["{qa: {people: [priya]}}"]
    )
    permissions: PermissionsSection = Field(
        default_factory=PermissionsSection,
        description="who may do what; who is not named may not",
        examples=["{request: [everyone]}"],
    )
    defaults: DefaultsSection = Field(
        default_factory=DefaultsSection,
        description="what holds for every lane that says nothing else",
        examples=["{expires_after: 24h}"],
    )
    freezes: tuple[FreezeSection, ...] = Field(
        (),
        description="times in which nothing ships",
        examples=["[{name: weekend, days: [sat, sun], timezone: Europe/Berlin}]"],
    )
    services: Annotated[dict[NewName, ServiceSection], Field(min_length=1)] = Field(
        description="services by name",
        examples=[_A_SERVICE],
    )
