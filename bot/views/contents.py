"""What a release would ship: commit, people, changes against what is live, checks, and what is unusual about it."""

from bot.core.build import Build, PipelineReport, RunStatus
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Lifecycle, Release
from bot.views.blocks import Fact
from bot.views.escape import link, mrkdwn
from bot.views.limits import few
from bot.views.links import Links
from bot.views.naming import live_label, repository, word
from bot.views.people import author, authors, person

_TITLE = 300
_CHECKS = 8
_SAYS = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "running",
    RunStatus.SUCCEEDED: "succeeded",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "was cancelled",
}


def contents(release: Release, lane: Lane, policy: Policy, links: Links) -> tuple[Fact, ...]:
    """Return what a release would ship, fact by fact."""
    build = release.build
    facts = [*_warnings(release, lane), Fact("Commit", commit(build, release, policy, links))]
    facts.append(Fact("By", _people(build, policy)))
    if not release.state.ended:  # what is live changes afterwards, and what has ended is not shown anew
        facts.append(Fact("Changes", _changes(release, lane, policy, links)))
    facts.append(Fact("Checks", few([_check(check, links) for check in build.checks], _CHECKS) or "none reported"))
    asked = person(release.requested_by, policy) if release.requested_by else "the pipeline, by a deployable build"
    facts.append(Fact("Asked for by", asked))
    return tuple(facts)


def commit(build: Build, release: Release, policy: Policy, links: Links) -> str:
    """Return the commit with its title, linked."""
    shown = link(links.commit(repository(release.lane, policy), build.sha), build.short_sha)
    return f"{shown} {mrkdwn(build.title, _TITLE) or '(no title)'}"


def _people(build: Build, policy: Policy) -> str:
    wrote = authors(build.authors, policy)
    if build.pusher is None:
        return wrote
    pushed = author(build.pusher, policy)
    return wrote if pushed == wrote else f"{wrote}, pushed by {pushed}"


def _changes(release: Release, lane: Lane, policy: Policy, links: Links) -> str:
    live = lane.live
    if live is None:
        return f"nobody has told yet what is live in {word(lane.id.environment)}"
    if live.sha == release.build.sha:
        return f"none, the same commit is live in {word(lane.id.environment)}"
    url = links.compare(repository(release.lane, policy), live.sha, release.build.sha)
    return f"{link(url, 'compare')} with {live_label(live)}, live in {word(lane.id.environment)}"


def _check(check: PipelineReport, links: Links) -> str:
    run = link(links.own(check.url), f"run {check.run_number}")
    attempt = f", attempt {check.attempt}" if check.attempt > 1 else ""
    return f"{mrkdwn(check.pipeline, 100)} {_SAYS[check.status]} ({run}{attempt})"


def _warnings(release: Release, lane: Lane) -> list[Fact]:
    """Return what nobody must overlook."""
    facts = []
    if release.older_than_live and release.state in {Lifecycle.OPEN, Lifecycle.DEPLOYING}:
        against = f" ({live_label(lane.live)})" if lane.live else ""
        where = word(lane.id.environment)
        facts.append(Fact("OLDER THAN WHAT IS LIVE", f"this takes {where} back to before what runs there now{against}"))
    if release.generation > 1:
        facts.append(Fact("Rebuilt", "since it was first asked for: approvals start again, former ones do not count"))
    return facts
