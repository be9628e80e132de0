"""The policy file as this version accepts it: one class per section, one field per key.

`LATER` names the keys of a section that are promised and not built yet; they are refused as such, so that nobody
believes a freeze holds that nothing reads.
"""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.config.written import (
    Address,
    Branch,
    CardsWord,
    Channel,
    Command,
    Count,
    DayWord,
    Duration,
    Email,
    Event,
    FreezeName,
    GithubEnvironment,
    GithubUser,
    GroupName,
    Hour,
    InputName,
    InputValue,
    JsonPath,
    ModeWord,
    Moment,
    NewerBuildWord,
    NewName,
    OnFailureWord,
    PathGlob,
    PlainName,
    Receiver,
    Reference,
    References,
    Repository,
    SelfApprovalWord,
    SkipWord,
    SlackUser,
    Status,
    Template,
    Timezone,
    Usergroup,
    Variable,
    VersionKind,
    WhenLiftedWord,
    WhenUnknownWord,
    Workflow,
    YesOrNo,
)


class Section(BaseModel):
    """A part of the file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    NAME: ClassVar[str] = "the file"
    LATER: ClassVar[frozenset[str]] = frozenset()
    INSTEAD: ClassVar[str] = "remove it"


class SlackSection(Section):
    """Where Signoff speaks to everybody."""

    NAME = "slack"
    LATER = frozenset({"cards", "connections", "digest"})

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


class JsonProbe(Section):
    """A value in the JSON of the answer."""

    NAME = "json"

    path: JsonPath = Field(description="keys from the outside in, joined by dots", examples=["version"])
    equals: InputValue = Field(description="what must stand there; may hold placeholders", examples=['"{version}"'])


class HttpProbeSection(Section):
    """An address that tells whether the release is well."""

    NAME = "http"
    LATER = frozenset({"body", "headers"})

    url: Address = Field(description="the address to ask", examples=["https://payments.acme.example/version"])
    status: Status = Field(200, description="the status that means well", examples=["200"])
    json_: JsonProbe | None = Field(
        None, alias="json", description="what the answer must hold", examples=['{path: version, equals: "{version}"}']
    )


class VerifySection(Section):
    """When a deploy that has ended counts as live."""

    NAME = "verify"
    INSTEAD = "write `http`"
    LATER = frozenset({"command", "signal"})

    http: HttpProbeSection = Field(
        description="ask an address", examples=["{url: https://payments.acme.example/version}"]
    )
    within: Duration | None = Field(None, description="how soon it must be well for the first time", examples=["5m"])
    hold_for: Duration | None = Field(
        None, alias="for", description="for how long it must then stay well", examples=["10m"]
    )
    on_failure: OnFailureWord | None = Field(
        None, description="what follows when it is not: `ask` people", examples=["ask"]
    )


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
        description="`forbid`: neither the requester nor the last pusher approves, and each commit needs somebody "
        "who did not write it; `strict`: no author of any commit, and everybody listed in `people`; or `allow`",
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


class GithubBuild(Section):
    """Which runs of which repository make a build deployable."""

    NAME = "github"

    repository: Repository = Field(description="owner and name", examples=["acme/payments"])
    branch: Branch = Field(description="the one branch whose builds may ship", examples=["main"])
    workflows: Annotated[tuple[Workflow, ...], Field(min_length=1)] = Field(
        description="all of them must succeed for a commit; a bare name is a file in `.github/workflows/`",
        examples=["[build.yml]"],
    )
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = Field(
        ("push",), description="which triggers count", examples=["[push]"]
    )
    paths: Annotated[tuple[PathGlob, ...], Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="in a repository of several services, the files whose change concerns this one; absent: all",
        examples=["[services/pay/**]"],
    )
    poll: Duration | None = Field(
        None, description="how often GitHub is asked for what no webhook told", examples=["5m"]
    )


class StandardBuild(Section):
    """Any pipeline that reports its builds by signed webhook."""

    NAME = "standard"

    source: PlainName = Field(description="the name under which it reports", examples=["docs-pipeline"])
    secret_env: Variable = Field(
        description="the environment variable that holds the secret by which it signs",
        examples=["DOCS_PIPELINE_SECRET"],
    )
    branch: Branch | None = Field(
        None, description="the one branch whose builds may ship; absent: whatever is reported", examples=["main"]
    )


class BuildSection(Section):
    """Where the builds of a service come from: exactly one of the sources."""

    NAME = "build"
    INSTEAD = "write `github` or `standard`"
    LATER = frozenset({"buildbot", "gitlab", "jenkins", "circleci", "buildkite", "argocd", "cdevents"})

    github: GithubBuild | None = Field(
        None,
        description="GitHub Actions",
        examples=["{repository: acme/payments, branch: main, workflows: [build.yml]}"],
    )
    standard: StandardBuild | None = Field(
        None,
        description="any pipeline, by signed webhook",
        examples=["{source: docs-pipeline, secret_env: DOCS_PIPELINE_SECRET}"],
    )
    version_from: VersionKind = Field(
        "sha",
        description="what people read as version: `run_number`, `sha` (the first 12 hex digits), or `tag:GLOB` (the "
        "highest tag of the commit that the glob names, else `sha`)",
        examples=["run_number"],
    )
    migrations: Annotated[tuple[PathGlob, ...], Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="the files that change the database's shape, which notices count; absent: none are counted",
        examples=["[db/migrate/**]"],
    )


class DeploymentTarget(Section):
    """Create a deployment at the exact commit; a workflow `on: deployment` does the rest."""

    NAME = "github_deployment"

    environment: GithubEnvironment = Field(description="the environment's name on GitHub", examples=["production"])


class WorkflowTarget(Section):
    """Dispatch a workflow, with the commit and the release's key as the inputs `sha` and `signoff_key`."""

    NAME = "github_workflow"

    workflow: Workflow = Field(description="the workflow's file", examples=["deploy.yml"])
    ref: Branch | None = Field(None, description="the branch whose workflow file is used", examples=["main"])
    inputs: Annotated[dict[InputName, InputValue], Field(max_length=23)] = Field(
        default_factory=dict,
        description="further inputs; placeholders are `{version}` `{sha}` `{digest}` `{environment}` `{service}` "
        "`{release}` `{key}`",
        examples=['{version: "{version}"}'],
    )


