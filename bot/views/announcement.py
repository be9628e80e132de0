"""What people outside the team read when a release became live."""

from bot.core.lane import Live
from bot.core.policy import Kind, Mode, Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.approvers import approved_by
from bot.views.blocks import Fact, said
from bot.views.escape import link, mrkdwn
from bot.views.links import Links
from bot.views.naming import live_label, repository, word
from bot.views.people import authors
from bot.views.states import marked_aside


def announce(release: Release, policy: Policy, links: Links, before: Live | None = None) -> Message:
    """Return the announcement of a release that became live; `before` is what was live there until then."""
    build = release.build
    where = word(release.lane.environment)
    lines: list[str | Fact] = [
        f"*{word(build.service)} {word(build.version)}* is live in *{where}*{marked_aside(release)}",
        Fact("What changed", mrkdwn(build.title, 300) or "(no title)"),
        Fact("By", authors(build.authors, policy)),
    ]
    if before is not None and before.sha != build.sha:
        url = links.compare(repository(release.lane, policy), before.sha, build.sha)
        lines.append(Fact("Before", f"{live_label(before)}; {link(url, 'all changes since')}"))
    approved = approved_by(release, policy)
    if approved:
        lines.append(Fact("Approved by", approved))
    elif not release.policy.required(release.kind):
        alone = release.kind is Kind.RELEASE and release.policy.mode is Mode.DEPLOYMENT
        lines.append(Fact("Approved by", f"nobody needed to{', builds ship there by themselves' if alone else ''}"))
    message = said(*lines)
    return Message(message.text.replace("*", ""), message.blocks)
