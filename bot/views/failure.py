"""The new message about a deploy that failed: an edit of the card would notify nobody."""

from bot.core.policy import Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.blocks import Fact, said
from bot.views.escape import link, mrkdwn
from bot.views.links import Links
from bot.views.naming import Permalinks, lane_words, named, subject, typed
from bot.views.outcome import REASON, way_on
from bot.views.people import authors
from bot.views.states import marked_aside


def tell(release: Release, policy: Policy, links: Links, permalinks: Permalinks) -> Message:
    """Return the message: whom it concerns, why it failed, where to look and what to do next."""
    failed = "the deploy" if release.health is None else "the verification of the deploy"
    lines: list[str | Fact] = [
        f"{authors(release.build.authors, policy)}: {failed} of {subject(release)}{marked_aside(release)} failed.",
        Fact("Why", mrkdwn(release.reason or "no reason was told", REASON)),
    ]
    job = links.own(release.deployment.url) if release.deployment else None
    if job:
        lines.append(Fact("Job", link(job, "open the deploy job")))
    lines.append(Fact("Release", named(release.number, permalinks)))
    check = typed(policy, f"status {lane_words(release.lane)}")
    lines.append(Fact("Next", f"see what is live with {check}; {way_on(release, policy)}"))
    return said(*lines)
