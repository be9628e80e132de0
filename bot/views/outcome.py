"""What became of a release: the part of the card that replaces the buttons."""

from typing import assert_never

from bot.core.policy import Policy
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release
from bot.views.blocks import Fact
from bot.views.escape import date, link, mrkdwn, quote
from bot.views.links import Links
from bot.views.naming import Permalinks, again, named
from bot.views.people import channel

REASON = 1200


def outcome(release: Release, policy: Policy, links: Links, permalinks: Permalinks) -> tuple[Fact, ...]:
    """Return what became of a release that is on its way or has ended; for an open one, whether it was put off."""
    if release.state is Lifecycle.OPEN:
        return put_off(release)
    if release.state is Lifecycle.DEPLOYING:
        return _deploying(release, policy, links)
    when = date(release.ended_at) if release.ended_at else "by now"
    match release.state:
        case Lifecycle.LIVE:
            return (Fact("Live since", when), *_job(release.deployment, links))
        case Lifecycle.FAILED:
            way_on = f"look at the job, then ask again: {again(release, policy)}"
            told = mrkdwn(release.reason or "no reason was told", REASON)
            return (Fact("Failed", f"{when}: {told}"), *_job(release.deployment, links), Fact("Next", way_on))
        case Lifecycle.REJECTED:
            reason = quote(release.reason or "", REASON) or "> (no reason stored)"
            return (Fact("Rejected", f"{when}; the thread says by whom. The reason:\n{reason}"),)
        case Lifecycle.EXPIRED:
            words = f"{when}: approvals were missing. That is no rejection; ask again with {again(release, policy)}"
            return (Fact("Expired", words),)
        case Lifecycle.SUPERSEDED:
            newer = named(release.superseded_by, permalinks) if release.superseded_by else "a newer release"
            return (Fact("Superseded", f"{when} by {newer}, which carries a newer build. Nothing failed"),)
        case Lifecycle.CANCELLED:
            return (Fact("Cancelled", f"{when}; the thread says by whom"),)
    assert_never(release.state)


def put_off(release: Release) -> tuple[Fact, ...]:
    """Return why the deploy of an open release could not be handed over yet, if that was tried."""
    if release.put_off is None:
        return ()
    why = mrkdwn(release.put_off, REASON)
    return (Fact("Put off", f"{why}. Nothing was sent; it is tried again by itself"),)


def _deploying(release: Release, policy: Policy, links: Links) -> tuple[Fact, ...]:
    deployment = release.deployment
    if deployment is None:
        return ()
    sent = Fact("Deploy", f"asked for {date(deployment.attempted_at)}")
    if deployment.status is not DeployStatus.UNKNOWN:
        return (sent, *_job(deployment, links))
    where = channel(policy.operations) or "the operations channel"
    doubt = (
        "the answer to the request was lost, and the CI system does not know it. "
        f"Nothing is sent again by itself: somebody is asked in {where}"
    )
    return (sent, Fact("In doubt", doubt))


def _job(deployment: Deployment | None, links: Links) -> tuple[Fact, ...]:
    url = links.own(deployment.url) if deployment else None
    return (Fact("Job", link(url, "open the deploy job")),) if url else ()
