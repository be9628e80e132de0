"""Lanes that only speak when something is the matter: `cards: quiet`, where builds ship by themselves.

Rules:

- The pipeline's own release has no notice while all goes well: it waits for nothing but what passes by itself, it is
  deployed and verified in good time, it is live, or a newer build took its place.
- It has one as soon as it fails or is rolled back, waits for a person (an approval, an answer, a hold, a lock), is
  late, or was put off; and when somebody has scheduled it or asked for it.
- What is late: an open release that has waited for as long as a deploy may take, and not for a freeze or a soak; a
  deploy that has taken half of the time that it may take.
- A notice that is there stays there, and is kept true like any other.
"""

from datetime import datetime

from bot.core.blockers import (
    BehindInQueue,
    Blocker,
    BuildNotDeployable,
    InFreeze,
    LaneBusy,
    NotThereYet,
    Soaking,
    Undoable,
    blockers,
)
from bot.core.build import BuildState
from bot.core.lane import Lane
from bot.core.policy import Kind, Mode, Policy
from bot.core.release import DeployStatus, Lifecycle, Origin, Release
from bot.core.speaking import Cards

_GOES_WELL = frozenset({Lifecycle.VERIFYING, Lifecycle.LIVE, Lifecycle.SUPERSEDED})
_TOLD_WHEN = (InFreeze, Soaking)
"""What says itself when it ends: whoever waits for it is not late."""


def keeps_quiet(release: Release, lane: Lane, policy: Policy, now: datetime) -> bool:
    """Whether a release needs no notice of its own: its lane only speaks when something is the matter.

    Args:
        release: one of the lane's releases, ended or not.
        lane: its lane.
        policy: today's policy.
        now: the present, in UTC.
    """
    if not _may_be_quiet(release, lane, policy):
        return False
    match release.state:
        case Lifecycle.OPEN:
            found = blockers(release, lane, policy, now)
            return all(map(_passes, found)) and not _is_late(release, found, now)
        case Lifecycle.DEPLOYING:
            late = _late_at(release)
            return release.deployment is None or (
                release.deployment.status is not DeployStatus.UNKNOWN and (late is None or now < late)
            )
        case _:
            return release.state in _GOES_WELL


def late_at(release: Release, lane: Lane, policy: Policy, now: datetime) -> datetime | None:
    """Return when a release without a notice is late, if that lies ahead."""
    at = _late_at(release) if _may_be_quiet(release, lane, policy) else None
    return at if at is not None and at > now else None


def _may_be_quiet(release: Release, lane: Lane, policy: Policy) -> bool:
    here = lane.policy(policy)
    if here is None or here.cards is not Cards.QUIET or here.mode is not Mode.DEPLOYMENT:
        return False
    own = release.origin is Origin.PIPELINE and release.kind is Kind.RELEASE
    return own and release.override is None and release.put_off is None and not here.trial


def _passes(blocker: Blocker) -> bool:
    """Whether something in the way passes without anybody."""
    if isinstance(blocker, BuildNotDeployable):
        return blocker.state is BuildState.PENDING
    return isinstance(blocker, InFreeze | Soaking | NotThereYet | Undoable | LaneBusy | BehindInQueue)


def _is_late(release: Release, found: tuple[Blocker, ...], now: datetime) -> bool:
    late = _late_at(release)
    waits = bool(found) and not any(isinstance(one, _TOLD_WHEN) for one in found)
    return waits and late is not None and late <= now


def _late_at(release: Release) -> datetime | None:
    if release.state is Lifecycle.OPEN:
        return release.opened_at + release.policy.deploy_timeout
    if release.state is Lifecycle.DEPLOYING and release.deployment is not None:
        return release.deployment.attempted_at + release.policy.deploy_timeout / 2
    return None
