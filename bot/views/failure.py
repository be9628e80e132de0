"""The new message about a deploy that failed: an edit of the card would notify nobody."""

from bot.core.policy import Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.blocks import Fact, said
from bot.views.escape import link, mrkdwn
from bot.views.links import Links
from bot.views.naming import Permalinks, again, named, subject, typed, word
from bot.views.outcome import REASON
from bot.views.people import authors


def tell(release: Release, policy: Policy, links: Links, permalinks: Permalinks) -> Message:
    """Return the message: whom it concerns, why it failed, where to look and what to do next."""
    lines: list[str | Fact] = [
        f"{authors(release.build.authors, policy)}: the deploy of {subject(release)} failed.",
        Fact("Why", mrkdwn(release.reason or "no reason was told", REASON)),
    ]
    job = links.own(release.deployment.url) if release.deployment else None
    if job:
        lines.append(Fact("Job", link(job, "open the deploy job")))
    lines.append(Fact("Release", named(release.number, permalinks)))
    lane = f"{word(release.lane.service)} {word(release.lane.environment)}"
    check = typed(policy, f"status {lane}")
    lines.append(
        Fact("Next", f"look at the job; see what is live with {check}; ask again with {again(release, policy)}")
    )
    return said(*lines)
