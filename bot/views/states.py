"""The state of a release in words: a heading for its card and the end of the sentence that is read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import blockers
from bot.core.blockers import Blocker
from bot.core.policy import Kind
from bot.core.progress import ON_TRIAL
from bot.core.release import Deployment, DeployStatus, Lifecycle, Origin, Release
from bot.core.unasked import waits_for_directory


@dataclass(frozen=True, slots=True)
class Words:
    """`heading` stands first on the card; `predicate` follows the release's name in a sentence."""

    heading: str
    predicate: str
    way: str = "to"  # "payments 118 to production", or "in production" when it is there


_ENDED = {
    Lifecycle.VERIFYING: Words("Verifying", "is deployed and being verified", "in"),
    Lifecycle.LIVE: Words("Live", "is live", "in"),
    Lifecycle.REJECTED: Words("Rejected", "was rejected"),
    Lifecycle.EXPIRED: Words("Expired", "expired: approvals were missing for too long, nobody said no"),
    Lifecycle.SUPERSEDED: Words("Superseded", "was superseded by a newer build"),
    Lifecycle.CANCELLED: Words("Cancelled", "was cancelled"),
    Lifecycle.FAILED: Words("Deploy failed", "could not be deployed"),
    Lifecycle.ROLLED_BACK: Words("Rolled back", "was live and has been rolled back", "in"),
}
_NOT_WELL = Words("Verification failed", "was deployed, but its verification failed", "in")
_ON_TRIAL = Words("Would have been deployed", "would have been deployed, were it not on trial")
_DEPLOYING = {
    DeployStatus.ACCEPTED: Words("Deploy accepted", "was accepted by the CI system and will start"),
    DeployStatus.RUNNING: Words("Deploying", "is being deployed"),
    DeployStatus.UNKNOWN: Words("Deploy in doubt", "may or may not be deploying: the answer to the request was lost"),
}
_STOPPING = Words("Cancelling the deploy", "is being deployed, which somebody asked to cancel")
_STARTING = Words("Starting the deploy", "is being handed to the CI system")
_NEXT = Words("About to deploy", "is about to be deployed")
_PUT_OFF = Words("Deploy put off", "could not be handed to the CI system yet, which is tried again")
_UNASKED = Words("Waiting for Slack", "waits until it can be asked again who approved it")
_BLOCKED = Words("Waiting", "waits for what is in its way")
_OPEN: tuple[tuple[tuple[type[Blocker], ...], Words], ...] = (
    (
        (blockers.WaitsForApproval, blockers.NeedsAnotherApprover, blockers.PeopleUnknown),
        Words("Waiting for approval", "waits for approval"),
    ),
    ((blockers.AllStopped,), Words("Stopped", "is stopped, as everything is")),
    ((blockers.InQuarantine,), Words("In quarantine", "is in quarantine")),
    ((blockers.Held,), Words("Held", "is held")),
    ((blockers.Locked,), Words("Locked out", "waits because somebody has the environment for themselves")),
    ((blockers.InFreeze,), Words("Frozen", "waits for the end of a freeze")),
    ((blockers.WaitsForChoice,), Words("Waiting for a choice", "waits until people choose what goes first")),
    ((blockers.NotThereYet, blockers.Soaking), Words("Soaking", "waits until it was live elsewhere for long enough")),
    ((blockers.Scheduled,), Words("Scheduled", "is scheduled for later")),
    ((blockers.LaneBusy, blockers.BehindInQueue), Words("Queued", "waits for its turn")),
    ((blockers.Undoable,), Words("About to deploy", "is about to be deployed, and can still be stopped")),
)
"""What an open release waits for, the first that applies; one that its own build keeps back just waits."""


def words(release: Release, found: Sequence[Blocker]) -> Words:
    """Return the state of a release in words, given its blockers."""
    if release.state is Lifecycle.DEPLOYING:
        return _deploying(release.deployment)
    if release.state is Lifecycle.FAILED and release.health is not None:
        return _NOT_WELL
    if ended_on_trial(release):
        return _ON_TRIAL
    if release.state is not Lifecycle.OPEN:
        return _ENDED[release.state]
    if found:
        return next((shown for kinds, shown in _OPEN if any(isinstance(one, kinds) for one in found)), _BLOCKED)
    if waits_for_directory(release):
        return _UNASKED
    return _PUT_OFF if release.put_off is not None else _NEXT


def _deploying(deployment: Deployment | None) -> Words:
    if deployment is None:
        return _STARTING
    if deployment.stop is not None and deployment.status is not DeployStatus.UNKNOWN:
        return _STOPPING
    return _DEPLOYING.get(deployment.status, _STARTING)


def ended_on_trial(release: Release) -> bool:
    """Whether a release ended because it is on trial."""
    return release.state is Lifecycle.CANCELLED and release.reason == ON_TRIAL


def marks(release: Release) -> tuple[str, ...]:
    """Return what nobody must overlook about the way that a release goes, in capitals; usually nothing."""
    found = []
    if release.kind is Kind.ROLLBACK:
        found.append("ROLLBACK")
    elif release.kind is Kind.HOTFIX:
        found.append("HOTFIX")
    if release.origin is Origin.EXTERNAL:
        found.append("NOT DEPLOYED BY SIGNOFF")
    if release.older_than_live and release.kind is not Kind.ROLLBACK and not release.state.ended:
        found.append("OLDER THAN LIVE")
    if release.override is not None:
        found.append("OVERRIDDEN")
    if release.policy.trial:
        found.append("TRIAL")
    return tuple(found)


def marked_heading(release: Release, state: Words) -> str:
    """Return the heading of a card with what nobody must overlook."""
    shown = marks(release)
    return f"{state.heading} ({', '.join(shown)})" if shown else state.heading


def marked_aside(release: Release) -> str:
    """Return the same for the middle of a sentence: " (ROLLBACK)"; empty when there is nothing to mark."""
    shown = marks(release)
    return f" ({', '.join(shown)})" if shown else ""
