"""The file's model to the policy that the core decides by: inherited keys and defaults filled in."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any

from bot.config.checks import Never
from bot.config.connections import connection
from bot.config.file_builds import BuildSection, GithubBuild
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
from bot.config.file_targets import CommandTarget, DeploySection
from bot.config.file_verify import CommandProbeSection, VerifySection
from bot.config.policy_file import EnvironmentSection, HeartbeatSection, PolicyFile, ServiceSection
from bot.core.calendar import Dated, Freeze, QuietHours, Weekly
from bot.core.policy import (
    REPORTED_WITHIN,
    After,
    ApprovalRule,
    Group,
    Heartbeat,
    Hotfix,
    LaneId,
    LanePolicy,
    Permission,
    Person,
    Policy,
    ServicePolicy,
)
from bot.core.source import GithubSource, SourcePolicy, StandardSource, VersionFrom
from bot.core.speaking import Announcement, Escalation
from bot.core.target import Command, DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow, Target
from bot.core.verification import CommandProbe, HttpProbe, Signal, Verification

POLL_BESIDE_WEBHOOKS = timedelta(minutes=5)
POLL_ALONE = timedelta(seconds=30)

_SAME = (
    "self_approval",
    "newer_build",
    "expires_after",
    "deploy_timeout",
    "lookup_window",
    "when_unknown",
    "approval_valid_for",
    "undo_window",
    "remind_after",
    "retry_within",
    "trial",
    "when_lifted",
    "cards",
)
"""Keys that a lane's policy holds under the same name; where the file is silent the core's own default stands."""


_VERIFIED = ("within", "hold_for", "on_failure")


def to_policy(file: PolicyFile, *, webhooks: bool) -> Policy:
    """Return the policy of a whole and checked file, with its hash.

    The hash is of what the file says: two files that differ in comments or order of keys only share it, and it does
    not depend on whether webhooks are set up.
    """
    policy = _policy(file, POLL_BESIDE_WEBHOOKS if webhooks else POLL_ALONE)
    return replace(policy, hash=_hash(_policy(file, POLL_BESIDE_WEBHOOKS)))


def _policy(file: PolicyFile, poll: timedelta) -> Policy:
    return Policy(
        services=tuple(_service(name, service, file, poll) for name, service in file.services.items()),
        people=tuple(Person(one.name, one.slack, one.github, one.email) for one in file.people),
        groups=tuple(Group(name, frozenset(one.people), one.usergroup) for name, one in file.groups.items()),
        permissions=tuple(
            (permission, tuple(names))
            for permission in Permission
            if (names := getattr(file.permissions, permission.value))
        ),
        announcements=file.slack.announcements,
        operations=file.slack.operations,
        command=file.command,
        heartbeat=_heartbeat(file.heartbeat),
        freezes=tuple(map(_freeze, file.freezes)),
        connections=tuple(connection(name, one.github) for name, one in file.connections.items()),
    )


def _freeze(written: FreezeSection) -> Freeze:
    from_, until, zone = written.from_, written.until, written.timezone
    when: Weekly | Dated
    if isinstance(from_, datetime) and isinstance(until, datetime):
        when = Dated(from_, until, zone)
    elif not isinstance(from_, datetime) and not isinstance(until, datetime):
        when = Weekly(frozenset(written.days or ()), from_, until, zone)
    else:
        raise TypeError(f"{written.name} begins and ends in different ways")
    return Freeze(written.name, when, written.environments, written.services)


def _quiet(written: QuietSection | None) -> QuietHours | None:
    return None if written is None else QuietHours(written.from_, written.until, written.timezone)


def _escalation(written: EscalateSection | None) -> Escalation | None:
    return None if written is None else Escalation(written.after, written.to)


def _heartbeat(section: HeartbeatSection | None) -> Heartbeat | None:
    if section is None:
        return None
    given = {} if section.every is None else {"every": section.every}
    return Heartbeat(section.url, section.secret_env, **given)


def _service(name: str, service: ServiceSection, file: PolicyFile, poll: timedelta) -> ServicePolicy:
    kind, _, glob = _version_from(service.build).partition(":")
    last = next(reversed(service.environments))
    return ServicePolicy(
        name=name,
        channel=service.channel,
        source=_source(name, service.build, _poll(service, file, poll)),
        version_from=VersionFrom(kind),
        lanes=tuple(
            _lane(LaneId(name, environment), lane, service, file, is_last=environment == last)
            for environment, lane in service.environments.items()
        ),
        **({"tag_glob": glob} if glob else {}),
        migrations=service.build.migrations or (),
        reported_within=_reported_within(service.reported_within or file.defaults.reported_within),
    )


def _reported_within(written: timedelta | Never | None) -> timedelta | None:
    return REPORTED_WITHIN if written is None else None if written is Never.NEVER else written


def _version_from(build: BuildSection) -> str:
    """Return where the version comes from; a pipeline that gives its builds versions is asked for no others."""
    unsaid = "version_from" not in build.model_fields_set
    return VersionFrom.REPORTED.value if build.standard is not None and unsaid else build.version_from


def _poll(service: ServiceSection, file: PolicyFile, own: timedelta) -> timedelta:
    """Return how often a service is asked about where its file is silent: `own`, or by its connection's webhooks."""
    named = service.build.github.connection if service.build.github is not None else None
    if named is None:
        return own
    return POLL_BESIDE_WEBHOOKS if file.connections[named].github.secret_env else POLL_ALONE


