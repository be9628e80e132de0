"""The thread of a card: the log of a release, one line for everything that happened to it."""

from bot.core.effects import Happened, Happening
from bot.core.policy import Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.approvers import tally
from bot.views.blocks import said
from bot.views.escape import link, mrkdwn, quote
from bot.views.links import Links
from bot.views.naming import Permalinks, again, named, subject
from bot.views.outcome import REASON
from bot.views.people import authors, channel, person


def line(
    happening: Happening, release: Release, policy: Policy, links: Links, permalinks: Permalinks
) -> Message | None:
    """Return the line for something that happened, or None where the card itself says all there is to say."""
    words = _by_people(happening, release, policy) or _by_itself(happening, release, policy, permalinks)
    words = words or _deploy(happening, release, policy, links)
    return said(words) if words else None


def _by_people(happening: Happening, release: Release, policy: Policy) -> str | None:
    who = person(happening.by, policy) if happening.by else "Somebody"
    match happening.kind:
        case Happened.APPROVED:
            rules = tally(release, policy)
            return f"Approved by {who} ({rules})." if rules else f"Approved by {who}."
        case Happened.WITHDRAWN:
            return f"{who} withdrew their approval ({tally(release, policy) or 'none needed'})."
        case Happened.REJECTED:
            reason = quote(happening.detail, REASON) or "> (no reason stored)"
            return f"Rejected by {who}. For the authors, {authors(release.build.authors, policy)}:\n{reason}"
        case Happened.CANCELLED:
            return f"Cancelled by {who}. Nothing was deployed."
        case Happened.RESOLVED:
            return f"{who} looked and answers: {mrkdwn(happening.detail, 100)}."
        case _:
            return None


def _by_itself(happening: Happening, release: Release, policy: Policy, permalinks: Permalinks) -> str | None:
    match happening.kind:
        case Happened.EXPIRED:
            return (
                "Expired: not all approvals came in time. A timeout is not a rejection, nobody said no. "
                f"To ask again: {again(release, policy)}"
            )
        case Happened.SUPERSEDED:
            newer = named(happening.other, permalinks) if happening.other else "a newer release"
            return f"Superseded by {newer}, which carries a newer build. Nothing failed; please look there."
        case Happened.REBUILT:
            return (
                "Rebuilt: the same commit now ships another artifact. Former approvals do not count; please look again."
            )
        case Happened.BUILD_BROKE:
            who = authors(release.build.authors, policy)
            return f"The build broke: a pipeline of this commit no longer succeeds. Authors: {who}."
        case _:
            return None


def _deploy(happening: Happening, release: Release, policy: Policy, links: Links) -> str | None:
    job = _job(happening.url, links)
    match happening.kind:
        case Happened.DEPLOY_ATTEMPTED:
            return f"Asking the CI system to deploy {subject(release)}."
        case Happened.DEPLOY_PUT_OFF:
            why = mrkdwn(happening.detail, REASON)
            return f"The deploy could not be handed over yet: {why}. Nothing was sent; it is tried again by itself."
        case Happened.DEPLOY_ACCEPTED:
            return f"The CI system accepted the deploy.{job}"
        case Happened.DEPLOY_RUNNING:
            return f"The deploy job runs.{job}"
        case Happened.DEPLOY_LOST:
            where = channel(policy.operations) or "the operations channel"
            return (
                "Nobody can tell whether the deploy started: the answer was lost and the CI system does not know the "
                f"request. Nothing is sent again by itself; somebody is asked in {where}."
            )
        case Happened.LIVE:
            says = f" {person(happening.by, policy)} looked and says that it ran." if happening.by else ""
            return f"Live: {subject(release, 'in')}.{says}{job}"
        case Happened.FAILED:
            reason = mrkdwn(happening.detail or "no reason was told", REASON)
            return f"The deploy failed: {reason}.{job}"
        case _:
            return None


def _job(url: str | None, links: Links) -> str:
    own = links.own(url)
    return f" {link(own, 'Open the deploy job')}." if own else ""
