"""The policy as data: who people are, what each lane asks for, where it deploys to."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from bot.core.calendar import Freeze, QuietHours
from bot.core.connections import Connection
from bot.core.source import SourcePolicy, VersionFrom
from bot.core.speaking import Announcement, Cards, Escalation
from bot.core.target import Target
from bot.core.verification import Verification


class Mode(Enum):
    """Who decides that a deployable build ships."""

    DELIVERY = "delivery"  # people
    DEPLOYMENT = "deployment"  # nobody: it ships when its blockers are gone
    OBSERVE = "observe"  # the pipeline itself: Signoff opens nothing and tells what was done


class SelfApproval(Enum):
    """Whether people may approve what they themselves wrote or asked for."""

    STRICT = "strict"  # no author of any commit, and everybody mapped to a person
    FORBID = "forbid"  # each commit needs one counted approver who is not among its authors
    ALLOW = "allow"


class NewerBuild(Enum):
    """What a newer deployable build does to an older open release."""

    LATEST_WINS = "latest-wins"  # the older one is superseded, save when its deploy is next
    EACH_MUST_SHIP = "each-must-ship"  # they queue, oldest first


class WhenLifted(Enum):
    """Which of several releases that waited for a freeze goes first when it has lifted."""

    OLDEST = "oldest"
    NEWEST = "newest"
    ASK = "ask"


class WhenUnknown(Enum):
    """What to do when the CI system cannot tell whether a lost request arrived."""

    ASK = "ask"
    RESEND = "resend"


class Permission(Enum):
    """What a policy may allow to groups. A closed list."""

    REQUEST = "request"
    LOCK = "lock"
    HOLD = "hold"
    ROLLBACK = "rollback"
    HOTFIX = "hotfix"
    OVERRIDE = "override"
    MODE = "mode"
    STOP_ALL = "stop_all"
    QUARANTINE = "quarantine"
    LIVE = "live"
    RESOLVE = "resolve"


EVERYONE = "everyone"


EXPIRES_AFTER = timedelta(hours=24)
"""How long a release waits for its approvals where the policy is silent."""
REPORTED_WITHIN = timedelta(hours=6)
"""How long the newest builds may wait for their pipelines where the policy is silent."""


@dataclass(frozen=True, slots=True)
class LaneId:
    """A service in an environment: the unit in which releases are decided."""

    service: str
    environment: str

    def __str__(self) -> str:
        """Return the way in which people write it."""
        return f"{self.service}/{self.environment}"


@dataclass(frozen=True, slots=True)
class Person:
    """One person with all their accounts. `id` is the policy's name, or the Slack id of somebody not listed."""

    id: str
    slack: str | None = None
    github: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """People and a Slack user group; they add up."""

    name: str
    people: frozenset[str] = frozenset()
    usergroup: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """`count` people out of `sources` (names of groups or of people)."""

    sources: tuple[str, ...]
    count: int

    def __str__(self) -> str:
        """Return it as people read it: «1 of qa»."""
        return f"{self.count} of {' or '.join(self.sources)}"


class Kind(Enum):
    """On which of the three ways a release goes: one path, with gates of its own where the policy says so."""

    RELEASE = "release"
    ROLLBACK = "rollback"  # to a build that was live there before
    HOTFIX = "hotfix"  # the fast path: its own approvals, some gates skipped by name


class Skip(Enum):
    """A gate that the fast path may leave out."""

    SOAK = "soak"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class Hotfix:
    """The fast path of a lane."""

    approvals: tuple[ApprovalRule, ...]
    skip: frozenset[Skip] = frozenset()