def _source(name: str, build: BuildSection, poll: timedelta) -> SourcePolicy:
    if build.standard is not None:
        return StandardSource(build.standard.source, build.standard.secret_env, build.standard.branch)
    if build.buildbot is not None:
        return build.buildbot.source()
    if build.github is None:
        raise ValueError(f"{name} has no source")
    return _github(build.github, poll)


def _github(github: GithubBuild, poll: timedelta) -> GithubSource:
    return GithubSource(
        repository=github.repository,
        branch=github.branch,
        workflows=tuple(f".github/workflows/{_file_of(workflow)}" for workflow in github.workflows),
        events=github.events,
        poll=github.poll or poll,
        paths=github.paths or (),
        connection=github.connection,
        checks=github.checks or (),
    )


def _file_of(workflow: str) -> str:
    return workflow.rpartition("/")[2]


def _lane(
    lane: LaneId, environment: EnvironmentSection, service: ServiceSection, file: PolicyFile, *, is_last: bool
) -> LanePolicy:
    def nearest(key: str) -> Any:
        found = (getattr(one, key) for one in (environment, service, file.defaults))
        return next((value for value in found if value is not None), None)

    given = {key: value for key in _SAME if (value := nearest(key)) is not None}
    announce, tell_authors = nearest("announce"), nearest("tell_authors")
    return LanePolicy(
        lane=lane,
        mode=nearest("mode"),
        channel=service.channel,
        target=_target(environment.deploy, service),
        approvals=_rules(nearest("approvals") or ()),
        announce=is_last if announce is None else announce,
        announcement=_announcement(nearest("announcement")),
        tell_authors=is_last if tell_authors is None else tell_authors,
        after=_after(nearest("after")),
        rollback=_rollback(nearest("rollback")),
        hotfix=_hotfix(nearest("hotfix")),
        verify=_verification(nearest("verify")),
        quiet_hours=_quiet(nearest("quiet_hours")),
        escalate=_escalation(nearest("escalate")),
        **given,
    )


def _rules(written: Iterable[ApprovalSection]) -> tuple[ApprovalRule, ...]:
    return tuple(ApprovalRule(rule.sources, rule.count) for rule in written)


def _after(written: AfterSection | None) -> After | None:
    return None if written is None else After(written.environment, written.soak or timedelta(0))


def _rollback(written: RollbackSection | None) -> tuple[ApprovalRule, ...] | None:
    return None if written is None else _rules(written.approvals)


def _announcement(written: AnnouncementSection | None) -> Announcement | None:
    return None if written is None else Announcement(written.template, edit=bool(written.edit))


def _hotfix(written: HotfixSection | None) -> Hotfix | None:
    return None if written is None else Hotfix(_rules(written.approvals), frozenset(written.skip))


def _verification(written: VerifySection | None) -> Verification | None:
    if written is None:
        return None
    given = {name: value for name in _VERIFIED if (value := getattr(written, name)) is not None}
    signal = Signal(written.signal.source, written.signal.secret_env) if written.signal is not None else None
    return Verification(probe=_probe(written), signal=signal, **given)


def _probe(written: VerifySection) -> HttpProbe | CommandProbe | None:
    http = written.http
    if written.command is not None:
        return CommandProbe(written.command.argv, **_limits(written.command))
    if http is None:
        return None
    path, equals = (http.json_.path, http.json_.equals) if http.json_ else (None, http.equals)
    return HttpProbe(http.url, http.status, path, equals)


def _target(deploy: DeploySection | None, service: ServiceSection) -> Target | None:
    if deploy is None:
        return None
    built = service.build.github.connection if service.build.github is not None else None
    if deploy.github_deployment is not None:
        written = deploy.github_deployment
        return GithubDeployment(written.environment, written.connection or built)
    if deploy.github_gate is not None:
        return GithubGate(deploy.github_gate.environment, connection=deploy.github_gate.connection or built)
    if deploy.webhook is not None:
        return DeployWebhook(deploy.webhook.url, deploy.webhook.secret_env)
    if deploy.command is not None:
        return _command(deploy.command)
    if deploy.buildbot is not None:
        return deploy.buildbot.target()
    if deploy.github_workflow is None or service.build.github is None:
        raise ValueError("a lane has no target")
    started = deploy.github_workflow
    ref = started.ref or service.build.github.branch
    # GitHub's API starts a workflow by the name of its file alone.
    inputs = tuple(started.inputs.items())
    return GithubWorkflow(_file_of(started.workflow), ref, inputs, started.connection or built)


def _command(written: CommandTarget) -> Command:
    return Command(written.argv, **_limits(written))


def _limits(written: CommandTarget | CommandProbeSection) -> dict[str, Any]:
    return {key: value for key in ("timeout", "directory") if (value := getattr(written, key)) is not None}


def _hash(policy: Policy) -> str:
    said = {one.name: getattr(policy, one.name) for one in fields(policy) if one.name not in {"hash", "warnings"}}
    return sha256(json.dumps(said, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(_plain(one) if isinstance(one, Enum) else one for one in value)
    return asdict(value)
