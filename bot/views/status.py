"""What the reading commands answer: what is live, what waits and why, what is open. The text holds every line."""

from collections.abc import Mapping, Sequence

from bot.core.blockers import blockers, expires_at
from bot.core.build import Build, is_commit
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Lifecycle, Release
from bot.ports.slack import Message
from bot.views.blocks import Fact, Line, listing
from bot.views.escape import date, link
from bot.views.links import Links
from bot.views.naming import Permalinks, lane_label, live_label, named, repository, subject, typed, word
from bot.views.obstacles import obstacle
from bot.views.outcome import outcome, put_off
from bot.views.states import words


def status(lanes: Sequence[Lane], policy: Policy, links: Links, permalinks: Permalinks) -> Message:
    """Return, lane by lane, what is live and what is unfinished."""
    lines: list[Line] = []
    for lane in lanes:
        lines.append(Fact(_heading(lane, policy), _live(lane, policy, links)))
        lines += [_release(release, lane, policy, permalinks) for release in lane.releases if not release.state.ended]
    return listing(lines or [_nothing_named(policy)])


def why(
    lanes: Sequence[Lane],
    policy: Policy,
    links: Links,
    permalinks: Permalinks,
    *,
    newest: Mapping[str, Build] | None = None,
) -> Message:
    """Return everything that is in the way of each unfinished release, and why a lane has none.

    Args:
        lanes: the lanes asked about.
        policy: today's policy.
        links: where links may lead.
        permalinks: where the cards of releases are.
        newest: the newest deployable build of each service that has one; None when that was not looked up.
    """
    lines: list[Line] = []
    for lane in lanes:
        unfinished = [release for release in lane.releases if not release.state.ended]
        lines.append(Fact(_heading(lane, policy), _live(lane, policy, links)))
        if not unfinished:
            lines.append(_none_open(lane, policy, newest))
        for release in unfinished:
            lines.append(_release(release, lane, policy, permalinks))
            lines += [f"• {one}" for one in _reasons(release, lane, policy, links, permalinks)]
    return listing(lines or [_nothing_named(policy)])


def open_list(releases: Sequence[Release], policy: Policy, permalinks: Permalinks) -> Message:
    """Return the unfinished releases, oldest first."""
    if not releases:
        return listing([f"No release is open. {typed(policy, 'status')} shows what is live."])
    oldest_first = sorted(releases, key=lambda release: (release.opened_at, release.number))
    return listing([_listed(release, permalinks) for release in oldest_first])


def _heading(lane: Lane, policy: Policy) -> str:
    today = policy.lane(lane.id)
    mode = f" ({today.mode.value})" if today else " (no longer in the policy)"
    return f"{lane_label(lane.id)}{mode}"


def _live(lane: Lane, policy: Policy, links: Links) -> str:
    live = lane.live
    if live is None:
        return "nobody has told yet what is live"
    shown = link(links.commit(repository(lane.id, policy), live.sha), live.sha[:7])
    version = word(live.version)
    what = shown if is_commit(live.version, live.sha) else f"{version} ({shown})"
    by = f", R-{live.release}" if live.release else ""
    return f"{what} is live since {date(live.since)}{by}"


def _release(release: Release, lane: Lane, policy: Policy, permalinks: Permalinks) -> str:
    found = blockers(release, lane, policy) if release.state is Lifecycle.OPEN else ()
    older = " (OLDER than what is live)" if release.older_than_live else ""
    name = named(release.number, permalinks)
    return f"{name}, {subject(release)}, {words(release, found).predicate}{older}; opened {date(release.opened_at)}"


def _reasons(release: Release, lane: Lane, policy: Policy, links: Links, permalinks: Permalinks) -> list[str]:
    if release.state is not Lifecycle.OPEN:
        return [f"{fact}." for fact in outcome(release, policy, links, permalinks)]
    reasons = [obstacle(one, release, policy, permalinks) for one in blockers(release, lane, policy)]
    due = expires_at(release, policy)
    if due:
        reasons.append(f"Expires {date(due)} if approvals are still missing.")
    tried = [f"{fact}." for fact in put_off(release)]
    return reasons or tried or ["Nothing is in its way: its deploy is next."]


def _none_open(lane: Lane, policy: Policy, builds: Mapping[str, Build] | None) -> str:
    ask = typed(policy, f"{word(lane.id.service)} VERSION to {word(lane.id.environment)}")
    if policy.lane(lane.id) is None:
        return "• No release is open: the policy no longer names this environment, so none opens."
    if lane.adopted_at is None:
        return "• No release is open: what is live there is still being found out, and none opens before that."
    if builds is None:
        return (
            "• No release is open: the next build that passes its pipelines opens one by itself. "
            f"To ask for one now: {ask}"
        )
    newest = builds.get(lane.id.service)
    if newest is None:
        return "• No release is open: no build has passed its pipelines yet. The next one that does opens a release."
    if lane.live is not None and lane.live.sha == newest.sha:
        return f"• No release is open: {live_label(lane.live)}, the newest deployable build, is what is live."
    return (
        f"• No release is open: that of the newest deployable build, {word(newest.label)}, has ended, or the build is "
        f"older than the first look at this environment. To ask for one: {ask}"
    )


def _listed(release: Release, permalinks: Permalinks) -> str:
    state = "is being deployed" if release.state is Lifecycle.DEPLOYING else "is open"
    return f"{named(release.number, permalinks)}, {subject(release)}, {state} since {date(release.opened_at)}"


def _nothing_named(policy: Policy) -> str:
    return f"The policy names no such service and environment. {typed(policy, 'help')} shows the words."
