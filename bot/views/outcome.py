"""What became of a release: the part of the card that replaces the buttons."""

from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Origin, Release
from bot.core.target import Command
from bot.core.unasked import waits_for_directory
from bot.core.verification import Verification
from bot.views.blocks import Fact
from bot.views.escape import date, link, mrkdwn, quote
from bot.views.links import Links
from bot.views.naming import Permalinks, again, named, typed, word
from bot.views.people import channel, person
from bot.views.spans import span
from bot.views.states import ended_on_trial

REASON = 1200
NOT_ASKED = "the CI system was not asked, as it is not known which job it is: please end it there"
"""How people are told that nothing but they can end a job."""


def outcome(release: Release, lane: Lane, policy: Policy, links: Links, permalinks: Permalinks) -> tuple[Fact, ...]:
    """Return what became of a release that is on its way or has ended; for an open one, whether it was put off."""
    match release.state:
        case Lifecycle.OPEN:
            return put_off(release, policy)
        case Lifecycle.DEPLOYING:
            return _deploying(release, policy, links)
        case Lifecycle.VERIFYING:
            return (
                *_verifying(release),
                *_job(release.deployment, links),
                *printed(release),
                *cancel_asked(release, policy),
            )
        case Lifecycle.LIVE:
            by = " by somebody else's deploy; Signoff took note of it" if release.origin is Origin.EXTERNAL else ""
            since = Fact("Live since", f"{_when(release)}{by}")
            return (since, *_job(release.deployment, links), *printed(release), *cancel_asked(release, policy))
        case Lifecycle.ROLLED_BACK:
            told = f"it was live from {_when(release)}; the thread says by which release and why"
            return (Fact("Rolled back", told),)
        case Lifecycle.FAILED:
            told = mrkdwn(release.reason or "no reason was told", REASON)
            job = (*cancel_asked(release, policy), *_job(release.deployment, links), *printed(release))
            return (
                Fact("Failed", f"{_when(release)}: {told}"),
                *job,
                Fact("Next", way_on(release, policy, back=lane.live is not None)),
            )
        case _:
            return _not_shipped(release, policy, permalinks)


def _not_shipped(release: Release, policy: Policy, permalinks: Permalinks) -> tuple[Fact, ...]:
    when = _when(release)
    match release.state:
        case Lifecycle.REJECTED:
            reason = quote(release.reason or "", REASON) or "> (no reason stored)"
            return (Fact("Rejected", f"{when}; the thread says by whom. The reason:\n{reason}"),)
        case Lifecycle.EXPIRED:
            words = f"{when}: approvals were missing. That is no rejection; ask again with {again(release, policy)}"
            return (Fact("Expired", words),)
        case Lifecycle.SUPERSEDED:
            newer = named(release.superseded_by, permalinks) if release.superseded_by else "a newer release"
            return (Fact("Superseded", f"{when} by {newer}, which carries a newer build. Nothing failed"),)
        case _ if ended_on_trial(release):
            return (
                Fact(
                    "On trial", f"{when}: nothing was in its way, so it would have been deployed. Nothing was deployed"
                ),
            )
        case _ if release.reason is not None:
            return (Fact("Cancelled", f"{when}: {mrkdwn(release.reason, REASON)}. Nothing was deployed"),)
        case _:
            return (Fact("Cancelled", f"{when}; the thread says by whom. Nothing was deployed"),)


def way_on(release: Release, policy: Policy, *, back: bool) -> str:
    """Return what people can do about a deploy that failed, with the words to type; `back`: there is a way back."""
    rollback = f"rollback {word(release.lane.service)} in {word(release.lane.environment)} REASON"
    also = f"go back with {typed(policy, rollback)}; " if back else ""
    return (
        f"look at the job; try again with {typed(policy, f'retry {release.name}')}; {also}or, if it is live after all, "
        f"mark it as done with {typed(policy, f'override {release.name} REASON')}"
    )


def _when(release: Release) -> str:
    return date(release.ended_at) if release.ended_at else "by now"


def put_off(release: Release, policy: Policy) -> tuple[Fact, ...]:
    """Return why the deploy of an open release could not be handed over yet, if that was tried."""
    if release.put_off is None:
        return ()
    why = mrkdwn(release.put_off, REASON)
    tried = Fact("Put off", f"{why}. Nothing was sent; it is tried again by itself")
    return (tried, Fact("Without Slack", _without_slack(release, policy))) if waits_for_directory(release) else (tried,)


def _without_slack(release: Release, policy: Policy) -> str:
    """Return how a release goes on about whose approvers Slack cannot be asked."""
    return (
        f"who is listed in the policy may approve it on the host with `signoff approve {release.name} --as PERSON`, "
        f"also after an approval in Slack; or it is overridden with {typed(policy, f'override {release.name} REASON')}"
    )


def _deploying(release: Release, policy: Policy, links: Links) -> tuple[Fact, ...]:
    deployment = release.deployment
    if deployment is None:
        return ()
    sent = Fact("Deploy", f"asked for {date(deployment.attempted_at)}")
    if deployment.status is not DeployStatus.UNKNOWN:
        return (sent, *cancel_asked(release, policy), *_job(deployment, links))
    where = channel(policy.operations) or "the operations channel"
    unseen = "nobody saw whether the command ran to its end"
    lost = "the answer to the request was lost, and the CI system does not know it"
    doubt = (
        f"{unseen if isinstance(release.policy.target, Command) else lost}. "
        f"Nothing is sent again by itself: somebody is asked in {where}"
    )
    return (sent, Fact("In doubt", doubt), *cancel_asked(release, policy))


def cancel_asked(release: Release, policy: Policy) -> tuple[Fact, ...]:
    """Return who asked for the end of the deploy, and what that came to as far as is known; nothing if nobody did."""
    asked = release.deployment.stop if release.deployment else None
    if release.deployment is None or asked is None:
        return ()
    never_known = release.state is Lifecycle.FAILED and release.deployment.ref is None
    so_far = {
        DeployStatus.SUCCEEDED: ", too late: the job ended well",
        DeployStatus.FAILED: f"; {NOT_ASKED} should it still run" if never_known else "",
        DeployStatus.ATTEMPTED: "; the CI system hears of it once it is known which job it is",
        DeployStatus.UNKNOWN: f"; {NOT_ASKED} should it run",
    }.get(release.deployment.status, "; how the job ends is what counts")
    return (Fact("Cancel", f"asked for by {person(asked.by, policy)} {date(asked.at)}{so_far}"),)


def _verifying(release: Release) -> tuple[Fact, ...]:
    health, rule = release.health, release.policy.verify
    if health is None or rule is None:
        return ()
    return (Fact("Deployed", date(health.deployed_at)), Fact("Verification", _verified(health, rule)))


def _verified(health: Health, rule: Verification) -> str:
    if health.well_since is None:
        return f"not healthy yet; it must be by {date(health.deployed_at + rule.within)}"
    until = date(health.well_since + rule.hold_for)
    return f"healthy since {date(health.well_since)}; it counts as live {until}, after {span(rule.hold_for)} of health"


def printed(release: Release) -> tuple[Fact, ...]:
    """Return where to read what a release's command printed; nothing where it was deployed in another way."""
    if not isinstance(release.policy.target, Command) or release.origin is Origin.EXTERNAL:
        return ()
    return (Fact("Output", f"`signoff output {release.name}` on Signoff's host"),)


def _job(deployment: Deployment | None, links: Links) -> tuple[Fact, ...]:
    url = links.own(deployment.url) if deployment else None
    return (Fact("Job", link(url, "open the deploy job")),) if url else ()