@dataclass(frozen=True, slots=True)
class After:
    """The environment in which a build must have been live before, and for how long."""

    environment: str
    soak: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class LanePolicy:
    """Everything the policy says of one lane; a snapshot of it is stored with each release."""

    lane: LaneId
    mode: Mode
    channel: str
    target: Target | None  # None only in a lane that is observed
    approvals: tuple[ApprovalRule, ...] = ()
    self_approval: SelfApproval = SelfApproval.FORBID
    newer_build: NewerBuild = NewerBuild.LATEST_WINS
    expires_after: timedelta | None = EXPIRES_AFTER
    deploy_timeout: timedelta = timedelta(minutes=30)
    lookup_window: timedelta = timedelta(seconds=120)
    when_unknown: WhenUnknown = WhenUnknown.ASK
    announce: bool = False
    announcement: Announcement | None = None
    cards: Cards = Cards.FULL
    tell_authors: bool = False
    approval_valid_for: timedelta | None = timedelta(hours=72)
    undo_window: timedelta = timedelta(0)
    remind_after: tuple[timedelta, ...] = ()
    escalate: Escalation | None = None
    retry_within: timedelta = timedelta(hours=1)
    after: After | None = None
    rollback: tuple[ApprovalRule, ...] | None = None  # None: like any other release
    hotfix: Hotfix | None = None  # None: there is no fast path
    verify: Verification | None = None
    trial: bool = False
    quiet_hours: QuietHours | None = None
    when_lifted: WhenLifted = WhenLifted.OLDEST

    def required(self, kind: Kind = Kind.RELEASE) -> tuple[ApprovalRule, ...]:
        """Return the rules that a release of this kind must satisfy: none where builds ship by themselves.

        Rules that ask the same people add up, since one person satisfies one rule only: «1 of qa» twice is «2 of qa».
        """
        added: dict[frozenset[str], ApprovalRule] = {}
        for rule in self._written(kind):
            same = added.get(frozenset(rule.sources), ApprovalRule(rule.sources, 0))
            added[frozenset(rule.sources)] = ApprovalRule(same.sources, same.count + rule.count)
        return tuple(added.values())

    def _written(self, kind: Kind) -> tuple[ApprovalRule, ...]:
        if kind is Kind.ROLLBACK and self.rollback is not None:
            return self.rollback
        if kind is Kind.HOTFIX and self.hotfix is not None:
            return self.hotfix.approvals
        return self.approvals if self.mode is Mode.DELIVERY else ()

    def skips(self, kind: Kind, gate: Skip) -> bool:
        """Whether releases of this kind leave a gate out."""
        return kind is Kind.HOTFIX and self.hotfix is not None and gate in self.hotfix.skip


@dataclass(frozen=True, slots=True)
class ServicePolicy:
    """A service: where its builds come from and its lanes, in the order of the file."""

    name: str
    channel: str
    source: SourcePolicy
    version_from: VersionFrom
    lanes: tuple[LanePolicy, ...]
    tag_glob: str = "**"
    migrations: tuple[str, ...] = ()  # globs, as of `paths`; none: nobody said what a migration is
    reported_within: timedelta | None = REPORTED_WITHIN  # None: its pipelines may be silent for ever

    def lane(self, environment: str) -> LanePolicy | None:
        """Return the lane of an environment, or None."""
        return next((lane for lane in self.lanes if lane.lane.environment == environment), None)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Where to say that the bot is alive, and how often: one of `url` and `secret_env`, which names a variable."""

    url: str | None = None
    secret_env: str | None = None
    every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy file as data."""

    services: tuple[ServicePolicy, ...]
    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    permissions: tuple[tuple[Permission, tuple[str, ...]], ...] = ()
    announcements: str | None = None  # channel id
    operations: str | None = None  # channel id
    command: str = "/deploy"
    heartbeat: Heartbeat | None = None
    freezes: tuple[Freeze, ...] = ()
    connections: tuple[Connection, ...] = ()
    hash: str = ""
    warnings: tuple[str, ...] = field(default=())

    def service(self, name: str) -> ServicePolicy | None:
        """Return a service by its exact name, or None."""
        return next((service for service in self.services if service.name == name), None)

    def lane(self, lane: LaneId) -> LanePolicy | None:
        """Return what today's policy says of a lane, or None when it no longer names it."""
        service = self.service(lane.service)
        return service.lane(lane.environment) if service else None

    def lanes(self) -> tuple[LanePolicy, ...]:
        """Return every lane of every service."""
        return tuple(lane for service in self.services for lane in service.lanes)

    def connection(self, name: str) -> Connection | None:
        """Return a connection by its name, or None."""
        return next((one for one in self.connections if one.name == name), None)

    def group(self, name: str) -> Group | None:
        """Return a group by its name, or None."""
        return next((group for group in self.groups if group.name == name), None)

    def person_of(
        self, *, slack: str | None = None, github: str | None = None, email: str | None = None
    ) -> Person | None:
        """Return the person behind any one of the given accounts, or None when the policy lists nobody."""
        for person in self.people:
            if (
                (slack and person.slack == slack)
                or (github and person.github == github)
                or (email and person.email and person.email.lower() == email.lower())
            ):
                return person
        return None

    def allowed(self, permission: Permission) -> tuple[str, ...]:
        """Return the groups and people that hold a permission; nobody when the policy is silent."""
        return next((names for which, names in self.permissions if which is permission), ())
