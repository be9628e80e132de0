"""The state of a release in words: a heading for its card and the end of the sentence that is read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.blockers import Blocker, NeedsAnotherApprover, WaitsForApproval
from bot.core.release import DeployStatus, Lifecycle, Release


@dataclass(frozen=True, slots=True)
class Words:
    """`heading` stands first on the card; `predicate` follows the release's name in a sentence."""

    heading: str
    predicate: str
    way: str = "to"  # "payments 118 to production", or "in production" when it is there


_ENDED = {
    Lifecycle.LIVE: Words("Live", "is live", "in"),
    Lifecycle.REJECTED: Words("Rejected", "was rejected"),
    Lifecycle.EXPIRED: Words("Expired", "expired: approvals were missing for too long, nobody said no"),
    Lifecycle.SUPERSEDED: Words("Superseded", "was superseded by a newer build"),
    Lifecycle.CANCELLED: Words("Cancelled", "was cancelled"),
    Lifecycle.FAILED: Words("Deploy failed", "could not be deployed"),
}
_DEPLOYING = {
    DeployStatus.ACCEPTED: Words("Deploy accepted", "was accepted by the CI system and will start"),
    DeployStatus.RUNNING: Words("Deploying", "is being deployed"),
    DeployStatus.UNKNOWN: Words("Deploy in doubt", "may or may not be deploying: the answer to the request was lost"),
}
_STARTING = Words("Starting the deploy", "is being handed to the CI system")
_APPROVAL = Words("Waiting for approval", "waits for approval")
_BLOCKED = Words("Waiting", "waits for what is in its way")
_NEXT = Words("About to deploy", "is about to be deployed")
_PUT_OFF = Words("Deploy put off", "could not be handed to the CI system yet, which is tried again")


def words(release: Release, found: Sequence[Blocker]) -> Words:
    """Return the state of a release in words, given its blockers."""
    if release.state is Lifecycle.DEPLOYING:
        return _DEPLOYING.get(release.deployment.status, _STARTING) if release.deployment else _STARTING
    if release.state is not Lifecycle.OPEN:
        return _ENDED[release.state]
    if any(isinstance(one, WaitsForApproval | NeedsAnotherApprover) for one in found):
        return _APPROVAL
    if found:
        return _BLOCKED
    return _PUT_OFF if release.put_off is not None else _NEXT