class WebhookTarget(Section):
    """Ask an address by a signed webhook whose id is the release's key; its receiver reports how far it is."""

    NAME = "webhook"

    url: Receiver = Field(description="where to send it", examples=["https://deployer.acme.example/hooks/docs"])
    secret_env: Variable = Field(
        description="the environment variable that holds the secret to sign with", examples=["DOCS_DEPLOY_SECRET"]
    )


class DeploySection(Section):
    """How a release reaches its environment: exactly one of these."""

    NAME = "deploy"
    INSTEAD = "write `github_deployment`, `github_workflow` or `webhook`"
    LATER = frozenset({"github_gate", "command", "buildbot"})

    github_deployment: DeploymentTarget | None = Field(
        None, description="create a GitHub deployment (recommended)", examples=["{environment: production}"]
    )
    github_workflow: WorkflowTarget | None = Field(
        None, description="start a workflow on GitHub", examples=["{workflow: deploy.yml}"]
    )
    webhook: WebhookTarget | None = Field(
        None,
        description="send a signed webhook",
        examples=["{url: https://deployer.acme.example/hooks/docs, secret_env: DOCS_DEPLOY_SECRET}"],
    )


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

    LATER = frozenset({"cards", "connections", "digest"})

    slack: SlackSection = Field(
        default_factory=SlackSection, description="channels for everybody", examples=["{operations: C0OPS}"]
    )
    command: Command = Field("/deploy", description="the slash command's name", examples=["/deploy"])
    heartbeat: HeartbeatSection | None = Field(
        None,
        description="an address that is asked while the bot is ready",
        examples=["{secret_env: HEARTBEAT_URL, every: 1m}"],
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
    defaults: Inherited = Field(
        default_factory=Inherited,
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
